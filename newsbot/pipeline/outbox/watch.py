"""Whether a platform may be sent to just now: how it fares, what it asked for, and what its admins should know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from newsbot.domain.health import Health
from newsbot.domain.models import Delivery
from newsbot.domain.ports import Clock, RetryLater, SendOutcome, Unknown
from newsbot.domain.waiting import Wait
from newsbot.pipeline.outbox.verdicts import Manner, asked, heard
from newsbot.storage import Storage

log = structlog.get_logger(__name__)

LONG = timedelta(minutes=5)
"""An outage that lasts so long is told to the admins."""
PILED_UP = "unknown outcomes pile up"

Alert = Callable[[str, Sequence[str] | None], Awaitable[None]]
"""Tells the bot's admins. The key is "outage:PLATFORM" or "doubtful:PLATFORM", the lines hold its words; None:
it is over."""


async def tell_nobody(_key: str, _lines: Sequence[str] | None) -> None:
    """An :data:`Alert` for those who have no admins."""


class Watch:
    """One platform's. What it may be asked follows from what it answered: tell it of each answer."""

    def __init__(self, storage: Storage, platform: str, clock: Clock, manner: Manner, alert: Alert) -> None:
        self._storage, self._platform, self._clock = storage, platform, clock
        self._manner, self._alert = manner, alert
        self._rest = Wait()
        self._words = ""
        self._posted = Wait()  # the hold that stands in the database
        self._told: set[str] = set()
        self.health = Health(platform)

    def answered(self, delivery: Delivery, answer: SendOutcome) -> Health:
        """How the platform fares after this answer."""
        now = self._clock.now()
        if isinstance(answer, RetryLater) and answer.whole_platform:
            self._wait(now, asked(answer.seconds))
        what = heard(delivery, answer, self._manner)
        if what is not None:
            self.health = self.health.heard(what, delivery.chat_id, now)
        if isinstance(answer, RetryLater | Unknown):
            self._words = answer.reason
        return self.health

    def places(self, most: int) -> int:
        """How many may be in flight at once, of ``most``."""
        now = self._clock.now()
        return 0 if self._rest.lasts(now) else self.health.places(most, now)

    async def begin(self) -> None:
        """Go on with the hold that another process left."""
        now = self._clock.now()
        self.health = Health(self._platform)
        for hold in await self._storage.holds.standing(now):
            if hold.platform == self._platform and hold.until is not None:
                self.health = Health.held(self._platform, hold.since, hold.until)
        self._posted = self.health.doubt.hold

    async def tend(self) -> None:
        """Post a hold that is due where every process sees it, heed an admin who ended it, and tell the admins."""
        now, hold = self._clock.now(), self.health.doubt.hold
        if hold != self._posted and hold.lasts(now):
            log.error(PILED_UP, platform=self._platform, until=str(hold.until))
            reason = f"{PILED_UP}: {self._words}" if self._words else PILED_UP
            await self._storage.holds.hold(self._platform, reason, hold.since, hold.until)
            self._posted = hold
        elif hold.lasts(now) and not await self._stands(now):
            log.info("an admin ended a hold", platform=self._platform)
            self.health = self.health.released()
        await self._tell(f"doubtful:{self._platform}", self.health.doubt.open)
        await self._tell(f"outage:{self._platform}", self._is_long(now))

    def _wait(self, now: datetime, length: timedelta) -> None:
        until = now + length
        self._rest = Wait(now, max(until, self._rest.until) if self._rest.lasts(now) else until)

    def _is_long(self, now: datetime) -> bool:
        outage = self.health.outage
        return outage.rests > 0 and outage.since is not None and now - outage.since >= LONG

    async def _stands(self, now: datetime) -> bool:
        return any(hold.platform == self._platform for hold in await self._storage.holds.standing(now))

    async def _tell(self, key: str, wrong: bool) -> None:
        if wrong is (key in self._told):
            return
        await self._alert(key, (f"{self._platform}: {self._words}",) if wrong else None)
        self._told ^= {key}
