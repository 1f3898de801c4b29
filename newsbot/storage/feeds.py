"""The feeds: who is polled, when next, and how each fares. :mod:`newsbot.storage.polls` stores what a poll brings."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import String, cast, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Feed, FeedSpec
from newsbot.storage import feed_sync
from newsbot.storage.polls import NewArticle, PolledFeed, Polls, StoredPoll
from newsbot.storage.tables import feeds, subscriptions

__all__ = ["Feeds", "NewArticle", "PolledFeed", "StoredPoll"]

LEASE_SECONDS = 300.0
"""A claimed feed is another worker's again after so long, unless its poll was recorded."""

_wanted = exists().where(subscriptions.c.what_kind == "feed", subscriptions.c.what_key == cast(feeds.c.id, String))
_READ = feeds.c.enabled & (~feeds.c.private | _wanted.correlate(feeds))


def feed_of(row: Any) -> Feed:
    """The Feed of a row of the table."""
    return Feed(
        id=row.id,
        url=row.url,
        slug=row.slug,
        name=row.name,
        category=row.category,
        every=row.every,
        full_text=row.full_text,
        language=row.language,
        headers=tuple((str(k), str(v)) for k, v in row.headers),
        new_feed=row.new_feed,
        from_config=row.from_config,
        private=row.private,
        enabled=row.enabled,
        title=row.title,
        site=row.site,
        etag=row.etag,
        last_modified=row.last_modified,
        body_hash=row.body_hash,
        next_poll=row.next_poll,
        last_success=row.last_success,
        last_item=row.last_item,
        failures=row.failures,
        error=row.error,
        articles=row.articles,
    )


