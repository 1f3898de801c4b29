"""How often a feed is asked: as often as it publishes, seldom while it fails. Pure: ``now`` is an argument."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from newsbot.domain.models import Feed
from newsbot.domain.schedule import backoff, jitter

FASTEST = timedelta(minutes=5)
SLOWEST = timedelta(hours=1)  # news from a feed that seldom has any should not be half a day old
UNKNOWN = timedelta(minutes=30)
LONGEST_BACKOFF = timedelta(hours=24)
RECENT = 20


def after_success(feed: Feed, published: Iterable[datetime | None], now: datetime) -> datetime:
    """When to poll next: ``feed.every`` if set, else half of what usually lies between two of its items.

    A feed that has fallen silent is asked more and more seldom. Spread by up to a tenth, the same way for the same
    feed, so that feeds added together do not stay together.
    """
    times = sorted((moment for moment in published if moment and moment <= now), reverse=True)[:RECENT]
    wait = timedelta(seconds=feed.every) if feed.every else _rhythm(times or _last(feed), now)
    return now + _spread(feed, wait)


def after_failure(
    feed: Feed, now: datetime, *, retry_after: float | None = None, status: int | None = None
) -> datetime:
    """When to try again after ``feed.failures`` failures before this one; ``retry_after`` seconds at the earliest.

    A feed that is gone (410) is asked once a day, for servers err.
    """
    if status == 410:
        return now + _spread(feed, LONGEST_BACKOFF)
    base = min(timedelta(seconds=feed.every) if feed.every else FASTEST, LONGEST_BACKOFF).total_seconds()
    wait = backoff(feed.failures + 1, f"feed:{feed.id}", base=base, ceiling=LONGEST_BACKOFF.total_seconds() / 1.25)
    return now + max(wait, timedelta(seconds=min(retry_after or 0.0, LONGEST_BACKOFF.total_seconds())))


def _last(feed: Feed) -> list[datetime]:
    return [feed.last_item] if feed.last_item else []


def _rhythm(times: Sequence[datetime], now: datetime) -> timedelta:
    """Half the usual gap, or a tenth of the present silence if that is longer, within the bounds."""
    if not times:
        return UNKNOWN
    gaps = [(later - earlier).total_seconds() for later, earlier in pairwise(times)]
    usual = median(gaps) / 2 if gaps else UNKNOWN.total_seconds()
    silence = (now - times[0]).total_seconds() / 10
    return min(max(timedelta(seconds=max(usual, silence)), FASTEST), SLOWEST)


def _spread(feed: Feed, wait: timedelta) -> timedelta:
    return wait * (1 + jitter(f"poll:{feed.id}") / 10)
