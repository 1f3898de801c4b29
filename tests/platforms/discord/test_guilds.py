"""What becomes of channels and threads that are posted to: they wait when they must, and go on by themselves."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from newsbot.pipeline.retention import Retention
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer, Kind, Permission
from tests.platforms.discord.garage import Garage, open_garage
from tests.platforms.discord.town import BOT_MAY, one_shard_and_two

VIEW, SEND = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES
NO_SENDING = "missing permission: Send Messages"


@pytest.fixture
async def garage(dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[Garage]:
    async with open_garage(dc, sqlite_storage, clock) as opened:
        yield opened


@one_shard_and_two
async def test_a_channel_goes_on_as_soon_as_an_admin_gives_all_that_was_missing(garage: Garage) -> None:
    general, everyone = garage.town.general, garage.town.guild.everyone
    await garage.heard.after("channel_updated", general.set_permissions(everyone, deny=SEND | VIEW))
    await garage.subscribed(general, paused=NO_SENDING)
    await garage.heard.after("channel_updated", general.set_permissions(everyone, deny=VIEW))
    assert await garage.paused(general) == NO_SENDING, "something is missing still"
    await garage.heard.after("channel_updated", general.set_permissions(everyone))
    assert await garage.paused(general) == ""
    assert "deliver" in garage.town.room.wake.told


async def test_roles_count_as_channels_do_and_so_does_the_bots_own_membership(garage: Garage) -> None:
    guild, general = garage.town.guild, garage.town.general
    await garage.heard.after("permissions_changed", guild.everyone.set(permissions=0))
    await garage.heard.after("permissions_changed", guild.bot_role.set(permissions=0))
    await garage.subscribed(general, paused=NO_SENDING)
    await garage.heard.after("permissions_changed", guild.bot_role.set(permissions=BOT_MAY))
    assert await garage.paused(general) == ""

    [helper] = guild.members[garage.town.ann.id].roles
    await garage.heard.after("permissions_changed", guild.bot_role.set(permissions=0))
    await garage.subscribed(general, paused=NO_SENDING)
    await garage.heard.after("permissions_changed", helper.set(permissions=BOT_MAY))
    assert await garage.paused(general) == NO_SENDING
    await garage.heard.after("permissions_changed", guild.moves(garage.town.dc.world.bot, [guild.bot_role, helper]))
    assert await garage.paused(general) == ""


async def test_what_was_mended_while_the_bot_was_off_goes_on_at_the_start_and_no_emergency_stop_ends(
    garage: Garage,
) -> None:
    holds, now = garage.storage.holds, garage.clock.now()
    await garage.subscribed(garage.town.general, paused=NO_SENDING)
    await holds.hold("discord", "stopped by an admin", now)
    await garage.guilds.available(garage.known)
    assert await garage.paused(garage.town.general) == ""
    assert [hold.platform for hold in await holds.standing(now)] == ["discord"]


async def test_once_an_hour_everything_that_waits_is_looked_at(garage: Garage) -> None:
    await garage.subscribed(garage.town.general, paused=NO_SENDING)
    assert not await garage.guilds.step()
    garage.clock.advance(hours=1)
    assert await garage.guilds.step()
    assert await garage.paused(garage.town.general) == ""


async def test_a_deleted_channel_waits_with_its_threads_and_a_deleted_thread_alone(garage: Garage) -> None:
    general = garage.town.general
    one, two = general.thread("one"), general.thread("two")
    for place in (general, one, two):
        await garage.subscribed(place)
    await garage.heard.after("thread_deleted", one.delete())
    assert [await garage.paused(p) for p in (general, one, two)] == ["", "the thread was deleted", ""]
    await garage.heard.after("channel_deleted", general.delete())
    gone = "the channel was deleted"
    assert [await garage.paused(p) for p in (general, one, two)] == [gone, "the thread was deleted", gone]
    await garage.heard.after("channel_updated", garage.town.wire.rename("news"))
    assert await garage.paused(general) == gone


async def test_a_channel_that_becomes_an_announcement_channel_is_one_to_us(garage: Garage) -> None:
    general = garage.town.general
    chat = await garage.subscribed(general)
    assert chat.kind == "group"
    await garage.heard.after("channel_updated", general.set_kind(Kind.ANNOUNCEMENT))
    found = await garage.storage.chats.get(chat.id)
    assert found is not None and found.kind == "channel"


async def test_an_outage_changes_nothing_and_a_server_that_is_gone_at_the_start_waits(garage: Garage) -> None:
    dc, general = garage.town.dc, garage.town.general
    await garage.subscribed(general)
    dc.gateway.outage(garage.town.guild)
    await garage.heard.after("unavailable")
    assert await garage.paused(general) == ""
    other = dc.guild("Workshop", owner=garage.town.ann)
    lost = other.text("general")
    await garage.storage.servers.arrive("discord", other.id, garage.clock.now())
    await garage.subscribed(lost)
    await garage.guilds.ready([garage.known])
    assert [await garage.paused(c) for c in (general, lost)] == ["", "the bot was removed from the server"]


async def test_a_server_that_sent_the_bot_away_and_took_it_back_while_another_process_led_is_not_forgotten(
    garage: Garage,
) -> None:
    general, platform = garage.town.general, garage.town.platform
    garage.town.dc.gateway.identify_seconds = 0.0
    chat = await garage.subscribed(general)
    await platform.leave()
    await garage.servers.left("discord", garage.town.guild.id)  # as the other process heard it
    await platform.step()
    await garage.heard.after("ready", times=2)
    await garage.heard.after("available", times=2)
    assert await garage.paused(general) == ""
    garage.clock.advance(days=31)
    await Retention(garage.storage, garage.clock, timedelta(days=365)).step()
    assert await garage.storage.chats.get(chat.id) is not None


async def test_who_leaves_the_gateway_keeps_nothing_of_it(garage: Garage) -> None:
    life = weakref.ref(garage.known._state)
    await garage.town.platform.leave()
    for _ in range(3):  # what ended lets go of it by and by
        await asyncio.sleep(0)
        gc.collect()
    assert life() is None


async def test_what_became_of_channels_and_threads_while_the_bot_was_off_is_seen_at_the_start(garage: Garage) -> None:
    platform, general = garage.town.platform, garage.town.general
    garage.town.dc.gateway.identify_seconds = 0.0
    thread, lost = general.thread("talk"), general.thread("lost")
    chat = await garage.subscribed(general)
    for each in (thread, lost):
        await garage.subscribed(each)
    await platform.leave()
    await general.set_kind(Kind.ANNOUNCEMENT)
    await thread.set_archived()
    await lost.delete()
    await platform.step()
    await garage.heard.after("available", times=2)
    assert not thread.state.archived
    assert await garage.paused(lost) == "the thread was deleted"
    found = await garage.storage.chats.get(chat.id)
    assert found is not None and found.kind == "channel"


async def test_of_a_thousand_servers_that_come_at_once_one_asks_who_is_known(
    garage: Garage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    real = garage.servers.known

    async def known(platform: str) -> set[str]:
        nonlocal asked
        asked += 1
        return await real(platform)

    await garage.guilds.anew()
    monkeypatch.setattr(garage.servers, "known", known)
    await asyncio.gather(*(garage.guilds.available(garage.known) for _ in range(1000)))
    assert asked == 1


async def test_a_role_that_is_deleted_is_called_no_more(garage: Garage) -> None:
    [role] = garage.town.guild.members[garage.town.ann.id].roles
    chat = await garage.subscribed(garage.town.general)
    [order] = await garage.storage.chats.subscriptions(chat.id)
    await garage.storage.chats.update_subscription(order.id, ping=role.id)
    await garage.heard.after("role_deleted", role.delete())
    [order] = await garage.storage.chats.subscriptions(chat.id)
    assert order.ping == ""


# --- threads


async def test_a_thread_that_gets_posts_is_opened_again_and_kept_for_a_week_where_we_may(garage: Garage) -> None:
    bot = garage.town.dc.world.bot
    theirs, ours = garage.town.general.thread("theirs"), garage.town.general.thread("ours", owner=bot)
    quiet = garage.town.general.thread("quiet")
    for thread in (theirs, ours):
        await garage.subscribed(thread)
    for thread in (theirs, ours, quiet):
        await thread.set_archived()
    await garage.heard.after("thread_updated", times=5)  # two of them we opened
    assert [t.state.archived for t in (theirs, ours, quiet)] == [False, False, True]
    assert [t.state.archives_after for t in (theirs, ours)] == [1440, 10080]
    assert not garage.town.dc.refused


async def test_a_thread_that_is_archived_again_at_once_was_closed_by_somebody_and_stays_so(garage: Garage) -> None:
    thread = garage.town.general.thread("talk")
    await garage.subscribed(thread)
    await garage.heard.after("thread_updated", thread.set_archived())
    await garage.heard.after("thread_updated", times=2)
    assert not thread.state.archived
    garage.clock.advance(minutes=5)
    await garage.heard.after("thread_updated", thread.set_archived())
    assert thread.state.archived


async def test_a_locked_thread_waits_until_it_is_unlocked(garage: Garage) -> None:
    thread = garage.town.general.thread("talk")
    await garage.subscribed(thread)
    await garage.heard.after("thread_updated", thread.set_archived(locked=True))
    assert thread.state.archived and await garage.paused(thread) == "the thread is locked"
    await garage.heard.after("channel_updated", garage.town.general.rename("garage"))
    assert await garage.paused(thread) == "the thread is locked"
    await garage.heard.after("thread_updated", thread.set_archived(False, locked=False))
    assert await garage.paused(thread) == ""


async def test_an_archived_thread_waits_for_what_threads_need_and_not_for_what_its_channel_does(garage: Garage) -> None:
    general, everyone = garage.town.general, garage.town.guild.everyone
    thread = general.thread("talk")
    deny = general.set_permissions(everyone, deny=Permission.SEND_MESSAGES_IN_THREADS)
    await garage.heard.after("channel_updated", deny)
    await garage.subscribed(thread, paused="missing permission: Send Messages in Threads")
    await garage.heard.after("thread_updated", thread.set_archived())
    garage.clock.advance(hours=1)
    assert await garage.guilds.step()
    assert await garage.paused(thread) == "missing permission: Send Messages in Threads"
    await garage.heard.after("channel_updated", general.set_permissions(everyone, deny=SEND))
    assert await garage.paused(thread) == ""


async def test_a_private_thread_that_the_bot_was_taken_out_of_waits_until_it_is_back(garage: Garage) -> None:
    bot = garage.town.dc.world.bot
    thread = garage.town.general.thread("board", owner=bot, private=True)
    await garage.heard.after("thread_updated", thread.rename("the board"))
    await garage.subscribed(thread)
    gone = {"id": thread.id, "guild_id": garage.town.guild.id, "member_count": 0, "removed_member_ids": [bot.id]}

    async def removed() -> None:
        garage.town.guild.tell("THREAD_MEMBERS_UPDATE", gone)

    thread.state.members.pop(bot.id)
    await garage.heard.after("thread_updated", removed())
    assert await garage.paused(thread) == "the thread is private and the bot is not in it"
    garage.clock.advance(hours=1)
    assert await garage.guilds.step()
    assert await garage.paused(thread) == "the thread is private and the bot is not in it"
