"""When things happen: digests in a chat's own time zone, quiet hours, backoff. Pure: ``now`` is an argument."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from newsbot.domain.models import QuietHours, When, WhenKind

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KINDS: dict[str, WhenKind] = {
    "instant": "instant", "instantly": "instant", "now": "instant", "live": "instant",
    "hourly": "hourly", "daily": "daily", "weekly": "weekly",
}  # fmt: skip
_TIME = re.compile(r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2})?)?\s*(?P<half>am|pm)?", re.IGNORECASE)


def parse_time(text: str) -> time:
    """A time of day: "08:00", "8", "8pm", "20.30". Raises ValueError with a sentence for people."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a time of day; write it like 08:00")
    hour, minute = int(found["h"]), int(found["m"] or 0)
    half = (found["half"] or "").lower()
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        raise ValueError(f"{text!r} is not a time of day; write it like 08:00")
    return time(hour % 12 + 12 * (half == "pm") if half else hour, minute)


def parse_when(text: str) -> When:
    """``instant``, ``hourly``, ``daily 08:00``, ``weekly mon 08:00``; the time and day may be left out.

    Raises ValueError with a sentence for people.
    """
    words = text.lower().replace(" at ", " ").split()
    if not words or words[0] not in _KINDS:
        raise ValueError(f"{text!r} is no time to post; write instant, hourly, daily 08:00 or weekly mon 08:00")
    kind, rest = _KINDS[words[0]], words[1:]
    weekday = 0
    if kind == "weekly" and rest and rest[0][:3] in WEEKDAYS:
        weekday = WEEKDAYS.index(rest.pop(0)[:3])
    if len(rest) > 1 or (rest and kind in {"instant", "hourly"}):
        raise ValueError(f"{text!r} is no time to post; write instant, hourly, daily 08:00 or weekly mon 08:00")
    return When(kind, parse_time(rest[0]) if rest else time(8), weekday)


def format_when(when: When) -> str:
    """The text that :func:`parse_when` reads back."""
    match when.kind:
        case "daily":
            return f"daily {when.at:%H:%M}"
        case "weekly":
            return f"weekly {WEEKDAYS[when.weekday]} {when.at:%H:%M}"
        case _:
            return when.kind


def at_local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which clocks in ``zone`` show ``at`` on ``day``.

    A time that daylight saving skips is taken as long after midnight as it would have been; one that occurs
    twice is taken the first time (PEP 495, fold=0).
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def next_due(when: When, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The first moment after ``now`` (UTC) at which a digest is due; None for ``instant``."""
    local = now.astimezone(zone)
    match when.kind:
        case "instant":
            return None
        case "hourly":
            past = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
            return now - past + timedelta(hours=1)
        case "daily":
            days = range(3)
        case "weekly":
            ahead = (when.weekday - local.weekday()) % 7
            days = range(ahead, ahead + 8, 7)
    moments = (at_local(local.date() + timedelta(days=n), when.at, zone) for n in days)
    return next(moment for moment in moments if moment > now)


def quiet_until(quiet: QuietHours | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end (UTC) of the quiet hours that ``now`` lies in; None outside of them."""
    if quiet is None or quiet.start == quiet.end:
        return None
    local = now.astimezone(zone)
    clock = local.time()
    over_midnight = quiet.end < quiet.start
    if over_midnight:
        inside, tomorrow = clock >= quiet.start or clock < quiet.end, clock >= quiet.start
    else:
        inside, tomorrow = quiet.start <= clock < quiet.end, False
    if not inside:
        return None
    return at_local(local.date() + timedelta(days=int(tomorrow)), quiet.end, zone)


def jitter(seed: str) -> float:
    """A number in [0, 1) that depends on ``seed`` alone: retries spread out, and a test can foresee them."""
    return int.from_bytes(blake2b(seed.encode("utf-8", "replace"), digest_size=4).digest(), "big") / 2**32


def backoff(attempts: int, seed: str, *, base: float = 2.0, ceiling: float = 900.0) -> timedelta:
    """How long to wait after the ``attempts``-th failure (1 is the first): doubled each time, ±25 %."""
    seconds = min(ceiling, base * 2 ** min(attempts - 1, 30))
    return timedelta(seconds=seconds * (0.75 + jitter(f"{seed}:{attempts}") / 2))
