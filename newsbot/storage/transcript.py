"""The web chat's own messages: :class:`newsbot.domain.ports.Transcript` over a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from newsbot.domain.ports import Message
from newsbot.storage.sql import Repository, bounded, counter
from newsbot.storage.tables import web_messages

REVISION = "transcript.rev"
"""The counter in ``meta``. Its row stays locked until the commit, so whoever reads a rev has had all before it."""


def _message(row: Any) -> Message:
    return Message(row.id, row.chat, row.key, row.author, row.body, row.at, row.rev, row.deleted)


class Transcripts(Repository):
    """``storage.transcript``."""

    async def append(self, chat: str, key: str, author: str, body: str, at: datetime) -> Message:
        """Add a message, or return the one that already has this ``key``."""
        row = {"chat": chat, "key": bounded(key), "author": author, "body": body, "at": at, "deleted": False}
        async with self._db.write() as conn:
            rev = await self._bump(conn, REVISION)
            await conn.execute(self._insert(web_messages).values(**row, rev=rev).on_conflict_do_nothing())
            mine = select(web_messages).where(web_messages.c.key == row["key"])
            return _message((await conn.execute(mine)).one())

    async def replace(self, message_id: int, body: str) -> Message | None:
        """Put a new body in place of the old; None when there is no such message, or it was deleted."""
        async with self._db.write() as conn:
            rev = await self._bump(conn, REVISION)
            here = (web_messages.c.id == message_id) & ~web_messages.c.deleted
            changed = update(web_messages).where(here).values(body=body, rev=rev).returning(web_messages)
            row = (await conn.execute(changed)).first()
            return _message(row) if row else None

    async def delete(self, message_id: int) -> bool:
        """Mark as deleted: its rev grows, its body is emptied. False when there is nothing to delete."""
        async with self._db.write() as conn:
            rev = await self._bump(conn, REVISION)
            here = (web_messages.c.id == message_id) & ~web_messages.c.deleted
            gone = await conn.execute(update(web_messages).where(here).values(body="", deleted=True, rev=rev))
            return bool(gone.rowcount)

    async def forget(self, chat: str) -> None:
        """Delete every message of a chat, so that nothing of it is left."""
        async with self._db.write() as conn:
            await conn.execute(delete(web_messages).where(web_messages.c.chat == chat))

    async def get(self, message_id: int) -> Message | None:
        """The message with this id; None when there is none, or it was deleted."""
        query = select(web_messages).where(web_messages.c.id == message_id, ~web_messages.c.deleted)
        async with self._db.read() as conn:
            row = (await conn.execute(query)).first()
            return _message(row) if row else None

    async def since(self, rev: int, limit: int = 500) -> Sequence[Message]:
        """Messages of all chats added or changed after ``rev``, in order of rev."""
        query = select(web_messages).where(web_messages.c.rev > rev).order_by(web_messages.c.rev).limit(limit)
        async with self._db.read() as conn:
            return [_message(row) for row in await conn.execute(query)]

    async def history(self, chat: str, before: int | None = None, limit: int = 50) -> Sequence[Message]:
        """The last ``limit`` messages of a chat with an id below ``before``, oldest first, deleted ones left out."""
        query = select(web_messages).where(web_messages.c.chat == chat, ~web_messages.c.deleted)
        if before is not None:
            query = query.where(web_messages.c.id < before)
        async with self._db.read() as conn:
            rows = (await conn.execute(query.order_by(web_messages.c.id.desc()).limit(limit))).all()
        return [_message(row) for row in reversed(rows)]

    async def last_rev(self) -> int:
        """The newest rev, 0 when there is none."""
        async with self._db.read() as conn:
            return await counter(conn, REVISION)
