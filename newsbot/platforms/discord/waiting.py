"""What waits in servers, and goes on by itself as soon as it may."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import discord

from newsbot.domain.models import Chat, ChatKey, ChatKind
from newsbot.platforms.discord.checks import Check, check
from newsbot.platforms.discord.message import PLATFORM
from newsbot.platforms.discord.people import Place, kind_of
from newsbot.platforms.discord.permissions import NEEDED, WISHED, Standing, lacking, standing_in

if TYPE_CHECKING:
    from newsbot.platforms.discord.setup import Setup
    from newsbot.platforms.discord.threads import Threads

THREAD_DELETED = "the thread was deleted"


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does for this."""

    async def thread_gone(self, key: ChatKey, reason: str) -> None:
        """One thread takes no more posts."""


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does for this."""

    async def within(self, platform: str, servers: Iterable[str]) -> list[Chat]:
        """What is known of the chats of some servers, and of those of which no server is known yet."""

    async def is_now(self, key: ChatKey, kind: ChatKind, server: str = "") -> None:
        """A place is of this kind, and part of ``server``."""

    async def go_on(self, chats: Collection[Chat]) -> None:
        """Whatever was refused in these chats before, posts are tried again."""


class Waiting:
    """Compares what is known of a server's chats with what is there: what kind their channels are, whether posts that
    wait there can go on, and whether their threads are kept open. Then open reports of /setup look again.

    ``forget`` is told the id of a channel of which something is another now.
    """

    def __init__(
        self, presence: Presence, servers: Servers, threads: Threads, setup: Setup, forget: Callable[[str], None]
    ) -> None:
        self._presence = presence
        self._servers = servers
        self._threads = threads
        self._setup = setup
        self._forget = forget
        self._changed: dict[int, discord.Guild] = {}
        self._fresh: set[int] = set()
        self._turn = asyncio.Lock()

    def anew(self) -> None:
        """What was changed is nothing any more."""
        self._changed, self._fresh = {}, set()

    async def look(self, guilds: Iterable[discord.Guild], *, fresh: bool = False) -> None:
        """Something may be another in ``guilds``; ``fresh``: we have just come to know of them.

        One change of a category comes as many; those that come while we look are looked at together.
        """
        here = {guild.id: guild for guild in guilds}
        self._changed |= here
        self._fresh |= here.keys() if fresh else set()
        async with self._turn:
            (changed, self._changed), (new, self._fresh) = (self._changed, {}), (self._fresh, set())
            if not changed:
                return
            try:
                found = await self._compare(changed)
            except BaseException:
                self._changed, self._fresh = changed | self._changed, new | self._fresh
                raise
        for chat, spot in found:
            await self._keep(chat, spot, fresh=spot.guild.id in new)
        for each in changed.values():
            await self._setup.changed(each)

    async def _compare(self, changed: dict[int, discord.Guild]) -> list[tuple[Chat, Place]]:
        """The chats that are threads, each with its thread, or with its channel where that is not at hand."""
        chats = await self._servers.within(PLATFORM, map(str, changed))
        found = [(chat, spot) for chat in chats if (spot := _spot(chat, changed)) is not None]
        for chat, spot in found:
            kind = "group" if chat.key.thread else kind_of(spot)
            if (chat.kind, chat.server) != (kind, str(spot.guild.id)):
                self._forget(chat.key.native)
                await self._servers.is_now(chat.key, kind, str(spot.guild.id))
        await self._servers.go_on([chat for chat, spot in found if _goes_on(chat, spot)])
        return [(chat, spot) for chat, spot in found if chat.key.thread]

    async def _keep(self, chat: Chat, spot: Place, *, fresh: bool) -> None:
        """An archived thread is looked for once: who archives it later does so before our eyes."""
        if isinstance(spot, discord.Thread):
            await self._threads.keep(spot)
        elif fresh and not await self._threads.seek(spot.guild, chat.key):
            await self._presence.thread_gone(chat.key, THREAD_DELETED)


def _spot(chat: Chat, changed: dict[int, discord.Guild]) -> Place | None:
    """Chats that were made by the config may know of no server: theirs is the one that has their channel."""
    guilds = [guild for guild in changed.values() if not chat.server or chat.server == str(guild.id)]
    return next((spot for guild in guilds if (spot := spot_of(chat.key, guild)) is not None), None)


def spot_of(key: ChatKey, guild: discord.Guild) -> Place | None:
    """A chat's thread, or its channel where there is none or the thread is archived, and so not at hand."""
    if not (key.native + key.thread).isdecimal():
        return None
    thread = guild.get_thread(int(key.thread)) if key.thread else None
    return thread or guild.get_channel(int(key.native))


def _goes_on(chat: Chat, spot: Place) -> bool:
    if not chat.paused:
        return False
    away = bool(chat.key.thread) and not isinstance(spot, discord.Thread)
    if away and chat.paused.startswith("the thread"):
        return False
    found, standing = check(spot), standing_in(spot)
    if found is None or standing is None:
        return False
    return (_within(found, standing) if away else found).frees(chat.paused)


def _within(found: Check, standing: Standing) -> Check:
    """What was ``found`` in a channel, for its archived threads: they have permissions of their own."""
    missing, wished = lacking(standing, NEEDED["thread"]), lacking(standing, WISHED["thread"])
    return replace(found, sort="thread", missing=missing, wished=wished, troubles=())
