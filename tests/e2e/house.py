"""The real process for tests: its folder, its database, feeds on loopback, and a person at the web chat."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import signal
import socket
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg  # type: ignore[import-untyped]  # it brings no type hints
import yaml
from aiohttp import web

PATIENCE = 45.0
"""Seconds that a test waits for what takes two on an idle machine."""

HOUR = 3_600_000
"""In milliseconds, as the rows have them."""

Json = dict[str, Any]


async def until(
    condition: Callable[[], Awaitable[Any] | Any], what: str, seconds: float = PATIENCE, pause: float = 0.02
) -> Any:
    """Look again and again until ``condition()`` is true, and return what it gave; fails by name after ``seconds``."""
    ends = time.monotonic() + seconds
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        if time.monotonic() > ends:
            raise AssertionError(f"waited {seconds:.0f} s in vain: {what}")
        await asyncio.sleep(pause)


def free_port() -> int:
    """A port of loopback that nobody listens on just now, and that the system gives nobody who asks for any: between
    our look and the bot's, another test's server would get it, and answer in the bot's place."""
    while True:
        port = random.SystemRandom().randrange(10_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


# --- the process ---------------------------------------------------------------------------------


@dataclass
class Bot:
    """One running ``newsbot``, the leader of a process group of its own."""

    process: asyncio.subprocess.Process
    out: Path
    err: Path

    @property
    def ended(self) -> bool:
        return self.process.returncode is not None

    @property
    def errors(self) -> str:
        return self.err.read_text()

    @property
    def output(self) -> str:
        return self.out.read_text()

    async def exit(self, seconds: float = PATIENCE) -> int:
        """Its exit status, once it ends by itself."""
        async with asyncio.timeout(seconds):
            return await self.process.wait()

    async def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """Signal it; its exit status, and how many seconds it took."""
        before = time.monotonic()
        self.process.send_signal(number)
        return await self.exit(), time.monotonic() - before

    async def kill(self) -> None:
        """``kill -9`` it and it alone; whatever it had started must then end by itself."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()
        await until(self._group_is_gone, "the killed bot's worker processes ended")

    def _group_is_gone(self) -> bool:
        try:
            os.killpg(self.process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return True
        return False

    async def end(self) -> None:
        """Whatever is left of it goes."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()


@dataclass
class House:
    """A folder with a config, and what runs over it."""

    folder: Path
    port: int = field(default_factory=free_port)
    _runs: itertools.count[int] = field(default_factory=itertools.count)

    @property
    def config(self) -> Path:
        return self.folder / "config" / "newsbot.yaml"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def configure(self, **keys: Any) -> None:
        """Write the config: a server on our port, a database beside it, and ``keys``."""
        self.config.parent.mkdir(exist_ok=True)
        base = {
            "database": f"sqlite:///{self.folder / 'newsbot.db'}",
            "server": {"listen": f"127.0.0.1:{self.port}"},
            "platforms": {"web": {"enabled": True}},
        }
        self.config.write_text(yaml.safe_dump(base | keys, allow_unicode=True))

    @asynccontextmanager
    async def newsbot(self, *arguments: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Bot]:
        """Start ``newsbot ARGUMENTS``; whatever of it runs at the end is killed."""
        run = next(self._runs)
        out, err = self.folder / f"{run}.out", self.folder / f"{run}.err"
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NEWSBOT_")}
        with out.open("wb") as stdout, err.open("wb") as stderr:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "newsbot", *arguments),
                cwd=self.folder,
                env={**kept, "PORT": str(self.port), **(environment or {})},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )
        bot = Bot(process, out, err)
        try:
            yield bot
        finally:
            await bot.end()

    async def said(self, *arguments: str) -> str:
        """What a command that succeeds prints."""
        async with self.newsbot(*arguments) as bot:
            assert await bot.exit() == 0, bot.errors
            return bot.output

    @asynccontextmanager
    async def running(self, *arguments: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Bot]:
        """``newsbot run``, ready to be talked to; on another port where somebody took ours meanwhile."""
        for _ in range(3):
            async with self.newsbot("run", *arguments, environment=environment) as bot:
                if await self._is_up(bot):
                    yield bot
                    return
                assert "another program listens" in bot.errors, bot.errors
            old, self.port = self.port, free_port()
            self.config.write_text(self.config.read_text().replace(f":{old}", f":{self.port}"))
        raise AssertionError("every port is taken")

    async def _is_up(self, bot: Bot) -> bool:
        """True once ``bot`` is ready, False when it ended before that."""

        async def ready() -> str:
            if bot.ended:
                return "ended"
            with contextlib.suppress(aiohttp.ClientError):
                async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as answer:
                    return "ready" if answer.status == 200 else ""
            return ""

        return bool(await until(ready, "the bot is ready") == "ready")


