"""Notices that the bot was away: what came meanwhile is read before it posts again, and comes as one digest a chat."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

import structlog

from newsbot.domain.plan import SETTLE, caught_up, still_reading, was_away
from newsbot.storage import Storage
from newsbot.storage.leases import Fence

log = structlog.get_logger(__name__)

BEAT = timedelta(minutes=1)
"""How exactly it is noted when the planner was last at work."""

SEEN, BACK = "planner_seen", "planner_back"
"""Where in ``storage.meta``: both survive a crash, so that catching up goes on where it was."""


class Absence:
    """``back``: since when the bot is back from an absence that it has not made up for yet; None at other times."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._fence: Fence | None = None
        self._seen: datetime | None = None
        self._read_all: datetime | None = None
        self.back: datetime | None = None

    async def note(self, fence: Fence, now: datetime) -> None:
        """The planner is at work, as the leader that ``fence`` stands for."""
        if fence != self._fence:
            self._seen, self.back = await self._read(SEEN), await self._read(BACK)
            self._fence, self._read_all = fence, None
        if self._seen is not None and now < self._seen:
            log.warning("the clock was put back", last_seen=str(self._seen))
            await self._storage.outbox.unstall(now, fence)
        if was_away(self._seen, now):
            log.info("back again", last_seen=str(self._seen))
            await self._set_back(now)
        elif self._seen is not None and timedelta(0) <= now - self._seen < BEAT:
            return
        self._seen = now
        await self._storage.meta.put(SEEN, now.isoformat())

    async def reading(self, now: datetime) -> bool:
        """Whether posts wait since what came during an absence is still being read and judged. Soon after that, it is
        over: what comes then comes as ever."""
        if self.back is None:
            return False
        if self._read_all is None:
            unread = await self._storage.feeds.unread(now, self.back) or bool(await self._storage.articles.new(1))
            if still_reading(self.back, now, unread=unread):
                return True
            self._read_all = now
        if caught_up(self._read_all, now):
            await self._set_back(None)
        return False

    async def over(self, now: datetime) -> None:
        """Nothing was due: unless something is within seconds, the absence is made up for."""
        if self.back is not None and not await self._storage.outbox.due_chats(now + SETTLE, 1):
            await self._set_back(None)

    async def _set_back(self, back: datetime | None) -> None:
        await self._storage.meta.put(BACK, back.isoformat() if back else "")
        self.back, self._read_all = back, None

    async def _read(self, key: str) -> datetime | None:
        stored = await self._storage.meta.get(key)
        with contextlib.suppress(ValueError):
            return datetime.fromisoformat(stored) if stored else None
        return None
