"""What posts have grown by, and whether they may grow now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, exists, func, literal_column, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.growing import Growths
from newsbot.domain.models import Chat, DeliveryState
from newsbot.storage.chat_rows import chat_of
from newsbot.storage.lines import WAITS, Lines
from newsbot.storage.queueing import PlannedDelivery
from newsbot.storage.sql import chunks, each_chunk
from newsbot.storage.tables import OPEN, chats, deliveries, outcomes, stories

_QUEUED = deliveries.c.state == literal_column("'queued'")
"""Written out, so that SQLite sees at once that a partial index serves."""

_SERVED = text(f"{OPEN} AND priority < 3")
"""The condition of the index of depths, which serves only who repeats it."""

CORRECTION, GROWTH = 1, 2
"""The priorities of edits that take back what a post says, and of those by which it grows: after everything that is
new, and what takes something back."""


class Growing(Lines):
    """The part of ``storage.outbox`` that posts grow by."""

    async def growths(self, post_ids: Sequence[int]) -> dict[int, Growths]:
        """What each of these posts has grown by; those that never did are left out."""
        async with self._db.read() as conn:
            rows = await each_chunk(conn, post_ids, _growths)
        kinds = {(row.target, row.kind, bool(row.corrects)): row for row in rows}
        return {
            target: _growth(
                *(kinds.get((target, *each)) for each in (("edit", False), ("edit", True), ("reply", False)))
            )
            for target, *_ in kinds
        }

    async def crowded(self, most: int) -> set[str]:
        """The platforms with more than ``most`` posts in the queue."""
        d = deliveries.c
        async with self._db.read() as conn:
            found = set()
            for platform in (await conn.execute(select(chats.c.platform).distinct())).scalars().all():
                some = select(d.id).where(_SERVED, _QUEUED, d.platform == platform, d.priority < GROWTH).limit(most + 1)
                count = (await conn.execute(select(func.count()).select_from(some.subquery()))).scalar_one()
                found |= {platform} if count > most else set()
        return found

    async def growers(self, chat_ids: Sequence[int], since: datetime) -> dict[int, tuple[Chat, list[datetime]]]:
        """These chats by their ids, each with when its posts and replies since then were planned, oldest first."""
        d = deliveries.c
        posts = select(d.chat_id, d.created).where(d.kind.in_(("post", "reply")), d.created >= since)
        async with self._db.read() as conn:
            rows = await each_chunk(conn, chat_ids, lambda c: select(chats).where(chats.c.id.in_(c)))
            told = await each_chunk(conn, chat_ids, lambda c: posts.where(d.chat_id.in_(c)).order_by(d.created))
        found: dict[int, tuple[Chat, list[datetime]]] = {row.id: (chat_of(row), []) for row in rows}
        for row in told:
            if row.chat_id in found:
                found[row.chat_id][1].append(row.created)
        return found

    async def drop_late_edits(self, before: datetime, now: datetime) -> int:
        """Drop what was due before then and is still queued of the edits by which posts were to grow, and of all that
        waits for a post of which nobody knows whether it is out; how many."""
        d, post = deliveries.c, deliveries.alias("post")
        doubtful = exists().where(post.c.id == d.target, post.c.state == DeliveryState.UNCERTAIN.value)
        grows = and_(d.kind == "edit", d.priority == GROWTH)
        late = _QUEUED & (d.not_before < before) & or_(grows, and_(d.lane == WAITS, doubtful))
        gone = {"state": DeliveryState.DROPPED.value, "reason": "too late for its post to grow", "updated": now}
        async with self._db.write() as conn:
            chat_ids = set((await conn.execute(select(d.chat_id).where(late))).scalars())
            await self._lock(conn, chat_ids)
            dropped = 0
            for chunk in chunks(sorted(chat_ids)):
                mine = late & d.chat_id.in_(chunk)
                dropped += (await conn.execute(update(deliveries).where(mine).values(**gone))).rowcount
            await self._align(conn, chat_ids)
        return dropped


async def still_told(conn: AsyncConnection, edits: Sequence[PlannedDelivery]) -> list[PlannedDelivery]:
    """These edits and replies without the stories that were taken back since they were decided on; those that would
    tell nothing are left out."""
    ids = sorted({story.story_id for edit in edits for story in edit.digest.stories})
    o, gone = outcomes.c, stories.c.withdrawn.is_not(None)
    withdrawn = await each_chunk(conn, ids, lambda c: select(stories.c.id).where(stories.c.id.in_(c), gone))
    hidden, rows = select(o.chat_id, o.story_id).where(o.state != "shown"), []
    for some in chunks(sorted({edit.chat_id for edit in edits})):
        there = hidden.where(o.chat_id.in_(some))
        rows += await each_chunk(conn, ids, lambda c, there=there: there.where(o.story_id.in_(c)))
    everywhere, left_out = {row.id for row in withdrawn}, {(row.chat_id, row.story_id) for row in rows}
    told = []
    for edit in edits:
        left = tuple(
            story
            for story in edit.digest.stories
            if story.story_id not in everywhere and (edit.chat_id, story.story_id) not in left_out
        )
        if left:
            told.append(replace(edit, digest=replace(edit.digest, stories=left)))
    return told


def _growths(post_ids: Sequence[int]) -> Any:
    d = deliveries.c
    queued = func.sum(case((_QUEUED, 1), else_=0)).label("queued")
    counted = d.target.in_(post_ids) & d.kind.in_(("edit", "reply")) & (d.state != DeliveryState.DROPPED.value)
    corrects = case((and_(d.kind == "edit", d.priority < GROWTH), 1), else_=0).label("corrects")
    # one that has taken the place of an edit goes out sooner than that was planned for
    latest = func.max(case((corrects == 1, func.coalesce(d.sent_at, d.not_before)), else_=d.created)).label("latest")
    query = select(d.target, d.kind, corrects, func.count().label("number"), latest, queued)
    return query.where(counted).group_by(d.target, d.kind, corrects)


def _growth(edits: Any, corrections: Any, replies: Any) -> Growths:
    return Growths(
        edits.number if edits else 0,
        any(each and each.queued for each in (edits, corrections)),
        edits.latest if edits else None,
        replies.number if replies else 0,
        replies.latest if replies else None,
        corrections.number if corrections else 0,
        corrections.latest if corrections else None,
    )
