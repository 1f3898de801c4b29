"""Opening a database: migrations, and what is said when it cannot be opened."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from newsbot.errors import StorageBusy, StorageError
from newsbot.storage import Storage
from newsbot.storage.tables import metadata
from tests.storage.making import chat


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        if request.param == "sqlite":
            yield f"sqlite:///{tmp_path / 'deep' / 'new.db'}"
        else:
            yield stack.enter_context(request.getfixturevalue("postgres").empty())


def differences(connection: Connection) -> list[Any]:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _to: object) -> bool:
        return kind != "table" or not str(name).startswith("search")

    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": False, "include_object": ours}
    )
    return list(compare_metadata(context, metadata))


async def test_the_migrations_make_the_tables_that_the_code_works_with(empty_url: str) -> None:
    storage = await Storage.open(empty_url)
    async with storage._db.read() as conn:
        assert await conn.run_sync(differences) == []
    await storage.close()


async def test_a_second_opening_changes_nothing(empty_url: str) -> None:
    for _ in range(2):
        storage = await Storage.open(empty_url)
        await chat(storage)
        assert len(await storage.chats.all()) == 1
        await storage.close()


async def test_a_database_that_another_process_writes_to_can_be_opened_and_read(
    sqlite_storage: Storage, tmp_path: Path
) -> None:
    async with sqlite_storage._db.write():
        other = await Storage.open(f"sqlite:///{tmp_path / 'newsbot.db'}", busy_seconds=0.01)
        assert await other.outbox.list() == []
        with pytest.raises(StorageBusy) as caught:
            await chat(other)
        assert str(caught.value) == "the database is locked by another process"
        await other.close()


async def test_processes_that_open_at_once_migrate_once(empty_url: str) -> None:
    opened = await asyncio.gather(*(Storage.open(empty_url) for _ in range(3)))
    for storage in opened:
        await storage.ping()
        await storage.close()


async def test_without_migrating_an_empty_database_is_refused(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        await (await Storage.open(empty_url.replace("new.db", "other.db"))).close()
    with pytest.raises(StorageError, match="newsbot db upgrade"):
        await Storage.open(empty_url, migrate=False)


@pytest.mark.parametrize("migrate", [True, False])
async def test_a_newer_newsbots_database_is_refused(empty_url: str, migrate: bool) -> None:
    storage = await Storage.open(empty_url)
    async with storage._db.write() as conn:
        await conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await storage.close()
    with pytest.raises(StorageError, match="newer newsbot"):
        await Storage.open(empty_url, migrate=migrate)


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://localhost/news", "sqlite://", "sqlite:///:memory:"])
async def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(StorageError, match="sqlite:///FILE"):
        await Storage.open(url)


async def test_a_refused_address_keeps_its_password(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(StorageError) as caught:
        await Storage.open("mysql://user:hunter2@localhost/news")
    assert "hunter2" not in str(caught.value)


async def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("Dear diary, this is no database at all.\n" * 200)
    with pytest.raises(StorageError, match="not a newsbot database"):
        await Storage.open(f"sqlite:///{path}")


async def test_a_damaged_file_is_named(sqlite: Any, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    url = sqlite.migrated(path)
    data = bytearray(path.read_bytes())
    data[4096 : len(data) // 2] = b"\xab" * (len(data) // 2 - 4096)
    path.write_bytes(data)
    with pytest.raises(StorageError, match=r"damaged|not a newsbot database"):
        await Storage.open(url)


async def test_a_folder_in_the_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "data.db").mkdir()
    with pytest.raises(StorageError, match="cannot be opened"):
        await Storage.open(f"sqlite:///{tmp_path / 'data.db'}")


async def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be reached"):
        await Storage.open(f"postgresql://postgres@/news?host={tmp_path}")


async def test_a_database_that_the_server_lacks_is_named(postgres: Any) -> None:
    with pytest.raises(StorageError, match="no such database"):
        await Storage.open(postgres.url("nowhere"))


async def test_a_backup_is_whole_and_readable_while_the_bot_runs(sqlite_storage: Storage, tmp_path: Path) -> None:
    await chat(sqlite_storage)
    copy = tmp_path / "copy.db"
    copy.write_text("an older backup")
    await sqlite_storage.backup(copy)
    await chat(sqlite_storage, "2")
    restored = await Storage.open(f"sqlite:///{copy}")
    assert [c.key.native for c in await restored.chats.all()] == ["1"]
    await restored.close()
    assert not copy.with_name("copy.db.partial").exists()


async def test_a_backup_over_the_database_itself_is_refused(sqlite_storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="itself"):
        await sqlite_storage.backup(tmp_path / "newsbot.db")
    await sqlite_storage.ping()


async def test_a_backup_into_no_folder_says_so(sqlite_storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be opened"):
        await sqlite_storage.backup(tmp_path / "nowhere" / "copy.db")


async def test_postgresql_is_backed_up_by_its_own_tool(postgres: Any) -> None:
    with postgres.migrated() as url:
        storage = await Storage.open(url)
        with pytest.raises(StorageError, match="pg_dump"):
            await storage.backup(Path("copy.db"))
        await storage.close()


async def test_the_shown_address_has_no_password(postgres: Any) -> None:
    with postgres.migrated() as url:
        storage = await Storage.open(
            url.replace("postgres@", "postgres:hunter2@").replace("postgres:@", "postgres:hunter2@")
        )
        assert storage.url.startswith("postgresql://")
        assert "hunter2" not in storage.url
        await storage.close()


async def test_the_sqlite_file_is_durable_and_shared(sqlite_storage: Storage, tmp_path: Path) -> None:
    async with sqlite_storage._db.write() as conn:
        assert (await conn.execute(text("PRAGMA synchronous"))).scalar() == 2
        assert (await conn.execute(text("PRAGMA foreign_keys"))).scalar() == 1
    with closing(sqlite3.connect(tmp_path / "newsbot.db")) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
