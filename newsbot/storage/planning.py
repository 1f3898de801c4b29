"""Turns waiting stories into deliveries, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import OutcomeState
from newsbot.errors import LeadershipLost
from newsbot.storage import leases
from newsbot.storage.leases import Fence
from newsbot.storage.queueing import PlannedDelivery, Queue
from newsbot.storage.sql import each_chunk
from newsbot.storage.tables import outcomes, subscriptions

__all__ = ["OUTBOX", "PlannedDelivery", "Planning"]

OUTBOX = "outbox"
"""Plans and records pass one at a time on PostgreSQL, as they do on SQLite anyway."""


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

        A post's turn in its chat's line is its ``not_before``, or as much after the turn of the one before it as the
        chat needs between two. Raises LeadershipLost when ``fence`` no longer stands, or a story no longer waits:
        another has planned it."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, OUTBOX)
            ids = await self._queue(conn, planned)
            await _take(conn, planned, ids)
            if next_due:
                mine = subscriptions.c.id == bindparam("this")
                moved = [{"this": subscription, "due": due} for subscription, due in next_due]
                await conn.execute(update(subscriptions).where(mine).values(next_due=bindparam("due")), moved)
            await self._align(conn, {each.chat_id for each in planned})
        return ids


async def _take(conn: AsyncConnection, planned: Sequence[PlannedDelivery], ids: Sequence[int]) -> None:
    """Mark the stories of deliveries as shown or counted in them."""
    taken: dict[tuple[int, int], dict[str, Any]] = {}
    for delivery_id, each in zip(ids, planned, strict=True):
        for story_ids, state in ((each.shown, OutcomeState.SHOWN), (each.more, OutcomeState.MORE)):
            for story_id in dict.fromkeys(story_ids):
                key = {"chat": each.chat_id, "story": story_id}
                if (each.chat_id, story_id) in taken:
                    raise LeadershipLost(f"story {story_id} is planned twice for chat {each.chat_id}")
                values = {"becomes": state.value, "by": delivery_id, "when": each.not_before}
                taken[each.chat_id, story_id] = key | values
    still = await each_chunk(conn, sorted(taken), _waiting)
    if len(still) != len(taken):
        raise LeadershipLost("another has planned some of these stories")
    if taken:
        mine = (outcomes.c.chat_id == bindparam("chat")) & (outcomes.c.story_id == bindparam("story"))
        fresh = {"state": bindparam("becomes"), "delivery_id": bindparam("by"), "note": "", "at": bindparam("when")}
        await conn.execute(update(outcomes).where(mine).values(**fresh), list(taken.values()))


def _waiting(keys: Sequence[tuple[int, int]]) -> Any:
    o = outcomes.c
    query = select(o.chat_id, o.story_id).where(tuple_(o.chat_id, o.story_id).in_(keys), o.state == "waiting")
    return query.order_by(o.chat_id, o.story_id).with_for_update()
