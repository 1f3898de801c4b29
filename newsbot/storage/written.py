"""Summaries that were paid for: what a model wrote of a story, kept so that no story is asked for twice."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select

from newsbot.storage.sql import Repository
from newsbot.storage.tables import meta

KEPT = 20_000
"""Stories, by their numbers, behind the newest that was written: what is older is not edited any more."""

_KEY = "written:"


@dataclass(frozen=True, slots=True)
class Written:
    """The ``sentences`` of a story's summary, and the ``articles`` (ids) that they were written from; no sentences
    where the answer could not be shown."""

    story_id: int
    articles: tuple[int, ...]
    sentences: tuple[str, ...] = ()


class WrittenSummaries(Repository):
    """``storage.written``: values of the table ``meta``, by story."""

    async def of(self, stories: Iterable[int]) -> dict[int, Written]:
        """What was written of these stories, by story."""
        keys = [_key(story_id) for story_id in stories]
        if not keys:
            return {}
        async with self._db.read() as conn:
            rows = (await conn.execute(select(meta.c.value).where(meta.c.key.in_(keys)))).scalars()
            found = [_read(value) for value in rows]
        return {written.story_id: written for written in found}

    async def put(self, written: Written) -> None:
        """Keep it in place of what was written before, and forget what is long past."""
        value = json.dumps([written.story_id, written.articles, written.sentences], ensure_ascii=False)
        insert = self._insert(meta).values(key=_key(written.story_id), value=value)
        past = _key(max(written.story_id - KEPT, 0))
        async with self._db.write() as conn:
            await conn.execute(
                insert.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": insert.excluded["value"]})
            )
            await conn.execute(delete(meta).where(meta.c.key >= _KEY, meta.c.key < past))


def _key(story_id: int) -> str:
    return f"{_KEY}{story_id:020d}"


def _read(value: str) -> Written:
    story_id, articles, sentences = json.loads(value)
    return Written(story_id, tuple(articles), tuple(sentences))
