"""What is offered while somebody types: out of the real desk, for the right place, and never an error."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from newsbot.errors import StorageError
from newsbot.platforms.discord.tree import Tree
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.platforms.discord.slash import Recorder, listening
from tests.platforms.discord.town import Town


def values(offered: list[tuple[str, Any]]) -> list[Any]:
    return [value for _, value in offered]


async def test_feeds_topics_categories_and_times_are_offered(town: Town) -> None:
    types, here = town.ann.types, town.general
    assert await types(here, "latest", what="mot") == [("Motor News", "motors")]
    assert "cars" in values(await types(here, "digest", what="ca"))
    assert values(await types(here, "search", source="Star")) == ["Star Gazette"]
    assert values(await types(here, "search", language="Deu")) == ["de"]
    assert values(await types(here, "channel subscribe", when="daily")) == ["daily 08:00", "daily 18:00"]
    assert values(await types(here, "digest", period="")) == ["12h", "day", "3d", "week", "month"]
    assert values(await types(here, "follow", topic="xia")) == ["Xiaomi EV"]
    assert "search" in values(await types(here, "help", command="se"))


async def test_what_is_offered_is_said_in_the_typists_language(town: Town) -> None:
    [(name, value)] = await town.ben.types(town.general, "latest", what="alles")
    assert (name, value) == ("alles", "everything")
    assert await town.ben.types(town.general, "follow", when="täg") == [
        ("Täglich 08:00", "daily 08:00"), ("Täglich 18:00", "daily 18:00"),
    ]  # fmt: skip


async def test_what_can_be_read_is_offered_as_it_was_understood(town: Town) -> None:
    assert await town.ann.types(town.general, "follow", when="8pm") == [("every day at 20:00", "daily 20:00")]
    assert await town.ben.types(town.general, "follow", when="täglich 7 Uhr") == [
        ("jeden Tag um 07:00 Uhr", "daily 07:00"),
    ]  # fmt: skip
    assert await town.ben.types(town.general, "digest", period="Woche") == [("den letzten 7 Tagen", "168h")]
    assert await town.ann.types(town.general, "search", language="ger") == [("Deutsch", "de")]
    assert await town.ann.types(town.general, "follow", when="every blue moon") == []


async def test_subscriptions_are_those_of_the_place_that_the_command_is_for(town: Town, clock: ManualClock) -> None:
    runs, types = town.ann.runs, town.ann.types
    for command, options in (
        ("channel subscribe", {"what": "cars"}),
        ("channel subscribe", {"what": "space", "channel": town.wire}),
        ("my subscribe", {"what": "motors"}),
        ("follow", {"topic": "Xiaomi EV"}),
    ):
        await (await runs(town.general, command, **options)).replied()
    clock.advance(60)
    assert values(await types(town.general, "channel unsubscribe", what="")) == ["cars"]
    assert values(await types(town.general, "channel unsubscribe", channel=town.wire, what="")) == ["space"]
    assert values(await types(town.general, "channel ping", channel=town.wire, topic="")) == ["space"]
    assert set(values(await types(town.wire, "my unsubscribe", what=""))) == {"Motor News", "Xiaomi EV"}
    assert values(await types(town.general, "unfollow", topic="")) == ["Xiaomi EV"]


async def test_of_a_thread_that_was_put_away_nothing_is_offered_but_it_can_be_named(town: Town) -> None:
    thread = town.general.thread("night")
    ordered = await town.ann.runs(town.general, "channel subscribe", what="volt", channel=thread)
    await ordered.replied()
    assert await town.ann.types(town.general, "channel unsubscribe", channel=thread, what="") == []
    assert await town.labels(town.general.id, thread.id) == ["Volt Daily"]
    ended = await town.ann.runs(town.general, "channel unsubscribe", what="Volt Daily", channel=thread)
    await ended.replied()
    assert await town.labels(town.general.id, thread.id) == []


async def test_members_are_not_told_what_comes_elsewhere(town: Town) -> None:
    await (await town.ann.runs(town.general, "my subscribe", what="motors")).replied()
    assert await town.ben.types(town.general, "my unsubscribe", what="") == []
    assert await town.own(town.ann) == ["Motor News"]


async def test_anything_else_may_be_typed_as_well(town: Town) -> None:
    assert await town.ann.types(town.general, "follow", topic="solid state batteries of Ünal “&c.”") == []
    ran = await town.ann.runs(town.general, "follow", topic="solid state batteries", when="daily 07:45")
    await ran.replied()
    assert await town.own(town.ann) == ["solid state batteries"]


async def test_what_is_longer_than_discord_takes_is_left_out_and_no_more_than_25_are_offered(town: Town) -> None:
    long = "battery " * 14
    for words in (long, "cell"):
        await (await town.ann.runs(town.general, "channel subscribe", what="cars", words=words)).replied()
    offered = await town.ann.types(town.general, "channel unsubscribe", what="")
    assert values(offered) == ["cars: cell"]
    zones = await town.ann.types(town.general, "latest", what="")
    assert 0 < len(zones) <= 25 and all(len(name) <= 100 for name, _ in zones)


async def test_a_database_that_fails_offers_nothing_and_shows_no_error(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> Any:
        raise StorageError("the disk is full")

    monkeypatch.setattr(town.room.storage.topics, "all", broken)
    monkeypatch.setattr(town.room.storage.feeds, "all", broken)
    assert await town.ann.types(town.general, "latest", what="mot") == []


async def test_a_command_that_is_no_more_offers_nothing(dc: DiscordServer) -> None:
    ann = dc.person("Ann")
    guild = dc.guild("Garage", owner=ann)
    here = guild.text("general")
    guild.admits_bot()
    talk = Recorder()
    async with listening(dc, lambda client: Tree(client, talk, talk)) as tree:
        tree.remove_command("digest")
        assert await ann.types(here, "digest", what="x") == []
        talk.failure = RuntimeError("no talk keeps its word for ever")
        with pytest.raises(TimeoutError):
            await ann.types(here, "latest", what="x", timeout=0.3)


async def test_names_come_at_once_while_the_database_is_held_back_and_are_read_anew_meanwhile(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, held, read_anew = town.room.storage, asyncio.Event(), asyncio.Event()
    read, orders = storage.feeds.all, storage.chats.subscriptions

    async def feeds() -> Any:
        await held.wait()
        read_anew.set()
        return [replace(each, name="Motor Post") if each.name == "Motor News" else each for each in await read()]

    async def own(*given: Any) -> Any:
        await held.wait()
        return await orders(*given)

    assert await town.ann.types(town.general, "latest", what="mot") == [("Motor News", "motors")]
    monkeypatch.setattr(storage.feeds, "all", feeds)
    monkeypatch.setattr(storage.chats, "subscriptions", own)
    town.clock.advance(60)
    assert await town.ann.types(town.general, "latest", what="mot") == [("Motor News", "motors")]
    held.set()
    await asyncio.wait_for(read_anew.wait(), 5)
    while (offered := await town.ann.types(town.general, "latest", what="mot")) == [("Motor News", "motors")]:
        pass
    assert offered == [("Motor Post", "motors")]
