"""The outbox: deliveries claimed, sent by others, and settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Delivery, DeliveryState
from newsbot.storage import leases
from newsbot.storage.delivery_rows import DELIVERY, delivery_of
from newsbot.storage.leases import Fence
from newsbot.storage.planning import PlannedDelivery, Queue
from newsbot.storage.tables import chats, deliveries

OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED)
"""The states of deliveries that are not over."""

_REACH = 8
"""Rows looked at for each delivery claimed, since a chat may have several queued and takes one at a time."""

DeliveryList = list[Delivery]


def claimable(platform: str, now: datetime, limit: int) -> Select[Any]:
    """Selects (id, chat_id) of queued deliveries that may go out, in the order in which they should.

    Not from a chat that is paused, has one in flight, or has a post that waits before its next attempt: the platform
    asked that chat to wait, and a later post must not overtake. An edit waits until its post is out; it blocks nobody.
    """
    d = deliveries.c
    other, target = deliveries.alias("other"), deliveries.alias("target")
    in_flight = exists().where(other.c.chat_id == d.chat_id, other.c.state == DeliveryState.SENDING)
    retrying = exists().where(
        other.c.chat_id == d.chat_id,
        other.c.state == DeliveryState.QUEUED,
        other.c.kind == "post",
        other.c.attempts > 0,
        other.c.not_before > now,
    )
    out = exists().where(target.c.id == d.target, target.c.state == DeliveryState.SENT)
    return (
        select(d.id, d.chat_id)
        .join_from(deliveries, chats)
        .where(
            d.state == DeliveryState.QUEUED,
            d.platform == platform,
            d.not_before <= now,
            chats.c.paused == "",
            ~in_flight,
            ~retrying,
            or_(d.target.is_(None), out),
        )
        .order_by(d.priority, d.id)
        .limit(limit * _REACH)
        .with_for_update(of=deliveries, skip_locked=True)
    )


class Deliveries(Queue):
    """The part of ``storage.outbox`` that the senders work through."""

    async def claim(self, platform: str, now: datetime, limit: int, fence: Fence | None = None) -> DeliveryList:
        """Take up to ``limit`` deliveries, at most one of each chat, into state "sending"; each counts an attempt.
        Which ones, and in what order: :func:`claimable`. They stay so until somebody settles them. Raises
        LeadershipLost when ``fence`` no longer stands."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, f"claim:{platform}")
            firsts: dict[int, int] = {}
            for row in await conn.execute(claimable(platform, now, limit)):
                firsts.setdefault(row.chat_id, row.id)
            ids = list(firsts.values())[:limit]
            if not ids:
                return []
            taken = {"state": DeliveryState.SENDING, "attempts": deliveries.c.attempts + 1}
            await conn.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(**taken, updated=now))
            rows = (await conn.execute(DELIVERY.where(deliveries.c.id.in_(ids)))).all()
        claimed = {row.id: delivery_of(row) for row in rows}
        return [claimed[delivery_id] for delivery_id in ids]

    async def sending(self, platform: str) -> DeliveryList:
        """A platform's deliveries in flight, oldest first: a new leader finds here what the one before left."""
        mine = (deliveries.c.platform == platform) & (deliveries.c.state == DeliveryState.SENDING)
        return await self._deliveries(DELIVERY.where(mine).order_by(deliveries.c.id))

    async def progress(self, delivery_id: int, message_ids: Sequence[str]) -> None:
        """Record the messages of the parts that went out so far, for a delivery in flight: whoever tries it again goes
        on behind them."""
        flying = (deliveries.c.id == delivery_id) & (deliveries.c.state == DeliveryState.SENDING)
        async with self._db.write() as conn:
            await conn.execute(update(deliveries).where(flying).values(message_ids=list(message_ids)))

    async def settle(
        self,
        delivery_id: int,
        state: DeliveryState,
        reason: str = "",
        *,
        message_ids: Sequence[str] = (),
        not_before: datetime | None = None,
        attempts: int | None = None,
        doubts: int | None = None,
        then: PlannedDelivery | None = None,
        now: datetime,
    ) -> bool:
        """Record what became of a delivery in flight.

        ``message_ids`` are those of the parts that went out, if any; ``not_before`` (None: at once) is when a queued
        one is tried again; ``attempts`` and ``doubts`` (None: as they are) are their counts from now on; ``then`` is
        queued with it. False, and nothing is queued, when it was settled before: only "sent" is still believed then.
        An edit that was sent becomes the content of its post,
        and what it found of the messages is known of the post too; the edits of a post that will never go out are
        dropped."""
        believed = [DeliveryState.SENDING, DeliveryState.UNCERTAIN]
        if state is DeliveryState.SENT:
            believed += [DeliveryState.QUEUED, DeliveryState.QUARANTINED]
        values: dict[str, Any] = {"state": state, "reason": reason, "updated": now}
        values |= {"not_before": not_before or now} if state is DeliveryState.QUEUED else {}
        values |= {"sent_at": now} if state is DeliveryState.SENT else {}
        values |= {"message_ids": list(message_ids)} if message_ids or state is DeliveryState.SENT else {}
        values |= {} if attempts is None else {"attempts": attempts}
        values |= {} if doubts is None else {"doubts": doubts}
        async with self._db.write() as conn:
            done = await _change(conn, delivery_id, believed, values)
            if done and then is not None:
                await self._queue(conn, then)
            return done

    async def retry(self, delivery_id: int, now: datetime) -> bool:
        """Queue a delivery again that is uncertain, quarantined or dropped, as if it were new; False for any other."""
        over = [DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED, DeliveryState.DROPPED]
        values = {"state": DeliveryState.QUEUED, "not_before": now, "reason": "", "updated": now}
        values |= {"attempts": 0, "doubts": 0}
        async with self._db.write() as conn:
            return await _change(conn, delivery_id, over, values)

    async def drop(self, delivery_id: int, now: datetime, reason: str = "dropped by an admin") -> bool:
        """Give a delivery up that is queued, uncertain or quarantined; False for any other."""
        waiting = [DeliveryState.QUEUED, DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED]
        values = {"state": DeliveryState.DROPPED, "reason": reason, "updated": now}
        async with self._db.write() as conn:
            return await _change(conn, delivery_id, waiting, values)

    async def get(self, delivery_id: int) -> Delivery | None:
        """The delivery with this id."""
        return next(iter(await self._deliveries(DELIVERY.where(deliveries.c.id == delivery_id))), None)

    async def list(self, states: Sequence[DeliveryState] = (), limit: int = 100) -> DeliveryList:
        """The newest deliveries (in one of ``states``), newest first."""
        query = DELIVERY.where(deliveries.c.state.in_(states)) if states else DELIVERY
        return await self._deliveries(query.order_by(deliveries.c.id.desc()).limit(limit))

    async def depth(self) -> dict[str, int]:
        """How many deliveries are in each state that is not over. What is posted already and only waits for its turn to
        be published is none of them."""
        d = deliveries.c
        query = select(d.state, func.count()).where(d.state.in_(OPEN), d.kind != "publish").group_by(d.state)
        async with self._db.read() as conn:
            found = {row[0]: int(row[1]) for row in await conn.execute(query)}
        return {state.value: found.get(state.value, 0) for state in OPEN}

    async def last_sent(self) -> dict[str, datetime]:
        """When each platform that has chats last sent something; those that never did are left out."""
        found: dict[str, datetime] = {}
        async with self._db.read() as conn:
            for platform in (await conn.execute(select(chats.c.platform).distinct())).scalars().all():
                latest = select(func.max(deliveries.c.sent_at)).where(deliveries.c.platform == platform)
                if sent := (await conn.execute(latest)).scalar():
                    found[platform] = sent
        return found

    async def _deliveries(self, query: Select[Any]) -> DeliveryList:
        async with self._db.read() as conn:
            return [delivery_of(row) for row in await conn.execute(query)]


