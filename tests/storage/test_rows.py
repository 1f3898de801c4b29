"""Single values, leaders, the web chat's messages; and what a killed process leaves."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from newsbot.storage import Storage
from tests.storage.making import NOW

# --- meta ----------------------------------------------------------------------------------------


async def test_the_first_writer_of_a_default_wins(storage: Storage) -> None:
    assert await storage.meta.get("first_start") is None
    stood = await asyncio.gather(*(storage.meta.set_default("first_start", str(i)) for i in range(5)))
    assert len(set(stood)) == 1
    await storage.meta.put("first_start", "changed")
    assert await storage.meta.set_default("first_start", "again") == "changed"


# --- leases --------------------------------------------------------------------------------------


async def test_a_lease_has_one_owner_until_it_runs_out(storage: Storage) -> None:
    acquire = storage.leases.acquire
    assert await acquire("judge", "a", NOW, 10) == 1
    assert await acquire("judge", "b", NOW, 10) is None
    assert await acquire("judge", "a", NOW + timedelta(seconds=9), 10) == 1
    assert await acquire("judge", "b", NOW + timedelta(seconds=18), 10) is None
    assert await acquire("judge", "b", NOW + timedelta(seconds=19), 10) == 2
    assert await acquire("judge", "a", NOW + timedelta(seconds=20), 10) is None
    assert await acquire("plan", "a", NOW, 10) == 1


async def test_a_released_lease_is_free_at_once(storage: Storage) -> None:
    await storage.leases.acquire("judge", "a", NOW, 10)
    await storage.leases.release("judge", "b")
    assert await storage.leases.acquire("judge", "b", NOW, 10) is None
    assert await storage.leases.holder("judge", NOW) == "a"
    await storage.leases.release("judge", "a")
    assert await storage.leases.holder("judge", NOW) is None
    assert await storage.leases.acquire("judge", "b", NOW, 10) == 2
    assert await storage.leases.holder("judge", NOW + timedelta(seconds=10)) is None


async def test_of_many_who_want_to_lead_one_does(storage: Storage) -> None:
    epochs = await asyncio.gather(*(storage.leases.acquire("judge", f"owner {i}", NOW, 10) for i in range(6)))
    assert sorted(filter(None, epochs)) == [1]


# --- the transcript ------------------------------------------------------------------------------


async def test_a_message_is_appended_once_by_its_key(storage: Storage) -> None:
    t = storage.transcript
    first = await t.append("news", "delivery:1", "bot", '{"小米": 1}', NOW)
    assert await t.append("news", "delivery:1", "bot", "{}", NOW + timedelta(hours=1)) == first
    assert (first.chat, first.author, first.body, first.at, first.deleted) == ("news", "bot", '{"小米": 1}', NOW, False)
    assert list(await t.history("news")) == [first]


async def test_whoever_knows_a_rev_gets_all_that_changed_since(storage: Storage) -> None:
    t = storage.transcript
    assert await t.last_rev() == 0
    a, b = [await t.append("c", key, "bot", key, NOW) for key in "ab"]
    known = await t.last_rev()
    assert known == b.rev
    changed = await t.replace(a.id, "edited")
    assert changed is not None
    assert await t.delete(b.id)
    news = await t.since(known)
    assert [(m.id, m.body, m.deleted) for m in news] == [(a.id, "edited", False), (b.id, "", True)]
    assert [m.id for m in await t.since(0, limit=1)] == [a.id]
    assert [m.id for m in await t.history("c")] == [a.id]


async def test_what_is_gone_cannot_be_changed(storage: Storage) -> None:
    t = storage.transcript
    message = await t.append("c", "k", "bot", "x", NOW)
    assert await t.delete(message.id)
    assert not await t.delete(message.id)
    assert await t.replace(message.id, "y") is None
    assert await t.replace(999, "y") is None


async def test_history_pages_backwards(storage: Storage) -> None:
    t = storage.transcript
    for i in range(5):
        await t.append("c", f"{i}", "bot", f"{i}", NOW)
    last = await t.history("c", limit=2)
    assert [m.body for m in last] == ["3", "4"]
    assert [m.body for m in await t.history("c", before=last[0].id, limit=2)] == ["1", "2"]
    assert list(await t.history("other")) == []


async def test_a_reader_beside_many_writers_misses_no_message(storage: Storage) -> None:
    """On PostgreSQL a smaller rev must not commit after a larger one was seen."""
    seen: list[str] = []
    done = asyncio.Event()

    async def follow() -> None:
        rev = 0
        while not done.is_set() or rev < await storage.transcript.last_rev():
            for message in await storage.transcript.since(rev):
                rev = message.rev
                seen.append(message.key)

    reader = asyncio.create_task(follow())
    keys = [f"{i}" for i in range(60)]
    await asyncio.gather(*(storage.transcript.append("c", key, "me", "x", NOW) for key in keys))
    done.set()
    await reader
    assert sorted(seen) == sorted(keys)


# --- kill -9 -------------------------------------------------------------------------------------

WRITER = """
import asyncio, sys
from newsbot.domain.models import FeedSpec
from newsbot.storage import Storage
from tests.storage.making import NOW, entry, poll

async def main():
    storage = await Storage.open(sys.argv[1])
    feed = await storage.feeds.add(FeedSpec("https://example.org/feed"), NOW)
    for n in range(10**9):
        await storage.feeds.store_poll(feed.id, poll(*(entry(f"{n}-{i}", search_title="x") for i in range(10))), NOW)
        print(n, flush=True)

asyncio.run(main())
"""


async def test_a_killed_writer_leaves_whole_transactions_and_all_that_it_reported(database_url: str) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, database_url,
        stdout=asyncio.subprocess.PIPE, env=dict(os.environ) | {"PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert writer.stdout is not None
    async with asyncio.timeout(60):
        reported = [int(await writer.stdout.readline()) for _ in range(8)]
    writer.send_signal(signal.SIGKILL)
    rest = (await writer.stdout.read()).split()
    await writer.wait()
    last = max(reported + [int(line) for line in rest if line.isdigit()])
    storage = await Storage.open(database_url)
    count = await storage.articles.count()
    stored = await storage.articles.latest(limit=100_000)
    assert count == len(stored) == await storage.search.documents()
    assert count % 10 == 0
    assert count >= 10 * (last + 1)
    await storage.close()


async def test_a_forgotten_chat_leaves_no_message_and_other_chats_keep_theirs(storage: Storage) -> None:
    mine = await storage.transcript.append("me", "k1", "me", "{}", NOW)
    other = await storage.transcript.append("newsroom", "k2", "me", "{}", NOW)
    assert await storage.transcript.get(mine.id) == mine
    await storage.transcript.forget("me")
    assert await storage.transcript.get(mine.id) is None
    assert await storage.transcript.since(0) == [other]
    assert (await storage.transcript.append("me", "k3", "me", "{}", NOW)).id > other.id
