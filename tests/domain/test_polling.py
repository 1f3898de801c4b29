"""When a feed is asked next: by its rhythm, by its admin's word, ever more seldom while it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsbot.domain.models import Feed
from newsbot.domain.polling import FASTEST, LONGEST_BACKOFF, SLOWEST, after_failure, after_success

NOW = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)
FEED = Feed(id=1, url="https://e.com/feed")


def wait(feed: Feed, *hours_ago: float) -> timedelta:
    return after_success(feed, [NOW - timedelta(hours=hours) for hours in hours_ago], NOW) - NOW


def test_a_busy_feed_is_asked_more_often_than_a_quiet_one() -> None:
    busy, daily, dead = wait(FEED, *(n / 20 for n in range(20))), wait(FEED, 5, 29, 53), wait(FEED, 5000)
    assert FASTEST <= busy < timedelta(minutes=10) < daily
    assert SLOWEST <= dead < SLOWEST * 1.1


def test_the_admins_word_goes_before_the_rhythm() -> None:
    assert timedelta(seconds=60) <= wait(Feed(id=1, url="x", every=60), 5000) < timedelta(seconds=67)


def test_feeds_added_together_do_not_stay_together() -> None:
    assert len({wait(Feed(id=n, url="x"), 1, 2) for n in range(20)}) > 15


def test_each_failure_doubles_the_wait_up_to_a_day() -> None:
    waits = [after_failure(Feed(id=1, url="x", failures=n), NOW) - NOW for n in range(12)]
    assert waits[0] < timedelta(minutes=7)
    assert all(later > earlier * 1.1 for earlier, later in pairwise(waits[:6]))
    assert max(waits) <= LONGEST_BACKOFF


def test_the_servers_wish_is_respected() -> None:
    assert after_failure(FEED, NOW, retry_after=7200) - NOW >= timedelta(hours=2)
    assert after_failure(FEED, NOW, retry_after=1e9) - NOW <= LONGEST_BACKOFF
    assert after_failure(FEED, NOW, status=410) - NOW >= LONGEST_BACKOFF


@given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)).map(lambda d: d.replace(tzinfo=UTC))))  # noqa: DTZ001  # given its zone at once
def test_the_wait_is_always_within_the_bounds(published: list[datetime]) -> None:
    assert FASTEST <= after_success(FEED, [*published, None], NOW) - NOW <= SLOWEST * 1.1
