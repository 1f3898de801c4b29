"""Telling Discord of the commands: only when they are others than the last time."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Literal, Protocol

import aiohttp
import discord

from newsbot.platforms.discord.tree import Tree
from newsbot.platforms.discord.troubles import in_words

log = logging.getLogger(__name__)

NOTE = "discord_commands"
UNTOLD = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What Discord refuses, and what never reaches it; OSError is also what a timeout is."""


class Notebook(Protocol):
    """Single values that outlive a run."""

    async def get(self, key: str) -> str | None:
        """What stands under ``key``."""

    async def put(self, key: str, value: str) -> None:
        """Put ``value`` in place of whatever stood there."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What came of it: Discord was ``told`` of the ``commands`` (how many), ``knew`` them, or ``refused`` them, for the
    ``reason``."""

    outcome: Literal["told", "knew", "refused"]
    commands: int
    reason: str = ""


async def sync(tree: Tree, notebook: Notebook, *, force: bool = False) -> Synced:
    """Tell Discord of the commands of ``tree``, whose client is logged in, if they changed since it was last told, or
    with ``force``. What it refuses is logged, and tried again at the next call."""
    payload = await tree.payload()
    name, mark = f"{NOTE}:{tree.client.application_id}", _mark(payload)
    if not force and await notebook.get(name) == mark:
        return Synced("knew", len(payload))
    try:
        await tree.sync()
    except UNTOLD as error:
        reason = in_words(error)
        log.error("Discord was not told of the commands: %s", reason)
        return Synced("refused", len(payload), reason)
    await notebook.put(name, mark)
    return Synced("told", len(payload))


def _mark(payload: object) -> str:
    said = json.dumps(payload, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
