"""Stores what a poll brought, all at once: new articles, corrected ones, the feed's HTTP state, the search index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import NewFeed
from newsbot.domain.urls import host_of
from newsbot.storage import article_ids
from newsbot.storage.rows import IndexRow
from newsbot.storage.search_index import index_articles
from newsbot.storage.sql import Repository, bounded, each_chunk, fingerprint
from newsbot.storage.tables import CORRECTED, NEW, PLANNED, articles, feeds, subscriptions

URL_BYTES = 2000
"""A feed's address beyond this is not taken over from a redirect: it would not fit PostgreSQL's unique index."""

LONGEST_TITLE = 120  # characters of what a subscription is called

SEEN_STEP = timedelta(days=1)
"""How exactly ``articles.seen`` is kept: writing it at each poll would write every article of every feed."""


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An entry of a feed as the collector read it. ``key`` tells it from the feed's others (guid, address or hash);
    ``search_title`` and ``search_body`` are the analyzer's terms joined by blanks. ``full`` is the text of the
    article's own page, stored in place of the feed's ``text``; by the latter alone a correction is known."""

    key: str
    guid: str = ""
    url: str = ""
    canonical_url: str = ""
    title: str = ""
    text: str = ""
    language: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    image: str = ""
    search_title: str = ""
    search_body: str = ""
    full: str = ""


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """A feed's document as read. ``url`` is its new address after a permanent redirect, else ""; empty ``title`` and
    ``site`` keep the old ones; ``articles`` are in the document's order, newest first as a rule."""

    next_poll: datetime
    title: str = ""
    site: str = ""
    language: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    url: str = ""
    articles: Sequence[NewArticle] = field(default=())


@dataclass(frozen=True, slots=True)
class StoredPoll:
    """What became of a poll: ``new`` articles of ``total`` in the document; ``corrected`` ones whose text changed."""

    new: int
    total: int
    corrected: int = 0


Identified = list[tuple[int, NewArticle]]


class Polls(Repository):
    """The half of ``storage.feeds`` that stores documents."""

    async def unseen(self, feed_id: int, articles: Sequence[NewArticle]) -> list[NewArticle]:
        """Those of ``articles`` that :meth:`store_poll` would add or correct: only they need text and terms."""
        async with self._db.read() as conn:
            known = await _known(conn, feed_id, list({bounded(article.key) for article in articles}))
        return [article for article in articles if _is_unseen(article, known)]

    async def store_poll(
        self, feed_id: int, poll: PolledFeed, now: datetime, news_since: datetime | None = None
    ) -> StoredPoll:
        """Store a document. Keys that repeat within it keep the first.

        An article known by its key is corrected if its title or text changed, and never announced anew. Of a feed's
        first document, what its ``new_feed`` says is announced, whatever its age; of a later one, nothing that says it
        was published before ``news_since``."""
        batch = {bounded(article.key): article for article in reversed(poll.articles)}
        async with self._db.write(patient=True) as conn:
            feed = (await conn.execute(select(feeds).where(feeds.c.id == feed_id).with_for_update())).one()
            known = await _known(conn, feed_id, list(batch))
            fresh = {key: article for key, article in batch.items() if key not in known}
            if fresh:
                await self._db.serialise(conn, "article ids")
            added = await _add(conn, feed, fresh, now, news_since) if fresh else []
            corrected = await _correct(conn, batch, known)
            if added or corrected:
                await index_articles(conn, [_index_row(i, feed_id, article) for i, article in added + corrected])
            await _see(conn, known, now)
            await _record(conn, feed, poll, list(fresh.values()), now)
        return StoredPoll(len(fresh), len(batch), len(corrected))


async def _known(conn: AsyncConnection, feed_id: int, keys: Sequence[str]) -> dict[str, Any]:
    a = articles.c
    rows = await each_chunk(
        conn,
        keys,
        lambda chunk: select(a.id, a.key, a.fingerprint, a.seen).where(a.feed_id == feed_id, a.key.in_(chunk)),
    )
    return {row.key: row for row in rows}


def _is_unseen(article: NewArticle, known: dict[str, Any]) -> bool:
    row = known.get(bounded(article.key))
    return row is None or row.fingerprint != fingerprint(article.title, article.text)


# --- new articles --------------------------------------------------------------------------------


