"""Telling Discord of the commands: only when they are others than the last time; and what ids it gave them."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

import aiohttp
import discord
from discord.app_commands import AppCommand

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
    ``reason``. ``ids``: of the commands by their names, as far as they are known."""

    outcome: Literal["told", "knew", "refused"]
    commands: int
    reason: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)


async def sync(tree: Tree, notebook: Notebook, *, force: bool = False) -> Synced:
    """Tell Discord of the commands of ``tree``, whose client is logged in, if they changed since it was last told, or
    with ``force``. What it refuses is logged, and tried again at the next call."""
    payload = await tree.payload()
    name, mark = f"{NOTE}:{tree.client.application_id}", _mark(payload)
    before, _, noted = (await notebook.get(name) or "").partition(" ")
    knew = before == mark and not force
    if knew and noted:
        return Synced("knew", len(payload), ids=_read(noted))
    try:
        ids = _ids(await (tree.fetch_commands() if knew else tree.sync()))
    except UNTOLD as error:
        reason = in_words(error)
        log.error("Discord was not told of the commands: %s", reason)
        return Synced("knew" if knew else "refused", len(payload), reason, _read(noted))
    await notebook.put(name, f"{mark} {json.dumps(ids)}")
    return Synced("knew" if knew else "told", len(payload), ids=ids)


def _ids(commands: Iterable[AppCommand]) -> dict[str, str]:
    """The ids of what is typed, by names; menus have no place in a text."""
    return {each.name: str(each.id) for each in commands if each.type is discord.AppCommandType.chat_input}


def _read(noted: str) -> dict[str, str]:
    """The ids as they were noted, {} for none: an older version noted the mark alone."""
    found = json.loads(noted or "{}")
    return {str(name): str(id_) for name, id_ in found.items()} if isinstance(found, dict) else {}


def _mark(payload: object) -> str:
    said = json.dumps(payload, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]
