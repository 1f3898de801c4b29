"""An answer that its asker shows to all."""

from __future__ import annotations

from newsbot.newsdesk import Rules
from newsbot.platforms.discord.voice import QUICK
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.fakes.discord.interactions import DEFERRED_UPDATE
from tests.platforms.discord.town import Town, one_shard_and_two, open_town


@one_shard_and_two
async def test_a_search_is_shown_to_all_in_the_servers_language_mentioning_nobody(town: Town) -> None:
    answer = await (await town.ben.runs(town.general, "search", query="battery")).replied()
    await (await town.ben.presses(answer, "Hier teilen")).replied()
    shown = await town.general.wait_for(1)
    assert not shown.ephemeral
    assert "2 articles on “battery”" in shown.text
    assert "Shared by Ben" in shown.text
    assert not shown.pinged
    assert "Share here" not in shown.labels


async def test_whoever_presses_under_a_shared_answer_sees_theirs_alone(town: Town) -> None:
    for n in range(12):
        await town.room.publish("volt", f"Battery news number {n}", "A battery.", hours=n + 4)
    answer = await (await town.ann.runs(town.general, "search", query="battery")).replied()
    await (await town.ann.presses(answer, "Share here")).replied()
    shown = await town.general.wait_for(1)
    turned = await town.ben.presses(shown, next(each for each in shown.labels if "›" in each))
    assert (await turned.replied()).ephemeral
    assert not shown.edited


async def test_who_may_not_write_there_shows_nothing(town: Town) -> None:
    answer = await (await town.ben.runs(town.general, "digest")).replied()
    assert "Hier teilen" in answer.labels
    town.general.overwrite(town.guild.everyone, deny=1 << 11)
    refused = await (await town.ben.presses(answer, "Hier teilen")).replied()
    assert refused.ephemeral
    assert town.general.messages == []


async def test_a_slow_one_shows_nothing_until_it_is_there(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "latest")).replied()
    await town.settled()
    town.desk.gate.clear()
    pressed = await town.ann.presses(answer, "Share here")
    await town.clock.asleep()
    town.clock.advance(QUICK)
    await pressed.acknowledged()
    assert pressed.response == DEFERRED_UPDATE
    town.desk.gate.set()
    shown = await town.general.wait_for(1)
    assert "Shared by Ann" in shown.text


async def test_only_what_can_be_shared_is(town: Town) -> None:
    for action in ("c:/forgetme", "sv:silent:on", "~unknown", "fg:yes"):
        forged = await town.button(town.general, f"|sh:{action}")
        answer = await (await town.ann.presses(forged, "Old")).replied()
        assert answer.ephemeral
    assert len(town.general.messages) == 4


async def test_members_together_show_no_more_than_a_channel_bears(
    dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock
) -> None:
    async with open_town(dc, sqlite_storage, clock, Rules(commands_per_minute=1)) as town:
        people = [dc.person(f"P{n}") for n in range(10)]  # the tenth asks for more than a channel is shown in a minute
        for each in people:
            town.guild.member(each)
        post = await town.button(town.general, "|sh:s:0::battery")
        answers = [await (await each.presses(post, "Old")).replied() for each in people]
        assert answers[-1].ephemeral
        assert len([each for each in town.general.messages if "battery" in each.text]) == 9


async def test_nobody_says_what_they_like_in_the_bots_name_by_finding_nothing(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "search", query="buynow zzzz")).replied()
    assert "Share here" not in answer.labels
    forged = await town.button(town.general, "|sh:s:0::buynow zzzz")
    refused = await (await town.ann.presses(forged, "Old")).replied()
    assert refused.ephemeral
    assert len(town.general.messages) == 1
