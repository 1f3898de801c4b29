"""The bot's own comings and goings in servers, and what becomes of the channels and threads it posts to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from newsbot.domain.models import Chat, ChatKey, ChatKind
from newsbot.domain.ports import Clock
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.message import PLATFORM, is_private
from newsbot.platforms.discord.people import Place, kind_of, place_of

if TYPE_CHECKING:
    import discord

    from newsbot.platforms.discord.setup import Setup
    from newsbot.platforms.discord.threads import Threads
    from newsbot.platforms.discord.welcome import Welcome

log = logging.getLogger(__name__)

FRESH = timedelta(days=1)
"""A server that we find at the start, and that nobody knows, is greeted if we joined it no longer ago."""
DELETED = "the channel was deleted"
THREAD_DELETED = "the thread was deleted"
THREAD_LOCKED = "the thread is locked"
HOUR = timedelta(hours=1)
"""So often everything that waits is looked at, for what Discord does not tell: a timeout that is over."""


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does. All of it is harmless for places that nobody knows."""

    async def gone(self, platform: str, native: str, reason: str) -> None:
        """A channel and its threads take no more posts."""

    async def thread_gone(self, key: ChatKey, reason: str) -> None:
        """One thread takes no more posts."""

    async def thread_back(self, key: ChatKey) -> None:
        """It takes posts again."""

    async def reached(self, key: ChatKey) -> None:
        """Whatever was refused before, posts are tried again."""

    def admits(self, asker: Asker) -> bool:
        """Whether the config lets the asker's chat use the bot."""


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does."""

    async def arrived(self, platform: str, server: str, since: datetime) -> Literal["new", "back", "known"]:
        """The bot is in ``server`` since then. Where it was sent away before, its chats go on."""

    async def left(self, platform: str, server: str) -> None:
        """The bot was sent away."""

    async def known(self, platform: str) -> set[str]:
        """The servers that the bot is in, as far as was told here."""

    async def held(self, platform: str) -> list[Chat]:
        """The platform's chats that are paused, but not by the emergency stop."""

    async def is_now(self, key: ChatKey, kind: ChatKind, server: str = "") -> None:
        """A place is of this kind, and part of ``server``."""


