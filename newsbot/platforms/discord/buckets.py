"""The limits of single channels and routes, as Discord's headers tell them, without the library's waits.

discord.py's own buckets sleep within the request, also after it was answered, for as long as the bucket is empty: one
slow channel would hold up whoever waits for its answer. Ours wait for a moment, or say for how long.
https://docs.discord.com/developers/topics/rate-limits#header-format
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import aiohttp
from discord.http import Ratelimit

from newsbot.domain.ports import Clock
from newsbot.platforms.discord.pace import PATIENCE, NotYet
from newsbot.platforms.discord.refusals import number_in

MARGIN = 0.05
"""Seconds by which a request may be faster than the answer before it, and headers are rounded."""


class Bucket(Ratelimit):
    """One of the library's, whose waits are short and on our clock."""

    __slots__ = ("_answered", "_clock", "_known", "_until")

    def __init__(self, clock: Clock) -> None:
        super().__init__(None)
        self._clock = clock
        self._until: datetime | None = None
        self._known = False  # how much there is; until then one goes first
        self._answered = asyncio.Event()

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:
        """Learn from the headers of an answer. Those behind it may be on their way, and not counted there: of what the
        headers leave and what was taken here, the less is true."""
        names = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset-After")
        limit, left, seconds = (number_in(response.headers.get(name)) for name in names)
        if limit is None or left is None or seconds is None:  # what cannot be read says nothing
            return
        self.limit, self.reset_after = max(1, int(limit)), seconds
        self.remaining = min(self.remaining, int(left)) if self._known else int(left)
        self._known = True
        self._until = self._clock.now() + timedelta(seconds=seconds + MARGIN)

    def reset(self) -> None:
        """It is full again."""
        self.remaining = self.limit - self.outgoing
        self.expires = self._until = None
        self.reset_after, self.dirty = 0.0, False

    def is_expired(self) -> bool:
        """Whether what the headers said is over."""
        return self._until is not None and self._clock.now() >= self._until

    def is_inactive(self) -> bool:
        """Whether nothing is lost when it is forgotten."""
        return self.outgoing == 0 and (self._until is None or self.is_expired())

    async def acquire(self) -> None:
        """Take one place. Raises NotYet when none is free soon."""
        end = self._clock.now() + timedelta(seconds=PATIENCE)
        while True:
            if self.is_expired():
                self.reset()
            if self.remaining > 0:
                break
            await self._wait(end)
        self.remaining -= 1
        self.outgoing += 1

    async def _wait(self, end: datetime) -> None:
        if self._until is not None:
            if self._until > end:
                raise NotYet((self._until - self._clock.now()).total_seconds())
            await self._clock.sleep((self._until - self._clock.now()).total_seconds())
            return
        try:  # the answer that will tell is on its way
            self._answered.clear()
            async with asyncio.timeout(PATIENCE):
                await self._answered.wait()
        except TimeoutError:
            raise NotYet(PATIENCE) from None

    async def __aexit__(self, *exc_info: object) -> None:
        """One that left was answered, or never will be."""
        self.outgoing -= 1
        if self._until is None:  # no header said anything: what was taken is given back
            self.remaining = max(self.remaining, self.limit - self.outgoing)
        self._answered.set()
