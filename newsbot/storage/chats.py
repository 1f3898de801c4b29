"""The chats: places to post to, with their settings."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import NO_MESSAGE, Chat, ChatKey, ChatKind, ChatSettings
from newsbot.storage import codec
from newsbot.storage.chat_rows import chat_of, key_of
from newsbot.storage.lines import Lines
from newsbot.storage.merging import absorb
from newsbot.storage.servers import GOES_ON, Places
from newsbot.storage.sql import chunks
from newsbot.storage.subscriptions import UNSET, Mutes, Subscriptions
from newsbot.storage.tables import chats, deliveries, lines, meta, mutes, outcomes, steps, subscriptions, tokens
from newsbot.storage.tokens import Tokens
from newsbot.storage.topics import VERSION

__all__ = ["UNSET", "Chats"]

MOST_MOVES = 4
"""A place's name leads to a number, and that perhaps to another; never round in a circle."""


class Chats(Subscriptions, Mutes, Tokens, Places, Lines):
    """``storage.chats``."""

    async def ensure(
        self, key: ChatKey, kind: ChatKind, title: str, now: datetime, language: str | None = None, server: str = ""
    ) -> Chat:
        """The chat with this key, made if need be; its kind, (unless empty) title and server and (unless None) the
        person's language are brought up to date."""
        fresh = {"kind": kind} | ({"title": title} if title else {}) | ({"server": server} if server else {})
        fresh |= {} if language is None else {"language": language}
        row = {
            "platform": key.platform,
            "native": key.native,
            "thread": key.thread,
            "kind": kind,
            "title": title,
            "settings": codec.encode(ChatSettings()),
            "created": now,
            "language": language or "",
            "server": server,
        }
        found = await self.find(key)  # nearly always known and unchanged, and reading needs no turn at writing
        if found and all(getattr(found, name) == value for name, value in fresh.items()):
            return found
        statement = self._insert(chats).values(**row)
        async with self._db.write() as conn:
            stored = await conn.execute(
                statement.on_conflict_do_update(
                    index_elements=[chats.c.platform, chats.c.native, chats.c.thread], set_=fresh
                ).returning(chats)
            )
            return chat_of(stored.one())

    async def get(self, chat_id: int) -> Chat | None:
        """The chat with this id."""
        async with self._db.read() as conn:
            row = (await conn.execute(select(chats).where(chats.c.id == chat_id))).first()
            return chat_of(row) if row else None

    async def find(self, key: ChatKey) -> Chat | None:
        """The chat with this key."""
        async with self._db.read() as conn:
            row = (await conn.execute(select(chats).where(_is(key)))).first()
            return chat_of(row) if row else None

    async def all(self, platform: str | None = None) -> builtins.list[Chat]:
        """Every chat (of one platform), in order of id."""
        query = select(chats).order_by(chats.c.id)
        async with self._db.read() as conn:
            rows = await conn.execute(query.where(chats.c.platform == platform) if platform else query)
            return [chat_of(row) for row in rows]

    async def at(self, platform: str, native: str) -> builtins.list[Chat]:
        """The chats of one place: itself and its threads, in order of id."""
        query = select(chats).where(chats.c.platform == platform, chats.c.native == native).order_by(chats.c.id)
        async with self._db.read() as conn:
            return [chat_of(row) for row in await conn.execute(query)]

    async def set_settings(self, chat_id: int, settings: ChatSettings) -> None:
        """Replace what the chat chose."""
        await self._set(chat_id, settings=codec.encode(settings))

    async def set_language(self, chat_id: int, language: str) -> None:
        """Note the language of the person in a private chat."""
        await self._set(chat_id, language=language)

    async def pause(self, chat_id: int, reason: str, since: datetime | None = None) -> None:
        """Hold the chat's posts, and say why; its subscriptions stay and what comes in waits. Nothing is held where the
        chat was released after ``since``: the reason is older than that."""
        free = chats.c.id == chat_id
        if since is not None:
            free &= chats.c.released.is_(None) | (chats.c.released < since)
        async with self._db.write() as conn:
            await conn.execute(update(chats).where(free).values(paused=reason or "paused"))
            await self._align(conn, [chat_id])

    async def resume(self, chat_id: int) -> None:
        """Let the chat's posts go out again."""
        async with self._db.write() as conn:
            await conn.execute(update(chats).where(chats.c.id == chat_id).values(paused="", told=""))
            await self._align(conn, [chat_id])

    async def release(self, chat_ids: Sequence[int], now: datetime) -> None:
        """:meth:`resume` these chats: the platform lets us in. Who was told of the pause is to hear of that:
        :meth:`newsbot.storage.servers.Servers.resumed`."""
        free = {"paused": "", "told": case((chats.c.told != "", GOES_ON), else_=""), "released": now}
        async with self._db.write() as conn:
            for chunk in chunks(sorted(chat_ids)):
                mine = chats.c.id.in_(chunk)
                await self._lock(conn, chunk)
                ids = (await conn.execute(select(chats.c.id).where(mine, chats.c.paused != ""))).scalars().all()
                await conn.execute(update(chats).where(mine).values(**free))
                await self._align(conn, ids)

    async def paused(self) -> dict[str, int]:
        """How many chats are paused, by reason."""
        query = select(chats.c.paused, func.count()).where(chats.c.paused != "").group_by(chats.c.paused)
        async with self._db.read() as conn:
            return {row[0]: int(row[1]) for row in await conn.execute(query.order_by(chats.c.paused))}

    async def rekey(self, chat_id: int, key: ChatKey, *, same_place: bool = False) -> Chat | None:
        """Give the chat the address ``key``; None when it is gone. Where another chat has been made for this address
        meanwhile, the two become one: what both have, this one keeps. The old address leads to the new one from now on:
        :meth:`now_at`.

        The messages of its deliveries stay behind, where their ids are of no use any more, except when both addresses
        are of the ``same_place``."""
        async with self._db.write() as conn:
            await self._db.serialise(conn, "rekey")
            other = (await conn.execute(select(chats.c.id).where(_is(key), chats.c.id != chat_id))).scalar()
            mine = (await conn.execute(select(chats).where(chats.c.id == chat_id))).first()
            if mine is None:
                return None
            await self._lock(conn, [chat_id] if other is None else [chat_id, other])
            await self._lead(conn, key_of(mine), key.native)
            if key.native != mine.native and not same_place:
                await _leave_messages(conn, chat_id)
            if other is not None:
                await absorb(conn, other, chat_id)
            address = {"platform": key.platform, "native": key.native, "thread": key.thread}
            await conn.execute(update(chats).where(chats.c.id == chat_id).values(**address))
            await self._align(conn, [chat_id])
            return chat_of((await conn.execute(select(chats).where(chats.c.id == chat_id))).one())

    async def now_at(self, key: ChatKey) -> ChatKey:
        """Where a place is that somebody knows as ``key``: a channel's @name leads to its number, and the number of a
        group to the one that it got later."""
        async with self._db.read() as conn:
            for _ in range(MOST_MOVES):
                query = select(meta.c.value).where(meta.c.key == _lead_of(key))
                native = (await conn.execute(query)).scalar()
                if native is None:
                    break
                key = replace(key, native=native)
        return key

    async def lead(self, key: ChatKey, native: str) -> None:
        """Whoever knows a place as ``key`` finds it at ``native`` from now on."""
        async with self._db.write() as conn:
            await self._lead(conn, key, native)

    async def _lead(self, conn: AsyncConnection, key: ChatKey, native: str) -> None:
        if key.native == native:
            return
        statement = self._insert(meta).values(key=_lead_of(key), value=native)
        fresh = {"value": statement.excluded["value"]}
        await conn.execute(statement.on_conflict_do_update(index_elements=[meta.c.key], set_=fresh))

    async def forget(self, chat_id: int) -> None:
        """Delete the chat and all that is stored about it, and the buttons elsewhere whose ``place`` it is."""
        async with self._db.write() as conn:
            row = (await conn.execute(select(chats).where(chats.c.id == chat_id).with_for_update())).first()
            if row is not None:
                place = "/".join(filter(None, (row.native, row.thread)))
                await conn.execute(delete(tokens).where(tokens.c.payload["place"].as_string() == place))
            for table in (subscriptions, mutes, outcomes, lines, steps, deliveries):
                await conn.execute(delete(table).where(table.c.chat_id == chat_id))
            await conn.execute(delete(chats).where(chats.c.id == chat_id))
            await self._bump(conn, VERSION)

    async def disown(self, creator: str) -> None:
        """Forget that ``creator`` made the subscriptions that they made; the chats keep them."""
        async with self._db.write() as conn:
            mine = subscriptions.c.created_by == creator
            await conn.execute(update(subscriptions).where(mine).values(created_by=""))

    async def _set(self, chat_id: int, **values: Any) -> None:
        async with self._db.write() as conn:
            await conn.execute(update(chats).where(chats.c.id == chat_id).values(**values))


def _lead_of(key: ChatKey) -> str:
    return f"now_at:{key.platform}:{key.native}"


def _is(key: ChatKey) -> Any:
    return (chats.c.platform == key.platform) & (chats.c.native == key.native) & (chats.c.thread == key.thread)


async def _leave_messages(conn: AsyncConnection, chat_id: int) -> None:
    """Forget the ids of what a chat's deliveries sent, but not how many parts went out."""
    d = deliveries.c
    rows = (await conn.execute(select(d.id, d.message_ids).where(d.chat_id == chat_id))).all()
    left = [{"this": row.id, "left": [NO_MESSAGE] * len(row.message_ids)} for row in rows if row.message_ids]
    if left:
        statement = update(deliveries).where(d.id == bindparam("this")).values(message_ids=bindparam("left"))
        await conn.execute(statement, left)
