"""Two chats that become one: what hangs on either hangs on it, and a story that both were to get comes once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import DeliveryState, Digest
from newsbot.domain.withdrawing import TAKEN_BACK, without
from newsbot.storage import codec
from newsbot.storage.sql import chunks
from newsbot.storage.tables import chats, deliveries, mutes, outcomes, steps, subscriptions

ELSEWHERE = "its story is posted already, where two chats became one"

_UNSENT = {DeliveryState.QUARANTINED: 1, DeliveryState.QUEUED: 2}
_MAY_BE_OUT = {DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.UNCERTAIN}
_OUT, _NO_MORE = 3, 4


async def absorb(conn: AsyncConnection, other: int, mine: int) -> None:
    """Move all that hangs on chat ``other`` to chat ``mine``, except what ``mine`` has too, and delete ``other``."""
    await _settle_doubled(conn, other, mine)
    for table, same in (
        (subscriptions, (subscriptions.c.identity,)),
        (mutes, (mutes.c.kind, mutes.c.ref)),
        (outcomes, (outcomes.c.story_id,)),
    ):
        twin = table.alias()
        alike = [twin.c[column.name] == column for column in same]
        doubled = select(twin.c.chat_id).where(twin.c.chat_id == mine, *alike).exists()
        await conn.execute(delete(table).where(table.c.chat_id == other, doubled))
        await conn.execute(update(table).where(table.c.chat_id == other).values(chat_id=mine))
    for table in (deliveries, steps):
        await conn.execute(update(table).where(table.c.chat_id == other).values(chat_id=mine))
    await conn.execute(delete(chats).where(chats.c.id == other))


async def _settle_doubled(conn: AsyncConnection, other: int, mine: int) -> None:
    """Of each story that both chats met, the outcome stays that is further on its way. Where the other one is shown by
    a post that is not out, it is taken out of that."""
    o, d, twin = outcomes.c, deliveries.c, outcomes.alias("twin")
    met = select(twin.c.story_id).where(twin.c.chat_id == other)
    both = (o.chat_id == other) | ((o.chat_id == mine) & o.story_id.in_(met))
    columns = (o.chat_id, o.story_id, o.state, o.note, o.delivery_id, d.state.label("way"), d.message_ids)
    query = select(*columns).join_from(outcomes, deliveries, d.id == o.delivery_id, isouter=True).where(both)
    rows = (await conn.execute(query)).all()
    kept = {row.story_id: row for row in sorted(rows, key=lambda row: (_progress(row), row.chat_id == mine))}
    lost = [row for row in rows if row is not kept[row.story_id]]
    for row in lost:
        if _progress(row) in _UNSENT.values():
            await _take_out(conn, row.delivery_id, row.story_id)
    for chat_id in (mine, other):
        for chunk in chunks([row.story_id for row in lost if row.chat_id == chat_id]):
            await conn.execute(delete(outcomes).where(o.chat_id == chat_id, o.story_id.in_(chunk)))


def _progress(row: Any) -> int:
    """How far a story is on its way to a chat: what was taken back there stays so, and what may be out counts."""
    if row.note in TAKEN_BACK:
        return _NO_MORE
    if row.state != "shown" or row.way is None:
        return 0
    return _OUT if row.way in _MAY_BE_OUT or any(row.message_ids) else _UNSENT.get(DeliveryState(row.way), 0)


async def _take_out(conn: AsyncConnection, delivery_id: int, story_id: int) -> None:
    """Take a story out of a post that is not out; one that tells nothing else is dropped."""
    d = deliveries.c
    stored = (await conn.execute(select(d.digest).where(d.id == delivery_id))).scalar_one()
    left = without(codec.decode(Digest, stored), story_id)
    fresh: dict[str, Any] = {"digest": codec.encode(left)}
    if not left.stories:
        fresh = {"state": DeliveryState.DROPPED.value, "reason": ELSEWHERE, "updated": datetime.now(UTC)}
        waits = (d.target == delivery_id) & (d.state == DeliveryState.QUEUED)
        await conn.execute(update(deliveries).where(waits).values(**fresh))
    await conn.execute(update(deliveries).where(d.id == delivery_id).values(**fresh))
