"""How deliveries come into the outbox: many at once, each with its place in line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import DeliveryKind, DeliveryState, Digest
from newsbot.errors import LeadershipLost
from newsbot.storage import codec
from newsbot.storage.lines import LAST, POSTS, QUEUED, SENT, WAITS, Lines, lane_of, spacing
from newsbot.storage.sql import each_chunk
from newsbot.storage.tables import chats, deliveries

OUTBOX = "outbox"
"""Plans and records pass one at a time on PostgreSQL, as they do on SQLite anyway."""


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """A delivery to be, planned at or for ``not_before``. ``target`` is the delivery it edits, answers, retracts or
    publishes; ``shown`` and ``more`` are the stories that it shows, and those that it counts."""

    chat_id: int
    kind: DeliveryKind
    digest: Digest
    priority: int
    not_before: datetime
    target: int | None = None
    shown: tuple[int, ...] = ()
    more: tuple[int, ...] = ()


class Queue(Lines):
    """How deliveries come into the outbox."""

    async def _queue(self, conn: AsyncConnection, planned: Sequence[PlannedDelivery]) -> list[int]:
        """Queue deliveries; their ids, in order. An edit of a post that has one queued takes its place. Their chats are
        to be aligned afterwards. Raises LeadershipLost when a chat is gone."""
        await self._lock(conn, {each.chat_id for each in planned})
        turns = _Turns(await _rooms(conn, planned))
        targets = sorted({each.target for each in planned if each.target is not None})
        out = {row.id for row in await each_chunk(conn, targets, _out)}
        edits: dict[int | None, int] = {row.target: row.id for row in await each_chunk(conn, targets, _queued_edits)}
        encode = _Encoder()
        rows: list[dict[str, Any]] = []
        fresh: list[dict[str, Any]] = []
        places: list[tuple[int | None, int]] = []  # the row of an edit that is queued already, or the place in rows
        mine: dict[int | None, int] = {}
        for each in planned:
            if each.kind == "edit" and each.target in edits:
                lane = lane_of(each.kind, each.priority)
                row = {"this": edits[each.target], "content": encode(each.digest), "at": each.not_before}
                fresh.append(row | {"soon": each.not_before, "first": each.priority, "line": lane})
                places.append((edits[each.target], -1))
            elif each.kind == "edit" and each.target in mine:
                rows[mine[each.target]]["digest"] = encode(each.digest)
                places.append((None, mine[each.target]))
            else:
                if each.kind == "edit":
                    mine[each.target] = len(rows)
                places.append((None, len(rows)))
                rows.append(turns.row(each, encode(each.digest), out))
        ids = await _insert(conn, rows)
        if fresh:
            await conn.execute(_REPLACED, fresh)
        return [ids[place] if known is None else known for known, place in places]


def _least(column: Any, name: str) -> Any:
    return case((column > bindparam(name), bindparam(name)), else_=column)


_REPLACED = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("this"))
    .values(
        digest=bindparam("content"),
        updated=bindparam("at"),
        not_before=_least(deliveries.c.not_before, "soon"),
        turn=_least(deliveries.c.turn, "soon"),
        priority=_least(deliveries.c.priority, "first"),
        lane=_least(deliveries.c.lane, "line"),  # one whose post is not out is in none, which is less than any
    )
)
"""An edit takes the place of a queued one, and goes out when the more urgent of the two would."""


class _Encoder:
    """Digests as JSON's types, each once: one story often goes to many chats in one and the same words."""

    def __init__(self) -> None:
        self._known: dict[int, Any] = {}

    def __call__(self, digest: Digest) -> Any:
        if id(digest) not in self._known:
            self._known[id(digest)] = codec.encode(digest)
        return self._known[id(digest)]


class _Turns:
    """Gives deliveries their places in line."""

    def __init__(self, rooms: dict[int, Row[Any]]) -> None:
        self._rooms = rooms
        self._latest: dict[int, datetime] = {chat: row.latest for chat, row in rooms.items() if row.latest is not None}

    def row(self, planned: PlannedDelivery, digest: Any, out: set[int]) -> dict[str, Any]:
        """The row of a delivery, whose target, if it has one, must be ``out`` to be in line."""
        room = self._rooms.get(planned.chat_id)
        if room is None:
            raise LeadershipLost(f"chat {planned.chat_id} is gone")
        lane, turn = lane_of(planned.kind, planned.priority), planned.not_before
        if lane == POSTS:
            latest = self._latest.get(planned.chat_id)
            turn = max(turn, latest + spacing(room.kind)) if latest is not None else turn
            self._latest[planned.chat_id] = turn
        return {
            "chat_id": planned.chat_id,
            "platform": room.platform,
            "kind": planned.kind,
            "digest": digest,
            "state": DeliveryState.QUEUED.value,
            "priority": min(max(planned.priority, 0), LAST),
            "target": planned.target,
            "message_ids": [],
            "attempts": 0,
            "not_before": planned.not_before,
            "created": planned.not_before,
            "updated": planned.not_before,
            "reason": "",
            "turn": turn,
            "lane": lane if planned.target is None or planned.target in out else WAITS,
        }


async def _rooms(conn: AsyncConnection, planned: Sequence[PlannedDelivery]) -> dict[int, Row[Any]]:
    each = deliveries.alias("each")
    latest = (
        select(each.c.turn)
        .where(each.c.chat_id == chats.c.id, each.c.lane == POSTS, each.c.state == QUEUED)
        .order_by(each.c.turn.desc(), each.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(chats.c.id, chats.c.platform, chats.c.kind, latest.label("latest"))
    ids = sorted({one.chat_id for one in planned})
    return {row.id: row for row in await each_chunk(conn, ids, lambda chunk: query.where(chats.c.id.in_(chunk)))}


def _out(target_ids: Sequence[int]) -> Any:
    d = deliveries.c
    return select(d.id).where(d.id.in_(target_ids), d.state == SENT)


def _queued_edits(target_ids: Sequence[int]) -> Any:
    d = deliveries.c
    return select(d.id, d.target).where(d.target.in_(target_ids), d.kind == "edit", d.state == QUEUED)


async def _insert(conn: AsyncConnection, rows: list[dict[str, Any]]) -> list[int]:
    if not rows:
        return []
    made = await conn.execute(insert(deliveries).returning(deliveries.c.id, sort_by_parameter_order=True), rows)
    return list(made.scalars())
