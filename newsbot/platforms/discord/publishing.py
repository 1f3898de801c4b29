"""Posts of announcement channels, passed on to the servers that follow them: ten an hour in each channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import discord
import structlog
from discord.http import HTTPClient
from discord.utils import snowflake_time

from newsbot.domain.ports import Clock
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.message import Json, post_of
from newsbot.platforms.discord.troubles import in_words

log = structlog.get_logger(__name__)

BUDGET = 10
"""Messages of one channel that Discord lets be published in an hour. No page of its documentation says so: its answers
do, and its help page (https://support.discord.com/hc/en-us/articles/360032008192)."""
FREE = 3
"""Of these, what single stories leave to digests."""
HOUR = timedelta(hours=1)
KEPT = timedelta(hours=3)
"""After so long a message is no news any more: it is not published."""
AGAIN = timedelta(minutes=1)

_CROSSPOSTED = 1 << 0
"""https://docs.discord.com/developers/resources/message#message-object-message-flags"""
_ALREADY = 40033


@dataclass(slots=True)
class _Channel:
    """What waits in a channel (a message's id: whether it is of a digest), and when others of it were published."""

    waiting: dict[str, bool] = field(default_factory=dict)
    times: list[datetime] = field(default_factory=list)
    held: datetime | None = None

    def next(self, now: datetime) -> str | None:
        """The message whose turn it is, if it is anybody's."""
        self.times = [time for time in self.times if now - time < HOUR]
        self.waiting = {id_: d for id_, d in self.waiting.items() if now - snowflake_time(int(id_)) < KEPT}
        if self.held is not None and now < self.held:
            return None
        order = sorted(self.waiting, key=lambda id_: (not self.waiting[id_], int(id_)))
        first = order[0] if order else None
        room = BUDGET - len(self.times)
        return first if first and room > (0 if self.waiting[first] else FREE) else None


class Publisher:
    """Publishes what was posted, digests first, as far as an hour's budget goes; the rest waits in memory.

    After a restart that is found again by what stands in the channel.
    """

    def __init__(self, http: HTTPClient, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self._channels: dict[str, _Channel] = {}

    async def offer(self, me: str, channel_id: str, message_ids: Sequence[str], *, digest: bool) -> None:
        """Publish the messages of a post now, or when there is room. Never raises for what Discord may answer."""
        await self.recall(me, channel_id)
        channel = self._channels[channel_id]
        channel.waiting |= dict.fromkeys(message_ids, digest)
        await self._publish(channel_id, channel)

    async def recall(self, me: str, channel_id: str) -> None:
        """Find what waits in a channel that nothing is known of: our posts (``me``: the bot's user id) of the last
        hours that were not published."""
        if channel_id in self._channels:
            return
        channel = self._channels[channel_id] = _Channel()
        try:
            standing = await wire.history(self._http, channel_id)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("what waits to be published cannot be read", channel=channel_id, reason=in_words(error))
            return
        for message in standing:
            if message["author"]["id"] == me and post_of(message.get("components") or ()):
                _remember(channel, message)

    async def step(self) -> None:
        """Publish what has room by now; to be called now and then."""
        for channel_id, channel in list(self._channels.items()):
            await self._publish(channel_id, channel)

    async def _publish(self, channel_id: str, channel: _Channel) -> None:
        while message_id := channel.next(self._clock.now()):
            digest = channel.waiting.pop(message_id)  # nobody else takes it meanwhile
            try:
                await wire.crosspost(self._http, channel_id, message_id)
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                if not self._failed(channel, error, channel_id):
                    channel.waiting[message_id] = digest
            else:
                channel.times.append(self._clock.now())

    def _failed(self, channel: _Channel, error: Exception, channel_id: str) -> bool:
        """Whether there is nothing more to be done about a message."""
        now = self._clock.now()
        if isinstance(error, discord.RateLimited):
            channel.held = now + timedelta(seconds=error.retry_after)
            return False
        if isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 401:
            if error.code != _ALREADY:
                log.warning("a post cannot be published", channel=channel_id, reason=in_words(error))
            return True
        channel.held = now + AGAIN
        return False


def _remember(channel: _Channel, message: Json) -> None:
    message_id = str(message["id"])
    if int(message.get("flags") or 0) & _CROSSPOSTED:
        channel.times.append(snowflake_time(int(message_id)))
    else:
        channel.waiting.setdefault(message_id, False)
