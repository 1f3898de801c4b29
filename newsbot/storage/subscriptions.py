"""Standing orders and vetoes: what each chat gets, when, and what it does not want."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, time
from enum import Enum
from typing import Any, Literal

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Chat, Lessons, Mute, MuteKind, Subscription, What, When
from newsbot.domain.urls import unaddressed
from newsbot.storage import codec
from newsbot.storage.chat_rows import chat_of
from newsbot.storage.sql import CHUNK, Repository, chunks, each_chunk, fingerprint
from newsbot.storage.tables import chats, mutes, subscriptions
from newsbot.storage.topics import VERSION


class Unset(Enum):
    """Stands for "leave as it is" where None has a meaning of its own."""

    UNSET = "unset"


UNSET = Unset.UNSET


def identity(kind: str, ref: str, query: str) -> str:
    """What tells a chat's subscriptions apart: two with one identity are the same order."""
    return fingerprint(kind, ref.casefold(), query.strip())


def subscription_of(row: Any) -> Subscription:
    """The Subscription of a row of the table. A label that was stored as a feed's whole address is shown without it."""
    return Subscription(
        id=row.id,
        chat_id=row.chat_id,
        what=What(row.what_kind, row.what_ref),
        when=When(row.when_kind, time.fromisoformat(row.when_at), row.when_weekday),
        query=row.query,
        label=unaddressed(row.label) if row.what_kind == "feed" else row.label,
        paused=row.paused,
        next_due=row.next_due,
        created=row.created,
        created_by=row.created_by,
        lessons=codec.decode(Lessons, row.lessons),
        ping=row.ping,
    )


def mute_of(row: Any) -> Mute:
    """The Mute of a row of the table."""
    label = unaddressed(row.label) if row.kind == "source" else row.label
    return Mute(row.id, row.chat_id, row.kind, row.ref, label, row.created)


def _when(when: When) -> dict[str, Any]:
    return {"when_kind": when.kind, "when_at": when.at.isoformat(), "when_weekday": when.weekday}


