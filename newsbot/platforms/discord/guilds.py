"""The bot's own comings and goings in servers, and what becomes of the channels and threads it posts to."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from newsbot.domain.models import Chat, ChatKey, ChatKind
from newsbot.domain.ports import Clock

if TYPE_CHECKING:
    import discord
    from discord.abc import GuildChannel

    from newsbot.platforms.discord.setup import Setup
    from newsbot.platforms.discord.threads import Threads
    from newsbot.platforms.discord.welcome import Welcome

FRESH = timedelta(days=1)
"""A server that we find at the start, and that nobody knows, is greeted if we joined it no longer ago."""


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does. All of it is harmless for places that nobody knows."""

    async def server_joined(self, server: str, since: datetime) -> bool:
        """The bot is in the server since then; whether it was never greeted for this stay (from now on it was)."""

    async def server_gone(self, server: str) -> None:
        """The bot was sent away: every chat of the server waits."""

    async def server_back(self, server: str) -> None:
        """It was invited again."""

    async def gone(self, platform: str, native: str, reason: str) -> None:
        """A channel and its threads take no more posts."""

    async def thread_gone(self, key: ChatKey, reason: str) -> None:
        """One thread takes no more posts."""

    async def thread_back(self, key: ChatKey) -> None:
        """It takes posts again."""

    async def reached(self, key: ChatKey) -> None:
        """Whatever was refused before, posts are tried again."""

    async def paused(self, server: str) -> list[Chat]:
        """The chats of a server that are paused."""

    async def serves(self, key: ChatKey) -> bool:
        """Whether the chat has subscriptions."""

    async def now_kind(self, key: ChatKey, kind: ChatKind) -> None:
        """The chat is of another kind now."""


class Guilds:
    """Tells ``presence`` what the gateway tells of servers, welcomes, keeps threads open, and has what waits tried
    again when it may. Runs in the process that leads the gateway; every method may be called for every server."""

    def __init__(self, presence: Presence, welcome: Welcome, threads: Threads, setup: Setup, clock: Clock) -> None:
        self._presence = presence
        self._welcome = welcome
        self._threads = threads
        self._setup = setup
        self._clock = clock

    async def joined(self, guild: discord.Guild) -> None:
        """Somebody invited us just now (``on_guild_join``)."""

    async def available(self, guild: discord.Guild) -> None:
        """A server that we are in is there: at the start, or after an outage (``on_guild_available``)."""

    async def left(self, guild: discord.Guild) -> None:
        """We were removed, or the server was deleted (``on_guild_remove``)."""

    async def unavailable(self, guild: discord.Guild) -> None:
        """Discord has an outage there (``on_guild_unavailable``): nothing changes."""

    async def ready(self, guilds: list[discord.Guild]) -> None:
        """Every shard has told of its servers: those that we know and are not in any more are gone."""

    async def channel_updated(self, channel: GuildChannel) -> None:
        """A channel is another now (``on_guild_channel_update``, after; ``on_guild_channel_create``)."""

    async def channel_deleted(self, channel: GuildChannel) -> None:
        """A channel is gone (``on_guild_channel_delete``)."""

    async def thread_updated(self, thread: discord.Thread) -> None:
        """A thread is another now (``on_thread_update``, after; ``on_thread_join``, ``on_thread_create``)."""

    async def thread_deleted(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone (``on_raw_thread_delete``)."""

    async def permissions_changed(self, guild: discord.Guild) -> None:
        """Roles, or our own member, are others now (``on_guild_role_update``, ``…_delete``, ``on_member_update`` of
        ourselves)."""
