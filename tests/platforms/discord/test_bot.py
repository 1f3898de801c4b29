"""The gateway as app runs it: met, refused, rebuilt, left; what comes in reaches the door and the listener."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from newsbot.errors import PlatformError, TokenRefused
from newsbot.platforms.discord import bot as bot_module
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.shards import Shard
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.fakes.discord.people import Person
from tests.platforms.discord.gatewaying import Running, commands, posted, running, served


@pytest.fixture
async def dc() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        server.gateway.identify_seconds = 0.0
        yield server


@pytest.fixture
def ann(dc: DiscordServer) -> Person:
    return dc.person("Ann")


STRANGE = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Strang.erTokenAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"


async def test_who_the_bot_is_comes_with_its_invitation_which_asks_for_no_mention_of_everyone(
    dc: DiscordServer, clock: ManualClock
) -> None:
    async with running(dc, clock) as bot:
        [address] = bot.met
        await bot.platform.start()
        await bot.platform.step()
    assert bot.met == [address]
    assert f"client_id={dc.application_id}&scope=bot+applications.commands&permissions=" in address
    asked = int(address.rpartition("=")[2])
    assert asked & (1 << 11) and asked & (1 << 15) and not asked & (1 << 17) and not asked & (1 << 3)


async def test_only_what_is_needed_is_asked_of_the_gateway(dc: DiscordServer, clock: ManualClock) -> None:
    async with running(dc, clock):
        session = dc.gateway.session()
        assert session.intents == (1 << 0 | 1 << 12)


# --- refusals ---


async def test_a_token_that_discord_does_not_know_is_told_and_not_shown(dc: DiscordServer, clock: ManualClock) -> None:
    bot = Running(dc, clock, token=STRANGE)
    error = await bot.fails()
    await bot.close()
    assert isinstance(error, TokenRefused) and "platforms.discord.token" in str(error) and STRANGE not in str(error)


@pytest.mark.parametrize(
    ("code", "said"),
    [(4004, "does not know the token"), (4013, "update newsbot"), (4014, "Privileged Gateway Intents")],
)
async def test_a_fatal_close_is_told_in_words_and_tried_again_later(
    dc: DiscordServer, clock: ManualClock, code: int, said: str
) -> None:
    async with running(dc, clock) as bot:
        dc.gateway.kick(code=code)
        error = await bot.fails()
        assert said in str(error) and isinstance(error, TokenRefused) == (code == 4004)
        with pytest.raises(PlatformError, match=said):
            await bot.platform.step()
        assert dc.gateway.identified == [0]
        clock.advance(10)
        await bot.up()
        assert dc.gateway.identified == [0, 0]


async def test_more_shards_are_started_when_discord_wants_them(dc: DiscordServer, clock: ManualClock) -> None:
    dc.max_concurrency = 2
    async with running(dc, clock) as bot:
        dc.gateway.kick(code=4011)
        assert "more shards" in str(await bot.fails())
        clock.advance(10)
        await bot.up()
        assert sorted(dc.gateway.identified) == [0, 0, 1]


async def test_with_no_start_left_it_waits_until_discord_counts_anew(dc: DiscordServer, clock: ManualClock) -> None:
    dc.session_starts = 0
    bot = Running(dc, clock)
    assert "no new connection before 2026-01-16 12:00 UTC" in str(await bot.fails())
    clock.advance(hours=23)
    assert "no new connection before 2026-01-16 12:00 UTC" in str(await bot.fails())
    assert dc.gateway.identified == [] and len(dc.called("GET", "/gateway/bot")) == 1
    dc.session_starts = 1000
    clock.advance(hours=1)
    await bot.up()
    await bot.close()


async def test_what_nobody_expects_is_loud_and_then_tried_again(
    dc: DiscordServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(dc, clock) as bot:

        def broken(*_: object) -> float:
            raise ZeroDivisionError

        with monkeypatch.context() as patch:
            patch.setattr(Shard, "_pause", broken)
            dc.gateway.drop()
            with pytest.raises(ZeroDivisionError):
                await bot.fails()
        assert "the gateway's client failed" in str(await bot.fails())
        clock.advance(10)
        await bot.up()


# --- Discord or the network is down ---


async def test_discord_that_is_down_at_the_start_is_told_and_then_met(dc: DiscordServer, clock: ManualClock) -> None:
    dc.faults.next("GET", "/users/@me", status=503)
    bot = Running(dc, clock)
    assert "503" in str(await bot.fails())
    dc.faults.next("GET", "/gateway/bot", status=503)
    assert "503" in str(await bot.fails())
    clock.advance(10)
    await bot.up()
    await bot.close()


async def test_a_refused_connection_and_a_name_that_nobody_knows_are_told(
    dc: DiscordServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    bot = Running(dc, clock)
    await dc.transport.close()
    assert "Discord cannot be reached" in str(await bot.fails())

    async def unknown(*_: object, **__: object) -> object:
        raise OSError(-2, "Name or service not known")

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", unknown)
    wire.point_at("http://discord.invalid/api/v10")
    assert "Discord cannot be reached" in str(await bot.fails())
    await bot.close()


async def test_what_is_not_discord_is_called_so(dc: DiscordServer, clock: ManualClock) -> None:
    dc.faults.next("GET", "/users/@me", status=200, body="<html>Welcome to nginx!</html>")
    bot = Running(dc, clock)
    assert "Discord" in str(await bot.fails())
    await bot.close()


# --- leaving ---


async def test_a_process_that_leads_no_more_leaves_and_comes_back(dc: DiscordServer, clock: ManualClock) -> None:
    async with running(dc, clock) as bot:
        await bot.platform.leave()
        assert not bot.platform.is_connected and not list(dc.gateway.sessions)
        await bot.up()
        assert len(list(dc.gateway.sessions)) == 1


async def test_a_process_whose_loop_stands_still_leaves(
    dc: DiscordServer, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_module, "FORGOTTEN", 0.2)
    async with running(dc, clock) as bot:
        life = bot.platform._life
        assert life is not None
        async with asyncio.timeout(5):
            await life
        assert not list(dc.gateway.sessions)
        await bot.up()


async def test_a_stop_lets_what_is_being_answered_finish_and_ends_the_session(
    dc: DiscordServer, clock: ManualClock, ann: Person
) -> None:
    _, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        message = await posted(bot, channel)
        gate = bot.people.hold("|one")
        pressed = await ann.presses(message, "One")
        await bot.people.get("|one")
        stopping = asyncio.create_task(bot.platform.stop())
        async with asyncio.timeout(5):
            while list(dc.gateway.sessions):
                await dc.gateway._changed.wait()
        assert not stopping.done()
        gate.set()
        assert (await pressed.replied()).text == "answer to |one"
        await stopping
        assert await bot.platform.step() is False


# --- what comes in ---


async def test_commands_presses_choices_forms_and_private_messages_reach_the_door(
    dc: DiscordServer, clock: ManualClock, ann: Person
) -> None:
    _, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        message = await posted(bot, channel)
        assert (await (await ann.presses(message, "One")).replied()).text == "answer to |one"
        assert (await (await ann.presses(message, "Beside")).replied()).text == "answer to d7.1|beside"
        assert (await (await ann.picks(message, "Second")).replied()).text == "answer to |=+|second"
        await commands(dc)
        assert "ping of" in (await (await ann.runs(channel, "ping")).replied()).text
        await ann.says("hello, bot")
        await ann.says("not for you", channel)
        await ann.says("and again")
        await bot.people.get("hello, bot", "and again")
    assert "" not in bot.people.events and "not for you" not in bot.people.events


async def test_a_door_that_breaks_and_an_event_that_cannot_be_read_kill_no_shard(
    dc: DiscordServer, clock: ManualClock, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    guild, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        message = await posted(bot, channel)
        broken = await ann.presses(message, "|fails", forged=True)
        dc.dispatch("CHANNEL_UPDATE", {"guild_id": guild.id, "id": "no number", "type": []}, guild.id)
        assert (await (await ann.presses(message, "One")).replied()).text == "answer to |one"
        assert dc.gateway.session().resumed == 0
    assert (
        "could not be taken in" in caplog.text
        and "the door is broken" in caplog.text
        and broken.token not in caplog.text
    )


async def test_servers_channels_threads_and_rights_are_told(dc: DiscordServer, clock: ManualClock, ann: Person) -> None:
    guild, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        await bot.servers.get("available Garage", "ready 1")
        other = dc.guild("Kitchen", owner=ann)
        await other.adds_bot(by=ann)
        await bot.servers.get("joined Kitchen")
        await guild.creates(guild.text("new"))
        await channel.rename("renamed")
        await channel.set_permissions(guild.everyone, deny=1 << 11)
        await guild.bot_role.set(permissions=0)
        thread = channel.thread("talk")
        thread.tell("THREAD_CREATE")
        await bot.servers.get("channel new", "channel renamed", "permissions Garage", "thread talk")
        await thread.delete()
        await channel.delete()
        dc.gateway.outage(guild)
        await bot.servers.get(f"thread gone {thread.id}", "channel gone renamed", "unavailable Garage")
        dc.gateway.recovers(guild)
        await bot.servers.until(lambda events: events.count("available Garage") == 2)
        found = bot.platform.find(int(guild.id))
        assert found is not None and [each.name for each in found.channels] == ["new"] and found.me is not None
        await guild.removes_bot()
        await bot.servers.get("left Garage")
        assert bot.platform.find(int(guild.id)) is None


async def test_whoever_leaves_waits_for_a_set_up_that_is_being_answered(dc: DiscordServer, clock: ManualClock) -> None:
    order: list[str] = []
    asked = asyncio.Event()

    class Slow:
        async def run(self, _: object, channel: object) -> None:
            asked.set()
            await clock.sleep(1)
            order.append("answered")

    async with running(dc, clock) as bot:
        pressed: Any = None
        answering = asyncio.create_task(bot.platform.counted(Slow()).run(pressed, None))
        await asked.wait()
        leaving = asyncio.create_task(bot.platform.leave())
        leaving.add_done_callback(lambda _: order.append("left"))
        await bot.servers.until(lambda events: events.count("anew") == 2)
        clock.advance(1)
        await asyncio.gather(answering, leaving)
    assert order == ["answered", "left"]


@pytest.mark.parametrize("odd", [None, [], {}, {"name": "ping", "options": [1]}, {"name": "ping", "options": {}}])
async def test_a_command_that_makes_no_sense_breaks_nothing(
    dc: DiscordServer, clock: ManualClock, ann: Person, caplog: pytest.LogCaptureFixture, odd: object
) -> None:
    _, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        await commands(dc)
        dc.world.dispatch("INTERACTION_CREATE", {"type": 2, "data": odd}, channel.guild.id if channel.guild else "")
        answer = await (await ann.runs(channel, "ping")).replied()
        assert answer.text and await bot.platform.step() is False
    assert [each.levelname for each in caplog.records] == ["WARNING"]
