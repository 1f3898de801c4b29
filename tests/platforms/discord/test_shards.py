"""Several shards: their turns to start, how many there are, and one that is away while others go on."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from newsbot.platforms.discord.sessions import Allowance, NoStartsLeft, Starts
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.platforms.discord.gatewaying import Running, posted, running, served


async def test_shards_start_one_in_five_seconds(clock: ManualClock) -> None:
    async with DiscordServer(shards=3) as dc:
        dc.gateway.identify_seconds = 0.0
        bot = Running(dc, clock)
        await bot.platform.step()
        for shard in range(3):
            await dc.gateway.connected(shard + 1)
            assert dc.gateway.identified == list(range(shard + 1))
            await clock.asleep(2 if shard < 2 else 1)  # the next shard, and the commands until they are told again
            clock.advance(4.9)
            assert len(dc.gateway.identified) == shard + 1
            clock.advance(0.1)
        await bot.up()
        await bot.close()


async def test_shards_start_together_where_discord_allows_it(clock: ManualClock) -> None:
    async with DiscordServer(shards=3, max_concurrency=16) as dc, running(dc, clock):
        assert sorted(dc.gateway.identified) == [0, 1, 2]


async def test_a_number_of_shards_that_is_given_is_used(clock: ManualClock) -> None:
    async with DiscordServer(shards=1, max_concurrency=2) as dc, running(dc, clock, shards=2):
        assert sorted(dc.gateway.identified) == [0, 1]


async def test_a_shard_that_cannot_come_back_holds_up_no_other(clock: ManualClock) -> None:
    async with DiscordServer(shards=2, max_concurrency=2) as dc:
        ann = dc.person("Ann")
        channels = [served(dc, ann, shard=shard)[1] for shard in (0, 1)]
        async with running(dc, clock) as bot:
            here, there = [await posted(bot, channel) for channel in channels]
            gateway, dc.transport.socket = dc.transport.socket, refuse
            dc.gateway.drop(1)
            lost = await ann.presses(there, "One")
            await clock.asleep(2)
            assert (await (await ann.presses(here, "One")).replied()).text == "answer to |one"
            assert await bot.platform.step() is False
            dc.gateway.drop(0)
            assert "503" in str(await bot.fails())
            dc.transport.socket = gateway
            await clock.asleep(3)
            clock.advance(30)
            assert (await lost.replied()).text == "answer to |one"
            await bot.up()


async def test_a_shard_that_may_not_start_any_more_waits_and_the_other_goes_on(clock: ManualClock) -> None:
    async with DiscordServer(shards=2, max_concurrency=2) as dc:
        dc.session_starts = 2
        dc.gateway.identify_seconds = 0.0
        async with running(dc, clock) as bot:
            dc.gateway.invalidate(1)
            for seconds in (6, 3600):
                await clock.asleep(2)
                clock.advance(seconds)
            assert await bot.platform.step() is False
            dc.session_starts = 1000
            await clock.asleep(2)
            clock.advance(days=1)
            await bot.up()
            assert dc.gateway.identified.count(1) == 2


async def test_turns_are_a_buckets_own_and_count_down(clock: ManualClock) -> None:
    starts = Starts(Allowance(4, 2, 3, 1000, timedelta(hours=1)), clock)
    async with starts.turn(0), starts.turn(1):
        pass
    third = asyncio.create_task(started(starts, 2))
    await clock.asleep()
    assert not third.done()
    clock.advance(5)
    await third
    clock.advance(5)
    with pytest.raises(NoStartsLeft, match="before 2026-01-15 13:00 UTC"):
        await started(starts, 3)
    clock.advance(hours=1)
    await started(starts, 3)


async def started(starts: Starts, shard: int) -> None:
    async with starts.turn(shard):
        pass


async def refuse(_: web.Request) -> web.StreamResponse:
    """What a gateway behind a broken proxy says."""
    return web.Response(status=503)


async def test_a_connection_that_breaks_again_and_again_is_resumed_within_seconds_and_costs_no_start(
    clock: ManualClock,
) -> None:
    async with DiscordServer() as dc, running(dc, clock):
        for time in range(8):
            dc.gateway.drop()
            if time:
                await clock.asleep(2)  # the shard, and the commands until they are told again
                clock.advance(6.3)
            await dc.gateway.connected()
        assert dc.gateway.identified == [0]


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_session_that_discord_ended_with_its_connection_is_not_asked_for(clock: ManualClock, code: int) -> None:
    async with DiscordServer() as dc:
        dc.gateway.identify_seconds = 0.0
        async with running(dc, clock):
            dc.gateway.kick(code=code)
            await clock.asleep(2)
            clock.advance(5)
            await dc.gateway.connected()
            assert dc.gateway.identified == [0, 0]
            assert not any(session.resumed for session in dc.gateway.sessions)
