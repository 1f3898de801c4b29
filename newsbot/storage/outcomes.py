"""What becomes of each story in each chat: one row, whoever asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Delivery, DeliveryState, Digest, Outcome, OutcomeState
from newsbot.domain.withdrawing import TAKEN_BACK
from newsbot.storage import codec, leases
from newsbot.storage.delivery_rows import DELIVERY, delivery_of, outcome_of, outcome_row
from newsbot.storage.growing import still_told
from newsbot.storage.leases import Fence
from newsbot.storage.queueing import OUTBOX, PlannedDelivery, Queue
from newsbot.storage.sql import chunks, each_chunk
from newsbot.storage.tables import PLANNED, articles, chats, deliveries, outcomes

_UNDER_WAY = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN)
_STANDING = (*_UNDER_WAY, DeliveryState.SENT)

NO_VERSIONS: Mapping[int, str] = MappingProxyType({})

Key = tuple[int, int]


def merged(old: Outcome | None, new: Outcome) -> Outcome:
    """What stands when ``new`` is recorded over ``old``.

    What was posted stays; a story that waits gains the reasons and the earlier due; one that was left out waits after
    all when there is a reason for it now, unless it was taken back there."""
    if old is None:
        return new
    if old.state is OutcomeState.SKIPPED and new.state is OutcomeState.WAITING and old.note not in TAKEN_BACK:
        return new
    if old.state is not OutcomeState.WAITING or new.state is not OutcomeState.WAITING:
        return old
    dues = [due for due in (old.due, new.due) if due is not None]
    return replace(
        old,
        reasons=tuple(dict.fromkeys(old.reasons + new.reasons)),
        due=min(dues) if len(dues) == 2 else None,
        urgent=old.urgent or new.urgent,
    )


class Outcomes(Queue):
    """The part of ``storage.outbox`` that the planner reads and writes."""

    async def record(
        self,
        article_ids: Sequence[int],
        made: Sequence[Outcome],
        fence: Fence | None = None,
        *,
        edits: Sequence[PlannedDelivery] = (),
        versions: Mapping[int, str] = NO_VERSIONS,
    ) -> None:
        """Record what articles mean to chats (see :func:`merged`), plan ``edits`` of posts that they change (and
        replies) as far as their stories were not taken back meanwhile, and mark the articles as planned, except one
        that is no longer of the version in ``versions``: corrected meanwhile, it is to be planned again. Raises
        LeadershipLost when ``fence`` no longer stands."""
        async with self._db.write() as conn:
            await leases.check(conn, fence)
            await self._db.serialise(conn, OUTBOX)
            await self._lock(conn, {edit.chat_id for edit in edits})
            await self._merge(conn, made)
            await self._queue(conn, await still_told(conn, edits))
            for chunk in chunks(article_ids):
                read = select(articles.c.id, articles.c.fingerprint).where(articles.c.id.in_(chunk)).with_for_update()
                rows = await conn.execute(read.order_by(articles.c.id))
                same = [row.id for row in rows if versions.get(row.id, row.fingerprint) == row.fingerprint]
                await conn.execute(update(articles).where(articles.c.id.in_(same)).values(state=PLANNED))
            await self._align(conn, {edit.chat_id for edit in edits})

    async def _merge(self, conn: AsyncConnection, made: Sequence[Outcome]) -> None:
        stories = sorted({outcome.story_id for outcome in made})
        rows = await each_chunk(conn, stories, lambda c: select(outcomes).where(outcomes.c.story_id.in_(c)))
        stored: dict[Key, Outcome] = {(row.chat_id, row.story_id): outcome_of(row) for row in rows}
        wanted = dict(stored)
        for outcome in made:
            key = (outcome.chat_id, outcome.story_id)
            wanted[key] = merged(wanted.get(key), outcome)
        changed = [outcome for key, outcome in wanted.items() if outcome is not stored.get(key)]
        if changed:
            new = self._insert(outcomes)
            columns = {c.name: new.excluded[c.name] for c in outcomes.c if not c.primary_key}
            statement = new.on_conflict_do_update(
                index_elements=[outcomes.c.chat_id, outcomes.c.story_id], set_=columns
            )
            present = await _present(conn, {outcome.chat_id for outcome in changed})
            now = datetime.now(UTC)
            kept = [outcome_row(replace(o, at=o.at or now)) for o in changed if o.chat_id in present]
            if kept:
                await conn.execute(statement, kept)

    async def waiting(self, chat_id: int) -> list[Outcome]:
        """A chat's waiting stories, due or not, in order of due."""
        mine = (outcomes.c.chat_id == chat_id) & (outcomes.c.state == "waiting")
        query = select(outcomes).where(mine).order_by(outcomes.c.due, outcomes.c.story_id)
        async with self._db.read() as conn:
            return [outcome_of(row) for row in await conn.execute(query)]

    async def outcomes(self, chat_id: int, story_ids: Sequence[int]) -> dict[int, Outcome]:
        """What became of these stories in a chat, by story; those it never met are left out."""
        mine = select(outcomes).where(outcomes.c.chat_id == chat_id)
        async with self._db.read() as conn:
            rows = await each_chunk(conn, story_ids, lambda chunk: mine.where(outcomes.c.story_id.in_(chunk)))
        return {row.story_id: outcome_of(row) for row in rows}

    async def of_delivery(self, delivery_id: int) -> list[Outcome]:
        """The stories that a delivery shows or counts as "N more", newest first."""
        query = select(outcomes).where(outcomes.c.delivery_id == delivery_id).order_by(outcomes.c.story_id.desc())
        async with self._db.read() as conn:
            return [outcome_of(row) for row in await conn.execute(query)]

    async def posted_since(self, chat_id: int, since: datetime) -> list[datetime]:
        """When the posts and replies of a chat since then were planned, oldest first."""
        d = deliveries.c
        shown = d.kind.in_(("post", "reply"))
        query = select(d.created).where(d.chat_id == chat_id, shown, d.created >= since).order_by(d.created)
        async with self._db.read() as conn:
            return list((await conn.execute(query)).scalars())

    async def move(self, moved: Sequence[Outcome]) -> None:
        """Give these stories, where they still wait, the due, the urgency and the note that they have here."""
        mine = (outcomes.c.chat_id == bindparam("chat")) & (outcomes.c.story_id == bindparam("story"))
        still = outcomes.c.state == "waiting"
        fresh: dict[str, Any] = {"due": bindparam("moment"), "urgent": bindparam("soon"), "note": bindparam("words")}
        statement = update(outcomes).where(mine, still).values(**fresh)
        async with self._db.write() as conn:
            if moved:
                rows = [
                    {"chat": o.chat_id, "story": o.story_id, "moment": o.due, "soon": o.urgent, "words": o.note}
                    for o in moved
                ]
                await conn.execute(statement, rows)

    async def shown(self, story_ids: Sequence[int]) -> list[tuple[Outcome, Delivery]]:
        """Where these stories are shown: each outcome with the post that shows it, sent or on its way, by post.

        A post has the digest of its latest edit that is not out yet, so that what grows next grows from there."""
        async with self._db.read() as conn:
            seen = select(outcomes).where(outcomes.c.state == "shown")
            rows = await each_chunk(conn, story_ids, lambda chunk: seen.where(outcomes.c.story_id.in_(chunk)))
            ids = sorted({row.delivery_id for row in rows if row.delivery_id is not None})
            standing = DELIVERY.where(deliveries.c.state.in_(_STANDING), deliveries.c.kind == "post")
            found = await each_chunk(conn, ids, lambda chunk: standing.where(deliveries.c.id.in_(chunk)))
            coming = await each_chunk(conn, ids, _open_edits)
        fresh = {row.target: codec.decode(Digest, row.digest) for row in coming}
        standing_now = (delivery_of(row) for row in found)
        posts = {post.id: replace(post, digest=fresh.get(post.id, post.digest)) for post in standing_now}
        pairs = [(outcome_of(row), posts[row.delivery_id]) for row in rows if row.delivery_id in posts]
        return sorted(pairs, key=lambda pair: (pair[1].id, pair[0].story_id))


def _open_edits(post_ids: Sequence[int]) -> Any:
    d = deliveries.c
    mine = (d.kind == "edit") & d.target.in_(post_ids) & d.state.in_(_UNDER_WAY)
    return select(d.target, d.digest).where(mine).order_by(d.id)


async def _present(conn: AsyncConnection, chat_ids: set[int]) -> set[int]:
    """Those of the chats that still exist, and do until the transaction ends: one may be forgotten while the planner
    works."""
    held = select(chats.c.id).order_by(chats.c.id).with_for_update(read=True, key_share=True)
    rows = await each_chunk(conn, sorted(chat_ids), lambda chunk: held.where(chats.c.id.in_(chunk)))
    return {row.id for row in rows}
