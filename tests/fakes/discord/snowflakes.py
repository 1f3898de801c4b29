"""Ids that tell their time: https://discord.com/developers/docs/reference#snowflakes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


class Snowflakes:
    """Gives ids, each larger than all before, of the time that ``now`` tells."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._last = 0

    def next(self, shard: int | None = None, shards: int = 1) -> str:
        """A new id; one of the next millisecond whose guilds ``shard`` serves, if that is given."""
        self._last = max(self._last + 1, first_of(self._now()))
        while shard is not None and (self._last >> 22) % shards != shard:
            self._last = ((self._last >> 22) + 1) << 22
        return str(self._last)


def first_of(moment: datetime) -> int:
    """The smallest id that ``moment`` can have."""
    return ((moment - EPOCH) // timedelta(milliseconds=1)) << 22


def time_of(id_: str) -> datetime:
    """When ``id_`` was given, to the millisecond."""
    return EPOCH + timedelta(milliseconds=int(id_) >> 22)
