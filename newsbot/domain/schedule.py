"""When things happen: digests in a chat's own time zone, quiet hours, backoff. Pure: ``now`` is an argument."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from newsbot.domain.models import QuietHours, When, WhenKind

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_KINDS: dict[str, WhenKind] = {
    "instant": "instant", "instantly": "instant", "now": "instant", "live": "instant",
    "hourly": "hourly", "daily": "daily", "weekly": "weekly",
}  # fmt: skip
_EVERY: dict[str, WhenKind] = {
    "hour": "hourly", "day": "daily", "week": "weekly", "morning": "daily", "evening": "daily",
}  # fmt: skip
_TIME = re.compile(r"(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2})?)?\s*(?P<half>[ap]\.?m\.?)?", re.IGNORECASE)
_PLAINLY = re.compile(r"(?:at )?\d{1,2}(?::\d\d)? ?[ap]\.?m\.?|(?:at )?\d{1,2}:\d\d|at \d{1,2}")
"""A time of day that nobody takes for a number: "8" may be anything, "at 8", "8am" and "08:00" are none but that."""


def parse_time(text: str) -> time:
    """A time of day: "08:00", "8", "8pm", "20.30". Raises ValueError with a sentence for people."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a time of day; write it like 08:00")
    hour, minute = int(found["h"]), int(found["m"] or 0)
    half = (found["half"] or "").lower()
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        raise ValueError(f"{text!r} is not a time of day; write it like 08:00")
    return time(hour % 12 + 12 * half.startswith("p") if half else hour, minute)


def parse_when(text: str) -> When:
    """``instant``, ``hourly``, ``daily 08:00``, ``weekly mon 08:00``, where the time and day may be left out; or as
    people say it: "8am", "at 8", "every morning", "every day at 8 pm", "mondays 9:00".

    Raises ValueError with a sentence for people.
    """
    words = text.lower().split()
    every = words[:1] in (["every"], ["each"])
    head, rest = (words[every:] or [""])[0], words[every + 1 :]
    if not every and _PLAINLY.fullmatch(" ".join(words)):
        return When("daily", _clock(words, time(8)))
    kind = (_EVERY if every else _KINDS).get(head)
    if kind is None:
        return _on_a_day(text, words, every=every)
    if rest and kind in {"instant", "hourly"}:
        raise _no_when(text)
    if kind == "weekly" and rest:
        day = _weekday(rest[rest[0] == "on" :])
        return When(kind, _clock(rest[(rest[0] == "on") + 1 :] if day is not None else rest, time(8)), day or 0)
    at = _clock(rest, time(18 if head == "evening" else 8))
    return When(kind, at.replace(hour=at.hour + 12) if head == "evening" and at.hour < 12 else at)


def _on_a_day(text: str, words: Sequence[str], *, every: bool) -> When:
    """ "every monday", "on mondays", "mondays 9:00": a day alone is as well a word."""
    begins = every or words[:1] == ["on"]
    day, rest = _weekday(words[begins:]), words[begins + 1 :]
    if day is None or not (begins or rest):
        raise _no_when(text)
    return When("weekly", _clock(rest, time(8)), day)


def _weekday(words: Sequence[str]) -> int | None:
    """The day that the first of ``words`` names: "mon", "Tues", "fridays"; None for any other word."""
    word = words[0] if words else ""
    return next((n for n, d in enumerate(_DAYS) if word == f"{d}s" or (len(word) > 2 and d.startswith(word))), None)


def _clock(words: Sequence[str], otherwise: time) -> time:
    """A time of day that may stand behind "at"; ``otherwise`` for no words."""
    said = " ".join(words).removeprefix("at ")
    return parse_time(said) if said else otherwise


def _no_when(text: str) -> ValueError:
    return ValueError(f"{text!r} is no time to post; write instant, hourly, daily 08:00 or weekly mon 08:00")


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
    end = datetime.combine(local.date() + timedelta(days=int(tomorrow)), quiet.end, tzinfo=zone)
    # The night that daylight saving ends has an hour twice: within its second run, the end is the second one too.
    return next((at for fold in (0, 1) if (at := end.replace(fold=fold).astimezone(UTC)) > now), None)


def jitter(seed: str) -> float:
    """A number in [0, 1) that depends on ``seed`` alone: retries spread out, and a test can foresee them."""
    return int.from_bytes(blake2b(seed.encode("utf-8", "replace"), digest_size=4).digest(), "big") / 2**32


def backoff(attempts: int, seed: str, *, base: float = 2.0, ceiling: float = 900.0) -> timedelta:
    """How long to wait after the ``attempts``-th failure (1 is the first): doubled each time, ±25 %."""
    seconds = min(ceiling, base * 2 ** min(attempts - 1, 30))
    return timedelta(seconds=seconds * (0.75 + jitter(f"{seed}:{attempts}") / 2))
