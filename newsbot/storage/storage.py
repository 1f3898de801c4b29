"""The one Storage: opens a database and holds its repositories."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Self

from sqlalchemy import text

from newsbot.errors import StorageError
from newsbot.storage import migrate
from newsbot.storage.articles import Articles
from newsbot.storage.backup import copy_sqlite
from newsbot.storage.chats import Chats
from newsbot.storage.engine import BUSY_SECONDS, Database, Dialect, connect
from newsbot.storage.feeds import Feeds
from newsbot.storage.holds import Holds
from newsbot.storage.leases import Leases
from newsbot.storage.meta import Meta
from newsbot.storage.outbox import Outbox
from newsbot.storage.search import Search
from newsbot.storage.servers import Servers
from newsbot.storage.topics import Topics
from newsbot.storage.transcript import Transcripts
from newsbot.storage.written import WrittenSummaries


class Storage:
    """Everything that newsbot keeps. Each method of a repository is one transaction: done whole, or not at all.

    All of them raise :class:`newsbot.errors.StorageError` when the database cannot be used.
    """

    def __init__(self, db: Database) -> None:
        self._db = db
        self.meta = Meta(db)
        self.leases = Leases(db)
        self.feeds = Feeds(db)
        self.articles = Articles(db)
        self.search = Search(db)
        self.topics = Topics(db)
        self.chats = Chats(db)
        self.servers = Servers(db)
        self.holds = Holds(db)
        self.outbox = Outbox(db)
        self.transcript = Transcripts(db)
        self.written = WrittenSummaries(db)

    @classmethod
    async def open(cls, url: str, *, migrate: bool = True, busy_seconds: float = BUSY_SECONDS) -> Self:
        """Open ``sqlite:///FILE`` (made if need be, with its folder) or ``postgresql://…`` and bring its tables up to
        date, or, without ``migrate``, check that they are. ``busy_seconds``: the wait for another process's lock.

        Raises StorageError when the database cannot be reached, is no newsbot's, or a newer newsbot's."""
        db = connect(url, busy_seconds=busy_seconds)
        try:
            await db.probe()
            await (_migrate(db) if migrate else _check(db))
        except BaseException:
            await db.close()
            raise
        return cls(db)

    @property
    def url(self) -> str:
        """The database's address, without its password."""
        return self._db.url.set(drivername=self.dialect).render_as_string(hide_password=True)

    @property
    def dialect(self) -> Dialect:
        """Which engine keeps it."""
        return self._db.dialect

    async def ping(self) -> None:
        """Raises StorageError unless the database answers."""
        async with self._db.read() as conn:
            await conn.execute(text("SELECT 1"))

    async def backup(self, path: Path) -> None:
        """Write a consistent copy to the file ``path`` while everything runs; what stood there is replaced only when
        the copy is whole. Raises StorageError when that fails, and for PostgreSQL, which has its own tools."""
        if self.dialect != "sqlite":
            raise StorageError("newsbot backs up SQLite only; for PostgreSQL use pg_dump")
        await asyncio.to_thread(copy_sqlite, Path(str(self._db.url.database)), path)

    async def close(self) -> None:
        """Give every connection back; the storage is of no use afterwards."""
        await self._db.close()


async def _migrate(db: Database) -> None:
    async with db.read() as conn:  # nearly always current; and reading waits for nobody who writes
        if await conn.run_sync(migrate.is_current):
            return
    async with db.write() as conn:
        await db.serialise(conn, "migrations")
        await conn.run_sync(migrate.upgrade)


async def _check(db: Database) -> None:
    async with db.read() as conn:
        await conn.run_sync(migrate.check)
