"""Commands and private messages, answered: in time, once, and to the asker alone."""

from __future__ import annotations

import logging

import pytest

from newsbot.newsdesk import Rules
from newsbot.newsdesk.asking import Access
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.voice import QUICK
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.fakes.discord.interactions import DEFERRED, MESSAGE
from tests.fakes.discord.routes import Upload
from tests.platforms.discord.town import Town, open_town


async def test_a_search_is_one_answer_in_the_askers_language_and_for_them_alone(town: Town) -> None:
    asked = await town.ben.runs(town.general, "search", query="battery")
    answer = await asked.replied()
    assert "2 Artikel zu „battery“" in answer.text
    assert "<t:" in answer.text
    assert answer.ephemeral
    assert (asked.response, len(asked.messages)) == (MESSAGE, 1)
    assert town.general.messages == []


async def test_slow_answers_are_announced_in_time_and_then_put_in_place(town: Town) -> None:
    town.desk.gate.clear()
    asked = await town.ben.runs(town.general, "search", query="battery")
    await town.desk.reached.acquire()
    await town.clock.asleep()
    town.clock.advance(QUICK)
    await asked.acknowledged()
    assert asked.response == DEFERRED
    town.desk.gate.set()
    answer = await asked.replied()
    assert answer.ephemeral
    assert "battery" in answer.text
    assert len(asked.messages) == 1


async def test_a_failure_is_told_and_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    town.desk.broken = True
    asked = await town.ann.runs(town.general, "topics")
    answer = await asked.replied()
    assert "went wrong" in answer.text
    assert answer.ephemeral
    assert "the desk is broken" in caplog.text


async def test_a_response_that_is_cut_off_is_said_once(town: Town) -> None:
    for cut in ("before", "after"):
        town.dc.faults.next("POST", "/interactions/*/*/callback", drop=cut)
        asked = await town.ann.runs(town.general, "search", query="battery")
        assert "battery" in (await asked.replied()).text
        await town.desk.reached.acquire()
        assert len(asked.messages) == 1
    assert town.desk.worked == 2


