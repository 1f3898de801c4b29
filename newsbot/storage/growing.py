"""What posts have grown by, and whether they may grow now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, literal_column, select, update

from newsbot.domain.growing import Growths
from newsbot.domain.models import Chat, DeliveryState
from newsbot.storage.chat_rows import chat_of
from newsbot.storage.sql import Repository, each_chunk
from newsbot.storage.tables import chats, deliveries

_QUEUED = deliveries.c.state == literal_column("'queued'")
"""Written out, so that SQLite sees at once that a partial index serves."""

GROWTH = 2
"""The priority of edits by which posts grow: after everything that is new, and what takes something back."""


class Growing(Repository):
    """The part of ``storage.outbox`` that posts grow by."""

    async def growths(self, post_ids: Sequence[int]) -> dict[int, Growths]:
        """What each of these posts has grown by; those that never did are left out."""
        async with self._db.read() as conn:
            rows = await each_chunk(conn, post_ids, _growths)
        kinds = {(row.target, row.kind): row for row in rows}
        return {target: _growth(kinds.get((target, "edit")), kinds.get((target, "reply"))) for target, _ in kinds}

    async def crowded(self, most: int) -> set[str]:
        """The platforms with more than ``most`` posts in the queue."""
        d = deliveries.c
        async with self._db.read() as conn:
            found = set()
            for platform in (await conn.execute(select(chats.c.platform).distinct())).scalars().all():
                some = select(d.id).where(_QUEUED, d.platform == platform, d.priority < GROWTH).limit(most + 1)
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
        """Drop the edits by which posts were to grow that were due before then and are still queued; how many."""
        d = deliveries.c
        late = _QUEUED & (d.kind == "edit") & (d.priority == GROWTH) & (d.not_before < before)
        gone = {"state": DeliveryState.DROPPED.value, "reason": "too late for its post to grow", "updated": now}
        async with self._db.write() as conn:
            return int((await conn.execute(update(deliveries).where(late).values(**gone))).rowcount)


def _growths(post_ids: Sequence[int]) -> Any:
    d = deliveries.c
    queued = func.sum(case((_QUEUED, 1), else_=0)).label("queued")
    counted = d.target.in_(post_ids) & d.kind.in_(("edit", "reply")) & (d.state != DeliveryState.DROPPED.value)
    figures = (func.count().label("number"), func.max(d.created).label("latest"), queued)
    return select(d.target, d.kind, *figures).where(counted).group_by(d.target, d.kind)


def _growth(edits: Any, replies: Any) -> Growths:
    return Growths(
        edits.number if edits else 0,
        bool(edits and edits.queued),
        edits.latest if edits else None,
        replies.number if replies else 0,
        replies.latest if replies else None,
    )
