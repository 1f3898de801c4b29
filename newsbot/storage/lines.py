"""The lines in which queued deliveries wait, and who is first in each.

A chat has a line for what is posted, and one for each kind of chore on posts that stand; a chore whose post is not out
yet is in none. Claims look only at the table ``lines``: at who is first in the lines of chats in which something may be
sent, so that they cost the same however much is queued. The table is derived: whoever changes deliveries or whether a
chat is paused aligns the lines of that chat in the same transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, exists, insert, literal, literal_column, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import ChatKind, DeliveryKind, DeliveryState
from newsbot.storage.sql import Repository, chunks
from newsbot.storage.tables import chats, deliveries, lines

WAITS = -1
"""The lane of what is in no line: the delivery that it is to edit, answer, retract or publish is not out."""

POSTS = 0
"""The lane of posts and replies."""

RETRACTS, LAST = 1, 4
"""The lanes of chores: their priority, at least that of retracts."""


def _literal(state: DeliveryState) -> ColumnElement[str]:
    return literal_column(f"'{state}'")


QUEUED, SENDING, SENT = map(_literal, (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT))
"""States as literals: a partial index serves no parameter."""


def lane_of(kind: DeliveryKind, priority: int) -> int:
    """The line for a delivery whose target, if it has one, is out."""
    return POSTS if kind in {"post", "reply"} else min(max(priority, RETRACTS), LAST)


def spacing(kind: ChatKind) -> timedelta:
    """What a chat needs between two posts: a message a second to a person, and twenty a minute elsewhere, as Telegram
    has it (https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this)."""
    return timedelta(seconds=1 if kind == "private" else 3)


def lane_column() -> Any:
    """:func:`lane_of` in SQL."""
    d = deliveries.c
    return case(
        (d.kind.in_(("post", "reply")), POSTS),
        (d.priority < RETRACTS, RETRACTS),
        (d.priority > LAST, LAST),
        else_=d.priority,
    )


class Lines(Repository):
    """What keeps the lines."""

    async def _lock(self, conn: AsyncConnection, chat_ids: Collection[int]) -> None:
        """Nobody else changes these chats' lines until the transaction ends. Taken before any delivery is locked, in
        order, so that no two transactions wait for each other. (On SQLite nobody else writes anyway.)"""
        if self._db.dialect == "postgresql":
            for chunk in chunks(sorted(set(chat_ids))):
                query = select(chats.c.id).where(chats.c.id.in_(chunk)).order_by(chats.c.id)
                await conn.execute(query.with_for_update(key_share=True))

    async def _align(self, conn: AsyncConnection, chat_ids: Collection[int]) -> None:
        """Find out anew who is first in each line of these chats; the last thing that a transaction does."""
        await self._lock(conn, chat_ids)
        for chunk in chunks(sorted(set(chat_ids))):
            await conn.execute(delete(lines).where(lines.c.chat_id.in_(chunk)))
            await conn.execute(insert(lines).from_select([c.name for c in lines.c], firsts(chunk)))


def firsts(chat_ids: Sequence[int]) -> Select[Any]:
    """Selects what the rows of ``lines`` are to be for these chats: none for one that is paused or has a delivery in
    flight."""
    d, flying, each = deliveries.c, deliveries.alias("flying"), deliveries.alias("each")
    lanes = union_all(*(select(literal(lane).label("lane")) for lane in range(POSTS, LAST + 1))).subquery("lanes")
    first = (
        select(each.c.id)
        .where(each.c.chat_id == chats.c.id, each.c.lane == lanes.c.lane, each.c.state == QUEUED)
        .order_by(each.c.turn, each.c.id)
        .limit(1)
        .correlate(chats, lanes)
        .scalar_subquery()
    )
    due = case((d.turn > d.not_before, d.turn), else_=d.not_before)
    in_flight = exists().where(flying.c.chat_id == chats.c.id, flying.c.state == SENDING)
    return (
        select(d.chat_id, d.lane, d.platform, d.id, d.priority, due, d.created)
        .select_from(chats)
        .join(lanes, literal(True))
        .join(deliveries, d.id == first)
        .where(chats.c.id.in_(chat_ids), chats.c.paused == "", ~in_flight)
    )