class Guilds:
    """Tells what the gateway tells of servers, welcomes, keeps threads open, and has what waits tried again when it
    may. Runs in the process that leads the gateway; every method is harmless when called twice."""

    def __init__(
        self,
        presence: Presence,
        servers: Servers,
        welcome: Welcome,
        threads: Threads,
        setup: Setup,
        clock: Clock,
        *,
        forget: Callable[[str], None] = lambda _: None,
    ) -> None:
        """``forget`` is told the id of a channel of which something is another now."""
        self._forget = forget
        self._presence = presence
        self._servers = servers
        self._welcome = welcome
        self._threads = threads
        self._setup = setup
        self._clock = clock
        self._known: set[str] | None = None
        self._here: dict[int, discord.Guild] = {}
        self._looked = clock.now()
        self._changed: dict[int, discord.Guild] = {}
        self._turn = asyncio.Lock()

    # --- servers

    async def joined(self, guild: discord.Guild) -> None:
        """Somebody invited us just now (``on_guild_join``)."""
        self._here[guild.id] = guild
        await self._arrived(guild)
        await self.permissions_changed(guild)

    async def available(self, guild: discord.Guild) -> None:
        """A server that we are in is there: at the start, or after an outage (``on_guild_available``)."""
        self._here[guild.id] = guild
        if self._known is None:
            self._known = await self._servers.known(PLATFORM)
        if str(guild.id) not in self._known:
            await self._arrived(guild)
        await self.permissions_changed(guild)

    async def left(self, guild: discord.Guild) -> None:
        """We were removed, or the server was deleted (``on_guild_remove``)."""
        await self._gone(str(guild.id))

    async def unavailable(self, guild: discord.Guild) -> None:
        """Discord has an outage there (``on_guild_unavailable``): nothing changes."""
        log.info("server %s has an outage", guild.id)

    async def ready(self, guilds: Iterable[discord.Guild]) -> None:
        """Every shard has told which servers we are in, those with an outage too (``on_ready``): we were sent away from
        the others while we were off."""
        here = {str(guild.id) for guild in guilds}
        for server in await self._servers.known(PLATFORM) - here:
            await self._gone(server)

    async def _arrived(self, guild: discord.Guild) -> None:
        now, me = self._clock.now(), guild.me
        since = (me.joined_at if me else None) or now
        arrival = await self._servers.arrived(PLATFORM, str(guild.id), since)
        if self._known is not None:
            self._known.add(str(guild.id))
        if not self._presence.admits(_anybody(guild)):
            return
        if arrival == "back":
            await self._welcome.back(guild)
        elif arrival == "new" and now - since < FRESH:
            await self._welcome.greet(guild)

    async def _gone(self, server: str) -> None:
        self._here.pop(int(server), None)
        await self._servers.left(PLATFORM, server)
        if self._known is not None:
            self._known.discard(server)

    # --- channels and threads

    async def channel_updated(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is another now (``on_guild_channel_update``, after)."""
        self._forget(str(channel.id))
        await self._servers.is_now(place_of(channel), kind_of(channel), str(channel.guild.id))
        await self.permissions_changed(channel.guild)

    async def channel_deleted(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone, and its threads with it (``on_guild_channel_delete``)."""
        await self._presence.gone(PLATFORM, str(channel.id), DELETED)
        await self._setup.changed(channel.guild)

    async def thread_updated(self, thread: discord.Thread) -> None:
        """A thread is another now, or is there for us (``on_thread_update``, after; ``on_thread_join``)."""
        found = check(thread)
        if found is not None and "locked" in found.troubles:
            await self._presence.thread_gone(place_of(thread), THREAD_LOCKED)
        elif found is not None and found.well:
            await self._presence.thread_back(place_of(thread))
        await self._threads.keep(thread)
        await self._setup.changed(thread.guild)

    async def thread_deleted(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone (``on_raw_thread_delete``)."""
        key = ChatKey(PLATFORM, str(thread.parent_id), str(thread.thread_id))
        await self._presence.thread_gone(key, THREAD_DELETED)

    # --- permissions

    async def permissions_changed(self, guild: discord.Guild) -> None:
        """What we may do somewhere in a server may be another now (roles, channels, ourselves): whatever waits there
        for no reason any more goes on, and open reports of /setup look again.

        One change of a category comes as many; those that come while we look are looked at together.
        """
        self._changed[guild.id] = guild
        async with self._turn:
            changed, self._changed = self._changed, {}
            if not changed:
                return
            for chat in await self._servers.held(PLATFORM):
                await self._look_again(chat, changed)
        for each in changed.values():
            await self._setup.changed(each)

    async def step(self) -> bool:
        """Look at everything that waits once an hour; whether it was time for that."""
        if self._clock.now() - self._looked < HOUR:
            return False
        self._looked = self._clock.now()
        self._changed |= self._here
        for guild in list(self._here.values())[:1]:
            await self.permissions_changed(guild)
        return True

    async def _look_again(self, chat: Chat, changed: dict[int, discord.Guild]) -> None:
        """Chats that were made by the config know of no server: theirs is the one that has their channel."""
        if is_private(chat.key):
            return
        guilds = [g for g in changed.values() if not chat.server or chat.server == str(g.id)]
        spot = next((s for guild in guilds if (s := spot_of(chat.key, guild))), None)
        if spot is None:
            return
        if not chat.server:
            await self._servers.is_now(place_of(spot), kind_of(spot), str(spot.guild.id))
        away = place_of(spot) != chat.key and chat.paused.startswith("the thread")
        found = check(spot)
        if found is not None and found.well and not away:
            await self._presence.reached(chat.key)


def spot_of(key: ChatKey, guild: discord.Guild) -> Place | None:
    """A chat's thread, or its channel where there is none or the thread is archived, and so not at hand."""
    if not (key.native + key.thread).isdecimal():
        return None
    thread = guild.get_thread(int(key.thread)) if key.thread else None
    return thread or guild.get_channel(int(key.native))


def _anybody(guild: discord.Guild) -> Asker:
    """Somebody in the server, of whom nothing else is known: what the config allows to all of it."""
    key = ChatKey(PLATFORM, str(guild.id))
    return Asker(PLATFORM, "", key, chat_kind="group", chat_title=guild.name, server=str(guild.id))
