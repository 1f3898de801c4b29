"""The gateway's client: what it listens to, and to whom it tells what it hears.

https://docs.discord.com/developers/events/gateway
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

import aiohttp
import discord
from discord import ui

from newsbot.domain.ports import Clock
from newsbot.platforms.discord.sessions import Starts, allowance
from newsbot.platforms.discord.shards import Shard, together
from newsbot.platforms.discord.state import State

if TYPE_CHECKING:
    from discord.abc import GuildChannel

INTENTS = discord.Intents(guilds=True, dm_messages=True)
"""Servers with their channels, threads and roles, and private messages. None is privileged: interactions need none."""
SILENCE = 60.0  # seconds without a word after which a connection is dead; Discord answers a heartbeat each 41 s
LONGEST_LIMIT = 30.0  # seconds for which the library may wait for a rate limit; it takes no less


FOUND = "found"
"""Marks an interaction whose button the library found in its message."""


class Answerer(Protocol):
    """Answers presses, forms and private messages; commands reach it by way of the tree. What it raises is logged."""

    async def press(self, interaction: discord.Interaction, custom_id: str, values: Sequence[str]) -> None:
        """Answer a button, or a menu of which ``values`` were chosen."""

    async def submit(self, interaction: discord.Interaction) -> None:
        """Answer a form that was sent off."""

    async def message(self, message: discord.Message) -> None:
        """Answer a person's private message."""


