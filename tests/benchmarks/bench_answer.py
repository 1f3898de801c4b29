"""How long a person on Telegram waits for an answer: the real bot over a large archive while it reads feeds.

The time is from when Telegram has the command, or the words of an inline query, to when it has the answer. Beside it,
asked in turns and under the same load, a bot of python-telegram-bot that only says back what it hears.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.bench_search import Ours
from tests.benchmarks.table import Row, percentile
from tests.e2e.house import House, feeds_served, news, rows_of, rss, until
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.server import TelegramServer

NAME = "Telegram: from a command or an inline query to its answer, while feeds are read"
ARTICLES, QUICK_ARTICLES = 100_000, 5_000
FEEDS, ENTRIES = 600, 40
ASKED, QUICK_ASKED = 120, 24
COMMANDS = ("/search w{n}", "/latest 5", "/search w{n} w{m}", "/subscriptions", "/topics", "/search w{m} -w{n}")
TYPED = ("w{n}", "w{n} w{m}", "w{m} -w{n}")  # inline, each for the first time
PATIENCE = 60.0  # seconds

_ECHO = """
import sys
from telegram.ext import Application, MessageHandler, filters
async def echo(update, context):
    await update.message.reply_text(update.message.text)
application = Application.builder().token(sys.argv[2]).base_url(sys.argv[1] + "/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))
application.run_polling()
"""


def run(quick: bool = False) -> list[Row]:
    """Median and 95th percentile of commands and of inline queries, ours and the echo's."""
    count, asked = (QUICK_ARTICLES, QUICK_ASKED) if quick else (ARTICLES, ASKED)
    with tempfile.TemporaryDirectory() as folder:
        with asyncio.Runner() as runner:
            Ours(runner, Path(folder), count).close()
        ours, typed, theirs, left = asyncio.run(_measured(Path(folder), asked))
    note = f"{count:,} articles, {left:,} more on their way"
    return [
        Row("command to answer, p50", statistics.median(ours), "an echo", statistics.median(theirs), "ms", note),
        Row("command to answer, p95", percentile(ours, 95), "an echo", percentile(theirs, 95), "ms"),
        Row("inline query to stories, p50", statistics.median(typed), "an echo", statistics.median(theirs), "ms"),
        Row("inline query to stories, p95", percentile(typed, 95), "an echo", percentile(theirs, 95), "ms"),
    ]


async def _measured(folder: Path, asked: int) -> tuple[list[float], list[float], list[float], int]:
    """Milliseconds of our answers to commands and to inline queries, and of the echoes; and how many articles were
    still to be read at the end."""
    async with TelegramServer() as telegram, TelegramServer() as other, feeds_served() as feeds:
        for n in range(FEEDS):
            feeds[f"feed{n}"] = rss(f"feed{n}", news(f"feed{n}", range(ENTRIES), sentences=20))
        house = House(folder)
        house.configure(**_config(folder, telegram))
        async with house.running():  # people meet the bot before anything is measured, as most have
            await asyncio.gather(*(_asked(telegram, number, "/start") for number in range(asked)))
        house.configure(**_config(folder, telegram), feeds=feeds.specs())
        async with house.running(), _echo(other), rows_of(f"sqlite:///{folder / 'ours.db'}") as rows:
            await until(lambda: rows.count("articles WHERE state = 2 AND fetched > 1750000000000"), "reading began")
            ours, typed, theirs = [], [], []
            for number, command in zip(range(asked), itertools.cycle(COMMANDS), strict=False):
                text = command.format(n=300 + number, m=2000 + number)
                ours.append(await _asked(telegram, number, text))
                typed.append(await _typed(telegram, number, TYPED[number % 3].format(n=600 + number, m=2600 + number)))
                theirs.append(await _asked(other, number, text))
            read = await rows.count("articles WHERE state = 2 AND fetched > 1750000000000")
    return ours, typed, theirs, FEEDS * ENTRIES - read


def _config(folder: Path, telegram: TelegramServer) -> dict[str, object]:
    return {
        "database": f"sqlite:///{folder / 'ours.db'}",
        "platforms": {"telegram": {"token": telegram.token, "api_url": telegram.url}},
        "retention": {"articles": None},
    }


@asynccontextmanager
async def _echo(telegram: TelegramServer) -> AsyncIterator[None]:
    arguments = (sys.executable, "-c", _ECHO, telegram.url, telegram.token)
    process = await asyncio.create_subprocess_exec(*arguments, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _typed(telegram: TelegramServer, number: int, text: str) -> float:
    """Milliseconds until a person who types in any chat sees stories."""
    before = time.perf_counter()
    await _reader(telegram, number).asks_inline(text, timeout=PATIENCE)
    return (time.perf_counter() - before) * 1000


def _reader(telegram: TelegramServer, number: int) -> Person:
    return telegram.people.get(1000 + number) or telegram.person(1000 + number, f"Reader {number}", started=True)


async def _asked(telegram: TelegramServer, number: int, text: str) -> float:
    """Milliseconds until a person has the answer."""
    person = _reader(telegram, number)
    before = time.perf_counter()
    said = await person.writes(text)
    await said.chat.wait_for(1, PATIENCE, after=said.id)
    return (time.perf_counter() - before) * 1000
