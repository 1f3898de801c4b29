"""A strict Discord of our own: REST v10 and the gateway on loopback, and people who use it.

``async with DiscordServer() as dc``: a ``discord.Client`` works against it unchanged, once ``Route.BASE`` and
``DiscordWebSocket.DEFAULT_GATEWAY`` point at it. ``dc.gateway`` breaks connections on request, ``dc.faults`` calls.

    ann = dc.person("Ann")
    guild = dc.guild("Garage", owner=ann)       # shard=1: the one that is to serve it
    wire, _ = guild.text("wire"), guild.admits_bot()
    ran = await ann.runs(wire, "search", query="battery")       # None instead of wire: the DM with the bot
    answer = await ran.replied()                # .text, .labels, .ephemeral; ran.messages has the followups
    pressed = await ann.presses(answer, "Next")
    modal = await (await ann.presses(answer, "Ask")).opened()
    sent = await ann.submits(modal, {"Query": "battery"})

What a client would not let a person do raises :class:`NotOffered`; :meth:`Person.offered` lists what it shows. What
the documentation forbids is refused with Discord's own codes and words; where Discord is lenient or silent and a bot
would never learn of its mistake, the refusal says "strict:".
"""

from __future__ import annotations

from tests.fakes.discord.commands_offered import NotOffered
from tests.fakes.discord.errors import ApiError
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import EVERYONE, Permission
from tests.fakes.discord.posts import Button, Flag, Menu
from tests.fakes.discord.routes import Upload
from tests.fakes.discord.server import TOKEN, Call, DiscordServer
from tests.fakes.discord.transcript import transcript
from tests.fakes.discord.world import Application, Channel, Guild, Kind, Member, Message, Role, Tag, User, World

__all__ = [
    "EVERYONE",
    "TOKEN",
    "ApiError",
    "Application",
    "Button",
    "Call",
    "Channel",
    "DiscordServer",
    "Flag",
    "Guild",
    "Interaction",
    "Kind",
    "Member",
    "Menu",
    "Message",
    "Modal",
    "NotOffered",
    "Permission",
    "Person",
    "Role",
    "Tag",
    "Upload",
    "User",
    "World",
    "transcript",
]
