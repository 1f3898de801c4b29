"""Limits of people, by a clock that may be wrong for a while."""

from __future__ import annotations

from newsbot.platforms.pace import Pace
from tests.clock import ManualClock


def test_a_clock_that_is_put_back_locks_nobody_out() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    assert [pace.wait("ann", 3) for _ in range(4)] == [0, 0, 0, 60]
    clock.advance(hours=-3)
    assert [pace.wait("ann", 3) for _ in range(4)] == [0, 0, 0, 60]
