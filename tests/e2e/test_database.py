"""A database that another process locks, and a disk that is full: the bot waits, says why, and goes on by itself."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.e2e.house import Bot, Feeds, House, Rows, news, rows_of, rss, until
from tests.e2e.ledger import holds_everything_once

Trouble = Callable[[Bot], AbstractAsyncContextManager[str]]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path | None]:
    """The folder of a disk of its own with 8 MB; None where none can be had."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "none", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    yield folder if mounted else None
    if mounted:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def locked(database: Path) -> Trouble:
    """Somebody else writes for longer than anybody waits."""

    @asynccontextmanager
    async def lock(_bot: Bot) -> AsyncIterator[str]:
        with contextlib.closing(
            sqlite3.connect(database, isolation_level=None, timeout=20, check_same_thread=False)
        ) as other:
            await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
            yield "the database is locked by another process"
            other.execute("ROLLBACK")

    return lock


def filled(disk: Path) -> Trouble:
    """Nothing more fits on the disk."""

    @asynccontextmanager
    async def fill(_bot: Bot) -> AsyncIterator[str]:
        filler = disk / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))
        yield "there is no room left on the disk of the database"
        filler.unlink()

    return fill


def cramped(database: Path) -> Trouble:
    """The bot may make no file longer than the database's log of changes: a disk that takes no more, too."""

    @asynccontextmanager
    async def cramp(bot: Bot) -> AsyncIterator[str]:
        limits = resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE)
        longest = database.with_name(database.name + "-wal").stat().st_size
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, (longest, limits[1]))
        yield "the disk of the database answers with an error"
        resource.prlimit(bot.process.pid, resource.RLIMIT_FSIZE, limits)

    return cramp


async def readiness(house: House) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{house.url}/readyz") as answer:
        return "" if answer.status == 200 else await answer.text()


async def is_ready(house: House) -> bool:
    return not await readiness(house)


async def shown(rows: Rows, sql: str, number: int) -> bool:
    await rows.an_hour_passes()  # what came late comes at once, or within minutes
    return await rows.count(sql) == number


async def test_a_locked_database_and_a_full_disk_pause_the_bot_with_a_clear_message_and_nothing_is_lost(
    house: House, feeds: Feeds, small_disk: Path | None
) -> None:
    database = (small_disk or house.folder) / "newsbot.db"
    feeds["wire"] = rss("wire", news("wire", range(2)))
    house.configure(
        database=f"sqlite:///{database}?timeout=0.5",
        feeds=feeds.specs(every="1s", new_feed="all"),
        subscriptions=[{"chat": "web:newsroom", "what": "everything"}],
    )
    troubles = [locked(database), filled(small_disk) if small_disk else cramped(database)]
    async with rows_of(f"sqlite:///{database}") as rows, house.running() as bot:
        for number, trouble in enumerate(troubles, start=1):
            await until(lambda: rows.count("web_messages"), "the bot posts")
            async with trouble(bot) as reason:
                feeds["wire"] = rss("wire", news("wire", reversed(range(2 + 2 * number))))
                said = await until(lambda: readiness(house), "the bot says that it waits")
                assert reason in said and reason in bot.errors
            await until(lambda: is_ready(house), "the bot is well again")
        everything = news("wire", range(2 + 2 * len(troubles)))
        sql = "outcomes WHERE state = 'shown' AND delivery_id IN (SELECT id FROM deliveries WHERE state = 'sent')"
        await until(lambda: shown(rows, sql, len(everything)), "all was posted", pause=1)
        await holds_everything_once(rows, [article.guid for article in everything])
        assert "Traceback" not in bot.errors
