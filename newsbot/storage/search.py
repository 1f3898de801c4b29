"""``storage.search``: full-text search over all stored articles.

The database finds candidates: the newest articles that the query wants, and those that have its words in the title.
:mod:`newsbot.domain.rank` puts them in order; that is the beginning of the results. Beyond it they go on in the order
of time, each article once, as far as there are any. A first page is remembered, so that the pages after it belong to
it even when articles arrive in between.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, column, desc, select, table, union

from newsbot.domain.query import SearchQuery
from newsbot.domain.rank import Candidate, rank
from newsbot.storage.engine import Database
from newsbot.storage.search_counts import Counts, Tally
from newsbot.storage.search_expression import EVERYTHING, Expression, both, holds
from newsbot.storage.search_index import create_search, engine, index_articles, unindex_articles
from newsbot.storage.search_query import Wanted, wanted
from newsbot.storage.search_rows import Span, published
from newsbot.storage.search_vocabulary import near

__all__ = [
    "Search",
    "SearchHit",
    "SearchRequest",
    "SearchResult",
    "create_search",
    "index_articles",
    "unindex_articles",
]

NEWEST = 300
"""Candidates by time: what the first page ranks, not what paging can reach."""
TITLED = 100
"""Candidates for words in the title, however old: as many that have all, and as many that have any."""
COUNTED = 1000
"""Results are counted up to here."""
REMEMBERED = 256
"""First pages kept for the pages after them."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What to find, and which part of it.

    ``offset`` results are left out, then ``limit`` given. ``cursor`` is an earlier result's: the page belongs to that
    search; without it, a page beyond the first belongs to the latest search for the same query. ``languages``
    narrows the results to a reader's languages (and articles of unknown language), () to none. ``own`` leaves out what
    is private to others: all private feeds but these (None: all are searched).
    """

    query: SearchQuery
    limit: int = 10
    offset: int = 0
    cursor: str = ""
    languages: tuple[str, ...] = ()
    own: tuple[int, ...] | None = None
    now: datetime = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """An article found. ``score`` is 0 beyond what was ranked."""

    article_id: int
    score: float


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One page of a search: ``total`` results in all, or at least so many where ``capped``; ``more`` after this page.

    ``relaxed``: no article has all the words, these have some of them.
    """

    hits: tuple[SearchHit, ...] = ()
    total: int = 0
    capped: bool = False
    more: bool = False
    cursor: str = ""
    relaxed: bool = False


@dataclass(slots=True)
class _First:
    """What a first page found, for those after it. ``marks``: at an offset, the id of the article before it."""

    expression: Expression
    span: Span
    ranked: tuple[SearchHit, ...]
    total: int
    relaxed: bool
    marks: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Gathered:
    """All that ranking a first page needs of the database."""

    asked: Wanted
    expression: Expression
    tally: Tally
    candidates: Sequence[Candidate] = ()
    relaxed: bool = False

    def rank(self, now: datetime) -> _First:
        """The first page's results in order."""
        counts = self.tally.frequencies, self.tally.documents
        ranked = rank(self.candidates, self.asked.terms, *counts, now)
        hits = tuple(SearchHit(r.id, r.score) for r in ranked)
        return _First(self.expression, self.asked.span, hits, self.tally.found, self.relaxed)


_documents = table("search_documents", column("id"), column("title"), column("body"))
_Key = tuple[SearchQuery, tuple[str, ...], tuple[int, ...] | None, str]
_Page = tuple[tuple[SearchHit, ...], bool]


