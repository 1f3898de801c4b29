"""When the bot was away: what it does before it posts again. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

AWAY = timedelta(minutes=30)
"""Who did nothing for so long was away; so was a chat in which a story was due so long ago."""

READING = timedelta(minutes=10)
"""So long, and no longer, what came meanwhile is read before any of it is posted."""

CATCHING_UP = timedelta(minutes=2)
"""So long, and no longer, what is due after that passes for what came meanwhile: news may come without a pause."""


def was_away(last: datetime | None, now: datetime) -> bool:
    """Whether the bot, which was ``last`` seen at work then (None: never before), is back from an absence."""
    return last is not None and now - last >= AWAY


def still_reading(back: datetime, now: datetime, *, unread: bool) -> bool:
    """Whether posts wait for what the bot, ``back`` since then, has not read and judged yet: or what came while it was
    away would come as a post for each feed."""
    return unread and timedelta(0) <= now - back < READING


def caught_up(read: datetime, now: datetime) -> bool:
    """Whether an absence is over for good, of which all was ``read`` then."""
    return not timedelta(0) <= now - read < CATCHING_UP
