"""After the clock was put back: what was due is not to wait until it has caught up again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.plan import BUSY_WINDOW, SETTLE
from newsbot.storage import leases
from newsbot.storage.composing import WAITING
from newsbot.storage.leases import Fence
from newsbot.storage.lines import POSTS, QUEUED, Lines
from newsbot.storage.queueing import OUTBOX
from newsbot.storage.sql import chunks
from newsbot.storage.tables import deliveries, outcomes

_AT_ONCE = and_(deliveries.c.state == QUEUED, deliveries.c.kind != "edit")
"""What is always planned for the moment at which it is planned."""


class Unstalling(Lines):
    """The part of ``storage.outbox`` that a clock which was put back needs."""

    async def unstall(self, now: datetime, fence: Fence | None = None) -> None:
        """Bring what was written by a clock that was ahead of ``now`` back to it.

        A delivery waits from now on for as long as it was to wait then; its chat's posts keep their order. A story that
        comes at once is due, where it waits for longer than anything makes it wait for. What has a time of its own (a
        digest's hour, the end of quiet hours, an edit's distance) keeps that. Raises LeadershipLost when ``fence`` no
        longer stands."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, OUTBOX)
            await conn.execute(update(outcomes).where(WAITING, _overdue(now)).values(due=now))
            d = deliveries.c
            ahead = select(d.id, d.chat_id, d.lane, d.turn, d.created, d.updated, d.not_before).where(
                _AT_ONCE, d.updated > now
            )
            await self._lock(conn, {row.chat_id for row in await conn.execute(ahead)})
            rows = (await conn.execute(ahead)).all()
            chat_ids = sorted({row.chat_id for row in rows})
            await _bring_back(conn, rows, now)
            await _keep_order(conn, chat_ids, now)
            await self._align(conn, chat_ids)
            await conn.execute(update(outcomes).where(WAITING, _overdue(now)).values(due=now))  # chats are locked first


def _overdue(now: datetime) -> Any:
    o = outcomes.c
    fresh = and_(o.note == "", o.due > now + SETTLE)
    return and_(o.urgent, or_(fresh, and_(o.note.in_(("busy", "late")), o.due > now + BUSY_WINDOW)))


async def _bring_back(conn: AsyncConnection, rows: Sequence[Any], now: datetime) -> None:
    d = deliveries.c
    fresh = {"not_before": bindparam("at"), "turn": bindparam("place"), "created": bindparam("made"), "updated": now}
    if rows:
        await conn.execute(
            update(deliveries).where(d.id == bindparam("this")).values(**fresh),
            [_brought_back(row, now) for row in rows],
        )


def _brought_back(row: Any, now: datetime) -> dict[str, Any]:
    at = now + max(timedelta(0), row.not_before - row.updated)
    return {"this": row.id, "at": at, "place": row.turn if row.lane == POSTS else at, "made": min(row.created, now)}


async def _keep_order(conn: AsyncConnection, chat_ids: Sequence[int], now: datetime) -> None:
    """The posts of these chats whose turn is still to come have it now, one after the other by their ids."""
    d = deliveries.c
    for chunk in chunks(chat_ids):
        coming = d.chat_id.in_(chunk) & (d.state == QUEUED) & (d.lane == POSTS) & (d.turn > now)
        await conn.execute(update(deliveries).where(coming).values(turn=now))
