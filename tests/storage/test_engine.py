"""Transactions: one method, all or nothing, whatever happens to the task, the disk or the lock."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError

from newsbot.errors import StorageBusy, StorageFull
from newsbot.storage import Storage
from newsbot.storage.tables import meta
from tests.storage.making import NOW, entry, feed, poll


async def test_a_failed_transaction_leaves_nothing(storage: Storage) -> None:
    async def fails() -> None:
        async with storage._db.write() as conn:
            await conn.execute(insert(meta).values(key="half", value="done"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    assert await storage.meta.get("half") is None


async def test_one_coroutines_rollback_leaves_anothers_insert(storage: Storage) -> None:
    started = asyncio.Event()

    async def fails() -> None:
        async with storage._db.write() as conn:
            await conn.execute(insert(meta).values(key="mine", value="1"))
            started.set()
            await asyncio.sleep(0)
            raise RuntimeError

    async def succeeds() -> None:
        await started.wait()
        await storage.meta.put("yours", "2")

    await asyncio.gather(fails(), succeeds(), return_exceptions=True)
    assert await storage.meta.get("mine") is None
    assert await storage.meta.get("yours") == "2"


async def test_a_cancelled_transaction_rolls_back_and_the_next_one_works(storage: Storage) -> None:
    for round_ in range(20):
        inside = asyncio.Event()

        async def write(inside: asyncio.Event = inside, round_: int = round_) -> None:
            async with storage._db.write() as conn:
                await conn.execute(insert(meta).values(key=f"lost {round_}", value="1"))
                inside.set()
                while True:
                    await conn.execute(text("SELECT count(*) FROM meta"))

        task = asyncio.create_task(write())
        await inside.wait()
        for _ in range(round_):
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await storage.meta.put("kept", str(round_))
        assert await storage.meta.get(f"lost {round_}") is None
        assert await storage.meta.get("kept") == str(round_)


async def test_cancelling_at_any_moment_leaves_all_or_nothing(storage: Storage) -> None:
    source = await feed(storage)
    for steps in range(0, 60, 3):
        articles = [entry(f"{steps}-{i}") for i in range(3)]
        task = asyncio.create_task(storage.feeds.store_poll(source.id, poll(*articles), NOW))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert len(await storage.articles.latest(limit=1000)) == await storage.articles.count()
        assert await storage.articles.count() % 3 == 0


async def test_many_writers_at_once_all_succeed(storage: Storage) -> None:
    await asyncio.gather(*(storage.meta.put(f"key {i}", str(i)) for i in range(50)))
    assert [await storage.meta.get(f"key {i}") for i in (0, 49)] == ["0", "49"]


async def test_who_talks_to_a_person_waits_for_few_of_those_that_store_feeds(sqlite_storage: Storage) -> None:
    order: list[str] = []

    async def write(name: str, *, patient: bool) -> None:
        async with sqlite_storage._db.write(patient=patient):
            order.append(name)

    storing = [asyncio.create_task(write(f"feed {n}", patient=True)) for n in range(20)]
    await asyncio.sleep(0)  # all of them have asked for their turn
    await write("person", patient=False)
    await asyncio.gather(*storing)
    assert order.index("person") <= 2 and len(order) == 21


async def test_a_read_sees_one_state_while_others_write(storage: Storage) -> None:
    await storage.meta.put("n", "1")
    async with storage._db.read() as conn:
        before = (await conn.execute(text("SELECT value FROM meta WHERE key = 'n'"))).scalar()
        await storage.meta.put("n", "2")
        after = (await conn.execute(text("SELECT value FROM meta WHERE key = 'n'"))).scalar()
    assert (before, after) == ("1", "1")
    assert await storage.meta.get("n") == "2"


async def test_a_reader_cannot_write(storage: Storage) -> None:
    async with storage._db.read() as conn:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await conn.execute(insert(meta).values(key="k", value="v"))


async def test_another_process_that_holds_the_lock_is_named(sqlite: Any, tmp_path: Path) -> None:
    url = sqlite.migrated(tmp_path / "busy.db")
    storage = await Storage.open(url, busy_seconds=0.05)
    with closing(sqlite3.connect(tmp_path / "busy.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy, match="locked by another process"):
            await storage.meta.put("a", "1")
        assert await storage.meta.get("a") is None  # reading goes on
        other.execute("ROLLBACK")
        await storage.meta.put("a", "2")
    assert await storage.meta.get("a") == "2"
    await storage.close()


async def test_a_full_disk_is_named_and_nothing_is_half_written(sqlite_storage: Storage) -> None:
    source = await feed(sqlite_storage)
    await sqlite_storage.feeds.store_poll(source.id, poll(entry("small")), NOW)
    async with sqlite_storage._db.write() as conn:
        pages = (await conn.execute(text("PRAGMA page_count"))).scalar_one()
        await conn.execute(text(f"PRAGMA max_page_count = {pages + 8}"))
    big = [entry(f"big {i}", text="long " * 2000) for i in range(50)]
    with pytest.raises(StorageFull, match="no room"):
        await sqlite_storage.feeds.store_poll(source.id, poll(*big), NOW)
    assert [a.title for a in await sqlite_storage.articles.latest()] == ["Title of small"]
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text("PRAGMA max_page_count = 1000000"))
    assert (await sqlite_storage.feeds.store_poll(source.id, poll(*big), NOW)).new == 50
    async with sqlite_storage._db.read() as conn:
        assert (await conn.execute(text("PRAGMA integrity_check"))).scalar() == "ok"


async def test_a_restarted_server_costs_no_failure(postgres: Any) -> None:
    with postgres.migrated() as url:
        storage = await Storage.open(url)
        await storage.meta.put("a", "1")
        name = url.partition("?")[0].rpartition("/")[2]
        postgres.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert await storage.meta.get("a") == "1"
        await storage.close()


async def test_a_bug_is_not_dressed_up_as_an_outage(storage: Storage) -> None:
    async def broken() -> None:
        async with storage._db.read() as conn:
            await conn.execute(text("SELECT * FROM no_such_table"))

    with pytest.raises(DBAPIError, match="no_such_table"):
        await broken()
