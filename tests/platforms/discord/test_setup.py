"""/setup: exactly what is missing and where to click, again when it changes; then the first steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from newsbot.platforms.discord import setup
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer, Message, Permission
from tests.platforms.discord.garage import Garage, open_garage
from tests.platforms.discord.town import ALL, one_shard_and_two

EMBED, SEND = Permission.EMBED_LINKS, Permission.SEND_MESSAGES


@pytest.fixture
async def garage(dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[Garage]:
    async with open_garage(dc, sqlite_storage, clock) as opened:
        yield opened


async def asked(garage: Garage, **options: object) -> Message:
    """Ann's report, asked for in #general."""
    return await (await garage.town.ann.runs(garage.town.general, "setup", **options)).replied()


@one_shard_and_two
async def test_it_names_what_is_missing_with_its_place_and_looks_again_when_that_changes(garage: Garage) -> None:
    general, guild = garage.town.general, garage.town.guild
    await garage.heard.after("channel_updated", general.set_permissions(guild.everyone, deny=EMBED))
    await garage.heard.after("channel_updated", general.set_permissions(guild.bot_role, deny=SEND))
    said = await asked(garage)
    assert said.ephemeral and "\u274c **Send Messages**" in said.text and "\u2705 **View Channel**" in said.text
    assert "\u26a0\ufe0f **Embed Links** – for pictures of links" in said.text
    assert "Permissions › Advanced permissions › newsbot › Send Messages: ✓" in said.text
    assert "(the channel denies it to" in said.text and said.labels[0] == "Check again"
    await garage.heard.after("channel_updated", general.set_permissions(guild.bot_role))
    assert "\u2705 I can post here" in said.text and "\u274c" not in said.text


async def test_what_a_post_can_do_without_is_a_wish_and_the_verdict_is_true(garage: Garage) -> None:
    town = garage.town
    for channel in (town.general, town.wire):
        lacking = channel.set_permissions(town.guild.everyone, deny=EMBED | Permission.READ_MESSAGE_HISTORY)
        await garage.heard.after("channel_updated", lacking)
    said = await asked(garage)
    assert "I can post here" in said.text and "\u26a0\ufe0f **Embed Links**" in said.text
    assert "\u26a0\ufe0f **Read Message History** – to find a post whose answer got lost" in said.text
    news = await asked(garage, channel=town.wire)
    assert "\u274c **Embed Links**" in news.text and "I can post here" not in news.text


async def test_a_private_thread_without_the_bot_says_how_to_let_it_in(garage: Garage) -> None:
    town = garage.town
    secret = town.general.thread("secret", private=True, owner=town.dc.world.users[town.ann.id])
    for command, options in (("setup", {}), ("channel subscribe", {"what": "volt"})):
        said = await (await town.ann.runs(town.general, command, channel=secret, **options)).replied()
        assert "mention me in it" in said.text and said.ephemeral, command


async def test_only_who_is_in_a_private_thread_gets_a_report_of_it(garage: Garage) -> None:
    town = garage.town
    secret = town.general.thread("secret", private=True, owner=town.dc.world.users[town.ann.id])
    secret.state.members[town.dc.world.bot.id] = town.dc.now()
    await garage.heard.after("thread_updated", secret.rename("hush"))
    carl = town.dc.person("Carl")
    town.guild.member(carl, permissions=Permission.MANAGE_GUILD)
    greeting = await hello(garage)
    for person, sees in ((town.ann, True), (carl, False)):
        pressed = await person.presses(greeting, f"|setup:look:{secret.id}", forged=True)
        assert ("What I may do" in (await pressed.replied()).text) is sees


