"""The two engines behind one face: read and write transactions on SQLite or PostgreSQL.

SQLite has one writer connection, taken in turn, whose transactions begin IMMEDIATE, so that nobody writes between what
they read and what they write; and several readers, each seeing one snapshot. PostgreSQL has one pool.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sqlite3
import zlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, closing, nullcontext, suppress
from pathlib import Path
from typing import Any, Literal, TypeVar

import aiosqlite
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_, greenlet_spawn

from newsbot.errors import StorageError
from newsbot.storage.failures import translated

Dialect = Literal["sqlite", "postgresql"]
T = TypeVar("T")

BUSY_SECONDS = 10.0
"""How long to wait for another process's lock before :class:`newsbot.errors.StorageBusy`."""

READERS = 4
POSTGRES_CONNECTIONS = 10

_dumps = functools.partial(json.dumps, separators=(",", ":"))


class Database:
    """Transactions on one database. Make it with :func:`connect`."""

    def __init__(
        self,
        url: URL,
        dialect: Dialect,
        writer: AsyncEngine,
        reader: AsyncEngine,
        looker: Engine | None = None,
        opened: Opened | None = None,
    ) -> None:
        self.url, self.dialect = url, dialect
        self._writer, self._reader, self._looker, self._opened = writer, reader, looker, opened
        self._turn, self._patience = asyncio.Lock(), asyncio.Lock()

    @asynccontextmanager
    async def write(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction that may write: committed at the end, rolled back by any exception, cancellation included.

        ``patient``: of many such only one at a time waits for its turn, so that who talks to a person comes soon.
        """
        with translated():
            if self.dialect == "postgresql":
                async with self._writer.begin() as conn:
                    yield conn
            else:
                async with self._patience if patient else nullcontext(), self._turn, self._writer.begin() as conn:
                    yield conn

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that only reads, and sees one state of the database throughout."""
        with translated():
            async with self._reader.begin() as conn:
                yield conn

    async def look(self, work: Callable[[Connection], T]) -> T:
        """What ``work`` returns of a reading transaction. On SQLite all of it runs in one thread: that is one change of
        threads, where each statement of :meth:`read` takes four."""
        with translated():
            if self._looker is not None:
                return await asyncio.to_thread(_look, self._looker, work)
            async with self._reader.begin() as conn:
                return await conn.run_sync(work)

    async def probe(self) -> None:
        """Raises StorageError when SQLite cannot read the file. Asked before the engine connects: the threads of async
        connections that failed outlive the event loop, and say so on standard error."""
        if self.dialect == "sqlite":
            with translated():
                await asyncio.to_thread(_read_header, str(self.url.database))

    async def serialise(self, conn: AsyncConnection, name: str) -> None:
        """Let one transaction at a time pass this point for ``name``, until it ends. (SQLite's always do.)"""
        if self.dialect == "postgresql":
            key = zlib.crc32(f"newsbot:{name}".encode())
            await conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})

    async def close(self) -> None:
        """Give every connection back."""
        await self._reader.dispose()
        if self._writer is not self._reader:
            await self._writer.dispose()
        if self._looker is not None:
            self._looker.dispose()
        if self._opened is not None:
            await self._opened.close()