class Listener(Protocol):
    """Is told of servers; :class:`newsbot.platforms.discord.guilds.Guilds`. What it raises is logged."""

    async def anew(self) -> None:
        """A client begins, or has ended: what the last one said of servers is nothing any more."""

    async def joined(self, guild: discord.Guild) -> None:
        """Somebody invited us just now."""

    async def available(self, guild: discord.Guild) -> None:
        """A server that we are in is there: at the start, or after an outage."""

    async def left(self, guild: discord.Guild) -> None:
        """We were removed, or the server was deleted."""

    async def unavailable(self, guild: discord.Guild) -> None:
        """Discord has an outage there."""

    async def ready(self, guilds: list[discord.Guild]) -> None:
        """Every shard has told which servers we are in: these."""

    async def channel_updated(self, channel: GuildChannel) -> None:
        """A channel is new or another now."""

    async def channel_deleted(self, channel: GuildChannel) -> None:
        """A channel is gone."""

    async def thread_updated(self, thread: discord.Thread) -> None:
        """A thread is new or another now."""

    async def thread_deleted(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone."""

    async def permissions_changed(self, guild: discord.Guild) -> None:
        """Roles, or our own member, are others now."""

    async def role_deleted(self, role: discord.Role) -> None:
        """A role is gone."""


class Press(ui.DynamicItem[ui.Item[Any]], template=re.compile(r"(?s).+")):
    """Any button or menu of ours, whenever it was sent: what it does is in its custom_id, so a restart forgets none."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Press:
        """The one that was pressed."""
        interaction.extras[FOUND] = True
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Have it answered."""
        client: Gateway = interaction.client
        await client.pressed(interaction)


class Gateway(discord.AutoShardedClient):
    """One life of the bot at Discord's gateway, over all its shards; :meth:`start` ends only by an error.

    ``shards``: how many; None: as many as Discord recommends, and ``least`` in any case. ``trace`` watches requests;
    ``proxy`` is for all traffic; a connection that is silent for ``silence`` seconds is dead. ``changed`` is called
    when a shard is up. Use it as a context manager.
    """

    def __init__(
        self,
        answerer: Answerer,
        listener: Listener,
        clock: Clock,
        *,
        shards: int | None = None,
        least: int = 1,
        proxy: str | None = None,
        trace: aiohttp.TraceConfig | None = None,
        silence: float = SILENCE,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we have nothing to say by voice
        super().__init__(
            intents=INTENTS,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            allowed_mentions=discord.AllowedMentions.none(),
            heartbeat_timeout=silence,
            guild_ready_timeout=0.0,
            max_ratelimit_timeout=LONGEST_LIMIT,
            proxy=proxy,
            http_trace=trace or aiohttp.TraceConfig(),
        )
        self.answerer, self.listener = answerer, listener
        self.connections: tuple[Shard, ...] = ()
        self._clock, self._changed = clock, changed
        self._wanted, self._least = shards, least
        self.add_dynamic_items(Press)

    def _get_state(self, **options: Any) -> State:
        return State(dispatch=self.dispatch, handlers=self._handlers, hooks=self._hooks, http=self.http, **options)

    async def connect(self, *, reconnect: bool = True) -> NoReturn:
        """Keep every shard connected. Raises what no reconnection mends: discord.ConnectionClosed, PlatformError.

        Not the library's own: that mends one shard after the other, forgets a session when one attempt to resume it
        fails, and waits for up to a quarter of an hour.
        """
        allowed = await allowance(self.http)
        starts = Starts(allowed, self._clock)
        number = self.shard_count = max(self._wanted or allowed.shards, self._least)
        if allowed.remaining < number:
            raise starts.exhausted()
        self._connection.shard_count, self._connection.shard_ids = number, range(number)
        self.connections = tuple(Shard(self, each, starts, self._clock, self._changed) for each in range(number))
        await together(*(each.run() for each in self.connections))

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Nothing: a shard waits for its turn before it connects (:class:`Starts`)."""

    # --- people ---

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Forms, and presses that are none of the message's as the library reads it: it would let them go without an
        answer. Commands go through the tree, other presses through :class:`Press`, which was there before this."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self.answerer.submit(interaction)
        elif interaction.type is discord.InteractionType.component and FOUND not in interaction.extras:
            await self.pressed(interaction)

    async def pressed(self, interaction: discord.Interaction) -> None:
        """Have a press answered."""
        data = dict(interaction.data or {})
        values = data.get("values")
        chosen = [str(value) for value in values] if isinstance(values, list) else []
        await self.answerer.press(interaction, str(data.get("custom_id", "")), chosen)

    async def on_message(self, message: discord.Message) -> None:
        """Private messages of people."""
        if message.guild is None and not message.author.bot:
            await self.answerer.message(message)

    # --- servers ---

    async def on_ready(self) -> None:
        """Every shard has said which servers it serves."""
        await self.listener.ready(list(self.guilds))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """We were invited."""
        await self.listener.joined(guild)

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """A server of ours is there."""
        await self.listener.available(guild)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """We are not in it any more."""
        await self.listener.left(guild)

    async def on_guild_unavailable(self, guild: discord.Guild) -> None:
        """Discord has an outage there."""
        await self.listener.unavailable(guild)

    async def on_guild_channel_create(self, channel: GuildChannel) -> None:
        """A channel is new, or we may see it now."""
        await self.listener.channel_updated(channel)

    async def on_guild_channel_update(self, _before: GuildChannel, after: GuildChannel) -> None:
        """A channel is another."""
        await self.listener.channel_updated(after)

    async def on_guild_channel_delete(self, channel: GuildChannel) -> None:
        """A channel is gone."""
        await self.listener.channel_deleted(channel)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """A thread is new."""
        await self.listener.thread_updated(thread)

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """We see a thread that we did not see."""
        await self.listener.thread_updated(thread)

    async def on_thread_remove(self, thread: discord.Thread) -> None:
        """We were taken out of a thread."""
        await self.listener.thread_updated(thread)

    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        """A thread is another."""
        await self.listener.thread_updated(after)

    async def on_raw_thread_delete(self, thread: discord.RawThreadDeleteEvent) -> None:
        """A thread is gone."""
        await self.listener.thread_deleted(thread)

    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """A role, maybe one of ours, allows something else."""
        await self.listener.permissions_changed(after.guild)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        """A role, maybe one of ours, is gone."""
        await self.listener.role_deleted(role)

    async def on_member_update(self, _before: discord.Member, after: discord.Member) -> None:
        """A member has other roles; we hear only of ourselves."""
        await self.listener.permissions_changed(after.guild)
