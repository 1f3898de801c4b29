"""Retention: what is older than the config allows is deleted, a bounded batch at a time."""

from __future__ import annotations

from datetime import timedelta

from newsbot.domain.ports import Clock
from newsbot.storage import Storage

BATCH = 500


class Retention:
    """The loop that forgets."""

    def __init__(self, storage: Storage, clock: Clock, keep: timedelta) -> None:
        self._storage, self._clock = storage, clock
        self.keep = keep

    async def step(self) -> bool:
        """Delete one batch of old articles and what hangs on them; True while there may be more."""
        return await self._storage.articles.purge(self._clock.now() - self.keep, BATCH) >= BATCH
