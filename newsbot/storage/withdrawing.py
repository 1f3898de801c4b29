"""Stories that were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update

from newsbot.storage.sql import Repository, each_chunk
from newsbot.storage.tables import stories


class Withdrawing(Repository):
    """The part of ``storage.articles`` that takes stories back."""

    async def withdraw(self, story_id: int, now: datetime) -> bool:
        """Nothing of the story is posted any more. False when there is no such story, or it was withdrawn before."""
        mine = (stories.c.id == story_id) & stories.c.withdrawn.is_(None)
        async with self._db.write() as conn:
            return bool((await conn.execute(update(stories).where(mine).values(withdrawn=now))).rowcount)

    async def withdrawn(self, story_ids: Sequence[int]) -> set[int]:
        """Those of the stories that were taken back."""
        gone = select(stories.c.id).where(stories.c.withdrawn.is_not(None))
        async with self._db.read() as conn:
            rows = await each_chunk(conn, story_ids, lambda chunk: gone.where(stories.c.id.in_(chunk)))
        return {row.id for row in rows}
