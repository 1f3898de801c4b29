"""A while to wait for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wait:
    """From ``since`` until ``until``; by itself it is over. A clock that is put back ends it: nobody waits for hours
    that were not meant."""

    since: datetime = _NEVER
    until: datetime = _NEVER

    def lasts(self, now: datetime) -> bool:
        """Whether it is not over yet."""
        return self.since <= now < self.until