async def _add(
    conn: AsyncConnection, feed: Any, fresh: dict[str, NewArticle], now: datetime, news_since: datetime | None
) -> Identified:
    # The document's first entry comes last here, so that within one second it gets the highest, the newest id.
    moments = [article_ids.clamped(article.published, now) for article in fresh.values()]
    ids = await article_ids.allocate(conn, moments)
    loud = _news(ids, fresh.values(), news_since) if feed.primed else _announced(feed.new_feed, ids)
    rows = [
        {
            "id": new_id,
            "feed_id": feed.id,
            "key": key,
            "guid": article.guid,
            "published": None if article.published is None else min(article.published, now),
            "fetched": now,
            "seen": now,
            "announce": new_id in loud,
            "state": NEW,
        }
        | _content(article)
        for new_id, (key, article) in zip(ids, fresh.items(), strict=True)
    ]
    await conn.execute(insert(articles), rows)
    return list(zip(ids, fresh.values(), strict=True))


def _news(ids: Sequence[int], fresh: Iterable[NewArticle], since: datetime | None) -> set[int]:
    """Those that are news; what bears no date is."""
    return {
        new_id
        for new_id, article in zip(ids, fresh, strict=True)
        if since is None or article.published is None or article.published >= since
    }


def _announced(new_feed: NewFeed, ids: Sequence[int]) -> set[int]:
    if new_feed == "all":
        return set(ids)
    return {max(ids)} if new_feed == "latest" else set()


def _content(article: NewArticle) -> dict[str, Any]:
    return {
        "url": article.url,
        "canonical_url": article.canonical_url or article.url,
        "title": article.title,
        "text": article.full or article.text,
        "language": article.language,
        "authors": list(article.authors),
        "image": article.image,
        "fingerprint": fingerprint(article.title, article.text),
    }


def _index_row(article_id: int, feed_id: int, article: NewArticle) -> IndexRow:
    return IndexRow(article_id, feed_id, article.language, article.search_title, article.search_body)


# --- articles that we have -----------------------------------------------------------------------


async def _correct(conn: AsyncConnection, batch: dict[str, NewArticle], known: dict[str, Any]) -> Identified:
    changed = [
        (row.id, batch[key])
        for key, row in known.items()
        if row.fingerprint != fingerprint(batch[key].title, batch[key].text)
    ]
    if changed:
        again = case((articles.c.state == PLANNED, CORRECTED), else_=articles.c.state)
        statement = update(articles).where(articles.c.id == bindparam("this")).values(state=again)
        await conn.execute(statement, [{"this": i} | _content(article) for i, article in changed])
    return changed


async def _see(conn: AsyncConnection, known: dict[str, Any], now: datetime) -> None:
    stale = [row.id for row in known.values() if now - row.seen > SEEN_STEP]
    if stale:
        statement = update(articles).where(articles.c.id == bindparam("this")).values(seen=now)
        await conn.execute(statement, [{"this": article_id} for article_id in stale])


# --- the feed itself -----------------------------------------------------------------------------


async def _record(
    conn: AsyncConnection, feed: Any, poll: PolledFeed, fresh: Sequence[NewArticle], now: datetime
) -> None:
    latest = max((article_ids.clamped(article.published, now) for article in fresh), default=feed.last_item)
    values = {
        "title": poll.title or feed.title,
        "site": poll.site or feed.site,
        "language": feed.language or poll.language,
        "etag": poll.etag,
        "last_modified": poll.last_modified,
        "body_hash": poll.body_hash,
        "next_poll": poll.next_poll,
        "claimed_by": "",
        "last_success": now,
        "last_item": latest if feed.last_item is None else max(latest, feed.last_item),
        "changed": now,
        "failures": 0,
        "error": "",
        "primed": True,
        "articles": feeds.c.articles + len(fresh),
        "url": await _address(conn, feed, poll.url),
    }
    await conn.execute(update(feeds).where(feeds.c.id == feed.id).values(**values))
    if feed.private and not feed.name and (title := poll.title or feed.title):
        await _named(conn, feed, title[:LONGEST_TITLE])


async def _named(conn: AsyncConnection, feed: Any, title: str) -> None:
    """What was subscribed to by its address, before anybody had read it, is called by its title from now on."""
    s = subscriptions.c
    mine = (s.what_kind == "feed") & (s.what_key == str(feed.id))
    for name in (feed.url, host_of(feed.url)):
        called = mine & (s.label == case((s.query == "", name), else_=literal(f"{name}: ") + s.query))
        label = case((s.query == "", title), else_=literal(f"{title}: ") + s.query)
        await conn.execute(update(subscriptions).where(called).values(label=label))


async def _address(conn: AsyncConnection, feed: Any, moved: str) -> str:
    """The feed's address from now on: where it ``moved`` to, unless that is another feed's already.

    A config's feed keeps the one that its admin wrote, or the next sync would take it for a changed one."""
    if not moved or feed.from_config or len(moved.encode("utf-8", "replace")) > URL_BYTES:
        return str(feed.url)
    taken = (await conn.execute(select(feeds.c.id).where(feeds.c.url == moved))).first()
    return str(feed.url) if taken else moved
