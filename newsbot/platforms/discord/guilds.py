"""The bot's own comings and goings in servers, and what becomes of the channels and threads it posts to."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, Protocol

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.discord import waiting
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.message import PLATFORM
from newsbot.platforms.discord.people import place_of
from newsbot.platforms.discord.waiting import THREAD_DELETED, Waiting

if TYPE_CHECKING:
    import discord

    from newsbot.platforms.discord.setup import Setup
    from newsbot.platforms.discord.threads import Threads
    from newsbot.platforms.discord.welcome import Welcome

log = logging.getLogger(__name__)

FRESH = timedelta(days=1)
"""A server that we find at the start, and that nobody knows, is greeted if we joined it no longer ago."""
DELETED = "the channel was deleted"
THREAD_LOCKED = "the thread is locked"
THREAD_PRIVATE = "the thread is private and the bot is not in it"
HOUR = timedelta(hours=1)
"""So often everything that waits is looked at, for what Discord does not tell: a timeout that is over."""


class Presence(waiting.Presence, Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does. All of it is harmless for places that nobody knows."""

    async def gone(self, platform: str, native: str, reason: str) -> None:
        """A channel and its threads take no more posts."""

    async def thread_back(self, key: ChatKey) -> None:
        """It takes posts again."""

    def admits(self, asker: Asker) -> bool:
        """Whether the config lets the asker's chat use the bot."""


class Servers(waiting.Servers, Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does."""

    async def arrived(self, platform: str, server: str, since: datetime) -> Literal["new", "back", "known"]:
        """The bot is in ``server`` since then. Where it was sent away before, its chats go on."""

    async def left(self, platform: str, server: str) -> None:
        """The bot was sent away."""

    async def known(self, platform: str) -> set[str]:
        """The servers that the bot is in, as far as was told here."""

    async def role_gone(self, platform: str, server: str, role: str) -> None:
        """A role of a server is no more: nothing calls it."""


class Guilds:
    """Tells what the gateway tells of servers, welcomes, keeps threads open, and has what waits tried again when it
    may. Runs in the process that leads the gateway; hearing something twice does no harm."""

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
        self._waiting = Waiting(presence, servers, threads, setup, forget)
        self._known: set[str] | None = None
        self._asking = asyncio.Lock()
        self._here: dict[int, discord.Guild] = {}
        self._looked = clock.now()

    # --- servers

    async def anew(self) -> None:
        """A client begins, or has ended (its servers would keep all of it in memory). Another process may have heard
        of comings and goings meanwhile."""
        async with self._asking:
            self._known = None
        self._here.clear()
        self._waiting.anew()

    async def joined(self, guild: discord.Guild) -> None:
        """Somebody invited us just now (``on_guild_join``)."""
        self._here[guild.id] = guild
        await self._arrived(guild)
        await self.permissions_changed(guild)

    async def available(self, guild: discord.Guild) -> None:
        """A server that we are in is there: at the start, or after an outage (``on_guild_available``)."""
        self._here[guild.id] = guild
        if str(guild.id) not in await self._names():
            await self._arrived(guild)
        await self._waiting.look([guild], fresh=True)

    async def left(self, guild: discord.Guild) -> None:
        """We were removed, or the server was deleted (``on_guild_remove``)."""
        await self._gone(str(guild.id))

    async def unavailable(self, guild: discord.Guild) -> None:
        """Discord has an outage there (``on_guild_unavailable``): nothing changes."""
        log.info("server %s has an outage", guild.id)

    async def ready(self, guilds: Iterable[discord.Guild]) -> None:
        """Every shard has told which servers we are in, those with an outage too (``on_ready``): we were sent away from
        the others while we were off, and those that we were sent away from before invited us again."""
        here = {str(guild.id): guild for guild in guilds}
        known = await self._servers.known(PLATFORM)
        for server in known - here.keys() - {str(guild_id) for guild_id in self._here}:
            await self._gone(server)
        for server in here.keys() - known:
            if not here[server].unavailable:
                await self._arrived(here[server])

    async def _names(self) -> set[str]:
        """The servers that are known to have us; of thousands that come at once, one asks the database."""
        async with self._asking:
            if self._known is None:
                self._known = await self._servers.known(PLATFORM)
            return self._known

    async def _arrived(self, guild: discord.Guild) -> None:
        now, me = self._clock.now(), guild.me
        since = (me.joined_at if me else None) or now
        arrival = await self._servers.arrived(PLATFORM, str(guild.id), since)
        (await self._names()).add(str(guild.id))
        if not self._presence.admits(_anybody(guild)):
            return
        if arrival == "back":
            await self._welcome.back(guild)
        elif arrival == "new" and now - since < FRESH:
            await self._welcome.greet(guild)

    async def _gone(self, server: str) -> None:
        self._here.pop(int(server), None)
        await self._servers.left(PLATFORM, server)
        (await self._names()).discard(server)

    # --- channels and threads

    async def channel_updated(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is another now (``on_guild_channel_update``, after)."""
        self._forget(str(channel.id))
        await self.permissions_changed(channel.guild)

    async def channel_deleted(self, channel: discord.abc.GuildChannel) -> None:
        """A channel is gone, and its threads with it (``on_guild_channel_delete``)."""
        await self._presence.gone(PLATFORM, str(channel.id), DELETED)
        await self._setup.changed(channel.guild)

    async def thread_updated(self, thread: discord.Thread) -> None:
        """A thread is another now, or is there for us, or no more (``on_thread_update``, after; ``on_thread_join``,
        ``on_thread_remove``)."""
        found = check(thread)
        if found is not None and "locked" in found.troubles:
            await self._presence.thread_gone(place_of(thread), THREAD_LOCKED)
        elif found is not None and "private" in found.troubles:
            await self._presence.thread_gone(place_of(thread), THREAD_PRIVATE)
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
        """What we may do somewhere in a server may be another now (roles, channels, ourselves)."""
        await self._waiting.look([guild])

    async def role_deleted(self, role: discord.Role) -> None:
        """A role is gone (``on_guild_role_delete``)."""
        await self._servers.role_gone(PLATFORM, str(role.guild.id), str(role.id))
        await self.permissions_changed(role.guild)

    async def step(self) -> bool:
        """Greet who is still to be greeted, and look at everything once an hour; whether anything was to be done."""
        greeted = await self._welcome.step(self._here)
        if self._clock.now() - self._looked < HOUR:
            return greeted
        self._looked = self._clock.now()
        await self._waiting.look(list(self._here.values()))
        return True


def _anybody(guild: discord.Guild) -> Asker:
    """Somebody in the server, of whom nothing else is known: what the config allows to all of it."""
    key = ChatKey(PLATFORM, str(guild.id))
    return Asker(PLATFORM, "", key, chat_kind="group", chat_title=guild.name, server=str(guild.id))
