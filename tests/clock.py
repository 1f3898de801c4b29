"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


class ManualClock:
    """Implements :class:`newsbot.domain.ports.Clock`.

    ``sleep`` returns when a test has advanced the time far enough; with ``flowing`` it advances the time itself,
    so that code which only waits runs through at once.
    """

    def __init__(self, start: datetime = START, *, flowing: bool = False) -> None:
        self._now = start
        self.flowing = flowing
        self._order = itertools.count()
        self._sleepers: list[tuple[datetime, int, asyncio.Event]] = []
        self._lain_down = asyncio.Event()

    def now(self) -> datetime:
        """The time that the test has set."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait until :meth:`advance` has passed ``seconds``, or pass them now when ``flowing``."""
        until = self._now + timedelta(seconds=max(seconds, 0))
        if self.flowing:
            self._now = max(self._now, until)
            await asyncio.sleep(0)
            return
        rung = asyncio.Event()
        entry = (until, next(self._order), rung)
        heapq.heappush(self._sleepers, entry)
        self._lain_down.set()
        try:
            await rung.wait()
        finally:
            if entry in self._sleepers:
                self._sleepers.remove(entry)
                heapq.heapify(self._sleepers)

    def advance(self, seconds: float = 0, **parts: float) -> datetime:
        """Move on by ``seconds`` (or ``minutes=``, ``hours=``, ``days=``), waking sleepers in order; the time then."""
        target = self._now + timedelta(seconds=seconds, **parts)
        while self._sleepers and self._sleepers[0][0] <= target:
            until, _, rung = heapq.heappop(self._sleepers)
            self._now = max(self._now, until)
            rung.set()
        self._now = target
        return target

    @property
    def sleepers(self) -> int:
        """How many coroutines sleep."""
        return len(self._sleepers)

    async def asleep(self, number: int = 1, timeout: float = 5.0) -> None:
        """Return when at least ``number`` coroutines sleep. Raises TimeoutError after ``timeout`` real seconds."""
        async with asyncio.timeout(timeout):
            while self.sleepers < number:
                self._lain_down.clear()
                await self._lain_down.wait()