async def test_too_many_presses_are_refused_and_refusals_push_out_no_report(
    dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "MOST", 1)
    async with open_garage(dc, sqlite_storage, clock, rules=replace(ALL, commands_per_minute=1)) as garage:
        town, said = garage.town, await asked(garage)
        greeting, look = await hello(garage), f"|setup:look:{garage.town.general.id}"
        answers = [(await (await town.ben.presses(greeting, look, forged=True)).replied()).text for _ in range(7)]
        assert "Server verwalten" in answers[0] and "auf einmal" in answers[-1] and "\uf8f0" not in answers[-1]
        await garage.heard.after("channel_updated", town.general.set_permissions(town.guild.bot_role, deny=SEND))
        assert "\u274c **Send Messages**" in said.text


async def test_pressed_again_the_report_stands_in_its_own_place(garage: Garage) -> None:
    general, role = garage.town.general, garage.town.guild.bot_role
    await garage.heard.after("channel_updated", general.set_permissions(role, deny=SEND))
    said = await asked(garage)
    pressed = await garage.town.ann.presses(said, "Check again")
    assert (await pressed.replied()).id == said.id and "One permission is missing" in said.text


async def test_when_all_is_well_a_choice_subscribes_the_channel_at_the_time_that_was_chosen(garage: Garage) -> None:
    town = garage.town
    said = await asked(garage, channel=town.wire)
    assert "I can post here" in said.text and "ten posts an hour" in said.text
    await (await town.ann.picks(said, "Daily 08:00")).replied()
    done = await (await town.ann.picks(said, "Xiaomi EV")).replied()
    assert "Xiaomi EV" in done.text
    [order] = await town.orders(town.wire.id)
    assert (order.label, order.when.kind) == ("Xiaomi EV", "daily")
    assert not await town.orders(town.general.id)


async def test_another_channel_can_be_chosen_and_forums_say_which_tags_are_set(garage: Garage) -> None:
    town = garage.town
    said = await asked(garage)
    shown = await (await town.ann.selects(said, town.topics)).replied()
    assert shown.id == said.id
    assert town.topics.mention in shown.text and "Create Posts" in shown.text and "Cars" in shown.text


async def test_only_who_manages_the_server_gets_it_whatever_they_press(garage: Garage) -> None:
    town = garage.town
    look = f"|setup:look:{town.general.id}"
    refused = await (await town.ben.presses(await hello(garage), look, forged=True)).replied()
    assert "Server verwalten" in refused.text and "\u2705" not in refused.text and refused.ephemeral


async def hello(garage: Garage) -> Message:
    """The welcome that everybody sees."""
    return await garage.town.general.wait_for(1)


async def test_the_welcomes_button_opens_a_report_for_the_presser_alone(garage: Garage) -> None:
    greeting = await hello(garage)
    said = await (await garage.town.ann.presses(greeting, "Set up a channel")).replied()
    assert said.ephemeral and said.id != greeting.id and garage.town.general.mention in said.text


async def test_what_is_made_up_is_answered_calmly(garage: Garage) -> None:
    greeting = await hello(garage)
    for made_up in ("|setup:", "|setup:look:999", "|setup:often:x:y", f"|setup:look:{'9' * 60}"):
        said = await (await garage.town.ann.presses(greeting, made_up, forged=True)).replied()
        assert said.ephemeral


async def test_who_subscribes_a_channel_where_the_bot_may_not_post_is_told_what_is_missing(garage: Garage) -> None:
    town = garage.town
    lacking = town.wire.set_permissions(town.guild.bot_role, deny=SEND)
    await garage.heard.after("channel_updated", lacking)
    said = await (await town.ann.runs(town.general, "channel subscribe", channel=town.wire, what="volt")).replied()
    assert "Nothing can be posted in #wire yet" in said.text and "**Send Messages**" in said.text
    assert "Advanced permissions" in said.text and await town.orders(town.wire.id)
    looked = await (await town.ann.presses(said, "Check again")).replied()
    assert "What I may do in" in looked.text and town.wire.mention in looked.text
    well = await (await town.ann.runs(town.general, "channel subscribe", what="volt")).replied()
    assert "Nothing can be posted" not in well.text
