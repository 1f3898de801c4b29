"""A wait is over when its time has passed, and when the clock is put back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from newsbot.domain.waiting import Wait

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_wait_lasts_from_its_beginning_to_its_end() -> None:
    wait = Wait(NOW, NOW + MINUTE)
    moments = (NOW - MINUTE, NOW, NOW + MINUTE / 2, NOW + MINUTE)
    assert [wait.lasts(moment) for moment in moments] == [False, True, True, False]
    assert not Wait().lasts(NOW)
