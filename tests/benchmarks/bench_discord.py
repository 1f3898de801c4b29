"""Discord: how long a person waits for an answer while feeds are read, and how fast posts go out at Discord's limit.

An answer's time is from when Discord has the command to when it has the answer. Beside it, asked in turns and under the
same load, a bot of discord.py that only says back what it hears. Posts go to channels of their own, and beside ours
discord.py sends as many, all at once as a bot without a pace of its own would.
"""

from __future__ import annotations

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import discord
from discord.http import Route

from newsbot.domain.models import ChatKey, Digest, DigestStory, Source
from newsbot.pipeline.clockwork import SystemClock
from newsbot.pipeline.outbox import Outbox
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.send import DiscordSender
from newsbot.platforms.discord.wire import make_rest, point_at
from newsbot.storage import Storage
from newsbot.storage.outbox import Composed, PlannedDelivery
from tests.benchmarks.bench_search import Ours
from tests.benchmarks.table import Row, percentile
from tests.e2e.house import House, feeds_served, news, rows_of, rss, until
from tests.fakes.discord import Channel, DiscordServer, Person

NAME = "Discord: answers while feeds are read, and posts at the limit"
ARTICLES, QUICK_ARTICLES = 100_000, 5_000
FEEDS, ENTRIES = 600, 40
ASKED, QUICK_ASKED = 120, 24
COMMANDS: Sequence[tuple[str, dict[str, object]]] = (
    ("search", {"query": "w{n}"}),
    ("latest", {}),
    ("search", {"query": "w{n} w{m}"}),
    ("subscriptions", {}),
    ("topics", {}),
    ("search", {"query": "w{m} -w{n}"}),
)
POSTS, QUICK_POSTS = 900, 135
PATIENCE = 120.0  # seconds

_ECHO = """
import sys, discord, yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from tests.storage.making import queue
discord.http.Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = sys.argv[1], yarl.URL(sys.argv[2])
client = discord.Client(intents=discord.Intents.none())
tree = app_commands.CommandTree(client)
@tree.command(description="Says it back.")
async def echo(interaction: discord.Interaction, text: str):
    await interaction.response.send_message(text, ephemeral=True)
@client.event
async def setup_hook():
    await tree.sync()
client.run(sys.argv[3], log_handler=None)
"""


def run(quick: bool = False) -> list[Row]:
    """Median and 95th percentile of commands and of suggestions, ours and the echo's; posts a second."""
    count, asked, posts = (QUICK_ARTICLES, QUICK_ASKED, QUICK_POSTS) if quick else (ARTICLES, ASKED, POSTS)
    with tempfile.TemporaryDirectory() as folder:
        with asyncio.Runner() as runner:
            Ours(runner, Path(folder), count).close()
        ours, typed, theirs, left = asyncio.run(_measured(Path(folder), asked))
    with tempfile.TemporaryDirectory() as folder:
        paced, refused = asyncio.run(_posted(Path(folder), posts))
        unpaced, hurt, lost = asyncio.run(_gathered(posts))
    note = f"{count:,} articles, {left:,} more on their way"
    return [
        Row("command to answer, p50", statistics.median(ours), "an echo", statistics.median(theirs), "ms", note),
        Row("command to answer, p95", percentile(ours, 95), "an echo", percentile(theirs, 95), "ms"),
        Row("suggestions while typing, p50", statistics.median(typed), "an echo", statistics.median(theirs), "ms"),
        Row("suggestions while typing, p95", percentile(typed, 95), "an echo", percentile(theirs, 95), "ms"),
        Row("posts", paced, "discord.py, all at once", unpaced, "a second", f"{posts} to as many channels"),
        Row("requests refused for their rate", refused, "discord.py, all at once", hurt, ""),
        Row("posts that never arrived", 0, "discord.py, all at once", lost, ""),
    ]


# --- answers ---------------------------------------------------------------------------------------


async def _measured(folder: Path, asked: int) -> tuple[list[float], list[float], list[float], int]:
    """Milliseconds of our answers and suggestions, and of the echoes; and how many articles were still to be read."""
    async with DiscordServer() as ours_there, DiscordServer() as other, feeds_served() as feeds:
        for n in range(FEEDS):
            feeds[f"feed{n}"] = rss(f"feed{n}", news(f"feed{n}", range(ENTRIES), sentences=20))
        here, there = _channel(ours_there, asked), _channel(other, asked)
        house = House(folder)
        house.configure(**_config(folder, ours_there))
        async with house.running():  # people meet the bot before anything is measured, as most have
            await _commanded(ours_there)
            await asyncio.gather(*(_asked(person, here[0], "help") for person in here[1]))
        house.configure(**_config(folder, ours_there), feeds=feeds.specs())
        async with house.running(), _echo(other), rows_of(f"sqlite:///{folder / 'ours.db'}") as rows:
            await _commanded(ours_there)
            await _commanded(other)
            await until(lambda: rows.count("articles WHERE state = 2 AND fetched > 1750000000000"), "reading began")
            ours, typed, theirs = [], [], []
            for number, (command, options) in zip(range(asked), itertools.cycle(COMMANDS), strict=False):
                said = {k: str(v).format(n=300 + number, m=2000 + number) for k, v in options.items()}
                ours.append(await _asked(here[1][number], here[0], command, **said))
                typed.append(await _typed(here[1][number], here[0]))
                theirs.append(await _asked(there[1][number], there[0], "echo", text=f"w{number}"))
            read = await rows.count("articles WHERE state = 2 AND fetched > 1750000000000")
    return ours, typed, theirs, FEEDS * ENTRIES - read


