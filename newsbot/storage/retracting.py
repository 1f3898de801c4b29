"""Posts that are taken back: a story everywhere, or one post, decided and planned in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import DeliveryState, Digest, OutcomeState, Step
from newsbot.domain.withdrawing import DELETED, WITHDRAWN, Verdict, found_again, taken_back, without
from newsbot.storage import codec
from newsbot.storage.queueing import OUTBOX, PlannedDelivery, Queue
from newsbot.storage.sql import each_chunk
from newsbot.storage.steps import write_steps
from newsbot.storage.tables import deliveries, outcomes

PRIORITY = 1
"""Of what takes something back: before all other chores."""

_UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
_TOLD = ("waiting", "shown", "more")


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken back, in figures: ``posts`` that are deleted, ``digests`` that are edited, deliveries that were
    ``queued`` and go out no more or changed, stories that were ``waiting``, and in how many ``chats``. ``last`` is the
    last chat that was looked at, 0 when none was left."""

    chats: int = 0
    posts: int = 0
    digests: int = 0
    queued: int = 0
    waiting: int = 0
    last: int = 0

    def __add__(self, other: Taken) -> Taken:
        return Taken(
            self.chats + other.chats,
            self.posts + other.posts,
            self.digests + other.digests,
            self.queued + other.queued,
            self.waiting + other.waiting,
            other.last,
        )


class Retracting(Queue):
    """The part of ``storage.outbox`` that takes things back."""

    async def take_back(self, story_id: int, by: str, now: datetime, after: int = 0, limit: int = 500) -> Taken:
        """Take a story back from up to ``limit`` chats with ids above ``after``: what shows it is retracted, or edited
        where there is more in it, what is queued is dropped or changed, and where it waits, it waits no more."""
        o = outcomes.c
        mine = select(o.chat_id, o.story_id, o.state, o.delivery_id).where(o.story_id == story_id, o.chat_id > after)
        async with self._db.write() as conn:
            await self._db.serialise(conn, OUTBOX)
            rows = (await conn.execute(mine.order_by(o.chat_id).limit(limit))).all()
            await self._lock(conn, {row.chat_id for row in rows})  # before their stories, as whoever forgets a chat
            rows = (await conn.execute(mine.order_by(o.chat_id).limit(limit))).all()
            told = [row for row in rows if row.state in _TOLD]
            posts = await self._posts(
                conn, [row.delivery_id for row in told if row.delivery_id and row.state == "shown"]
            )
            verdicts = [
                (post, _verdict(post, without(post.digest, story_id))) for post in posts if post.tells(story_id)
            ]
            await _skip(conn, told, WITHDRAWN, now)
            made = await self._carry(conn, verdicts, by, now, story_id)
            waited = [row for row in told if row.state == "waiting"]
            await write_steps(conn, [(row.chat_id, Step(now, "withdrawn", by, story_id)) for row in waited])
            await self._align(conn, {row.chat_id for row in told})
        last = rows[-1].chat_id if len(rows) == limit else 0
        return replace(made, chats=len(told), waiting=len(waited), last=last)

    async def delete(self, chat_id: int, delivery_id: int, by: str, now: datetime) -> Taken | None:
        """Take one post (or reply) of a chat back with all that it tells, and what was said in reply to it. None when
        the chat has no such post, or it is over."""
        async with self._db.write() as conn:
            await self._db.serialise(conn, OUTBOX)
            posts = [post for post in await self._posts(conn, [delivery_id]) if post.chat_id == chat_id]
            verdicts = [(post, _verdict(post, replace(post.digest, stories=()))) for post in posts]
            verdicts = [(post, verdict) for post, verdict in verdicts if verdict != Verdict()]
            if not any(post.id == delivery_id for post, _ in verdicts):
                return None
            o = outcomes.c
            shown = select(o.chat_id, o.story_id).where(o.delivery_id == delivery_id, o.state == "shown")
            await _skip(conn, (await conn.execute(shown)).all(), DELETED, now)
            made = await self._carry(conn, verdicts, by, now)
            await self._align(conn, {chat_id})
        return replace(made, chats=1)

    async def _posts(self, conn: AsyncConnection, ids: Sequence[int]) -> list[_Post]:
        """Posts and the replies to them, with what they will show when all their edits are out."""
        d = deliveries.c
        where = await each_chunk(conn, ids, lambda c: select(d.chat_id).where(d.id.in_(c)))
        await self._lock(conn, {row.chat_id for row in where})
        columns = (d.id, d.chat_id, d.platform, d.kind, d.target, d.state, d.doubts, d.digest, d.message_ids)
        wanted = select(*columns).where(d.kind.in_(("post", "reply"))).with_for_update()
        rows = await each_chunk(conn, ids, lambda c: wanted.where(or_(d.id.in_(c), d.target.in_(c))).order_by(d.id))
        edits = select(d.target, d.digest).where(d.kind == "edit", d.state.in_(_UNDER_WAY)).order_by(d.id)
        coming = await each_chunk(conn, [row.id for row in rows], lambda c: edits.where(d.target.in_(c)))
        fresh = {row.target: row.digest for row in coming}
        going = await each_chunk(conn, [row.id for row in rows], _retracts)
        gone = {row.target for row in going}
        return [
            _Post(
                row.id,
                row.chat_id,
                DeliveryState(row.state),
                found_again(row.platform, doubts=row.doubts, parts=sum(map(bool, row.message_ids))),
                codec.decode(Digest, fresh.get(row.id, row.digest)),
                row.id not in gone and (any(row.message_ids) or row.state != DeliveryState.SENT),
            )
            for row in {row.id: row for row in rows}.values()
        ]

    async def _carry(
        self,
        conn: AsyncConnection,
        verdicts: Sequence[tuple[_Post, Verdict]],
        by: str,
        now: datetime,
        story_id: int = 0,
    ) -> Taken:
        dropped = [post.id for post, verdict in verdicts if verdict.drop]
        await _drop(conn, dropped, now)
        changed = [(post, verdict.content) for post, verdict in verdicts if verdict.content is not None]
        await _change(conn, changed)
        chores = [chore for post, verdict in verdicts if (chore := _chore(post, verdict, now)) is not None]
        await self._queue(conn, chores)
        told = [
            (post.chat_id, Step(now, "withdrawn", by, story_id or None, post.id))
            for post, verdict in verdicts
            if verdict != Verdict()
        ]
        await write_steps(conn, told)
        posts = sum(verdict.retract for _, verdict in verdicts)
        digests = sum(verdict.edit is not None for _, verdict in verdicts)
        only = sum(verdict.edit is None and not verdict.retract for _, verdict in verdicts if verdict != Verdict())
        return Taken(posts=posts, digests=digests, queued=only)