def connect(address: str, *, busy_seconds: float = BUSY_SECONDS) -> Database:
    """The database at ``sqlite:///PATH`` or ``postgresql://…``; connections are made when first used.

    Raises StorageError for an address of another kind.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        raise StorageError("the database address is not of the form sqlite:///FILE or postgresql://…") from None
    backend = url.get_backend_name()
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return _sqlite(url, busy_seconds)
    if backend in {"postgresql", "postgres"}:
        return _postgres(url)
    raise StorageError(f"the database must be sqlite:///FILE or postgresql://…, not {url.render_as_string()}")


# --- SQLite --------------------------------------------------------------------------------------


def _sqlite(url: URL, busy_seconds: float) -> Database:
    url = url.set(drivername="sqlite+aiosqlite")
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    # isolation_level None keeps the driver from beginning transactions of its own: ours begin in _begin.
    arguments = {"isolation_level": None, "timeout": _timeout(url, busy_seconds)}
    options: dict[str, Any] = {"json_serializer": _dumps, "connect_args": arguments, "max_overflow": 0}
    writer = create_async_engine(url, pool_size=1, **options)
    reader = create_async_engine(url, pool_size=READERS, **options)
    looker = create_engine(url.set(drivername="sqlite"), pool_size=READERS, **options)
    opened = Opened()
    for engine in (writer, reader):
        event.listen(engine.sync_engine, "do_connect", opened.connect)
    _begin(writer.sync_engine, "BEGIN IMMEDIATE", ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"))
    _begin(reader.sync_engine, "BEGIN", ("query_only = ON",))
    _begin(looker, "BEGIN", ("query_only = ON",))
    return Database(url, "sqlite", writer, reader, looker, opened)


def _timeout(url: URL, otherwise: float) -> float:
    """The seconds that ``?timeout=`` of the address names, else ``otherwise``."""
    try:
        return float(str(url.query.get("timeout", otherwise)))
    except ValueError:
        raise StorageError("timeout= in the address of the database wants seconds") from None


class Opened:
    """The connections to a file that are open. SQLAlchemy closes those that are not needed, but whoever is cancelled
    for a second time while one opens or closes leaves it behind; the event loop must not end with that."""

    def __init__(self) -> None:
        self._all: set[aiosqlite.Connection] = set()

    def connect(self, dialect: Any, _record: object, arguments: Any, options: Any) -> Any:
        """Connect as ``dialect`` would, but not to be cancelled half-way: nobody would close what opens after that."""
        return await_(self._whole(greenlet_spawn(dialect.connect, *arguments, **options)))

    async def _whole(self, connecting: Coroutine[Any, Any, Any]) -> Any:
        task = asyncio.create_task(connecting)
        task.add_done_callback(self._note)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            connection = await task
            await greenlet_spawn(connection.close)
            raise

    def _note(self, task: asyncio.Task[Any]) -> None:
        self._all = {connection for connection in self._all if _is_open(connection)}
        if not task.cancelled() and task.exception() is None:
            self._all.add(task.result().driver_connection)

    async def close(self) -> None:
        """Close those that nobody closed."""
        for connection in filter(_is_open, self._all):
            with suppress(TimeoutError, ValueError):  # somebody closes it just now
                await asyncio.wait_for(connection.close(), timeout=1)
        self._all.clear()


def _is_open(connection: aiosqlite.Connection) -> bool:
    try:
        return connection.in_transaction is not None
    except (ValueError, sqlite3.ProgrammingError):
        return False


def _look(engine: Engine, work: Callable[[Connection], T]) -> T:
    with engine.begin() as conn:
        return work(conn)


def _read_header(path: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA schema_version")


def _begin(engine: Engine, statement: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    # A cancelled statement makes SQLAlchemy throw its connection away. SQLite keeps a closed one open, lock and all,
    # while a cursor of it is alive (https://www.sqlite.org/c3ref/close.html), so the transaction is ended first.
    @event.listens_for(engine, "invalidate")
    def end(connection: Any, _record: object, _error: object) -> None:
        connection.rollback()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql(statement)


# --- PostgreSQL ----------------------------------------------------------------------------------


def _postgres(url: URL) -> Database:
    engine = create_async_engine(
        _for_asyncpg(url),
        json_serializer=_dumps,
        pool_size=POSTGRES_CONNECTIONS,
        pool_pre_ping=True,  # a restarted server costs one reconnect, not one failed loop
        connect_args={"server_settings": {"application_name": "newsbot", "timezone": "UTC"}},
    )
    reader = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    return Database(url, "postgresql", engine, reader)


def _for_asyncpg(url: URL) -> URL:
    """libpq's ``sslmode`` is asyncpg's ``ssl``."""
    query = dict(url.query)
    if "sslmode" in query:
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername="postgresql+asyncpg", query=query)
