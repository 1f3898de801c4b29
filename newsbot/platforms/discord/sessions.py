"""How many sessions may be started at the gateway, and how fast.

"Session start limits" and "max_concurrency": https://docs.discord.com/developers/events/gateway#sharding-max-concurrency
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from discord.http import HTTPClient, Route

from newsbot.domain.ports import Clock
from newsbot.errors import PlatformError

APART = 5.0  # seconds between two starts of shards that share a turn
LONGEST = timedelta(days=1)  # Discord counts starts by the day


class NoStartsLeft(PlatformError):
    """Discord allows no further session before ``until``: more would cost the bot its token."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"Discord allows the bot no new connection before {until:%Y-%m-%d %H:%M} UTC: too many today")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What Discord allows: ``shards`` recommended, ``concurrency`` shards at once, ``remaining`` starts of ``total``
    for ``lasts``."""

    shards: int
    concurrency: int
    remaining: int
    total: int
    lasts: timedelta


async def allowance(http: HTTPClient) -> Allowance:
    """Ask Discord. Raises PlatformError for an answer that is none, and what the library raises for a refusal.
    https://docs.discord.com/developers/events/gateway#get-gateway-bot"""
    answer: Any = await http.request(Route("GET", "/gateway/bot"))
    try:
        limit = answer["session_start_limit"]
        return Allowance(
            max(1, int(answer["shards"])),
            max(1, int(limit["max_concurrency"])),
            int(limit["remaining"]),
            int(limit["total"]),
            min(LONGEST, timedelta(milliseconds=int(limit["reset_after"]))),
        )
    except (LookupError, TypeError, ValueError, OverflowError):
        raise PlatformError("what answers at platforms.discord.api_url is not Discord") from None


class Starts:
    """Gives each shard its turn to start a session."""

    def __init__(self, allowed: Allowance, clock: Clock) -> None:
        self._clock = clock
        self._concurrency = allowed.concurrency
        self._remaining, self._total = allowed.remaining, allowed.total
        self._until = clock.now() + allowed.lasts
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._next: dict[int, datetime] = {}

    @asynccontextmanager
    async def turn(self, shard: int) -> AsyncIterator[None]:
        """For the block in which a session is started; the next one of the same turn waits 5 seconds from its end.

        Raises NoStartsLeft.
        """
        bucket = shard % self._concurrency
        async with self._turns[bucket]:
            now = self._clock.now()
            wait = (self._next.get(bucket, now) - now).total_seconds()
            if wait > 0:
                await self._clock.sleep(min(wait, APART))  # a clock that was put back makes nobody wait longer
            self._take()
            try:
                yield
            finally:
                self._next[bucket] = self._clock.now() + timedelta(seconds=APART)

    def exhausted(self) -> NoStartsLeft:
        """What is to be raised when too few are left."""
        return NoStartsLeft(self._until)

    def _take(self) -> None:
        now = self._clock.now()
        if now >= self._until:
            self._remaining, self._until = self._total, now + LONGEST
        if self._remaining < 1:
            raise self.exhausted()
        self._remaining -= 1
