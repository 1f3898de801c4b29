"""What keeps the posts of a chat few: its quiet hours, its posts a day, and a rest after a rush. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

from newsbot.domain.models import Chat, Defaults, QuietHours, When
from newsbot.domain.schedule import at_local, next_due, quiet_until

BUSY_WINDOW = timedelta(minutes=10)
BUSY_POSTS = 6
"""After so many posts within the window, a chat's instant stories wait for it to pass and come as one digest."""

EVENING = When("daily", time(20))
"""When what was too much for a day comes as one digest, by the chat's own clock."""


@dataclass(frozen=True, slots=True)
class Held:
    """Why what is due in a chat waits ("quiet", "busy", "ceiling"), and until when."""

    note: str
    until: datetime

    @classmethod
    def busy(cls, rush: Sequence[datetime]) -> Self:
        """It waits for the first of a ``rush`` of posts to be a while ago."""
        return cls("busy", rush[0] + BUSY_WINDOW)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A chat's own: the time zone of its clock, its quiet hours, its posts a day (``ceiling``; 0: as many as come), and
    how many stories a digest shows."""

    zone: ZoneInfo
    quiet: QuietHours | None = None
    ceiling: int = 0
    max_items: int = 10

    def since(self, now: datetime) -> datetime:
        """From when on posts count."""
        window = now - BUSY_WINDOW
        return min(window, _midnight(self.zone, now)) if self.ceiling else window

    def room(self, posted: Iterable[datetime], now: datetime) -> int:
        """How many more posts today has room for, of a few."""
        if not self.ceiling:
            return BUSY_POSTS
        midnight = _midnight(self.zone, now)
        return max(0, self.ceiling - sum(at >= midnight for at in posted))


def bounds_of(chat: Chat, defaults: Defaults) -> Bounds:
    """What the chat chose, or what holds where it chose nothing."""
    chosen = chat.settings
    return Bounds(
        ZoneInfo(chosen.timezone or defaults.timezone),
        chosen.quiet,
        defaults.ceiling if chosen.ceiling is None else chosen.ceiling,
        chosen.max_items or defaults.max_items,
    )


def evening(zone: ZoneInfo, now: datetime) -> datetime:
    """The next evening (UTC), after ``now``."""
    return next_due(EVENING, zone, now) or now


def recent(posted: Iterable[datetime], now: datetime) -> list[datetime]:
    """Those of the posts that make a chat busy, oldest first; none that a clock planned which was put back since."""
    return sorted(at for at in posted if now - BUSY_WINDOW < at <= now)


def held(bounds: Bounds, posted: Sequence[datetime], now: datetime) -> Held | None:
    """What an instant story that becomes due now will wait for; None when it comes at once. ``posted``: when the posts
    since ``bounds.since(now)`` were planned."""
    if until := quiet_until(bounds.quiet, bounds.zone, now):
        return Held("quiet", until)
    if bounds.room(posted, now) == 0:
        return Held("ceiling", evening(bounds.zone, now))
    rush = recent(posted, now)
    return Held.busy(rush) if len(rush) >= BUSY_POSTS else None


def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    return at_local(now.astimezone(zone).date(), time(0), zone)
