"""What the planner reads to compose the posts of many chats at once: who is due, and all that decides on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, literal_column, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Chat, Mute, Outcome, Subscription
from newsbot.domain.plan import LATE
from newsbot.storage.chat_rows import chat_of
from newsbot.storage.delivery_rows import outcome_of
from newsbot.storage.engine import Database
from newsbot.storage.lines import POSTS, QUEUED
from newsbot.storage.sql import Repository, chunks, each_chunk
from newsbot.storage.subscriptions import mute_of, subscription_of
from newsbot.storage.tables import chats, deliveries, mutes, outcomes, stories, subscriptions

WAITING = outcomes.c.state == literal_column("'waiting'")
"""Written out, so that SQLite sees at once that a partial index serves."""

_LOOK = 4
"""Stories looked at for each chat that is asked for: one may have several due."""
_LEAST = 1000
"""Stories looked at, however few chats are asked for."""
_LOOKS = 8
"""So often one asks on behind those that wait in chats that get nothing now, each time for twice as many stories."""


@dataclass(frozen=True, slots=True)
class Table:
    """A chat, its waiting stories in order of due (those of them that were taken back: ``withdrawn``), its standing
    orders, its mutes, and when its latest posts were planned. ``blocked``: what it had to get before is not out yet."""

    chat: Chat
    waiting: tuple[Outcome, ...] = ()
    withdrawn: frozenset[int] = frozenset()
    orders: tuple[Subscription, ...] = ()
    mutes: tuple[Mute, ...] = ()
    posted: tuple[datetime, ...] = ()
    blocked: bool = False


class Composing(Repository):
    """The part of ``storage.outbox`` that the planner composes from."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self._behind: Seen | None = None  # up to here, stories wait in chats that get nothing now

    async def due_chats(self, now: datetime, limit: int) -> list[int]:
        """Up to ``limit`` chats in which some story is due: half of them those where one is due for longest, the others
        where one has just become due, so that what is new need not wait for a backlog. Chats that are paused are left
        out, and so are those of which the next post is still not out after :data:`newsbot.domain.plan.LATE`: there it
        waits.

        However many of them there are, few stories are looked at: the newest, and those that are due for longest. Where
        all of these wait in chats that are left out, the look goes on behind them, and the next time begins there."""
        most = max(limit * _LOOK, _LEAST)
        async with self._db.read() as conn:
            newest = await _free_ones(conn, _due(now, most).order_by(*_LATEST), now)
            oldest, self._behind = await _look(conn, now, most, self._behind, looks=1 if newest else _LOOKS)
        half = set(oldest[: (limit + 1) // 2])
        others = [chat_id for chat_id in newest if chat_id not in half]
        return list(dict.fromkeys([*oldest[: (limit + 1) // 2], *others[: limit // 2], *oldest, *others]))[:limit]

    async def due_since(self) -> datetime | None:
        """Since when the longest overdue story has been due, in any chat that is not paused."""
        query = select(outcomes.c.due).join_from(outcomes, chats).where(WAITING, chats.c.paused == "")
        async with self._db.read() as conn:
            found: datetime | None = (await conn.execute(query.order_by(outcomes.c.due).limit(1))).scalar()
            return found

    async def tables(self, chat_ids: Sequence[int], since: Callable[[Chat], datetime], now: datetime) -> list[Table]:
        """All that decides on what these chats get, those that are gone left out; their posts from ``since`` on. Of a
        chat that is paused or blocked nothing is read, since nothing is composed for it."""
        return await self._db.look(lambda conn: _tables(conn, chat_ids, since, now))


Seen = tuple[datetime, int]
"""A waiting story's due, and its chat: so far a look went."""

_LONGEST = (outcomes.c.due, outcomes.c.chat_id)
_LATEST = (outcomes.c.due.desc(), outcomes.c.chat_id.desc())


def _due(now: datetime, most: int) -> Select[Any]:
    return select(*_LONGEST).where(WAITING, outcomes.c.due <= now).limit(most)


async def _look(
    conn: AsyncConnection, now: datetime, most: int, behind: Seen | None, looks: int
) -> tuple[list[int], Seen | None]:
    """The chats that may get something, of those where a story is due for longest, and behind what the next look is to
    begin: where it began, when it found one; None: with the first, since there was nothing behind."""
    for size in (most << n for n in range(looks)):
        beyond = tuple_(*_LONGEST) > behind if behind else true()
        rows = (await conn.execute(_due(now, size).where(beyond).order_by(*_LONGEST))).all()
        if found := await _free_of(conn, rows, now):
            return found, behind
        behind = (rows[-1].due, rows[-1].chat_id) if len(rows) == size else None
        if behind is None:
            break
    return [], behind


async def _free_ones(conn: AsyncConnection, query: Select[Any], now: datetime) -> list[int]:
    return await _free_of(conn, (await conn.execute(query)).all(), now)


async def _free_of(conn: AsyncConnection, rows: Sequence[Any], now: datetime) -> list[int]:
    """The chats of these stories in which something may be posted, in their order."""
    met = list(dict.fromkeys(row.chat_id for row in rows))
    free = {row.id for row in await each_chunk(conn, sorted(met), lambda chunk: _free(chunk, now))}
    return [chat_id for chat_id in met if chat_id in free]


def _free(chat_ids: Sequence[int], now: datetime) -> Select[Any]:
    return select(chats.c.id).where(chats.c.id.in_(chat_ids), chats.c.paused == "", _stuck(now).is_not(True))


def _stuck(now: datetime) -> ColumnElement[bool]:
    """Whether the first in a chat's line of posts is late."""
    d = deliveries.c
    mine = (d.chat_id == chats.c.id) & (d.lane == POSTS) & (d.state == QUEUED)
    first = select(d.created).where(mine).order_by(d.turn, d.id).limit(1).correlate(chats)
    return first.scalar_subquery() < now - LATE


def _tables(conn: Connection, chat_ids: Sequence[int], since: Callable[[Chat], datetime], now: datetime) -> list[Table]:
    found = [chat_of(row) for row in _each(conn, chat_ids, lambda c: select(chats).where(chats.c.id.in_(c)))]
    stuck = _each(conn, chat_ids, lambda c: select(chats.c.id).where(chats.c.id.in_(c), _stuck(now)))
    blocked = {row.id for row in stuck}
    open_ids = [chat.id for chat in found if not chat.paused and chat.id not in blocked]
    rows = _each(conn, open_ids, _waiting)
    waiting = _by_chat((row.chat_id, outcome_of(row)) for row in rows)
    gone = _by_chat((row.chat_id, row.story_id) for row in rows if row.withdrawn is not None)
    orders = _by_chat((row.chat_id, subscription_of(row)) for row in _each(conn, open_ids, _of(subscriptions)))
    vetoes = _by_chat((row.chat_id, mute_of(row)) for row in _each(conn, open_ids, _of(mutes)))
    posted = _posted(conn, [chat for chat in found if chat.id in waiting], since)
    return [
        Table(
            chat,
            tuple(waiting.get(chat.id, ())),
            frozenset(gone.get(chat.id, ())),
            tuple(orders.get(chat.id, ())),
            tuple(vetoes.get(chat.id, ())),
            tuple(posted.get(chat.id, ())),
            chat.id in blocked,
        )
        for chat in found
    ]


def _waiting(chat_ids: Sequence[int]) -> Select[Any]:
    return (
        select(outcomes, stories.c.withdrawn)
        .join_from(outcomes, stories, stories.c.id == outcomes.c.story_id, isouter=True)
        .where(outcomes.c.chat_id.in_(chat_ids), WAITING)
        .order_by(outcomes.c.due, outcomes.c.story_id)
    )


def _of(table: Any) -> Callable[[Sequence[int]], Select[Any]]:
    return lambda chat_ids: select(table).where(table.c.chat_id.in_(chat_ids)).order_by(table.c.id)


def _posted(conn: Connection, found: Iterable[Chat], since: Callable[[Chat], datetime]) -> dict[int, list[datetime]]:
    d = deliveries.c
    shown = select(d.chat_id, d.created).where(d.kind.in_(("post", "reply")))
    rows: list[Any] = []
    for begin, ids in _by_chat((since(chat), chat.id) for chat in found).items():
        query = shown.where(d.created >= begin)
        rows += _each(conn, ids, lambda c, query=query: query.where(d.chat_id.in_(c)))  # type: ignore[misc]  # mypy cannot infer a default
    return _by_chat((row.chat_id, row.created) for row in rows)


def _each(conn: Connection, ids: Sequence[int], query_of: Callable[[Sequence[int]], Select[Any]]) -> list[Any]:
    return [row for chunk in chunks(ids) for row in conn.execute(query_of(chunk))]


def _by_chat(pairs: Iterable[tuple[Any, Any]]) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found
