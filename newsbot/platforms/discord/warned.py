"""That what was just subscribed to cannot be posted yet, said where it was asked for."""

from __future__ import annotations

from dataclasses import replace

from newsbot.domain.models import ChatKey
from newsbot.locales import Words
from newsbot.platforms.discord import report
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.message import is_private
from newsbot.platforms.discord.people import Interaction, guild_of
from newsbot.platforms.discord.waiting import spot_of
from newsbot.platforms.views import Reply

SUBSCRIBED = frozenset({"subscribe", "import", "sa", "sp"})
"""The commands and verbs after which something may come to a channel that never came there before."""


def warned(interaction: Interaction, name: str, reply: Reply, words: Words, key: ChatKey) -> Reply:
    """The answer to ``name`` about the chat at ``key``; with what is missing there, where to click and a button that
    looks again, where the bot may not post."""
    guild = guild_of(interaction)
    if name not in SUBSCRIBED or reply.error or guild is None or is_private(key):
        return reply
    spot = spot_of(key, guild)
    found = check(spot) if spot is not None else None
    warning = report.warning(words, found, f"#{spot.name}", str(spot.id)) if spot and found else None
    if warning is None:
        return reply
    rows, again = warning
    return replace(reply, blocks=(*reply.blocks, *rows), buttons=(*reply.buttons, (again,)))