async def _change(
    conn: AsyncConnection, delivery_id: int, believed: Sequence[DeliveryState], values: dict[str, Any]
) -> bool:
    here = and_(deliveries.c.id == delivery_id, deliveries.c.state.in_(believed))
    row = (await conn.execute(select(deliveries).where(here).with_for_update())).first()
    if row is None:
        return False
    if values["state"] is DeliveryState.QUEUED and row.kind == "edit" and await _overtaken(conn, row):
        values = values | {"state": DeliveryState.DROPPED, "reason": "a later edit took its place"}
    await conn.execute(update(deliveries).where(deliveries.c.id == delivery_id).values(**values))
    if row.kind == "edit":
        fresh = {"digest": row.digest} if values["state"] is DeliveryState.SENT else {}
        fresh |= {"message_ids": values["message_ids"]} if values.get("message_ids") else {}
        if fresh:
            await conn.execute(update(deliveries).where(deliveries.c.id == row.target).values(**fresh))
    if values["state"] in {DeliveryState.DROPPED, DeliveryState.QUARANTINED} and row.kind == "post":
        edits = (deliveries.c.target == delivery_id) & (deliveries.c.state == DeliveryState.QUEUED)
        gone = {"state": DeliveryState.DROPPED, "reason": "its post is not going out", "updated": values["updated"]}
        await conn.execute(update(deliveries).where(edits).values(**gone))
    return True


async def _overtaken(conn: AsyncConnection, row: Any) -> bool:
    """Whether the post of this edit has a later one queued: then this one, coming back to be tried again, is stale."""
    twin = (deliveries.c.target == row.target) & (deliveries.c.kind == "edit") & (deliveries.c.id != row.id)
    return bool((await conn.execute(select(deliveries.c.id).where(twin, deliveries.c.state == "queued"))).first())