async def test_no_token_of_an_interaction_is_ever_logged(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    town.dc.faults.next("POST", "/interactions/*/*/callback", status=500)
    town.dc.faults.next("POST", "/interactions/*/*/callback", status=500)
    asked = await town.ann.runs(town.general, "search", query="battery")
    await town.desk.reached.acquire()
    await town.settled()
    assert "was not answered" in caplog.text
    assert asked.token not in caplog.text


async def test_a_follow_opens_the_private_chat_while_the_person_is_there(town: Town) -> None:
    asked = await town.ben.runs(town.general, "follow", topic="Xiaomi EV")
    answer = await asked.replied()
    assert "Xiaomi EV" in answer.text
    assert await town.own(town.ben) == ["Xiaomi EV"]
    assert town.ben.dm is not None
    greeting = await town.ben.dm.wait_for(1)
    assert "Hierher kommt" in greeting.text
    assert await town.room.newsdesk.servers.room(private(town.ben.id)) == town.ben.dm.id
    await (await town.ben.runs(town.general, "follow", topic="Space")).replied()
    assert len(town.ben.dm.messages) == 1


async def test_closed_private_messages_are_told_with_a_way_and_tried_again(town: Town) -> None:
    town.ben.closes_dms()
    asked = await town.ben.runs(town.general, "follow", topic="Xiaomi EV")
    answer = await asked.replied()
    assert "Privatsphäre" in answer.text
    assert await town.own(town.ben) == ["Xiaomi EV"]
    kept = await town.chat(private(town.ben.id).native)
    assert kept is not None and kept.paused
    town.clock.advance(minutes=1)
    again = await town.ben.presses(answer, "Noch einmal versuchen")
    assert "Privatsphäre" in (await again.replied()).text
    town.ben.opens_dms()
    shut = await again.replied()
    town.clock.advance(minutes=1)
    opened = await town.ben.presses(shut, "Noch einmal versuchen")
    assert "kommt jetzt" in (await opened.replied()).text
    kept = await town.chat(private(town.ben.id).native)
    assert kept is not None and not kept.paused


async def test_nobody_makes_the_bot_knock_again_and_again(town: Town) -> None:
    town.ben.closes_dms()
    answer = await (await town.ben.runs(town.general, "follow", topic="Xiaomi EV")).replied()
    for _ in range(3):
        late = await (await town.ben.presses(answer, "Noch einmal versuchen")).replied()
        assert "wieder versuchen" in late.text
    await (await town.ben.runs(town.general, "follow", topic="Space")).replied()
    assert len(town.dc.called("POST", "/users/@me/channels")) == 1
    assert len(town.dc.refused) == 1


async def test_the_denied_are_not_written_to(town: Town) -> None:
    old = await town.button(town.general, "|dm")
    town.room.newsdesk.configure(Rules(access=Access(deny=(f"discord:{town.ben.id}",))))
    refused = await (await town.ben.presses(old, "Old")).replied()
    assert refused.ephemeral
    assert not town.dc.called("POST", "/users/@me/channels")


async def test_what_changes_a_channel_is_for_who_runs_the_server(town: Town) -> None:
    asked = await town.ann.runs(town.general, "channel subscribe", what="cars", channel=town.wire)
    await asked.replied()
    assert await town.labels(town.wire.id) == ["cars"]
    chat = await town.chat(town.wire.id)
    assert chat is not None
    assert (chat.kind, chat.server, chat.title) == ("channel", town.guild.id, "#wire")
    asked = await town.ann.runs(town.general, "channel subscribe", what="cars")
    await asked.replied()
    assert await town.labels(town.general.id) == ["cars"]


async def test_ones_own_settings_can_be_seen_anywhere_and_their_buttons_stay_ones_own(town: Town) -> None:
    asked = await town.ann.runs(town.general, "my settings")
    answer = await asked.replied()
    pressed = await town.ann.presses(answer, next(label for label in answer.labels if label.startswith("Sound")))
    await pressed.replied()
    own, channel = await town.chat(private(town.ann.id).native), await town.chat(town.general.id)
    assert own is not None and own.settings.silent
    assert channel is None


async def test_where_the_bot_is_no_member_all_is_about_the_persons_own_chat(town: Town) -> None:
    other = town.dc.guild("Elsewhere", owner=town.ben)
    channel = other.text("talk")
    town.ben.installs_bot()
    answer = await (await town.ben.runs(channel, "subscriptions")).replied()
    assert answer.ephemeral
    await (await town.ben.runs(channel, "follow", topic="Xiaomi EV")).replied()
    assert await town.own(town.ben) == ["Xiaomi EV"]
    assert await town.chat(channel.id) is None


async def test_words_in_private_are_a_search_and_commands_can_be_typed(town: Town) -> None:
    await town.ann.says("battery")
    assert town.ann.dm is not None
    found = await town.ann.dm.wait_for("solid-state")
    assert not found.ephemeral
    await town.ann.says("/follow Space")
    await town.ann.dm.wait_for("You follow “Space”")
    assert await town.own(town.ann) == ["Space"]
    assert await town.room.newsdesk.servers.room(private(town.ann.id)) == town.ann.dm.id


async def test_an_export_is_a_file(town: Town) -> None:
    await (await town.ann.runs(town.general, "channel subscribe", what="motors")).replied()
    answer = await (await town.ann.runs(town.general, "channel export")).replied()
    assert answer.ephemeral
    assert [file["filename"] for file in answer.attachments] == ["newsbot.opml"]


async def test_suggestions_are_given_while_one_types(town: Town) -> None:
    assert ("Xiaomi EV", "Xiaomi EV") in await town.ben.types(town.general, "follow", topic="xia")


async def test_a_forums_posts_speak_for_their_forum(town: Town) -> None:
    await (await town.ann.runs(town.general, "channel subscribe", what="cars", channel=town.topics)).replied()
    thread = town.topics.thread("A story")
    answer = await (await town.ann.runs(thread, "subscriptions")).replied()
    assert "cars" in answer.text.lower()
    assert await town.labels(town.topics.id) == ["cars"]


async def test_whoever_asks_for_too_much_is_told_so(
    dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock
) -> None:
    async with open_town(dc, sqlite_storage, clock, Rules(commands_per_minute=1), stories=False) as town:
        await (await town.ann.runs(town.general, "topics")).replied()
        answer = await (await town.ann.runs(town.general, "topics")).replied()
        assert answer.ephemeral
        assert "<t:" in answer.text


async def test_a_file_of_feeds_is_taken_where_one_may_and_none_that_is_too_large(town: Town) -> None:
    outline = '<outline type="rss" xmlUrl="https://volt.example/rss"/>'
    opml = f'<opml version="2.0"><body>{outline}</body></opml>'.encode()
    sent = await town.ann.runs(town.general, "my import", file=Upload("feeds.opml", opml, "text/xml"))
    assert "1" in (await sent.replied()).text
    assert await town.own(town.ann) == ["Volt Daily"]
    large = await town.ann.runs(town.general, "my import", file=Upload("feeds.opml", b" " * 1_000_001, "text/xml"))
    assert "too large" in (await large.replied()).text


async def test_with_several_shards_everybody_is_answered(sqlite_storage: Storage, clock: ManualClock) -> None:
    async with DiscordServer(shards=2, max_concurrency=2) as dc, open_town(dc, sqlite_storage, clock) as town:
        assert (await (await town.ben.runs(town.general, "latest")).replied()).ephemeral
        await town.ben.says("battery")
        assert town.ben.dm is not None
        await town.ben.dm.wait_for("solid-state")


async def test_whoever_writes_and_waits_sees_that_the_bot_is_at_work(town: Town) -> None:
    town.desk.gate.clear()
    await town.ann.says("battery")
    await town.desk.reached.acquire()
    await town.clock.asleep()
    town.clock.advance(1)
    await town.clock.asleep()
    town.desk.gate.set()
    assert town.ann.dm is not None
    await town.ann.dm.wait_for("solid-state")
    assert town.dc.called("POST", "/channels/*/typing")


async def test_an_answer_in_private_is_sent_once_though_the_connection_breaks(town: Town) -> None:
    await town.ann.says("hello rocket")
    assert town.ann.dm is not None
    await town.ann.dm.wait_for(2)
    for cut in ("before", "after"):
        town.dc.faults.next("POST", "/channels/*/messages", drop=cut)
        said = await town.ann.says("battery")
        await town.ann.dm.wait_for("solid-state", after=said.id)
        await town.settled()
    assert len([each for each in town.ann.dm.messages if "solid-state" in each.text]) == 2