class Feeds(Polls):
    """``storage.feeds``."""

    async def sync(self, specs: Sequence[FeedSpec], now: datetime) -> None:
        """Make the config's feeds what ``specs`` says: new ones are added, those that are gone disabled, returning ones
        enabled again. A feed keeps its articles and subscribers as long as its slug (or, without one, its address)
        stays."""
        async with self._db.write() as conn:
            await self._db.serialise(conn, "feeds")
            slugs = {spec.slug for spec in specs if spec.slug}
            kept = [await feed_sync.put(conn, spec, now, slugs) for spec in specs]
            gone = feeds.c.from_config & feeds.c.enabled & feeds.c.id.not_in(kept)
            await conn.execute(update(feeds).where(gone).values(enabled=False))

    async def add(self, spec: FeedSpec, now: datetime, *, private: bool = False) -> Feed:
        """A feed that is not from the config: the one with this address, or a new one, to be polled at once. One that
        was disabled is enabled again and no longer the config's: the next sync leaves it alone, and no headers of an
        admin are sent. ``private``: a person typed it; what an admin adds stays everybody's."""
        async with self._db.write() as conn:
            await self._db.serialise(conn, "feeds")
            known = select(feeds.c.id, feeds.c.enabled, feeds.c.private).where(feeds.c.url == spec.url)
            row = (await conn.execute(known)).first()
            if row is None:
                new = insert(feeds).values(**feed_sync.columns(spec, now), from_config=False, private=private)
                feed_id = (await conn.execute(new.returning(feeds.c.id))).scalar_one()
            else:
                feed_id = row.id
                if not row.enabled:
                    again = {"enabled": True, "from_config": False, "headers": [], "next_poll": now}
                    await _set(conn, feed_id, **again, private=private)
                elif row.private and not private:
                    await _set(conn, feed_id, private=False)
            return feed_of((await conn.execute(select(feeds).where(feeds.c.id == feed_id))).one())

    async def get(self, feed_id: int) -> Feed | None:
        """The feed with this id, disabled or not."""
        async with self._db.read() as conn:
            row = (await conn.execute(select(feeds).where(feeds.c.id == feed_id))).first()
            return feed_of(row) if row else None

    async def find(self, text: str) -> Feed | None:
        """The feed that ``text`` names, in any case: by slug, id, address, name or title, in this order;
        an enabled one before a disabled one."""
        wanted = text.strip().casefold().rstrip("/")
        candidates = await self.all(include_disabled=True)
        named = [
            (not feed.enabled, rank, feed.id, feed)
            for feed in candidates
            for rank, name in enumerate((feed.slug or "", str(feed.id), feed.url.rstrip("/"), feed.name, feed.title))
            if name.casefold() == wanted
        ]
        return min(named)[-1] if wanted and named else None

    async def all(self, include_disabled: bool = False) -> builtins.list[Feed]:
        """Every feed, in order of id."""
        query = select(feeds).order_by(feeds.c.id)
        async with self._db.read() as conn:
            rows = await conn.execute(query if include_disabled else query.where(feeds.c.enabled))
            return [feed_of(row) for row in rows]

    async def categories(self) -> builtins.list[str]:
        """The categories of the enabled feeds, sorted."""
        query = select(feeds.c.category).where(feeds.c.enabled, feeds.c.category != "").distinct()
        async with self._db.read() as conn:
            return sorted((await conn.execute(query)).scalars(), key=str.casefold)

    async def remove(self, feed_id: int) -> None:
        """Stop polling it; its articles and subscriptions stay."""
        async with self._db.write() as conn:
            await _set(conn, feed_id, enabled=False)

    async def due(
        self, now: datetime, limit: int, lease_seconds: float = LEASE_SECONDS, owner: str = ""
    ) -> builtins.list[Feed]:
        """Claim up to ``limit`` feeds whose time has come for ``owner``, the longest overdue first. A person's feed is
        read only while a chat subscribes to it; once one does again, it is due.

        Their next poll moves ``lease_seconds`` ahead, so that no other worker takes them meanwhile and a dead worker's
        are taken up again."""
        lease = now + timedelta(seconds=lease_seconds)
        ready = (
            select(feeds.c.id)
            .where(_READ, feeds.c.next_poll <= now)
            .order_by(feeds.c.next_poll, feeds.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        async with self._db.write() as conn:
            ids = (await conn.execute(ready)).scalars().all()
            if not ids:
                return []
            await conn.execute(update(feeds).where(feeds.c.id.in_(ids)).values(next_poll=lease, claimed_by=owner))
            rows = (await conn.execute(select(feeds).where(feeds.c.id.in_(ids)))).all()
        by_id = {row.id: feed_of(row) for row in rows}
        return [by_id[feed_id] for feed_id in ids]

    async def claimers(self) -> set[str]:
        """Who has claimed feeds and not recorded what became of them."""
        query = select(feeds.c.claimed_by).where(feeds.c.claimed_by != "").distinct()
        async with self._db.read() as conn:
            return set((await conn.execute(query)).scalars())

    async def unclaim(self, owner: str, now: datetime) -> None:
        """Make what ``owner`` claimed due again: it is known to poll no more."""
        mine = (feeds.c.claimed_by == owner) & (feeds.c.claimed_by != "")
        async with self._db.write() as conn:
            await conn.execute(update(feeds).where(mine).values(claimed_by="", next_poll=now))

    async def unread(self, now: datetime, since: datetime | None = None) -> bool:
        """Whether a new feed is being read for the first time, or about to be; or else, of those that can be read, one
        for the first time ``since`` then."""
        f = feeds.c
        unread = ~f.primed if since is None else f.last_success.is_(None) | (f.last_success < since)
        first = _READ & unread & (f.failures == 0) & ((f.claimed_by != "") | (f.next_poll <= now))
        async with self._db.read() as conn:
            return bool((await conn.execute(select(exists().where(first)))).scalar())

    async def next_due(self) -> datetime | None:
        """When the next feed's time comes."""
        async with self._db.read() as conn:
            found: datetime | None = (await conn.execute(select(func.min(feeds.c.next_poll)).where(_READ))).scalar()
            return found

    async def record_failure(self, feed_id: int, error: str, next_poll: datetime, now: datetime) -> None:
        """A poll failed for the reason ``error``, which people will read."""
        async with self._db.write() as conn:
            await _set(conn, feed_id, error=error, failures=feeds.c.failures + 1, next_poll=next_poll, claimed_by="")

    async def record_unchanged(
        self, feed_id: int, next_poll: datetime, now: datetime, etag: str = "", last_modified: str = ""
    ) -> None:
        """A poll found nothing new (304, or the same bytes). Empty ``etag`` and ``last_modified`` keep the old ones."""
        fresh = {key: value for key, value in (("etag", etag), ("last_modified", last_modified)) if value}
        async with self._db.write() as conn:
            done = {"error": "", "failures": 0, "next_poll": next_poll, "last_success": now, "claimed_by": ""}
            await _set(conn, feed_id, **done, **fresh)


async def _set(conn: AsyncConnection, feed_id: int, **values: Any) -> None:
    await conn.execute(update(feeds).where(feeds.c.id == feed_id).values(**values))
