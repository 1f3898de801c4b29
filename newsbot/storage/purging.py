"""Forgets what is older than the config allows, a bounded batch at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, delete, exists, or_, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import DeliveryState
from newsbot.storage.article_ids import first_id
from newsbot.storage.polls import SEEN_STEP
from newsbot.storage.search_index import unindex_articles
from newsbot.storage.sql import Repository
from newsbot.storage.tables import CORRECTED, PLANNED, articles, deliveries, feeds, matches, outcomes, steps, stories

_OVER = (DeliveryState.SENT, DeliveryState.DROPPED, DeliveryState.QUARANTINED, DeliveryState.UNCERTAIN)


class Purging(Repository):
    """The part of ``storage.articles`` that forgets."""

    async def purge(self, before: datetime, batch: int) -> int:
        """Delete up to ``batch`` articles that arrived before ``before``, with their matches, their places in the
        search index, stories left without any, and old deliveries. Returns how many articles went.

        An article that its feed still lists stays: deleted, it would come back with the next poll as a new one. So does
        one that some chat still waits for."""
        async with self._db.write(patient=True) as conn:
            await self._db.serialise(conn, "purge")  # two at once would count the same articles off twice
            rows = (await conn.execute(_old(before).limit(batch))).all()
            ids = [row.id for row in rows]
            if ids:
                await unindex_articles(conn, ids)
                await conn.execute(delete(matches).where(matches.c.article_id.in_(ids)))
                await conn.execute(delete(articles).where(articles.c.id.in_(ids)))
                await _discount(conn, feeds, Counter(row.feed_id for row in rows))
                await _forget_stories(conn, Counter(row.story_id for row in rows))
            await _forget_rows(conn, before, batch)
        return len(ids)


def _old(before: datetime) -> Any:
    a = articles.c
    waited_for = exists().where(outcomes.c.story_id == a.story_id, outcomes.c.state == "waiting")
    # `changed` is when the feed's document was last read whole: who was not seen there (to the day) has left it.
    step = int(SEEN_STEP / timedelta(milliseconds=1))
    left = or_(~feeds.c.enabled, type_coerce(a.seen, BigInteger) < type_coerce(feeds.c.changed, BigInteger) - step)
    return (
        select(a.id, a.feed_id, a.story_id)
        .join_from(articles, feeds)
        .where(a.id < first_id(before), a.fetched < before, a.seen < before, a.state.in_((PLANNED, CORRECTED)), left)
        .where(~waited_for)
        .order_by(a.id)
    )


async def _discount(conn: AsyncConnection, table: Any, gone: Counter[int]) -> None:
    for row_id, number in gone.items():
        await conn.execute(update(table).where(table.c.id == row_id).values(articles=table.c.articles - number))


async def _forget_stories(conn: AsyncConnection, gone: Counter[int]) -> None:
    await _discount(conn, stories, gone)
    empty = stories.c.id.in_(list(gone)) & (stories.c.articles <= 0)
    ids: Sequence[int] = (await conn.execute(select(stories.c.id).where(empty))).scalars().all()
    await conn.execute(delete(outcomes).where(outcomes.c.story_id.in_(ids)))
    await conn.execute(delete(steps).where(steps.c.story_id.in_(ids)))
    await conn.execute(delete(stories).where(stories.c.id.in_(ids)))


async def _forget_rows(conn: AsyncConnection, before: datetime, batch: int) -> None:
    d = deliveries.c
    over = select(d.id).where(d.state.in_(_OVER), d.updated < before, d.created < before).order_by(d.id).limit(batch)
    ids: Sequence[int] = (await conn.execute(over)).scalars().all()
    await conn.execute(delete(steps).where(steps.c.delivery_id.in_(ids)))
    await conn.execute(delete(deliveries).where(d.id.in_(ids)))