class Search:
    """Finds articles by their words."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._engine = engine(db.dialect)
        self._counts = Counts(self._engine)
        self._firsts: OrderedDict[_Key, _First] = OrderedDict()

    async def find(self, request: SearchRequest) -> SearchResult:
        """One page of the articles that the request's query wants, best and newest first.

        Raises StorageError.
        """
        offset, limit = max(request.offset, 0), max(request.limit, 0)
        first, cursor = self._recall(request) if offset else (None, "")
        if first is None:
            gathered = await self._db.look(partial(self._gather, request))
            first = await asyncio.to_thread(gathered.rank, request.now)
            cursor = self._remember(request, first)
        hits, more = await self._page(first, offset, limit)
        return SearchResult(hits, min(first.total, COUNTED), first.total > COUNTED, more, cursor, first.relaxed)

    async def frequencies(self, keys: Sequence[str]) -> Mapping[str, int]:
        """How many articles have each of ``keys``; those that many have, as of some minutes ago."""
        return await self._db.look(lambda conn: self._counts.frequencies(conn, keys))

    async def documents(self) -> int:
        """How many articles are in the index; where there are many, as of some minutes ago."""
        return await self._db.look(self._counts.documents)

    async def suggest(self, key: str, limit: int = 3) -> list[str]:
        """Keys of stored articles that are spelled nearly like ``key``, nearest and commonest first; bounded work."""

        def look(conn: Connection) -> list[tuple[int, int, str]]:
            words = near(conn, key)
            known = self._counts.frequencies(conn, [word for word, _ in words])
            return [(distance, -known[word], word) for word, distance in words if known[word]]

        return [word for _, _, word in sorted(await self._db.look(look))[:limit]]

    # --- the first page ---

    def _gather(self, request: SearchRequest, conn: Connection) -> _Gathered:
        self._engine.prepare(conn)
        asked = wanted(conn, request.query, request.languages, request.own, request.now)
        keys = {key for term in asked.terms for phrase in term.phrases for key in phrase}
        for demand in asked.demands:
            expression = both((demand, *asked.conditions))
            some = self._engine.matching(expression, asked.span).limit(COUNTED + 1)
            tally = self._counts.tally(conn, some, keys)
            if tally.found:
                candidates = self._candidates(conn, asked, demand)
                return _Gathered(asked, expression, tally, candidates, relaxed=demand is not asked.demands[0])
        return _Gathered(asked, EVERYTHING, Tally(0, 0, {}))

    def _candidates(self, conn: Connection, asked: Wanted, demand: Expression) -> list[Candidate]:
        newest = self._engine.matching(both((demand, *asked.conditions)), asked.span)
        titled = (self._engine.titled(both((title, *asked.conditions)), asked.span) for title in asked.titled)
        windows = [_newest(newest, NEWEST), *(_newest(ids, TITLED) for ids in titled)]
        found = union(*(select(window.subquery().c.id) for window in windows)).subquery()
        rows = conn.execute(select(_documents).join(found, found.c.id == _documents.c.id))
        # What was found by its title alone need not have all that is asked for.
        return [Candidate(i, title, body, published(i)) for i, title, body in rows if holds(demand, title, body)]

    # --- the pages ---

    async def _page(self, first: _First, offset: int, limit: int) -> _Page:
        """The hits from ``offset`` on, and whether there are more."""
        hits = first.ranked[offset : offset + limit]
        if len(first.ranked) > offset + limit or first.total <= len(first.ranked):
            return hits, len(first.ranked) > offset + limit
        rest, wanting = max(offset - len(first.ranked), 0), limit - len(hits)
        later = await self._db.look(lambda conn: self._later(conn, first, rest, wanting + 1))
        shown = later[:wanting]
        if shown:
            first.marks[rest + len(shown)] = shown[-1]
        return hits + tuple(SearchHit(i, 0.0) for i in shown), len(later) > len(shown)

    def _later(self, conn: Connection, first: _First, rest: int, limit: int) -> Sequence[int]:
        """The articles beyond the ranked ones, newest first, from the ``rest``-th on."""
        self._engine.prepare(conn)
        known = max((mark for mark in list(first.marks) if mark <= rest), default=0)
        statement = self._engine.matching(first.expression, first.span.before(first.marks.get(known)))
        others = select(statement.subquery().c.id)
        others = others.where(others.selected_columns.id.not_in([hit.article_id for hit in first.ranked]))
        return conn.execute(_newest(others, limit).offset(rest - known)).scalars().all()

    def _recall(self, request: SearchRequest) -> tuple[_First | None, str]:
        first = self._firsts.get((request.query, request.languages, request.own, request.cursor))
        return first, request.cursor

    def _remember(self, request: SearchRequest, first: _First) -> str:
        """Keep a first page under a cursor of its own, and as the latest for its query."""
        cursor = secrets.token_urlsafe(6)
        for name in (cursor, ""):
            key = request.query, request.languages, request.own, name
            self._firsts.pop(key, None)
            self._firsts[key] = first
        while len(self._firsts) > 2 * REMEMBERED:
            self._firsts.popitem(last=False)
        return cursor


def _newest(ids: Select[Any], limit: int) -> Select[Any]:
    return ids.order_by(desc(ids.selected_columns.id)).limit(limit)
