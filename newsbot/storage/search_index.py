"""Putting articles into the search index and taking them out, inside the transactions that store and delete them."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.rank import padded
from newsbot.storage import search_postgres, search_sqlite
from newsbot.storage.rows import IndexRow
from newsbot.storage.search_expression import keys_of, marks_of
from newsbot.storage.search_rows import Document

_ENGINES: dict[str, ModuleType] = {"sqlite": search_sqlite, "postgresql": search_postgres}


def engine(dialect: str) -> ModuleType:
    """The engine for ``sqlite`` or ``postgresql``: :mod:`.search_sqlite` or :mod:`.search_postgres`."""
    return _ENGINES[dialect]


def create_search(conn: Connection) -> None:
    """Make the search's tables, in the migration's transaction."""
    engine(conn.dialect.name).create(conn)


async def index_articles(conn: AsyncConnection, rows: Sequence[IndexRow]) -> None:
    """Put articles into the index, in place of what it had of them. Found as soon as the transaction commits.

    On PostgreSQL call it once in a transaction: two writers then add new words in the same order and cannot deadlock.
    """
    if not rows:
        return
    database = engine(conn.dialect.name)
    documents = {row.id: _document(row) for row in rows}
    await database.unindex(conn, list(documents))
    await database.index(conn, list(documents.values()))
    words = {word for d in documents.values() for text in (d.title, d.body) for word in text.split()}
    await database.learn(conn, sorted(words))


async def unindex_articles(conn: AsyncConnection, ids: Sequence[int]) -> None:
    """Take articles out of the index; ids that are not in it do nothing. The vocabulary keeps their words."""
    if ids:
        await engine(conn.dialect.name).unindex(conn, list(ids))


def _document(row: IndexRow) -> Document:
    title, body = (padded(" ".join(keys_of(text))) for text in (row.title, row.body))
    return Document(row.id, title, body, tuple(marks_of(row.feed_id, row.language)))
