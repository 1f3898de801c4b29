"""Threads that get posts are kept from archiving.

https://docs.discord.com/developers/topics/threads#active--archived-threads
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import discord

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.people import place_of
from newsbot.platforms.discord.permissions import MANAGE, THREADS, lacking, standing_in
from newsbot.platforms.discord.troubles import UNANSWERED, in_words

if TYPE_CHECKING:
    from discord.http import HTTPClient

log = logging.getLogger(__name__)

LONGEST = 10080
"""Minutes that a thread stays in the channel list, at most: a week, for every server.
https://docs.discord.com/developers/resources/channel#modify-channel-json-params-thread"""
MEANT = timedelta(minutes=10)
"""A thread that is archived again so soon after we opened it was closed by somebody, and not by time: it stays so. Our
next post opens it."""
PATIENCE = 10.0  # seconds for a question to Discord
NO_CHANNEL = 10003  # https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
MOST = 10_000  # threads that are remembered as opened


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does for this."""

    async def serves(self, key: ChatKey) -> bool:
        """Whether anything is subscribed to there."""


class Threads:
    """Opens archived threads again by way of ``http``. A locked one is its moderators' affair."""

    def __init__(self, servers: Servers, http: HTTPClient, clock: Clock) -> None:
        self._servers = servers
        self._http = http
        self._clock = clock
        self._opened: OrderedDict[int, datetime] = OrderedDict()

    async def seek(self, guild: discord.Guild, key: ChatKey) -> bool:
        """:meth:`keep` a thread that Discord has put away, so that the library does not know it. False: it is gone."""
        if not await self._servers.serves(key):
            return True
        try:
            async with asyncio.timeout(PATIENCE):
                thread = await guild.fetch_channel(int(key.thread))
        except discord.NotFound as error:
            return error.code != NO_CHANNEL
        except UNANSWERED as error:
            log.info("thread %s cannot be looked for: %s", key.thread, in_words(error))
            return True
        if isinstance(thread, discord.Thread):
            await self.keep(thread)
        return True

    async def keep(self, thread: discord.Thread) -> None:
        """Open the thread, and let it stay in sight for as long as Discord allows, if we post there and may."""
        changes = self._changes(thread)
        if not changes or not await self._servers.serves(place_of(thread)):
            return
        if "archived" in changes:
            self._note(thread.id)
        try:
            await wire.change(self._http, str(thread.id), **changes)
        except UNANSWERED as error:
            log.info("thread %s cannot be kept open: %s", thread.id, in_words(error))

    def _changes(self, thread: discord.Thread) -> dict[str, bool | int]:
        standing = standing_in(thread)
        if standing is None or thread.locked or lacking(standing, (THREADS,)):
            return {}
        opened = self._opened.get(thread.id)
        if thread.archived and opened is not None and self._clock.now() - opened < MEANT:
            return {}
        mine = thread.owner_id == thread.guild.me.id or not lacking(standing, (MANAGE,))
        changes: dict[str, bool | int] = {"archived": False} if thread.archived else {}
        if mine and thread.auto_archive_duration < LONGEST:
            changes["auto_archive_duration"] = LONGEST
        return changes

    def _note(self, thread: int) -> None:
        self._opened.pop(thread, None)
        self._opened[thread] = self._clock.now()
        while len(self._opened) > MOST:
            self._opened.popitem(last=False)
