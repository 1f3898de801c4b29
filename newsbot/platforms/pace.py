"""How many commands a minute one person may send."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from datetime import datetime, timedelta

from newsbot.domain.ports import Clock

MINUTE = timedelta(minutes=1)
REMEMBERED = 10_000  # people; whoever was silent longest is forgotten first


class Pace:
    """Counts what each person did within the last minute, in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, deque[datetime]] = OrderedDict()

    def wait(self, who: str, limit: int) -> int:
        """Count one more by ``who``: 0, or the seconds to wait when it is more than ``limit`` within a minute."""
        now = self._clock.now()
        times = self._seen.setdefault(who, deque())
        self._seen.move_to_end(who)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        while times and now - times[0] >= MINUTE:
            times.popleft()
        if len(times) >= limit:
            return math.ceil((times[0] + MINUTE - now).total_seconds())
        times.append(now)
        return 0
