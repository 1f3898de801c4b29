"""What became of deliveries, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import NO_MESSAGE, DeliveryState, Step, StepKind
from newsbot.domain.withdrawing import TAKEN_BACK, WITHDRAWN, found_again
from newsbot.storage import leases
from newsbot.storage.leases import Fence
from newsbot.storage.lines import POSTS, QUEUED, SENDING, SENT, WAITS, lane_column, lane_of
from newsbot.storage.merging import ELSEWHERE
from newsbot.storage.queueing import PlannedDelivery, Queue
from newsbot.storage.sql import each_chunk
from newsbot.storage.steps import write_steps
from newsbot.storage.tables import deliveries

STEPS: dict[DeliveryState, StepKind] = {
    DeliveryState.UNCERTAIN: "uncertain",
    DeliveryState.QUARANTINED: "quarantined",
    DeliveryState.DROPPED: "dropped",
}
"""What is always a step: the row forgets it when the delivery is tried again."""

_FOR_GOOD = TAKEN_BACK | {ELSEWHERE}
"""Reasons of what is dropped and never to be sent again: the chat would get what it shall not, or has already."""

_FOLLOWED = (DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.SENT)

_CHANGING = (
    "state", "reason", "updated", "not_before", "turn", "lane", "sent_at", "message_ids", "attempts", "doubts",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settlement:
    """What became of a delivery in flight.

    ``message_ids`` are those of the parts that went out, if any; ``not_before`` (None: at once) is when a queued one is
    tried again; ``attempts`` and ``doubts`` (None: as they are) are their counts from now on; ``then`` is queued with
    it. ``step``: what kind of step this is on the story's way, with the reason as its words; "": what the state is by
    itself (:data:`STEPS`), and none where it is queued again or sent. ``attempt``: which one this is the answer to, as
    its claim counted it, and when that was (``claimed``), since an admin's retry counts anew; None: the latest."""

    delivery_id: int
    state: DeliveryState
    reason: str = ""
    message_ids: tuple[str, ...] = ()
    not_before: datetime | None = None
    attempts: int | None = None
    doubts: int | None = None
    then: PlannedDelivery | None = None
    step: StepKind | str = ""
    attempt: int | None = None
    claimed: datetime | None = None


