"""Fixtures for every test: a clock that tests move, and Storage over both real databases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from newsbot.storage import Storage
from tests import databases
from tests.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    """2026-01-15 12:00 UTC, until the test says otherwise."""
    return ManualClock()


@pytest.fixture(scope="session")
def postgres(testrun_uid: str, worker_id: str) -> Iterator[databases.Postgres]:
    """The run's PostgreSQL server; the tests that need it are skipped where it cannot start."""
    try:
        server = databases.start(testrun_uid, worker_id)
    except Exception as error:
        pytest.skip(f"PostgreSQL cannot start here: {error}")
    yield server
    server.close()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> databases.Sqlite:
    """The template of all SQLite databases."""
    return databases.Sqlite(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with newsbot's tables: a test that asks for it runs on both engines."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield request.getfixturevalue("sqlite").migrated(tmp_path / "newsbot.db")
        else:
            yield stack.enter_context(request.getfixturevalue("postgres").migrated())


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    """A Storage of its own, on both engines."""
    opened = await Storage.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_storage(sqlite: databases.Sqlite, tmp_path: Path) -> AsyncIterator[Storage]:
    """A Storage on SQLite, for tests to which the engine does not matter."""
    opened = await Storage.open(sqlite.migrated(tmp_path / "newsbot.db"))
    yield opened
    await opened.close()