def _channel(dc: DiscordServer, people: int) -> tuple[Channel, list[Person]]:
    guild = dc.guild("Bench", owner=dc.person("Owner"))
    readers = [dc.person(f"Reader {number}") for number in range(people)]
    for reader in readers:
        guild.member(reader)
    guild.admits_bot()
    return guild.text("general"), readers


def _config(folder: Path, dc: DiscordServer) -> dict[str, object]:
    return {
        "database": f"sqlite:///{folder / 'ours.db'}",
        "platforms": {"discord": {"token": dc.token, "api_url": dc.api_url, "gateway_url": dc.gateway_url}},
        "retention": {"articles": None},
    }


async def _commanded(dc: DiscordServer) -> None:
    """The bot is there, and has told its commands."""
    await dc.gateway.connected(timeout=30)
    await until(lambda: dc.called("PUT", "/applications/*/commands"), "the commands are told")


@asynccontextmanager
async def _echo(dc: DiscordServer) -> AsyncIterator[None]:
    arguments = (sys.executable, "-c", _ECHO, dc.api_url, dc.gateway_url, dc.token)
    process = await asyncio.create_subprocess_exec(*arguments, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _asked(person: Person, channel: Channel, command: str, **options: object) -> float:
    """Milliseconds until a person has the answer."""
    before = time.perf_counter()
    asked = await person.runs(channel, command, **options)
    await asked.answered(PATIENCE)
    return (time.perf_counter() - before) * 1000


async def _typed(person: Person, channel: Channel) -> float:
    """Milliseconds until a person who types sees what may be meant."""
    before = time.perf_counter()
    await person.types(channel, "latest", what="f", timeout=PATIENCE)
    return (time.perf_counter() - before) * 1000


# --- posts -----------------------------------------------------------------------------------------


def _channels(dc: DiscordServer, number: int) -> list[Channel]:
    guild = dc.guild("Bench", owner=dc.person("Owner"))
    guild.admits_bot()
    dc.rates.on = True
    return [guild.text(f"news-{n}") for n in range(number)]


async def _posted(folder: Path, number: int) -> tuple[float, float]:
    """Posts a second by the real outbox, and refusals."""
    async with DiscordServer() as dc:
        channels, clock = _channels(dc, number), SystemClock()
        storage = await Storage.open(f"sqlite:///{folder / 'posts.db'}")
        point_at(dc.api_url)
        pace = Pace(clock)
        rest = make_rest(dc.token, dc.api_url, None, pace)
        try:
            await _plan(storage, channels, clock)
            sender = DiscordSender(rest, pace, Doors(rest.http, _NoRooms(), pace), clock, _All())
            box = Outbox(storage, sender, clock, "bench", lambda *_: None)
            start = time.perf_counter()
            while sum(len(channel.messages) for channel in channels) < number:
                await box.step()
            took = time.perf_counter() - start
            await box.close()
        finally:
            await rest.close()
            await storage.close()
        return number / took, dc.rates.refusals


async def _plan(storage: Storage, channels: Sequence[Channel], clock: SystemClock) -> None:
    now = clock.now()
    story = DigestStory(1, "Headline", ("One sentence.",), (), (Source("Wire", "https://wire.example/1"),))
    for channel in channels:
        chat = await storage.chats.ensure(ChatKey("discord", channel.id), "group", "", now)
        planned = PlannedDelivery(chat.id, "post", Digest((story,), audience="group"), 0, now)
        await storage.outbox.carry_out([Composed(chat.id, (planned,))], None, now)


class _All:
    """Every channel passes its posts on."""

    async def publishes(self, key: ChatKey) -> bool:
        return True


class _NoRooms:
    """Nobody has a private chat here."""

    async def room(self, key: ChatKey) -> str:
        return ""

    async def keep_room(self, key: ChatKey, room: str) -> None:
        pass


async def _gathered(number: int) -> tuple[float, float, float]:
    """The same by the library alone, and how many posts never arrived."""
    async with DiscordServer() as dc:
        channels = _channels(dc, number)
        point_at(dc.api_url)
        client = discord.Client(intents=discord.Intents.none())
        try:
            await client.login(dc.token)
            routes = [Route("POST", "/channels/{channel_id}/messages", channel_id=c.id) for c in channels]
            start = time.perf_counter()
            sent = (client.http.request(route, json={"content": "Headline"}) for route in routes)
            await asyncio.gather(*sent, return_exceptions=True)  # after five refusals it gives a post up
            took = time.perf_counter() - start
        finally:
            await client.close()
        arrived = sum(len(channel.messages) for channel in channels)
        return arrived / took, dc.rates.refusals, number - arrived
