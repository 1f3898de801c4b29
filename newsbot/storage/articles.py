"""The articles and their stories: what the judge and the planner work through, and what people read from."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union_all

from newsbot.domain.models import Article, Match, Story, What
from newsbot.domain.urls import unaddressed
from newsbot.storage.article_ids import first_id
from newsbot.storage.judging import JudgedArticle, Judging, Verdict
from newsbot.storage.private import private_to_others
from newsbot.storage.purging import Purging
from newsbot.storage.sql import chunks, each_chunk
from newsbot.storage.tables import CORRECTED, JUDGED, NEW, articles, feeds, matches, stories
from newsbot.storage.withdrawing import Withdrawing

__all__ = ["Articles", "JudgedArticle", "Verdict"]

_LABEL = func.coalesce(func.nullif(feeds.c.name, ""), func.nullif(feeds.c.title, ""), feeds.c.url).label("source")
_ARTICLE = select(articles, _LABEL, feeds.c.category, feeds.c.private).join_from(articles, feeds)
_NEWEST = articles.c.id.desc()
LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_ARRIVAL = (articles.c.fetched, articles.c.id)


def article_of(row: Any) -> Article:
    """The Article of a row of ``_ARTICLE``."""
    return Article(
        id=row.id,
        feed_id=row.feed_id,
        source=unaddressed(row.source) if row.private else row.source,
        title=row.title,
        text=row.text,
        url=row.url,
        language=row.language,
        published=row.published,
        fetched=row.fetched,
        authors=tuple(row.authors),
        image=row.image,
        category=row.category,
        story_id=row.story_id,
        announce=row.announce and row.state != CORRECTED,
        private=row.private,
    )


def story_of(row: Any) -> Story:
    """The Story of a row of the table."""
    return Story(row.id, row.headline, row.language, row.articles, row.first, row.updated)


class Articles(Judging, Purging, Withdrawing):
    """``storage.articles``."""

    async def new(self, limit: int) -> list[Article]:
        """Articles that wait for their judgement, in order of arrival."""
        return await self._articles(_ARTICLE.where(articles.c.state == NEW).order_by(*_ARRIVAL).limit(limit))

    async def judged(self, limit: int) -> list[JudgedArticle]:
        """Articles that wait to be recorded in the chats, in order of arrival, with their matches.

        Behind them, as not to be announced, those that have been corrected since: their posts may be edited."""
        found: list[tuple[Article, str]] = []
        matched: dict[int, list[Match]] = {}
        async with self._db.read() as conn:
            for state in (JUDGED, CORRECTED):
                query = _ARTICLE.where(articles.c.state == state).order_by(*_ARRIVAL).limit(limit - len(found))
                found += [(article_of(row), row.fingerprint) for row in await conn.execute(query)]
            ids = [article.id for article, _ in found]
            for row in await each_chunk(conn, ids, lambda c: select(matches).where(matches.c.article_id.in_(c))):
                matched.setdefault(row.article_id, []).append(Match(row.topic_id, row.score, tuple(row.words)))
        return [JudgedArticle(article, tuple(matched.get(article.id, ())), version) for article, version in found]

    async def get(self, ids: Sequence[int]) -> list[Article]:
        """The articles with these ids, in the order asked for; those that are gone are left out."""
        async with self._db.read() as conn:
            rows = await each_chunk(conn, ids, lambda chunk: _ARTICLE.where(articles.c.id.in_(chunk)))
        by_id = {row.id: article_of(row) for row in rows}
        return [by_id[article_id] for article_id in ids if article_id in by_id]

    async def by_url(self, *urls: str) -> list[Article]:
        """The articles whose canonical address is one of ``urls``, newest first."""
        return await self._articles(_ARTICLE.where(articles.c.canonical_url.in_(urls)).order_by(_NEWEST))

    async def of_stories(self, story_ids: Sequence[int]) -> dict[int, list[Article]]:
        """Each story's articles, in order of arrival."""
        async with self._db.read() as conn:
            rows = await each_chunk(conn, story_ids, lambda chunk: _ARTICLE.where(articles.c.story_id.in_(chunk)))
        told: dict[int, list[Article]] = {}
        for row in sorted(rows, key=lambda row: (row.fetched, row.id)):
            told.setdefault(row.story_id, []).append(article_of(row))
        return told

    async def stories(self, ids: Sequence[int]) -> dict[int, Story]:
        """The stories with these ids."""
        async with self._db.read() as conn:
            rows = await each_chunk(conn, ids, lambda chunk: select(stories).where(stories.c.id.in_(chunk)))
        return {row.id: story_of(row) for row in rows}

    async def latest(
        self,
        what: What | None = None,
        limit: int = 10,
        *,
        before_id: int | None = None,
        since: datetime | None = None,
        languages: Sequence[str] = (),
        own: Collection[int] | None = None,
    ) -> list[Article]:
        """The newest articles of ``what`` (None: everything), newest first; ``before_id`` continues below an article,
        ``since`` bounds the published time, ``languages`` keeps those (an article of no known language stays), ``own``
        leaves out what is private to others: all private feeds but these (None: all are read)."""
        what = what or What()
        wanted = []
        if before_id is not None:
            wanted.append(articles.c.id < before_id)
        if since is not None:
            wanted.append(articles.c.id >= first_id(since))
        if languages:
            wanted.append(articles.c.language.in_(["", *languages]))
        if own is not None:
            wanted.append(articles.c.feed_id.not_in(private_to_others(own)))
        if what.kind in {"feed", "category"}:
            return await self.get(await self._newest_of(await self._feeds_of(what), wanted, limit))
        query, newest = _ARTICLE.where(*wanted).limit(limit), _NEWEST
        if what.kind == "topic":  # in the order of the topic's own index
            of_topic = (matches.c.article_id == articles.c.id) & (matches.c.topic_id == _number(what.ref))
            query, newest = query.join(matches, of_topic), matches.c.article_id.desc()
        return await self._articles(query.order_by(newest))

    async def recent(self, since: datetime, limit: int) -> list[Article]:
        """The newest ``limit`` articles published since, in order of arrival."""
        found: list[Article] = []
        async for batch in self.scan(since, LATEST, min(limit, 500)):
            found += batch[: limit - len(found)]
            if len(found) >= limit:
                break
        return sorted(found, key=lambda a: (a.fetched or LATEST, a.id))

    async def scan(self, since: datetime, until: datetime, batch: int = 500) -> AsyncIterator[list[Article]]:
        """All articles published from ``since`` to ``until``, newest first, ``batch`` at a time."""
        below = first_id(until + timedelta(seconds=1))
        while True:
            inside = (articles.c.id >= first_id(since)) & (articles.c.id < below)
            found = await self._articles(_ARTICLE.where(inside).order_by(_NEWEST).limit(batch))
            if found:
                yield found
            if len(found) < batch:
                return
            below = found[-1].id

    async def count(self) -> int:
        """How many articles are stored."""
        async with self._db.read() as conn:
            return int((await conn.execute(select(func.coalesce(func.sum(feeds.c.articles), 0)))).scalar_one())

    async def _feeds_of(self, what: What) -> list[int]:
        """Ids of a feed, or of those in a category, whatever its case, in any script (SQLite's lower() knows ASCII)."""
        if what.kind == "feed":
            return [_number(what.ref)]
        async with self._db.read() as conn:
            rows = await conn.execute(select(feeds.c.id, feeds.c.category))
            return [row.id for row in rows if row.category.casefold() == what.ref.casefold()]

    async def _newest_of(self, feed_ids: list[int], wanted: list[ColumnElement[bool]], limit: int) -> list[int]:
        """Ids of the newest articles of some feeds, newest first: the newest of each, and of these the newest.

        (Asked for all feeds at once, SQLite would sort everything they ever brought.)"""
        mine = select(articles.c.id).where(*wanted).order_by(_NEWEST).limit(limit)
        ids: list[int] = []
        async with self._db.read() as conn:
            for chunk in chunks(feed_ids, 100):
                each = (mine.where(articles.c.feed_id == feed_id).subquery() for feed_id in chunk)
                ids += (await conn.execute(union_all(*(select(newest.c.id) for newest in each)))).scalars()
        return sorted(ids, reverse=True)[:limit]

    async def _articles(self, query: Select[Any]) -> list[Article]:
        async with self._db.read() as conn:
            return [article_of(row) for row in await conn.execute(query)]


def _number(ref: str) -> int:
    return int(ref) if ref.isdecimal() and len(ref) < 19 else -1
