"""A strict Discord of our own: REST v10 and the gateway on loopback, and people who use it.

``async with DiscordServer() as dc``: a ``discord.Client`` works against it unchanged, once ``Route.BASE`` and
``DiscordWebSocket.DEFAULT_GATEWAY`` point at it. What the documentation forbids is refused with Discord's own codes and
words; where Discord is lenient or silent and a bot would never learn of its mistake, the refusal says "strict:".
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
]