@dataclass(frozen=True, slots=True)
class _Post:
    id: int
    chat_id: int
    state: DeliveryState
    found: bool
    digest: Digest
    stands: bool

    def tells(self, story_id: int) -> bool:
        return any(story.story_id == story_id for story in self.digest.stories)


def _retracts(post_ids: Sequence[int]) -> Any:
    d = deliveries.c
    return select(d.target).where(d.target.in_(post_ids), d.kind == "retract", d.state.in_(_UNDER_WAY))


def _verdict(post: _Post, left: Digest) -> Verdict:
    return taken_back(post.state, found=post.found, left=left) if post.stands else Verdict()


def _chore(post: _Post, verdict: Verdict, now: datetime) -> PlannedDelivery | None:
    if verdict.retract:
        return PlannedDelivery(post.chat_id, "retract", post.digest, PRIORITY, now, target=post.id)
    if verdict.edit is not None:
        return PlannedDelivery(post.chat_id, "edit", verdict.edit, PRIORITY, now, target=post.id)
    return None


async def _skip(conn: AsyncConnection, told: Iterable[Any], note: str, now: datetime) -> None:
    mine = (outcomes.c.chat_id == bindparam("chat")) & (outcomes.c.story_id == bindparam("story"))
    rows = [{"chat": row.chat_id, "story": row.story_id} for row in told]
    if rows:
        left_out = {"state": OutcomeState.SKIPPED.value, "note": note, "at": now}
        await conn.execute(update(outcomes).where(mine).values(**left_out), rows)


async def _drop(conn: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    d = deliveries.c
    gone = {"state": DeliveryState.DROPPED.value, "reason": WITHDRAWN, "updated": now}
    if ids:
        queued = d.target.in_(ids) & (d.state == DeliveryState.QUEUED)
        await conn.execute(update(deliveries).where(or_(d.id.in_(ids), queued)).values(**gone))


async def _change(conn: AsyncConnection, changed: Sequence[tuple[_Post, Digest]]) -> None:
    rows = [{"this": post.id, "content": codec.encode(digest)} for post, digest in changed]
    if rows:
        mine = deliveries.c.id == bindparam("this")
        await conn.execute(update(deliveries).where(mine).values(digest=bindparam("content")), rows)
