"""How much a minute one person, or one shared chat, may ask for."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsbot.domain.ports import Clock

MINUTE = timedelta(minutes=1)
REMEMBERED = 10_000  # people and chats; whoever was silent longest is forgotten first


@dataclass(slots=True)
class _Seen:
    times: deque[datetime] = field(default_factory=deque)
    told: datetime | None = None


class Pace:
    """Counts what each did within the last minute, in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def wait(self, who: str, limit: int) -> int:
        """Count one more by ``who``: 0, or the seconds to wait when it is more than ``limit`` within a minute."""
        now, times = self._clock.now(), self._of(who).times
        while times and now - times[0] >= MINUTE:
            times.popleft()
        if len(times) >= limit:
            return max(1, math.ceil((times[0] + MINUTE - now).total_seconds())) if times else 60
        times.append(now)
        return 0

    def tell(self, who: str) -> bool:
        """Whether to tell ``who`` that they must wait: once a minute, for a flood of refusals is a flood too."""
        now, seen = self._clock.now(), self._of(who)
        if seen.told is not None and timedelta(0) <= now - seen.told < MINUTE:
            return False
        seen.told = now
        return True

    def _of(self, who: str) -> _Seen:
        seen = self._seen.setdefault(who, _Seen())
        self._seen.move_to_end(who)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return seen