# --- a person at the web chat --------------------------------------------------------------------


@dataclass
class Person:
    """Talks to the bot as the page does."""

    session: aiohttp.ClientSession
    _keys: itertools.count[int] = field(default_factory=itertools.count)

    async def say(self, text: str, chat: str = "me") -> Json:
        """The answer's message to what is typed."""
        return await self._post(f"/api/chats/{chat}/send", text=text)

    async def press(self, message: Json, action: str) -> Json:
        """The message that a press adds or changes."""
        return await self._post(f"/api/chats/{message['chat']}/press", message=message["id"], action=action)

    async def _post(self, path: str, **body: Any) -> Json:
        key = f"{os.getpid()}-{time.monotonic_ns()}-{next(self._keys)}"
        async with self.session.post(path, json={**body, "key": key}) as answer:
            said: Json = await answer.json()
        assert answer.status == 200 and said["messages"], said
        message: Json = said["messages"][-1]
        return message

    async def posts(self, chat: str) -> list[Json]:
        """The digests in a chat, oldest first."""
        async with self.session.get(f"/api/chats/{chat}/messages") as answer:
            found = (await answer.json())["messages"]
        return [m for m in found if m["body"]["kind"] == "digest"]


@asynccontextmanager
async def person(house: House) -> AsyncIterator[Person]:
    """Somebody with the page open."""
    async with aiohttp.ClientSession(house.url) as session:
        async with session.get("/api/chats") as answer:  # the page asks this first; it makes the private chat
            assert answer.status == 200
        yield Person(session)


def words(message: Json) -> str:
    """Everything that an answer says, a line for each of its lines."""
    return "\n".join(_block(block) for block in message["body"]["blocks"])


def _block(block: Json) -> str:
    if block["type"] == "digest":
        return json.dumps(block, ensure_ascii=False)
    spans = block["spans"] if block["type"] == "paragraph" else block["title"]
    lines = [spans, *block.get("lines", [])]
    return "\n".join("".join(span["text"] for span in line) for line in lines)


def actions(message: Json) -> dict[str, str]:
    """The buttons under an answer: their actions by their labels."""
    return {button["label"]: button["action"] for row in message["body"]["buttons"] for button in row}


# --- the database --------------------------------------------------------------------------------


