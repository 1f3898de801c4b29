"""Delivery: posts at Telegram's limit, a new post behind a long queue, and what claiming costs in one.

Posts at the limit go to a Telegram on loopback that refuses what is too much; beside ours python-telegram-bot sends as
many, with its own rate limiter. Behind the queue, which would take an hour, a new post comes every second; beside ours,
who comes first is served first, at Telegram's rate.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, select
from telegram import Bot
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, ExtBot

from newsbot.domain.models import Delivery, Digest, DigestStory, Source
from newsbot.domain.ports import Clock, SendOutcome, Sent
from newsbot.pipeline.clockwork import SystemClock
from newsbot.pipeline.outbox import Outbox
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.send import TelegramSender
from newsbot.platforms.telegram.wire import make_bot
from newsbot.storage import Storage, tables
from newsbot.storage.outbox import PlannedDelivery
from tests.benchmarks.table import Row, percentile
from tests.fakes.telegram.server import TelegramServer
from tests.storage.making import queue

NAME = "Delivery: at Telegram's limit, and behind a long queue"
POSTS, QUICK_POSTS = 600, 120
BACKLOG, QUICK_BACKLOG = 100_000, 5_000
NEWS, QUICK_NEWS = 60, 20
EVERY = 1.0  # seconds between two new posts
PER_SECOND = 30
CLAIMED = 30
CLAIMS = 15

_FIRST_OF_EACH = """
    SELECT min(id) FROM deliveries WHERE platform = 'telegram' AND state = 'queued' AND not_before <= ?
    GROUP BY chat_id ORDER BY min(priority), min(id) LIMIT 30
