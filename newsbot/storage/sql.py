"""Small helpers that every repository needs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Table, cast, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.storage.columns import storable
from newsbot.storage.engine import Database
from newsbot.storage.tables import meta

CHUNK = 500
"""Values in one IN list: SQLite takes 32,766 parameters, and plans stay quick."""

KEY_BYTES = 500
"""Of a text in a unique index: PostgreSQL refuses index rows over 2,700 bytes."""

T = TypeVar("T")
Insert = sqlite.Insert | postgresql.Insert


class Repository:
    """What all repositories are made of: the database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def _insert(self, table: Table) -> Insert:
        """An INSERT that knows ON CONFLICT."""
        return sqlite.insert(table) if self._db.dialect == "sqlite" else postgresql.insert(table)

    async def _bump(self, conn: AsyncConnection, key: str) -> int:
        """Add one to the counter ``key`` in ``meta`` and return it.

        Others who bump it wait until this transaction ends, so that whoever has seen a value has seen everything that
        was written under a smaller one."""
        grown = cast(cast(meta.c.value, BigInteger) + 1, meta.c.value.type)
        statement = self._insert(meta).values(key=key, value="1")
        statement = statement.on_conflict_do_update(index_elements=[meta.c.key], set_={"value": grown})
        return int((await conn.execute(statement.returning(meta.c.value))).scalar_one())


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """``items`` in runs of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def bounded(key: str) -> str:
    """``key`` itself, or its hash where it is too long for an index."""
    key = storable(key)
    data = key.encode()
    return key if len(data) <= KEY_BYTES else "sha256:" + hashlib.sha256(data).hexdigest()


def fingerprint(*parts: str) -> str:
    """A short hash of several texts."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = storable(part).encode()
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


async def counter(conn: AsyncConnection, key: str) -> int:
    """The counter ``key``, 0 before its first ``_bump``."""
    value = (await conn.execute(select(meta.c.value).where(meta.c.key == key))).scalar()
    return int(value) if value else 0


async def each_chunk(conn: AsyncConnection, items: Sequence[Any], statement_of: Any) -> list[Any]:
    """All rows of ``statement_of(chunk)`` over the chunks of ``items``."""
    rows: list[Any] = []
    for chunk in chunks(items):
        rows += (await conn.execute(statement_of(chunk))).all()
    return rows
