"""Stores the judge's verdicts: each article's story and matches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Article, Match
from newsbot.storage import leases
from newsbot.storage.columns import storable
from newsbot.storage.leases import Fence
from newsbot.storage.sql import Repository, each_chunk
from newsbot.storage.tables import JUDGED, NEW, articles, matches, stories, topics


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge found: the article belongs to ``story_id`` (its own id where it founds one) and matches topics.

    ``headline`` and ``language`` are the story's where it is new; ``at`` is now."""

    article_id: int
    story_id: int
    headline: str
    language: str
    matches: tuple[Match, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class JudgedArticle:
    """An article with its story, and the topics that it matches. ``version`` tells whether it was corrected since."""

    article: Article
    matches: tuple[Match, ...]
    version: str


class Judging(Repository):
    """The part of ``storage.articles`` that the judge writes."""

    async def judge(self, verdicts: Sequence[Verdict], fence: Fence | None = None) -> list[int]:
        """Store verdicts over new articles and return their stories, in order. An article that was judged before keeps
        its first verdict. Raises LeadershipLost when ``fence`` no longer stands."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            ids = [verdict.article_id for verdict in verdicts]
            rows = await each_chunk(conn, ids, lambda chunk: _state(chunk))
            known = {row.id: row for row in rows}
            fresh = {v.article_id: v for v in verdicts if v.article_id in known and known[v.article_id].state == NEW}
            if fresh:
                await self._stories(conn, list(fresh.values()))
                await _settle(conn, list(fresh.values()))
                await self._matches(conn, [(v.article_id, match) for v in fresh.values() for match in v.matches])
        return [v.story_id if v.article_id in fresh else _story_of(known, v) for v in verdicts]

    async def add_matches(self, topic_id: int, found: Sequence[tuple[int, Match]]) -> None:
        """Store what a new topic matches among articles judged before it: pairs of article id and match."""
        async with self._db.write() as conn:
            ids = [article_id for article_id, _ in found]
            rows = await each_chunk(conn, ids, lambda c: select(articles.c.id).where(articles.c.id.in_(c)))
            present = {row.id for row in rows}
            mine = [
                (article_id, Match(topic_id, match.score, match.words))
                for article_id, match in found
                if article_id in present
            ]
            await self._matches(conn, mine)

    async def _stories(self, conn: AsyncConnection, verdicts: Sequence[Verdict]) -> None:
        first: dict[int, Verdict] = {}
        for verdict in verdicts:
            first.setdefault(verdict.story_id, verdict)
        told = Counter(verdict.story_id for verdict in verdicts)
        rows = [
            {
                "id": story_id,
                "headline": v.headline,
                "language": v.language,
                "articles": told[story_id],
                "first": v.at,
                "updated": v.at,
                "revision": 1,
            }
            for story_id, v in first.items()
        ]
        new = self._insert(stories)
        grown = {
            "articles": stories.c.articles + new.excluded["articles"],
            "updated": new.excluded["updated"],
            "revision": stories.c.revision + 1,
        }
        await conn.execute(new.on_conflict_do_update(index_elements=[stories.c.id], set_=grown), rows)

    async def _matches(self, conn: AsyncConnection, found: Sequence[tuple[int, Match]]) -> None:
        rows = [
            {
                "article_id": article_id,
                "topic_id": match.topic_id,
                "score": match.score,
                "words": [storable(word) for word in match.words],
            }
            for article_id, match in found
        ]
        wanted = {row["topic_id"] for row in rows}
        if not wanted:
            return
        # A topic may have been deleted since the judge loaded it.
        present = set((await conn.execute(select(topics.c.id).where(topics.c.id.in_(wanted)))).scalars())
        kept = [row for row in rows if row["topic_id"] in present]
        if kept:
            await conn.execute(self._insert(matches).on_conflict_do_nothing(), kept)


def _state(ids: Sequence[int]) -> Any:
    return select(articles.c.id, articles.c.state, articles.c.story_id).where(articles.c.id.in_(ids)).with_for_update()


def _story_of(known: dict[int, Any], verdict: Verdict) -> int:
    row = known.get(verdict.article_id)
    return int(row.story_id) if row is not None and row.story_id is not None else verdict.story_id


async def _settle(conn: AsyncConnection, verdicts: Sequence[Verdict]) -> None:
    statement = (
        update(articles)
        .where(articles.c.id == bindparam("this"))
        .values(
            state=JUDGED,
            story_id=bindparam("story"),
            language=func.coalesce(func.nullif(articles.c.language, ""), bindparam("found")),
        )
    )
    await conn.execute(statement, [{"this": v.article_id, "story": v.story_id, "found": v.language} for v in verdicts])