class Subscriptions(Repository):
    """The part of ``storage.chats`` that keeps standing orders."""

    async def subscribe(
        self,
        chat_id: int,
        what: What,
        when: When,
        *,
        query: str = "",
        label: str = "",
        next_due: datetime | None = None,
        created_by: str = "",
        created: datetime,
    ) -> tuple[Subscription, bool]:
        """Give a chat a standing order. (The order, True), or (the one of this what and query that it has, False)."""
        mark = identity(what.kind, what.ref, query)
        row = {
            "chat_id": chat_id,
            "what_kind": what.kind,
            "what_ref": what.ref,
            "what_key": what.ref.casefold(),
            "query": query,
            "identity": mark,
            "label": label,
            "paused": False,
            "next_due": next_due,
            "created": created,
            "created_by": created_by,
        } | _when(when)
        same = (subscriptions.c.chat_id == chat_id) & (subscriptions.c.identity == mark)
        async with self._db.write() as conn:
            made = await conn.execute(self._insert(subscriptions).values(**row).on_conflict_do_nothing())
            if made.rowcount and what.kind == "topic":
                await self._bump(conn, VERSION)
            found = (await conn.execute(select(subscriptions).where(same))).one()
            return subscription_of(found), bool(made.rowcount)

    async def unsubscribe(self, ids: Sequence[int]) -> None:
        """End these standing orders."""
        mine = subscriptions.c.id.in_(ids)
        async with self._db.write() as conn:
            kinds = set((await conn.execute(select(subscriptions.c.what_kind).where(mine))).scalars())
            await conn.execute(delete(subscriptions).where(mine))
            if "topic" in kinds:
                await self._bump(conn, VERSION)

    async def subscription(self, subscription_id: int) -> Subscription | None:
        """The standing order with this id."""
        async with self._db.read() as conn:
            return await _subscription(conn, subscription_id)

    async def subscriptions(self, chat_id: int) -> list[Subscription]:
        """A chat's standing orders, oldest first."""
        query = select(subscriptions).where(subscriptions.c.chat_id == chat_id).order_by(subscriptions.c.id)
        async with self._db.read() as conn:
            return [subscription_of(row) for row in await conn.execute(query)]

    async def update_subscription(
        self,
        subscription_id: int,
        *,
        when: When | None = None,
        next_due: datetime | Literal[Unset.UNSET] | None = UNSET,
        paused: bool | None = None,
        label: str | None = None,
        ping: str | None = None,
    ) -> Subscription | None:
        """Change what is given and return the order as it stands now; None when there is no such order."""
        wishes = {"paused": paused, "label": label, "ping": ping} | (_when(when) if when else {})
        values: dict[str, Any] = {key: value for key, value in wishes.items() if value is not None}
        if next_due is not UNSET:
            values["next_due"] = next_due
        async with self._db.write() as conn:
            if values:
                mine = subscriptions.c.id == subscription_id
                await conn.execute(update(subscriptions).where(mine).values(**values))
            return await _subscription(conn, subscription_id)

    async def teach(self, ids: Sequence[int], change: Callable[[Lessons], Lessons]) -> list[Subscription]:
        """Let these orders learn: ``change`` what each has learned so far. Returns them as they stand now, by id."""
        mine = select(subscriptions).where(subscriptions.c.id.in_(ids)).order_by(subscriptions.c.id)
        async with self._db.write() as conn:
            orders = [subscription_of(row) for row in await conn.execute(mine.with_for_update())]
            taught = [replace(order, lessons=change(order.lessons)) for order in orders]
            for order in taught:
                this = subscriptions.c.id == order.id
                await conn.execute(update(subscriptions).where(this).values(lessons=codec.encode(order.lessons)))
        return taught

    async def subscribers(self, whats: Sequence[What]) -> list[tuple[Subscription, Chat]]:
        """Every standing order for one of ``whats`` that is not paused, with its chat (which may be), in order of id.

        A category's case does not matter."""
        refs: dict[str, dict[str, None]] = {}
        for what in whats:
            refs.setdefault(what.kind, {})[what.ref.casefold()] = None
        s = subscriptions.c
        rows: list[Any] = []
        async with self._db.read() as conn:
            for kind, keys in refs.items():
                for chunk in chunks(list(keys), CHUNK * 20):
                    mine = (s.what_kind == kind) & s.what_key.in_(chunk) & ~s.paused
                    rows += (await conn.execute(select(subscriptions).where(mine))).all()
            chat_ids = sorted({row.chat_id for row in rows})
            places = await each_chunk(conn, chat_ids, lambda chunk: select(chats).where(chats.c.id.in_(chunk)))
        known = {row.id: chat_of(row) for row in places}
        return [(subscription_of(r), known[r.chat_id]) for r in sorted(rows, key=_id) if r.chat_id in known]

    async def created_by(self, creator: str) -> list[Subscription]:
        """The standing orders that ``creator`` placed, in any chat, oldest first."""
        query = select(subscriptions).where(subscriptions.c.created_by == creator).order_by(subscriptions.c.id)
        async with self._db.read() as conn:
            return [subscription_of(row) for row in await conn.execute(query)]

    async def overdue(self, now: datetime, limit: int) -> list[Subscription]:
        """Scheduled orders whose time has come, the longest overdue first; none that is paused."""
        s = subscriptions.c
        query = select(subscriptions).where(s.next_due <= now, ~s.paused).order_by(s.next_due, s.id).limit(limit)
        async with self._db.read() as conn:
            return [subscription_of(row) for row in await conn.execute(query)]


class Mutes(Repository):
    """The part of ``storage.chats`` that keeps vetoes."""

    async def mute(self, chat_id: int, kind: MuteKind, ref: str, label: str, created: datetime) -> Mute:
        """Keep a source, topic or story out of a chat; the mute that it has already, if it has."""
        row = {"chat_id": chat_id, "kind": kind, "ref": ref, "label": label, "created": created}
        same = (mutes.c.chat_id == chat_id) & (mutes.c.kind == kind) & (mutes.c.ref == ref)
        async with self._db.write() as conn:
            await conn.execute(self._insert(mutes).values(**row).on_conflict_do_nothing())
            return mute_of((await conn.execute(select(mutes).where(same))).one())

    async def unmute(self, mute_id: int) -> None:
        """Undo a mute."""
        async with self._db.write() as conn:
            await conn.execute(delete(mutes).where(mutes.c.id == mute_id))

    async def mutes(self, chat_id: int) -> list[Mute]:
        """A chat's mutes, oldest first."""
        return (await self.mutes_of([chat_id])).get(chat_id, [])

    async def mutes_of(self, chat_ids: Sequence[int]) -> dict[int, list[Mute]]:
        """The mutes of several chats, by chat; those with none are left out."""
        found: dict[int, list[Mute]] = {}
        async with self._db.read() as conn:
            for chunk in chunks(chat_ids, CHUNK * 20):
                query = select(mutes).where(mutes.c.chat_id.in_(chunk)).order_by(mutes.c.id)
                for row in await conn.execute(query):
                    found.setdefault(row.chat_id, []).append(mute_of(row))
        return found


def _id(row: Any) -> int:
    return int(row.id)


async def _subscription(conn: AsyncConnection, subscription_id: int) -> Subscription | None:
    row = (await conn.execute(select(subscriptions).where(subscriptions.c.id == subscription_id))).first()
    return subscription_of(row) if row else None