class Settling(Queue):
    """The part of ``storage.outbox`` that records answers."""

    async def progress(self, delivery_id: int, message_ids: Sequence[str], attempt: int) -> None:
        """Record the messages of the parts that went out so far, for a delivery of which this attempt is in flight:
        whoever tries it again goes on behind them."""
        d = deliveries.c
        flying = (d.id == delivery_id) & (d.state == SENDING) & (d.attempts == attempt)
        async with self._db.write() as conn:
            await conn.execute(update(deliveries).where(flying).values(message_ids=list(message_ids)))

    async def settle_all(
        self, settlements: Sequence[Settlement], now: datetime, fence: Fence | None = None
    ) -> list[bool]:
        """Record what became of deliveries in flight: all of it, or nothing. What is no answer, but concluded from
        nobody sending them, holds only while ``fence`` stands: raises LeadershipLost when it does not.

        False for each that was settled before, or that another attempt was made at since, of which nothing is queued:
        only "sent" is still believed then. An edit that was sent becomes the content of its post, and what it found of
        the messages is known of the post too. What was to be done to a post that will never go out, or was retracted,
        is dropped; what waited for one that is out now may go."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            rows = await self._rows(conn, [settlement.delivery_id for settlement in settlements])
            done = [await _settle(conn, rows.get(each.delivery_id), each, now) for each in settlements]
            settled = [each for each, counts in zip(settlements, done, strict=True) if counts]
            await self._write(conn, [rows[each.delivery_id] for each in settled], now)
            await write_steps(conn, [step for each in settled for step in _steps(rows[each.delivery_id], each, now)])
            where = {each.delivery_id: rows[each.delivery_id]["chat_id"] for each in settled}  # by now, after any move
            then = [replace(each.then, chat_id=where[each.delivery_id]) for each in settled if each.then is not None]
            if then:
                await self._queue(conn, then)
            await self._align(conn, set(where.values()))
        return done

    async def retry(self, delivery_id: int, now: datetime, by: str = "") -> bool:
        """Queue a delivery again that is uncertain, quarantined or dropped, as if it were new, in its old place in
        line; False for any other, for what was taken back, and for an edit that a later one followed. ``by``: who said
        so."""
        over = (DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED, DeliveryState.DROPPED)
        again = Settlement(delivery_id, DeliveryState.QUEUED, "", attempts=0, doubts=0, step="again")
        return await self._decide(again, over, now, by)

    async def drop(self, delivery_id: int, now: datetime, reason: str = "dropped by an admin") -> bool:
        """Give a delivery up that is queued, uncertain or quarantined; False for any other."""
        waiting = (DeliveryState.QUEUED, DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED)
        return await self._decide(Settlement(delivery_id, DeliveryState.DROPPED, reason), waiting, now, reason)

    async def _decide(
        self, settlement: Settlement, believed: Sequence[DeliveryState], now: datetime, detail: str
    ) -> bool:
        async with self._db.write() as conn:
            rows = await self._rows(conn, [settlement.delivery_id])
            row = rows.get(settlement.delivery_id)
            if row is None or row["state"] not in believed or row["reason"] in _FOR_GOOD:
                return False
            if settlement.state is DeliveryState.QUEUED and row["kind"] == "edit" and await _overtaken(conn, row):
                return False
            await _apply(conn, row, settlement, now)
            row["lane"] = await _lane(conn, row)
            await self._write(conn, [row], now)
            kind: Any = settlement.step or STEPS[settlement.state]
            await write_steps(conn, [(row["chat_id"], Step(now, kind, detail, delivery_id=row["id"]))])
            await self._align(conn, {row["chat_id"]})
        return True

    async def _rows(self, conn: AsyncConnection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """What is known of these deliveries, for nobody else to change."""
        d = deliveries.c
        if self._db.dialect == "postgresql":
            where = await each_chunk(conn, sorted(set(ids)), lambda chunk: select(d.chat_id).where(d.id.in_(chunk)))
            await self._lock(conn, {row.chat_id for row in where})
        query = select(
            d.id, d.chat_id, d.platform, d.kind, d.target, d.priority, *(d[name] for name in _CHANGING)
        ).order_by(d.id)
        rows = await each_chunk(
            conn, sorted(set(ids)), lambda chunk: query.where(d.id.in_(chunk)).with_for_update(of=deliveries)
        )
        return {row.id: dict(zip(row._fields, row, strict=True)) for row in rows}

    async def _write(self, conn: AsyncConnection, changed: Iterable[dict[str, Any]], now: datetime) -> None:
        """Write the rows, and what follows for those that they are targets of, or have as theirs."""
        rows = list({row["id"]: row for row in changed}.values())
        if not rows:
            return
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _CHANGING}
        fresh = [{"this": row["id"]} | {f"new_{name}": row[name] for name in _CHANGING} for row in rows]
        await conn.execute(update(deliveries).where(deliveries.c.id == bindparam("this")).values(**values), fresh)
        for row in rows:
            if row["kind"] == "edit":
                await _content(conn, row)
            elif row["kind"] == "retract" and row["state"] == DeliveryState.SENT:
                await _taken_back(conn, row, now)
        shown = [row for row in rows if row["kind"] in ("post", "reply")]
        await _let_go(conn, [row["id"] for row in shown if row["state"] == DeliveryState.SENT])
        never = [row["id"] for row in shown if row["state"] in (DeliveryState.DROPPED, DeliveryState.QUARANTINED)]
        await _drop_chores(conn, never, "its post is not going out", now)


async def _settle(conn: AsyncConnection, row: dict[str, Any] | None, settlement: Settlement, now: datetime) -> bool:
    believed = {DeliveryState.SENDING, DeliveryState.UNCERTAIN}
    sent = settlement.state is DeliveryState.SENT
    if sent:
        believed |= {DeliveryState.QUEUED, DeliveryState.QUARANTINED}
    if row is None or row["state"] not in believed:
        return False
    if not sent and not _latest(row, settlement):
        return False
    await _apply(conn, row, settlement, now)
    if row["state"] == DeliveryState.QUEUED and await _gone_meanwhile(conn, row):
        row |= {"state": DeliveryState.DROPPED.value, "reason": WITHDRAWN}
    return True


def _latest(row: dict[str, Any], settlement: Settlement) -> bool:
    """Whether the settlement is the answer to the latest attempt."""
    flying = row["state"] == DeliveryState.SENDING and settlement.claimed is not None
    return settlement.attempt in {None, row["attempts"]} and (not flying or settlement.claimed == row["updated"])


async def _gone_meanwhile(conn: AsyncConnection, row: dict[str, Any]) -> bool:
    """Whether a post that comes back to be tried again was taken back while in flight, and sending it finds nothing."""
    d = deliveries.c
    if row["kind"] not in ("post", "reply") or found_again(
        row["platform"], doubts=row["doubts"], parts=sum(map(bool, row["message_ids"]))
    ):
        return False
    mine = (d.target == row["id"]) & (d.kind == "retract") & (d.state == QUEUED)
    return (await conn.execute(select(d.id).where(mine).limit(1))).first() is not None


async def _apply(conn: AsyncConnection, row: dict[str, Any], settlement: Settlement, now: datetime) -> None:
    """Change ``row`` as the settlement says."""
    row |= {"state": settlement.state.value, "reason": settlement.reason, "updated": now}
    if settlement.state is DeliveryState.SENT:
        row |= {"sent_at": now, "message_ids": []}
    row["found"] = list(settlement.message_ids)
    row["message_ids"] = row["found"] or row["message_ids"]
    row["attempts"] = row["attempts"] if settlement.attempts is None else settlement.attempts
    row["doubts"] = row["doubts"] if settlement.doubts is None else settlement.doubts
    if settlement.state is DeliveryState.QUEUED:
        row["not_before"] = settlement.not_before or now
        if row["lane"] != POSTS:  # a post keeps its place in line
            row["turn"] = row["not_before"]
        if row["kind"] == "edit" and await _overtaken(conn, row):
            row |= {"state": DeliveryState.DROPPED.value, "reason": "a later edit took its place"}


def _steps(row: dict[str, Any], settlement: Settlement, now: datetime) -> list[tuple[int, Step]]:
    kind: Any = settlement.step or STEPS.get(settlement.state)
    return [(row["chat_id"], Step(now, kind, settlement.reason, delivery_id=row["id"]))] if kind else []


async def _overtaken(conn: AsyncConnection, row: dict[str, Any]) -> bool:
    """Whether the post of this edit has a later one, out or on its way: then this one, coming back to be tried again,
    is stale."""
    d = deliveries.c
    stands = or_(d.state == QUEUED, (d.id > row["id"]) & d.state.in_(_FOLLOWED))
    twin = (d.target == row["target"]) & (d.kind == "edit") & (d.id != row["id"]) & stands
    return (await conn.execute(select(d.id).where(twin).limit(1))).first() is not None


async def _lane(conn: AsyncConnection, row: dict[str, Any]) -> int:
    """The line for a delivery that an admin decided on."""
    lane, target = lane_of(row["kind"], row["priority"]), deliveries.c.id == row["target"]
    if row["target"] is None:
        return lane
    out = await conn.execute(select(deliveries.c.id).where(target, deliveries.c.state == SENT))
    return lane if out.first() else WAITS


async def _content(conn: AsyncConnection, edit: dict[str, Any]) -> None:
    """What an edit made of its post."""
    source = deliveries.alias("source")
    fresh: dict[str, Any] = {"message_ids": edit["found"]} if edit["found"] else {}
    if edit["state"] == DeliveryState.SENT:
        fresh["digest"] = select(source.c.digest).where(source.c.id == edit["id"]).scalar_subquery()
    if fresh:
        await conn.execute(update(deliveries).where(deliveries.c.id == edit["target"]).values(**fresh))


async def _taken_back(conn: AsyncConnection, retract: dict[str, Any], now: datetime) -> None:
    """Nothing can be done any more with the messages of a post that was retracted."""
    mine = deliveries.c.id == retract["target"]
    sent = (await conn.execute(select(deliveries.c.message_ids).where(mine))).scalar() or []
    await conn.execute(update(deliveries).where(mine).values(message_ids=[NO_MESSAGE] * len(sent)))
    await _drop_chores(conn, [retract["target"]], "its post was taken back", now)


async def _let_go(conn: AsyncConnection, post_ids: Sequence[int]) -> None:
    """What waited for these posts may go."""
    waiting = (deliveries.c.target.in_(post_ids)) & (deliveries.c.state == QUEUED) & (deliveries.c.lane == WAITS)
    if post_ids:
        await conn.execute(update(deliveries).where(waiting).values(lane=lane_column()))


async def _drop_chores(conn: AsyncConnection, post_ids: Sequence[int], reason: str, now: datetime) -> None:
    queued = (deliveries.c.target.in_(post_ids)) & (deliveries.c.state == QUEUED)
    gone = {"state": DeliveryState.DROPPED.value, "reason": reason, "updated": now}
    if post_ids:
        await conn.execute(update(deliveries).where(queued).values(**gone))
