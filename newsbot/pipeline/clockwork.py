"""The process's clock, its wake-up calls, and the shape that every loop has."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from newsbot.domain.ports import Clock, Wake
from newsbot.domain.schedule import backoff
from newsbot.errors import LeadershipLost, PlatformError, StorageError

log = structlog.get_logger(__name__)


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)


class LocalWake:
    """Wake-up calls within this process; another process's rows are found by polling.

    A call for ``deliver`` wakes ``deliver:web`` too.
    """

    def __init__(self) -> None:
        self._events: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def notify(self, name: str) -> None:
        """Wake the loop that waits for ``name``, now or at its next wait."""
        self._events[name].set()
        for other, event in self._events.items():
            if other.startswith(f"{name}:"):
                event.set()

    async def wait(self, name: str, timeout: float) -> None:
        """Return when notified, or after ``timeout`` seconds."""
        event = self._events[name]
        try:
            async with asyncio.timeout(timeout):
                await event.wait()
        except TimeoutError:
            return
        event.clear()


@dataclass(slots=True)
class LoopHealth:
    """How a loop fares, for ``/status`` and ``/readyz``: its last good round, failures since, and their reason.

    ``waits``: for a database that is locked, full or out of reach."""

    name: str
    last_good: datetime | None = None
    failures: int = 0
    error: str = ""
    waits: bool = False


@dataclass(slots=True)
class Loop:
    """Calls ``step`` again while it finds work, then waits for a wake-up call or ``pause`` seconds.

    A failure is loud and never ends the loop: a database that is locked or full today may be well tomorrow.
    """

    name: str
    step: Callable[[], Awaitable[bool]]
    clock: Clock
    wake: Wake
    pause: float = 1.0
    health: LoopHealth = field(init=False)
    _stopping: bool = field(init=False, default=False)
    _waits_since: datetime | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.health = LoopHealth(self.name)

    def stop(self) -> None:
        """Return from :meth:`run` after the round under way."""
        self._stopping = True
        self.wake.notify(self.name)

    async def run(self) -> None:
        """Until stopped or cancelled."""
        while not self._stopping:
            if await self._round() or self._stopping:
                continue
            wait = self.pause
            if self.health.failures:
                wait = backoff(self.health.failures, self.name, base=1, ceiling=60).total_seconds()
            await self.wake.wait(self.name, wait)

    async def _round(self) -> bool:
        try:
            busy = await self.step()
        except LeadershipLost as error:
            log.info("another process leads", loop=self.name, reason=str(error))
            return False
        except StorageError as error:
            self._failed(str(error), waits=True)
            log.error("waiting for the database", loop=self.name, reason=str(error))
            return False
        except PlatformError as error:
            self._failed(str(error))
            log.error("waiting for a platform", loop=self.name, reason=str(error))
            return False
        except Exception as error:
            self._failed(f"{type(error).__name__}: {error}")
            log.exception("a round failed", loop=self.name)
            return False
        self._went_well()
        return busy

    def _went_well(self) -> None:
        self.health.last_good = now = self.clock.now()
        self.health.failures, self.health.error, self.health.waits = 0, "", False
        if self._waits_since is not None:
            waited = round((now - self._waits_since).total_seconds())
            log.info("the database answers again", loop=self.name, seconds=waited)
            self._waits_since = None

    def _failed(self, reason: str, *, waits: bool = False) -> None:
        self.health.failures += 1
        self.health.error, self.health.waits = reason, waits
        if waits and self._waits_since is None:
            self._waits_since = self.clock.now()
