"""What the planner decided on the stories that wait in many chats, recorded all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import OutcomeState, Step
from newsbot.domain.plan import Held
from newsbot.storage import leases
from newsbot.storage.composing import WAITING
from newsbot.storage.leases import Fence
from newsbot.storage.queueing import OUTBOX, PlannedDelivery, Queue
from newsbot.storage.sql import each_chunk
from newsbot.storage.steps import write_steps
from newsbot.storage.tables import outcomes, subscriptions


@dataclass(frozen=True, slots=True)
class Composed:
    """What was decided for one chat: its ``posts``, the stories that wait on (``hold``) and why, those that are left
    out (``skip``: each with its note), and the orders (id, next due) whose time had come."""

    chat_id: int
    posts: tuple[PlannedDelivery, ...] = ()
    hold: tuple[int, ...] = ()
    held: Held | None = None
    skip: Mapping[int, str] = field(default_factory=dict)
    next_due: tuple[tuple[int, datetime], ...] = ()

    @property
    def stories(self) -> set[int]:
        """The stories that it decides on."""
        posted = {story_id for post in self.posts for story_id in (*post.shown, *post.more)}
        return {*posted, *self.hold, *self.skip}


Notes = Mapping[tuple[int, int], str]
"""The notes on waiting stories, by chat and story."""


class Recording(Queue):
    """The part of ``storage.outbox`` that carries out what was composed."""

    async def carry_out(self, made: Sequence[Composed], fence: Fence | None, now: datetime) -> list[int]:
        """Queue the posts, mark their stories as shown or counted, hold and skip others, and move orders on: one
        transaction. A chat that is gone, or in which one of the stories waits no longer, is left out: it is composed
        anew. Returns the new deliveries' ids. Raises LeadershipLost when ``fence`` no longer stands."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, OUTBOX)
            await self._lock(conn, {each.chat_id for each in made})  # before their stories, as whoever forgets a chat
            notes = await _notes(conn, made)
            standing = [each for each in made if all((each.chat_id, story) in notes for story in each.stories)]
            posts = [post for each in standing for post in each.posts]
            ids = await self._queue(conn, posts)
            await _take(conn, posts, ids)
            await _hold(conn, standing, notes, now)
            await _skip(conn, standing, now)
            await _move_on(conn, standing)
            await self._align(conn, {post.chat_id for post in posts})
        return ids


async def _notes(conn: AsyncConnection, made: Sequence[Composed]) -> Notes:
    """What waits in these chats at this moment; nobody changes it until the transaction ends."""
    o = outcomes.c
    query = select(o.chat_id, o.story_id, o.note).where(WAITING).with_for_update()
    ids = sorted(each.chat_id for each in made if each.stories)
    rows = await each_chunk(conn, ids, lambda chunk: query.where(o.chat_id.in_(chunk)))
    return {(row.chat_id, row.story_id): row.note for row in rows}


async def _take(conn: AsyncConnection, planned: Sequence[PlannedDelivery], ids: Sequence[int]) -> None:
    """Mark the stories of posts as shown or counted in them."""
    taken = [
        {"chat": post.chat_id, "story": story, "fresh": state.value, "delivery": delivery_id, "moment": post.not_before}
        for delivery_id, post in zip(ids, planned, strict=True)
        for state, told in ((OutcomeState.SHOWN, post.shown), (OutcomeState.MORE, post.more))
        for story in told
    ]
    fresh = {"state": bindparam("fresh"), "delivery_id": bindparam("delivery"), "at": bindparam("moment"), "note": ""}
    await _change(conn, fresh, taken)


async def _hold(conn: AsyncConnection, made: Sequence[Composed], notes: Notes, now: datetime) -> None:
    """Let stories wait on; why is a step on their way, where that is new."""
    held = [(each.chat_id, story, each.held) for each in made if each.held for story in each.hold]
    rows = [{"chat": c, "story": story, "until": why.until, "why": why.note} for c, story, why in held]
    await _change(conn, {"due": bindparam("until"), "note": bindparam("why")}, rows)
    new = [(chat, Step(now, "held", why.note, story)) for chat, story, why in held if notes[chat, story] != why.note]
    await write_steps(conn, new)


async def _skip(conn: AsyncConnection, made: Sequence[Composed], now: datetime) -> None:
    rows = [{"chat": each.chat_id, "story": s, "why": note} for each in made for s, note in each.skip.items()]
    await _change(conn, {"state": OutcomeState.SKIPPED.value, "note": bindparam("why"), "at": now}, rows)


async def _change(conn: AsyncConnection, values: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Give the outcomes of these rows (chat, story) these values."""
    mine = (outcomes.c.chat_id == bindparam("chat")) & (outcomes.c.story_id == bindparam("story"))
    if rows:
        await conn.execute(update(outcomes).where(mine).values(**values), list(rows))


async def _move_on(conn: AsyncConnection, made: Sequence[Composed]) -> None:
    """Orders whose time had come come again."""
    moved = [{"this": order, "moment": due} for each in made for order, due in each.next_due]
    if moved:
        mine = subscriptions.c.id == bindparam("this")
        await conn.execute(update(subscriptions).where(mine).values(next_due=bindparam("moment")), moved)
