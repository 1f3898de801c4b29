"""Dates as feeds and pages write them, read without a clock: a text that names no whole date is no date."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Older than the web: an unset field (1970, 0001), never news.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_MAX_CHARS = 128
_NUMBER = re.compile(r"\d{9,11}(?:\.\d+)?|\d{12,14}")
# Python 3.11's fromisoformat reads the rest of ISO 8601, but not these two habits.
_LOOSE_OFFSET = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$|Z$)")
_LONG_FRACTION = re.compile(r"([.,]\d{6})\d+")


def read_date(text: str) -> datetime | None:
    """The moment that ``text`` names (ISO 8601, RFC 822, Unix seconds or milliseconds) in UTC, None for all else.

    A time without a zone counts as UTC, a date without a time as its midnight.
    """
    text = text.strip()
    if not text or len(text) > _MAX_CHARS:
        return None
    for reader in (_unix, _iso, _rfc822):
        try:
            found = reader(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if found is not None:
            return plausible(found)
    return None


def plausible(moment: datetime) -> datetime | None:
    """``moment`` in UTC (taken as UTC when naive), None when it is an unset field rather than a time of news."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        utc = aware.astimezone(UTC)
        return utc if utc >= EARLIEST and utc + timedelta(days=366) else None
    except OverflowError:
        return None


def _unix(text: str) -> datetime | None:
    if not _NUMBER.fullmatch(text):
        return None
    seconds = float(text)
    return datetime.fromtimestamp(seconds / 1000 if seconds >= 1e11 else seconds, UTC)


def _iso(text: str) -> datetime:
    return datetime.fromisoformat(_LONG_FRACTION.sub(r"\1", _LOOSE_OFFSET.sub("", text)))


def _rfc822(text: str) -> datetime:
    return parsedate_to_datetime(text)
