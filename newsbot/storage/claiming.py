"""Who may go next: urgent ones first, nobody starves, and it costs the same however much is queued."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, exists, literal, select, text, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Delivery, DeliveryState
from newsbot.storage import leases
from newsbot.storage.delivery_rows import DELIVERY, delivery_of
from newsbot.storage.engine import Database
from newsbot.storage.holds import held
from newsbot.storage.leases import Fence
from newsbot.storage.lines import LAST, QUEUED, Lines
from newsbot.storage.tables import chats, deliveries, lines

FRESH = timedelta(seconds=60)
"""So long after it was planned an urgent delivery goes before a backlog."""

REACH = 3
"""Rows looked at for each delivery claimed: a chat may be first in several lines, and takes one at a time."""

NEWEST, OLDEST, CHORE, EARLY = range(4)


class Place(NamedTuple):
    """A delivery that is first in a line of its chat."""

    why: int
    chat_id: int
    delivery_id: int
    priority: int
    due: datetime


class Claiming(Lines):
    """The part of ``storage.outbox`` that hands deliveries to the senders."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._odd = 0

    async def claim(self, platform: str, now: datetime, limit: int, fence: Fence | None = None) -> list[Delivery]:
        """Take up to ``limit`` deliveries, at most one of each chat, into state "sending"; each counts an attempt. They
        stay so until somebody settles them. Raises LeadershipLost when ``fence`` no longer stands.

        In a chat the first one queued goes first, also when it waits to be tried again. Half of the places are for what
        is urgent and fresh, the newest first: a new post to an idle chat goes at once, however much was queued before
        it. The other half is for what has waited longest for its turn, and what one half leaves the other takes: nobody
        starves. Edits, and what is published, go where there is room; posts before their turn, which only spreads what
        a chat is to get, when there is nothing else. Nothing goes to a chat that is paused or to a platform that is
        held."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, f"claim:{platform}")
            if limit <= 0 or await held(conn, platform, now):
                return []
            chosen = await self._choose(conn, platform, now, limit)
            taken = await self._take_off(conn, chosen, now) if chosen else []
        claimed = {row.id: delivery_of(row) for row in taken}
        return [claimed[place.delivery_id] for place in chosen if place.delivery_id in claimed]

    async def _choose(self, conn: AsyncConnection, platform: str, now: datetime, limit: int) -> list[Place]:
        places = [Place(*row) for row in await conn.execute(posts(platform, now, limit))]
        newest, oldest = _of(places, NEWEST), _of(places, OLDEST)
        self._odd = (self._odd + limit) % 2  # an odd place is for the one half and then for the other
        half = (limit + self._odd) // 2
        urgent = _first(newest, half, ())
        others = _first(oldest, limit - len(urgent), urgent)
        more = _first(newest[half:], limit - len(urgent) - len(others), urgent + others)
        if len(newest) <= limit:  # no backlog of them: as they came
            urgent.reverse()
        chosen = urgent + others + more
        room = limit - len(chosen)
        if room:
            rest = [Place(*row) for row in await conn.execute(chores(platform, now, limit))]
            chosen += _first(rest, room, chosen)
        if not chosen:
            chosen = _first([Place(*row) for row in await conn.execute(early(platform, now, limit))], limit, ())
        return chosen

    async def _take_off(self, conn: AsyncConnection, chosen: Sequence[Place], now: datetime) -> Sequence[Any]:
        chat_ids = [place.chat_id for place in chosen]
        if self._db.dialect == "postgresql":  # whoever changes a chat's lines just now holds it: next time
            free = select(chats.c.id).where(chats.c.id.in_(chat_ids)).order_by(chats.c.id)
            chat_ids = list((await conn.execute(free.with_for_update(key_share=True, skip_locked=True))).scalars())
        d, line = deliveries.c, lines.c
        first = exists().where(line.chat_id == d.chat_id, line.lane == d.lane, line.delivery_id == d.id)
        mine = d.id.in_([place.delivery_id for place in chosen]) & d.chat_id.in_(chat_ids)
        values = {"state": DeliveryState.SENDING.value, "attempts": d.attempts + 1, "updated": now}
        claim = update(deliveries).where(mine, d.state == QUEUED, d.not_before <= now, first).values(**values)
        taken = (await conn.execute(claim.returning(d.id, d.chat_id))).all()
        await conn.execute(delete(lines).where(line.chat_id.in_([row.chat_id for row in taken])))
        await self._align(conn, set(chat_ids) - {row.chat_id for row in taken})  # what was wrong stands in nobody's way
        return (await conn.execute(DELIVERY.where(d.id.in_([row.id for row in taken])))).all()


def posts(platform: str, now: datetime, limit: int) -> Select[Any]:
    """Selects the :class:`Place` of posts, replies and retracts that may go out: the newest fresh and urgent ones, and
    those with the oldest turn."""
    line = lines.c
    due = (line.platform == platform) & (line.due <= now)
    fresh = (line.due > now - FRESH) & (line.created > now - FRESH)
    urgent = _places(NEWEST).where(due, fresh, line.priority == 0).order_by(line.due.desc(), line.delivery_id.desc())
    oldest = _places(OLDEST).where(due, text("priority < 2")).order_by(line.due, line.delivery_id)
    return _all_of([urgent.limit(limit * REACH), oldest.limit(limit * REACH)])


def chores(platform: str, now: datetime, limit: int) -> Select[Any]:
    """Selects the :class:`Place` of what goes where there is room, by priority, each time the oldest first."""
    line = lines.c
    each = []
    for priority in range(2, LAST + 1):
        due = (line.platform == platform) & (line.priority == priority) & (line.due <= now)
        each.append(_places(CHORE).where(due).order_by(line.due, line.delivery_id).limit(limit * REACH))
    return _all_of(each)


def early(platform: str, now: datetime, limit: int) -> Select[Any]:
    """Selects the :class:`Place` of posts that may go out but for their turn, among those whose turn comes next."""
    line = lines.c
    next_ones = (line.platform == platform) & (line.due > now) & text("priority < 2")
    found = _places(EARLY).where(next_ones).order_by(line.due, line.delivery_id).limit(limit * REACH).subquery()
    ready = (deliveries.c.id == found.c.delivery_id) & (deliveries.c.not_before <= now)
    return select(found).where(exists().where(ready)).order_by(found.c.due, found.c.delivery_id)


def _places(why: int) -> Select[Any]:
    line = lines.c
    return select(literal(why).label("why"), line.chat_id, line.delivery_id, line.priority, line.due)


def _all_of(queries: Sequence[Select[Any]]) -> Select[Any]:
    found = union_all(*(select(query.subquery()) for query in queries)).subquery()
    return select(found)


def _of(places: Iterable[Place], why: int) -> list[Place]:
    return [place for place in places if place.why == why]


def _first(places: Sequence[Place], number: int, before: Sequence[Place]) -> list[Place]:
    """The first ``number`` of the places, one for each chat that has none ``before``."""
    known = {place.chat_id for place in before}
    found: dict[int, Place] = {}
    for place in places:
        if len(found) >= number:
            break
        if place.chat_id not in known:
            found.setdefault(place.chat_id, place)
    return list(found.values())
