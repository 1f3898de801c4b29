"""Turns waiting stories into deliveries, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import DeliveryKind, DeliveryState, Digest, OutcomeState
from newsbot.errors import LeadershipLost
from newsbot.storage import codec, leases
from newsbot.storage.leases import Fence
from newsbot.storage.sql import Repository, chunks
from newsbot.storage.tables import chats, deliveries, outcomes, subscriptions

OUTBOX = "outbox"
"""Plans and records pass one at a time on PostgreSQL, as they do on SQLite anyway."""

_QUEUED_EDIT = text("kind = 'edit' AND state = 'queued'")


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A delivery to be, planned at or for ``not_before``. ``target`` is the delivery it edits, retracts or publishes;
    ``shown`` and ``more`` are the stories that it shows, and those that it counts."""

    chat_id: int
    kind: DeliveryKind
    digest: Digest
    priority: int
    not_before: datetime
    target: int | None = None
    shown: tuple[int, ...] = ()
    more: tuple[int, ...] = ()


class Queue(Repository):
    """How a delivery comes into the outbox."""

    async def _queue(self, conn: AsyncConnection, planned: PlannedDelivery) -> int:
        row = {
            "chat_id": planned.chat_id,
            "kind": planned.kind,
            "digest": codec.encode(planned.digest),
            "state": DeliveryState.QUEUED.value,
            "priority": planned.priority,
            "target": planned.target,
            "message_ids": [],
            "attempts": 0,
            "not_before": planned.not_before,
            "created": planned.not_before,
            "updated": planned.not_before,
            "reason": "",
        }
        platform = (await conn.execute(select(chats.c.platform).where(chats.c.id == planned.chat_id))).scalar()
        if platform is None:
            raise LeadershipLost(f"chat {planned.chat_id} is gone")
        new = self._insert(deliveries).values(**row, platform=platform)
        fresh = {"digest": new.excluded["digest"], "updated": new.excluded["updated"]}
        statement = new.on_conflict_do_update(
            index_elements=[deliveries.c.target], index_where=_QUEUED_EDIT, set_=fresh
        )
        return int((await conn.execute(statement.returning(deliveries.c.id))).scalar_one())


class Planning(Queue):
    """The part of ``storage.outbox`` that makes deliveries."""

    async def plan(
        self,
        planned: Sequence[PlannedDelivery],
        fence: Fence | None = None,
        *,
        next_due: Sequence[tuple[int, datetime]] = (),
    ) -> list[int]:
        """Queue deliveries, mark the stories in them as shown or counted, and move subscriptions (id, next due) on: all
        of it, or nothing. Returns the deliveries' ids, in order; an edit of a post that has one queued takes its place.

        Raises LeadershipLost when ``fence`` no longer stands, or a story no longer waits: another has planned it."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, OUTBOX)
            ids = [await self._queue(conn, delivery) for delivery in planned]
            for delivery_id, delivery in zip(ids, planned, strict=True):
                await _take(conn, delivery, delivery_id, delivery.shown, OutcomeState.SHOWN)
                await _take(conn, delivery, delivery_id, delivery.more, OutcomeState.MORE)
            for subscription_id, due in next_due:
                mine = subscriptions.c.id == subscription_id
                await conn.execute(update(subscriptions).where(mine).values(next_due=due))
        return ids


async def _take(
    conn: AsyncConnection, planned: PlannedDelivery, delivery_id: int, story_ids: Sequence[int], state: OutcomeState
) -> None:
    for chunk in chunks(story_ids):
        waiting = (
            (outcomes.c.chat_id == planned.chat_id)
            & outcomes.c.story_id.in_(chunk)
            & (outcomes.c.state == OutcomeState.WAITING.value)
        )
        fresh = {"state": state.value, "delivery_id": delivery_id, "note": "", "at": planned.not_before}
        taken = await conn.execute(update(outcomes).where(waiting).values(**fresh))
        if taken.rowcount != len(set(chunk)):
            raise LeadershipLost(f"another has planned stories of chat {planned.chat_id}")