"""
"""How one would ask without places in line."""


def run(quick: bool = False) -> list[Row]:
    """Posts a second, seconds behind a queue, and milliseconds of a claim."""
    posts, backlog, news = (QUICK_POSTS, QUICK_BACKLOG, QUICK_NEWS) if quick else (POSTS, BACKLOG, NEWS)
    with tempfile.TemporaryDirectory() as folder:
        paced, refused = asyncio.run(_posted(Path(folder), posts))
    limited, hurt, lost = asyncio.run(_limited(posts))
    with tempfile.TemporaryDirectory() as folder:
        waits, behind, claims = asyncio.run(_behind(Path(folder), backlog, news))
    fifo = behind / PER_SECOND
    library = "its library's rate limiter"
    return [
        Row("posts to as many people", paced, library, limited, "a second", f"{posts} posts; 30 a second are allowed"),
        Row("requests refused for their rate", refused, library, hurt, ""),
        Row("posts that never arrived", 0, library, lost, ""),
        Row("a new post to an idle chat, p50", statistics.median(waits), "first come, first served", fifo, "s"),
        Row("… p99", percentile(waits, 99), "first come, first served", fifo, "s", f"behind {backlog:,}"),
        Row("claim 30 of them", claims[0], "the first of each chat, grouped", claims[1], "ms", "SQLite"),
    ]


# --- at the limit ----------------------------------------------------------------------------------


async def _posted(folder: Path, number: int) -> tuple[float, float]:
    """Posts a second by the real outbox, and refusals."""
    async with TelegramServer() as tg:
        tg.rates.on = True
        clock, storage = SystemClock(), await Storage.open(f"sqlite:///{folder / 'posts.db'}")
        bot = make_bot(tg.token, tg.url, None)
        arrived: list[float] = []
        try:
            async with bot:
                await _queue(storage, _people(tg, number), clock.now())
                await _deliver(_box(storage, bot, clock, arrived), arrived, number)
        finally:
            await storage.close()
        return _rate(arrived), tg.rates.refusals


def _box(storage: Storage, bot: Bot, clock: Clock, arrived: list[float]) -> Outbox:
    def settled(_: Delivery, outcome: SendOutcome) -> None:
        if isinstance(outcome, Sent):
            arrived.append(time.perf_counter())

    return Outbox(storage, TelegramSender(bot, Pace(), clock), clock, "bench", settled)


async def _deliver(box: Outbox, arrived: list[float], number: int) -> None:
    while len(arrived) < number:
        if not await box.step():
            await asyncio.sleep(0.005)
    await box.close()


def _rate(arrived: Sequence[float]) -> float:
    """Arrivals a second, without those of the first second: an idle bot may send 30 at once."""
    counted = [at for at in arrived if at > arrived[0] + 1]
    return (len(counted) - 1) / (counted[-1] - counted[0])


def _people(tg: TelegramServer, number: int) -> list[str]:
    first = max(tg.people, default=10_000) + 1
    return [str(tg.person(first + n, f"Reader {n}", started=True).id) for n in range(number)]


async def _queue(storage: Storage, natives: Sequence[str], now: datetime) -> list[int]:
    story = DigestStory(1, "Headline", ("One sentence.",), (), (Source("Wire", "https://wire.example/1"),))
    chats = [
        {
            "platform": "telegram",
            "native": n,
            "thread": "",
            "kind": "private",
            "title": "",
            "settings": {},
            "created": now,
        }
        for n in natives
    ]
    async with storage._db.write() as conn:  # one by one they would take longer than all that is measured
        await conn.execute(insert(tables.chats), chats)
        known = select(tables.chats.c.id).where(tables.chats.c.native.in_(natives[:1])).limit(1)
        first = (await conn.execute(known)).scalar_one()
    planned = [PlannedDelivery(first + n, "post", Digest((story,)), 0, now) for n in range(len(natives))]
    pages = (planned[start : start + 5000] for start in range(0, len(planned), 5000))
    return [made for page in pages for made in await queue(storage.outbox, page)]


async def _limited(number: int) -> tuple[float, float, float]:
    """The same by the library with its limiter, and how many posts never arrived."""
    async with TelegramServer() as tg:
        tg.rates.on = True
        people, arrived = _people(tg, number), list[float]()
        bot = ExtBot(tg.token, base_url=f"{tg.url}/bot", rate_limiter=AIORateLimiter(max_retries=5))

        async def send(native: str) -> None:
            try:
                await bot.send_message(int(native), "Headline")
            except TelegramError:
                return
            arrived.append(time.perf_counter())

        async with bot:
            await asyncio.gather(*map(send, people))
        return _rate(arrived), tg.rates.refusals, number - len(arrived)


# --- behind a queue --------------------------------------------------------------------------------


async def _behind(folder: Path, backlog: int, news: int) -> tuple[list[float], int, tuple[float, float]]:
    """Seconds until each new post was out, how many are queued still, and milliseconds of a claim and a query."""
    clock = SystemClock()
    path = folder / "queue.db"
    async with TelegramServer() as tg:
        tg.rates.on = True
        storage = await Storage.open(f"sqlite:///{path}")
        bot = make_bot(tg.token, tg.url, None)
        try:
            await _queue(storage, _people(tg, backlog), clock.now())
            async with bot:
                waits = await _waited(storage, _News(tg, storage, clock, news), bot, clock)
            left = sum((await storage.outbox.depth()).values())
            return waits, left, (await _claimed(storage, clock), _grouped(path, clock))
        finally:
            await storage.close()


class _News:
    """New posts, each to somebody who was idle, one every few seconds."""

    def __init__(self, tg: TelegramServer, storage: Storage, clock: Clock, number: int) -> None:
        self._people, self._storage, self._clock = iter(_people(tg, number)), storage, clock
        self._next = clock.now()
        self.made: dict[int, datetime] = {}
        self.over = False

    async def go_on(self) -> None:
        """Queue the next one when it is time."""
        if self._clock.now() < self._next:
            return
        native = next(self._people, None)
        self.over = native is None
        if native is not None:
            now = self._clock.now()
            (made,) = await _queue(self._storage, [native], now)
            self.made[made] = now
            self._next = now + timedelta(seconds=EVERY)


async def _waited(storage: Storage, news: _News, bot: Bot, clock: Clock) -> list[float]:
    waits: dict[int, float] = {}

    def settled(delivery: Delivery, outcome: SendOutcome) -> None:
        if isinstance(outcome, Sent) and delivery.id in news.made:
            waits[delivery.id] = (clock.now() - news.made[delivery.id]).total_seconds()

    box = Outbox(storage, TelegramSender(bot, Pace(), clock), clock, "bench", settled)
    while not news.over or len(waits) < len(news.made):
        await news.go_on()
        if not await box.step():
            await asyncio.sleep(0.005)
    await box.close()
    return list(waits.values())


async def _claimed(storage: Storage, clock: Clock) -> float:
    """Milliseconds of a claim, the median."""
    took = []
    for _ in range(CLAIMS):
        before = time.perf_counter()
        claimed = await storage.outbox.claim("telegram", clock.now(), CLAIMED)
        took.append((time.perf_counter() - before) * 1000)
        assert len(claimed) == CLAIMED
    return statistics.median(took)


def _grouped(path: Path, clock: Clock) -> float:
    now = int(clock.now().timestamp() * 1000)
    with sqlite3.connect(path) as database:
        took = []
        for _ in itertools.repeat(None, CLAIMS):
            before = time.perf_counter()
            database.execute(_FIRST_OF_EACH, (now,)).fetchall()
            took.append((time.perf_counter() - before) * 1000)
    return statistics.median(took)
