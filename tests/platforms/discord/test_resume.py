"""Whatever happens to a connection, with one shard and with two: what people do meanwhile is answered, and once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.fakes.discord.people import Person
from tests.platforms.discord.gatewaying import posted, running, served

Break = Callable[[DiscordServer, int], None]

BREAKS: dict[str, Break] = {
    "op 7": lambda dc, shard: dc.gateway.reconnect(shard),
    "op 9 with resume": lambda dc, shard: dc.gateway.invalidate(shard, resumable=True),
    "broken": lambda dc, shard: dc.gateway.drop(shard),
    "closed with 4000": lambda dc, shard: dc.gateway.kick(shard, 4000),
    "closed with 1000": lambda dc, shard: dc.gateway.kick(shard, 1000),
    "silent": lambda dc, shard: dc.gateway.silence(shard),
}
SILENCE = 0.4  # seconds


@pytest.fixture(params=[1, 2], ids=["1 shard", "2 shards"])
async def dc(request: pytest.FixtureRequest) -> AsyncIterator[DiscordServer]:
    async with DiscordServer(shards=request.param, max_concurrency=request.param) as server:
        server.gateway.identify_seconds = 0.0
        yield server


@pytest.fixture
def ann(dc: DiscordServer) -> Person:
    return dc.person("Ann")


@pytest.mark.parametrize("way", BREAKS)
async def test_what_is_pressed_while_a_connection_breaks_is_answered_once(
    dc: DiscordServer, clock: ManualClock, ann: Person, way: str
) -> None:
    last = dc.shards - 1
    _, channel = served(dc, ann, shard=last)
    silent = way == "silent"
    dc.gateway.heartbeat_interval = SILENCE / 4 if silent else 40.0
    async with running(dc, clock, silence=SILENCE if silent else 60.0) as bot:
        message = await posted(bot, channel)
        BREAKS[way](dc, last)
        pressed = await ann.presses(message, "One")
        assert (await pressed.replied()).text == "answer to |one"
        assert bot.people.events.count("|one") == 1
        assert dc.gateway.session(last).resumed == 1 or silent  # a busy machine may seem silent too
        assert sorted(dc.gateway.identified) == list(range(dc.shards))
        assert await bot.platform.step() is False


async def test_a_session_that_is_over_is_started_anew_after_the_wait_that_discord_asks_for(
    dc: DiscordServer, clock: ManualClock, ann: Person
) -> None:
    _, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        message = await posted(bot, channel)
        await bot.servers.get("available Garage")
        dc.gateway.invalidate()
        await clock.asleep(2)  # the shard's wait, and that until the commands are told again
        clock.advance(1)
        assert dc.gateway.identified.count(0) == 1
        clock.advance(5)
        await dc.gateway.connected()
        assert (await (await ann.presses(message, "One")).replied()).text == "answer to |one"
        assert dc.gateway.identified.count(0) == 2
        assert "joined Garage" not in bot.servers.events


async def test_a_server_that_was_left_while_no_session_was_there_is_left(
    dc: DiscordServer, clock: ManualClock, ann: Person
) -> None:
    guild, _ = served(dc, ann)
    async with running(dc, clock) as bot:
        await bot.servers.get("available Garage")
        dc.gateway.invalidate()
        await clock.asleep(2)
        await guild.removes_bot()
        clock.advance(6)
        await bot.servers.get("left Garage")
        assert bot.platform.find(int(guild.id)) is None


async def test_a_session_outlives_an_outage_of_the_network(dc: DiscordServer, clock: ManualClock, ann: Person) -> None:
    _, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        message = await posted(bot, channel)
        await dc.transport.close()
        pressed = await ann.presses(message, "One")
        assert "Discord cannot be reached" in str(await bot.fails())
        await clock.asleep(1 + dc.shards)
        await dc.transport.open()
        clock.advance(2)
        assert (await pressed.replied()).text == "answer to |one"
        await bot.up()
        assert sorted(dc.gateway.identified) == list(range(dc.shards))
