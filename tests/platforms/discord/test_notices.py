"""The admins of a server hear once that posts wait, why, and where to click; and nobody is called."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from newsbot.domain.models import DeliveryState
from newsbot.platforms.discord.answers import NO_HISTORY
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.notices import Notices
from newsbot.storage import Storage
from newsbot.storage.outbox import PlannedDelivery
from tests.clock import ManualClock
from tests.fakes.discord import Channel, DiscordServer, Permission
from tests.platforms.discord.garage import Garage, open_garage
from tests.platforms.discord.sending import STORY
from tests.platforms.discord.town import Town, one_shard_and_two
from tests.storage.making import queue, settle

SEND = Permission.SEND_MESSAGES
NO_SENDING = "missing permission: Send Messages"


def moderated(town: Town) -> None:
    """The server has a channel for its moderators, and one for who comes."""
    town.guild.updates_channel = town.guild.text("moderators")
    town.guild.system_channel = town.guild.text("arrivals")
    town.guild.bot.joined_at = town.clock.now().replace(day=1)


@pytest.fixture
async def garage(dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[Garage]:
    async with open_garage(dc, sqlite_storage, clock, before=moderated) as opened:
        yield opened


def moderators(garage: Garage) -> Channel:
    channel = garage.town.guild.updates_channel
    assert channel is not None
    return channel


def arrivals(garage: Garage) -> Channel:
    channel = garage.town.guild.system_channel
    assert channel is not None
    return channel


async def closed(garage: Garage, *channels: Channel) -> None:
    """Nobody may write there any more, and posts wait."""
    for channel in channels:
        deny = channel.set_permissions(garage.town.guild.everyone, deny=SEND)
        await garage.heard.after("channel_updated", deny)
        await garage.subscribed(channel, paused=NO_SENDING, by=garage.town.ann.id)


@one_shard_and_two
async def test_several_channels_within_a_minute_are_one_message_and_it_comes_once(garage: Garage) -> None:
    general, wire = garage.town.general, garage.town.wire
    await closed(garage, general)
    assert not await garage.notices.step()
    garage.clock.advance(seconds=30)
    await closed(garage, wire)
    assert not await garage.notices.step()
    garage.clock.advance(seconds=30)
    assert await garage.notices.step()
    [said] = moderators(garage).messages
    assert general.mention in said.text and wire.mention in said.text
    assert "Edit Channel › Permissions" in said.text and "**Send Messages**" in said.text
    assert "by itself" in said.text and said.labels == ["Check again"] and not said.pinged

    town = garage.town
    later = Notices(garage.servers, town.rest.http, garage.clock, town.doors, town.platform.find)  # a restart
    for _ in range(2):
        garage.clock.advance(minutes=2)
        assert not await later.step()
    assert len(moderators(garage).messages) == 1


async def test_without_such_a_channel_who_subscribed_is_told_in_private_if_they_ever_talked_to_the_bot(
    garage: Garage,
) -> None:
    ann, dc = garage.town.ann, garage.town.dc
    await moderators(garage).delete()
    await ann.says("hello")
    assert ann.dm is not None
    asker = garage.storage.chats
    await asker.ensure(private(ann.id), "private", "Ann", garage.clock.now())
    await garage.servers.keep_room(private(ann.id), ann.dm.id)
    await garage.town.settled()
    before = len(ann.dm.messages)
    await closed(garage, garage.town.general)
    assert await garage.told()
    said = ann.dm.messages[-1]
    assert len(ann.dm.messages) > before and "Garage" in said.text and not said.labels
    assert not arrivals(garage).messages
    assert not dc.called("POST", "/users/@me/channels"), "no private chat is opened for this"


async def test_where_private_messages_are_closed_the_channel_for_who_comes_is_left(garage: Garage) -> None:
    ann = garage.town.ann
    await moderators(garage).delete()
    garage.town.dc.world.dm(ann)
    assert ann.dm is not None
    await garage.storage.chats.ensure(private(ann.id), "private", "Ann", garage.clock.now())
    await garage.servers.keep_room(private(ann.id), ann.dm.id)
    ann.closes_dms()
    await closed(garage, garage.town.general)
    assert await garage.told()
    assert not ann.dm.messages and len(arrivals(garage).messages) == 1


async def test_where_nobody_can_be_told_it_is_left_at_that(garage: Garage) -> None:
    await closed(garage, moderators(garage), arrivals(garage), garage.town.general)
    garage.town.ann.closes_dms()
    assert not await garage.told()
    assert len(garage.town.dc.refused) == 1 and not await garage.servers.untold("discord")


async def test_that_a_lost_answer_cannot_be_looked_for_is_told_once_and_stops_no_chat(garage: Garage) -> None:
    general, outbox = garage.town.general, garage.storage.outbox
    deny = general.set_permissions(garage.town.guild.everyone, deny=Permission.READ_MESSAGE_HISTORY)
    await garage.heard.after("channel_updated", deny)
    chat = await garage.subscribed(general)
    for _ in range(2):
        now = garage.clock.now()
        (number,) = await queue(outbox, [PlannedDelivery(chat.id, "post", STORY, 0, now)])
        garage.clock.advance(minutes=5)
        assert await outbox.claim("discord", garage.clock.now(), 1)
        await settle(outbox, number, DeliveryState.UNCERTAIN, NO_HISTORY, now=garage.clock.now())
        await garage.told()
    [said] = moderators(garage).messages
    assert "may be missing in Garage" in said.text and general.mention in said.text
    assert "Edit Channel › Permissions" in said.text and "**Read Message History**" in said.text
    assert "Posts are waiting" not in said.text and await garage.paused(general) == ""


async def test_when_discord_does_not_answer_it_is_said_later_and_once(garage: Garage) -> None:
    await closed(garage, garage.town.general)
    garage.town.dc.faults.next("POST", "/channels/*/messages", drop="after")
    assert not await garage.told()
    assert await garage.told()
    assert len(moderators(garage).messages) == 1


async def test_what_no_admin_can_mend_is_told_to_nobody(garage: Garage) -> None:
    await garage.storage.holds.hold("discord", "stopped by an admin", garage.clock.now())
    await garage.subscribed(garage.town.general)
    await garage.subscribed(garage.town.wire, paused="the bot was removed from the server")
    assert not await garage.told()
    assert not moderators(garage).messages


async def test_trouble_that_comes_and_goes_within_a_day_is_told_once(garage: Garage) -> None:
    general = garage.town.general
    await closed(garage, general)
    assert await garage.told()
    await garage.storage.chats.resume((await garage.subscribed(general)).id)
    await garage.subscribed(general, paused=NO_SENDING)
    assert not await garage.told()
    assert len(moderators(garage).messages) == 1
    await garage.subscribed(garage.town.wire, paused=NO_SENDING)
    assert not await garage.notices.step(), "what comes next has a minute of its own"
    assert await garage.told()
    assert len(moderators(garage).messages) == 2


async def test_a_deleted_channel_is_told_with_the_way_on_and_hostile_names_are_only_names(garage: Garage) -> None:
    bad = garage.town.guild.text("x")
    chat = await garage.subscribed(bad)
    evil = "@everyone [free](https://evil.example) **x**"
    await garage.storage.chats.ensure(chat.key, "group", evil, garage.clock.now())
    await garage.storage.chats.pause(chat.id, "the channel was deleted")
    assert await garage.told()
    [said] = moderators(garage).messages
    assert "/channel subscribe" in said.text and "[free](" not in said.text and not said.mention_everyone


async def test_who_subscribed_is_told_in_private_though_they_never_talked_to_the_bot_alone(garage: Garage) -> None:
    ann, general = garage.town.ann, garage.town.general
    for channel in (moderators(garage), arrivals(garage)):
        await channel.delete()
    assert ann.dm is None
    await closed(garage, general)
    assert await garage.told()
    [said] = garage.town.dc.world.dm(ann).messages
    assert general.mention in said.text and not said.labels


async def test_where_nobody_can_be_written_to_it_is_said_where_the_bot_said_hello(garage: Garage) -> None:
    for channel in (moderators(garage), arrivals(garage)):
        await channel.delete()
    garage.town.ann.closes_dms()
    await closed(garage, garage.town.wire)
    assert await garage.told()
    [said] = garage.town.general.messages
    assert garage.town.wire.mention in said.text
