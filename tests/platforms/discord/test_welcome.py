"""A server is greeted once for each stay, in its language, where everybody reads and writes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from newsbot.newsdesk import Rules
from newsbot.newsdesk.asking import Access
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer, Guild, Permission
from tests.platforms.discord.garage import Garage, open_garage
from tests.platforms.discord.town import BOT_MAY, Town, one_shard_and_two


@pytest.fixture
async def garage(dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[Garage]:
    async with open_garage(dc, sqlite_storage, clock, before=long_since) as opened:
        yield opened


def long_since(town: Town) -> None:
    """The bot joined the town's own server two days ago."""
    town.guild.bot.joined_at = town.clock.now().replace(day=1)


def workshop(town: Town, locale: str = "en-US") -> Guild:
    """A second server of Ann's, without the bot."""
    guild = town.dc.guild("Workshop", owner=town.ann)
    guild.locale = locale
    return guild


@one_shard_and_two
async def test_whoever_invites_the_bot_sees_one_short_welcome_with_the_first_steps(garage: Garage) -> None:
    guild = workshop(garage.town)
    general = guild.text("general")
    await garage.heard.after("joined", guild.adds_bot(by=garage.town.ann, permissions=BOT_MAY))
    [hello] = general.messages
    assert "/search" in hello.text and "Admins" in hello.text
    assert hello.labels == ["Set up a channel", "Browse topics", "Today’s digest"]
    assert not hello.pinged
    assert not garage.town.general.messages, "it has been here for long"


async def test_the_welcome_speaks_the_servers_language_where_the_bot_does(garage: Garage) -> None:
    german, finnish = workshop(garage.town, "de"), workshop(garage.town, "fi")
    said = []
    for guild in (german, finnish):
        channel = guild.text("general")
        await garage.heard.after("joined", guild.adds_bot(permissions=BOT_MAY))
        said.append(channel.messages[0].labels[0])
    assert said == ["Einen Kanal einrichten", "Set up a channel"]


async def test_it_is_said_in_the_channel_for_such_words_or_where_everybody_writes_and_else_nowhere(
    garage: Garage,
) -> None:
    guild = workshop(garage.town)
    rules = guild.rules_channel = guild.text("rules")
    readable = guild.text("read-me").overwrite(guild.everyone, deny=Permission.SEND_MESSAGES)
    staff = guild.text("staff").overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
    guild.announcement("wire")
    lounge, later = guild.text("lounge"), guild.text("later")
    await garage.heard.after("joined", guild.adds_bot(permissions=Permission.ADMINISTRATOR))
    assert [len(c.messages) for c in (rules, readable, staff, lounge, later)] == [0, 0, 0, 1, 0]

    other = workshop(garage.town)
    other.text("general")
    other.system_channel = other.text("arrivals").overwrite(other.everyone, deny=Permission.SEND_MESSAGES)
    await garage.heard.after("joined", other.adds_bot(permissions=Permission.ADMINISTRATOR))
    assert len(other.system_channel.messages) == 1

    closed = workshop(garage.town)
    closed.text("general").overwrite(closed.everyone, deny=Permission.SEND_MESSAGES)
    await garage.heard.after("joined", closed.adds_bot(permissions=BOT_MAY))
    assert not garage.town.dc.refused, "it tried what it may not"


async def test_the_same_stay_is_not_greeted_again_and_old_servers_never(
    dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock
) -> None:
    """It was invited while it was off: greeted then, once; a server of long ago is not."""

    def two(town: Town) -> None:
        town.guild.bot.joined_at = clock.now()
        old = workshop(town)
        old.text("general")
        old.admits_bot(BOT_MAY).joined_at = clock.now().replace(day=1)

    async with open_garage(dc, sqlite_storage, clock, before=two) as garage:
        [old] = [g for g in dc.world.guilds.values() if g.name == "Workshop"]
        fresh = garage.town.guild
        assert [len(g.channels and next(iter(g.channels.values())).messages) for g in (fresh, old)] == [1, 0]
        dc.gateway.outage(fresh)
        await garage.heard.after("unavailable")
        dc.gateway.recovers(fresh)
        await garage.heard.after("available", times=3)
        await garage.guilds.joined(garage.known)
        assert len(garage.town.general.messages) == 1


async def test_invited_again_the_bot_says_that_everything_is_as_it_was(garage: Garage) -> None:
    guild = workshop(garage.town)
    general = guild.text("general")
    await garage.heard.after("joined", guild.adds_bot(permissions=BOT_MAY))
    await garage.subscribed(general)
    await garage.heard.after("left", guild.removes_bot())
    assert await garage.paused(general) == "the bot was removed from the server"
    garage.clock.advance(days=20)
    await garage.heard.after("joined", guild.adds_bot(permissions=BOT_MAY))
    assert await garage.paused(general) == ""
    assert "everything is as it was" in general.messages[-1].text and len(general.messages) == 2


async def test_a_welcome_that_discord_does_not_take_is_said_later_and_once(garage: Garage) -> None:
    guild = workshop(garage.town)
    general = guild.text("general")
    garage.town.dc.faults.next("POST", "/channels/*/messages", drop="before")
    garage.town.dc.faults.next("POST", "/channels/*/messages", drop="after")
    await garage.heard.after("joined", guild.adds_bot(by=garage.town.ann, permissions=BOT_MAY))
    assert not general.messages
    for _ in range(3):
        await garage.guilds.step()
    assert len(general.messages) == 1
    assert not await garage.guilds.step()


async def test_where_the_config_does_not_let_the_bot_serve_it_says_nothing(
    dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock
) -> None:
    rules = Rules(access=Access("allowlist"))
    async with open_garage(dc, sqlite_storage, clock, rules=rules) as garage:
        assert not garage.town.general.messages