class Rows:
    """Looks into the bot's database from outside, as an admin would. SQL that both engines read."""

    def __init__(self, url: str, postgres: Any = None) -> None:
        self._url, self._postgres = url, postgres

    async def all(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        while self._postgres is not None:  # who changes every row may meet the bot, and PostgreSQL picks one of the two
            with contextlib.suppress(asyncpg.DeadlockDetectedError):
                return [tuple(row) for row in await self._postgres.fetch(sql)]
        return await asyncio.to_thread(self._asked, sql)  # who waits for a writer must not hold up our own servers

    def _asked(self, sql: str) -> list[tuple[Any, ...]]:
        with contextlib.closing(sqlite3.connect(self._url.removeprefix("sqlite:///"), timeout=10)) as database:
            found = database.execute(sql).fetchall()
            database.commit()
        return found

    async def count(self, sql: str) -> int:
        """The number that ``SELECT count(*) FROM …`` gives."""
        return int((await self.all(f"SELECT count(*) FROM {sql}"))[0][0])

    async def an_hour_passes(self, but: str = "1 = 0") -> None:
        """What was posted was posted an hour ago, and what was held back for later is due; ``but`` some deliveries."""
        await self.all(
            f"UPDATE deliveries SET created = created - {HOUR}, turn = turn - {HOUR}, not_before = not_before - {HOUR} "
            f"WHERE NOT ({but})"
        )
        await self.all(f"UPDATE lines SET due = due - {HOUR}, created = created - {HOUR}")
        await self.all(f"UPDATE outcomes SET due = due - {HOUR} WHERE state = 'waiting'")
        await self.all(f"UPDATE holds SET until = until - {HOUR} WHERE until IS NOT NULL")


@asynccontextmanager
async def rows_of(url: str) -> AsyncIterator[Rows]:
    """The rows of the database at ``url``."""
    if url.startswith("sqlite"):
        yield Rows(url)
        return
    connection = await asyncpg.connect(url)
    try:
        yield Rows(url, connection)
    finally:
        await connection.close()


# --- feeds on loopback ---------------------------------------------------------------------------

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Feeds:
    """A web server with feeds; ``asked`` counts the requests of each."""

    def __init__(self) -> None:
        self.url = ""
        self.asked: Counter[str] = Counter()
        self._answers: dict[str, bytes | Answer] = {}

    def __setitem__(self, name: str, answer: bytes | Answer) -> None:
        self._answers[name] = answer

    def specs(self, **keys: Any) -> list[Json]:
        """The config of every feed. Their articles' pages are nowhere, so that nobody asks for them."""
        shared = {"full_text": "never", **keys}
        return [{"id": name, "name": name, "url": f"{self.url}/{name}.xml", **shared} for name in self._answers]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked[name] += 1
        answer = self._answers.get(name)
        if answer is None:
            raise web.HTTPNotFound
        if isinstance(answer, bytes):
            return web.Response(body=answer, content_type="application/rss+xml")
        return await answer(request)


@asynccontextmanager
async def feeds_served() -> AsyncIterator[Feeds]:
    """An empty server of feeds."""
    feeds, app = Feeds(), web.Application()
    app.add_routes([web.get("/{name}.xml", feeds.serve)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        feeds.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield feeds
    finally:
        await runner.cleanup()


SYLLABLES = ("ba", "do", "ke", "li", "mu", "na", "po", "ra", "si", "tu", "ve", "xo", "plo", "stre", "quin", "mard")


@dataclass(frozen=True)
class News:
    """An invented article; ``guid`` tells it from all others."""

    guid: str
    title: str
    text: str


def news(name: str, numbers: Iterable[int], sentences: int = 3) -> list[News]:
    """Articles number so and so of the feed ``name``: always the same, and no two about one thing."""
    return [_news(name, number, sentences) for number in numbers]


def _news(name: str, number: int, sentences: int) -> News:
    dice = random.Random(f"{name} {number}")

    def phrase(length: int) -> str:
        return " ".join("".join(dice.choices(SYLLABLES, k=dice.randint(2, 4))) for _ in range(length))

    text = ". ".join(phrase(12).capitalize() for _ in range(sentences))
    return News(f"https://{name}.example/{number}", phrase(6).capitalize(), text)


def rss(name: str, articles: Sequence[News]) -> bytes:
    """A feed of ``articles``, the first the newest."""
    start = datetime.now(UTC) - timedelta(minutes=5)
    items = "".join(
        f"<item><guid>{a.guid}</guid><link>{a.guid}</link><title>{a.title}</title>"
        f"<pubDate>{format_datetime(start - timedelta(seconds=n))}</pubDate><description>{a.text}</description></item>"
        for n, a in enumerate(articles)
    )
    return f'<rss version="2.0"><channel><title>{name}</title>{items}</channel></rss>'.encode()
