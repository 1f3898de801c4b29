"""A press is answered once and at once, changes only what may be changed, and only for those who may."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.domain.models import Digest, DigestStory, Reason, Source
from newsbot.locales import catalogue
from newsbot.platforms.telegram import render, wire
from newsbot.platforms.telegram.message import key
from tests.fakes.telegram import Chat, Message, Person, Supergroup
from tests.platforms.telegram.town import Town, asker

STORY = DigestStory(
    story_id=1,
    headline="Xiaomi’s electric car is on the road",
    summary=("Xiaomi has begun to deliver the SU7.",),
    sources=(Source("Motor News", "https://motors.example/1", 1),),
    url="https://motors.example/1",
    reasons=(Reason("Xiaomi EV", ("Xiaomi",), 1),),
)


async def post(town: Town, chat: Chat) -> Message:
    """A post, as a delivery brings it."""
    for part in render.post(Digest((replace(STORY, story_id=town.story),)), 7):
        await wire.send(town.bot, key(chat.id), part)
    return chat.last


@pytest.fixture
def group(town: Town, ann: Person, ben: Person) -> Supergroup:
    """Ann runs it, Ben is a member."""
    return town.tg.supergroup("Cars", [ben], [ann], bot=True)


async def test_a_list_is_paged_and_changed_in_place(town: Town, ann: Person) -> None:
    for number in range(9):
        await town.room.newsdesk.subscribing.subscribe(asker(ann), f"everything word{number}")
    listed = await town.said(ann.private, ann.writes("/subscriptions"), "word0")
    assert "word8" not in listed.text
    await (await ann.presses(listed, "su:1")).answered()
    await ann.private.wait(lambda: listed.edits == 1)
    assert "word8" in listed.text and "word0" not in listed.text
    assert (listed.button("su:0"), len(ann.private.messages)) == (listed.buttons[-1], 1)
    await (await ann.presses(listed, "su:0")).answered()
    await ann.private.wait(lambda: listed.edits == 2)
    assert "word0" in listed.text


async def test_the_same_press_again_changes_nothing_and_is_no_error(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    await (await ann.presses(shown, "sv:silent:on")).answered()
    await ann.private.wait(lambda: shown.edits == 1)
    press = await ann.presses(shown, "sv:silent:on", forged=True)
    assert (await press.answered()).text
    await town.settled()
    assert len({call.text("callback_query_id") for call in town.tg.called("answerCallbackQuery")}) == 2


async def test_a_post_is_never_changed_by_a_press(town: Town, ann: Person) -> None:
    ann.private.started = True
    posted = await post(town, ann.private)
    await (await ann.presses(posted, f"mm:{town.story}")).answered()
    menu = await ann.private.wait_for("What shall no longer come")
    assert menu is not posted and menu.reply_to is posted
    await (await ann.presses(menu, "This story")).answered()
    await ann.private.wait(lambda: menu.edits == 1)
    await (await ann.presses(posted, "su", forged=True)).answered()  # nobody's client sends this, but somebody may
    await town.settled()
    assert posted.edits == 0 and len(ann.private.messages) == 3


async def test_a_message_that_cannot_be_changed_any_more_is_followed_by_a_new_one(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    await (await ann.presses(shown, "se:when", old=True)).answered()
    fresh = await ann.private.wait_for(2)
    shown.deleted = True
    press = await ann.presses(fresh, "se")
    assert await press.answered()
    await ann.private.wait(lambda: fresh.edits == 1)
    gone = fresh
    town.desk.gate.clear()
    await ann.presses(gone, "se:when")
    await town.desk.reached.acquire()
    gone.deleted = True
    town.desk.gate.set()
    assert await ann.private.wait_for(1, after=gone.id)


async def test_a_press_in_a_topic_that_telegram_does_not_tell_changes_nothing_in_another(
    town: Town, ann: Person
) -> None:
    forum = town.tg.supergroup("Forum", [], [ann], forum=True, bot=True)
    topic = await forum.topic("Cars", ann)
    await town.said(forum, ann.says(forum, "/subscribe cars"), 1)
    await town.said(forum, ann.says(forum, "/subscribe space", thread=topic), 1)
    asked = await town.said(forum, ann.says(forum, "/unsubscribe all", thread=topic), "End all")
    for what, forged in (("sz", False), ("fg:yes", True), ("sv:silent:on", True), ("c:/unsubscribe cars", True)):
        told = await (await ann.presses(asked, what, forged=forged, old=True)).answered()
        assert "served its time" in told.text, what
    read = await (await ann.presses(asked, f"st:{town.story}", forged=True, old=True)).answered()
    assert "served its time" not in read.text
    assert await town.labels(forum.id) == ["cars"] and await town.labels(forum.id, str(topic.id)) == ["space"]


async def test_a_press_is_answered_within_a_second_however_long_its_work(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    town.desk.gate.clear()
    press = await ann.presses(shown, "se:when")
    await town.clock.asleep(2)  # the press itself, and the typing
    town.clock.advance(0.9)
    assert not (await press.answered()).text
    again = await ann.presses(shown, "se:when")  # pressed again meanwhile
    assert not (await again.answered()).text
    town.desk.gate.set()
    await ann.private.wait(lambda: shown.edits == 1)
    await town.settled()
    assert len(town.tg.called("answerCallbackQuery")) == 2


async def test_a_late_refusal_is_said_in_a_message(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    town.desk.gate.clear()
    press = await ann.presses(shown, "nonsense", forged=True)
    await town.clock.asleep(2)
    town.clock.advance(0.9)
    await press.answered()
    town.desk.gate.set()
    assert await ann.private.wait_for("served its time")


async def test_another_button_is_answered_while_the_first_is_at_work(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    town.desk.gate.clear()
    await ann.presses(shown, "se:when")
    await town.clock.asleep(2)
    second = await ann.presses(shown, "se:quiet")
    await town.clock.asleep(3)
    town.clock.advance(0.9)
    assert not (await second.answered()).text
    town.desk.gate.set()
    await ann.private.wait(lambda: shown.edits == 2)
    assert "Quiet hours" in shown.text


MADE_UP = ("x", "~gone", "@", "@~gone", "@-100 ", "@7 su", "@-1 su", "sx:999:zz", "\u202e:1", "sp:1", "@-1 @-1 su")


async def test_made_up_data_does_no_harm_and_is_told_so(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    for data in MADE_UP:
        answer = await town.tg.press(ann, shown, data).answered()
        assert answer.text and answer.show_alert, data
    assert len(ann.private.messages) == 1


async def test_a_press_on_a_message_of_inline_mode_or_of_a_game_is_answered(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    shown.inline_id = "inline"
    assert (await town.tg.press(ann, shown, "se").answered()).text
    shown.inline_id = ""
    town.tg.called("answerCallbackQuery").clear()
    query = {"id": "1", "from": ann.json(), "chat_instance": "1", "message": shown.json(), "game_short_name": "chess"}
    await town.handle({"update_id": 1, "callback_query": query})  # an id that nobody asked with: harmless too
    assert town.tg.called("answerCallbackQuery")[-1].text("callback_query_id") == "1"


async def test_a_press_that_came_while_the_bot_was_away_is_carried_out(town: Town, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    town.tg.query_seconds = -1
    await ann.presses(shown, "se:when")
    await ann.private.wait(lambda: shown.edits == 1)


async def test_a_press_under_a_post_from_before_a_migration_acts_where_the_group_is_now(
    town: Town, ann: Person, ben: Person
) -> None:
    group = town.tg.group("Cars", [ben], [ann], bot=True)
    shown = await town.said(group, ann.says(group, "/settings"), 1)
    posted = await post(town, group)
    moved = await group.migrates()
    await town.settled()
    refused = await (await ben.presses(shown, "sv:silent:on")).answered()
    assert "only admins" in refused.text
    assert "Saved" in (await (await ann.presses(shown, "sv:silent:on")).answered()).text
    await town.settled()
    chat = await town.chat(moved.id)
    assert chat is not None and chat.settings.silent and await town.chat(group.id) is None
    link = (await (await ann.presses(posted, f"mm:{town.story}")).answered()).url
    menu = await town.said(ann.private, ann.opens(link), "What shall no longer come")
    await (await ann.presses(menu, "This story")).answered()
    await ann.private.wait(lambda: menu.edits == 1)
    assert len(await town.room.storage.chats.mutes(chat.id)) == 1


async def test_only_admins_change_a_group_and_the_others_are_told_alone(
    town: Town, group: Supergroup, ann: Person, ben: Person
) -> None:
    shown = await town.said(group, ann.says(group, "/settings"), 1)
    refused = await (await ben.presses(shown, "sv:silent:on")).answered()
    assert "only admins" in refused.text and refused.show_alert
    group.demotes(ann)
    refused = await (await ann.presses(shown, "sv:silent:on")).answered()  # she was one, when it was shown
    assert "only admins" in refused.text
    group.promotes(ben)
    assert "Saved" in (await (await ben.presses(shown, "sv:silent:on")).answered()).text
    await group.wait(lambda: shown.edits == 1)
    assert len(group.messages) == 1


async def test_why_is_told_to_the_presser_alone(town: Town, group: Supergroup, ben: Person) -> None:
    posted = await post(town, group)
    answer = await (await ben.presses(posted, f"wy:{town.story}")).answered()
    assert (answer.show_alert and "not posted here" in answer.text) or answer.url
    assert len(group.messages) == 1


async def test_a_longer_private_answer_opens_the_private_chat_and_speaks_of_the_group(
    town: Town, group: Supergroup, ann: Person, ben: Person
) -> None:
    posted = await post(town, group)
    answer = await (await ben.presses(posted, f"lk:{town.story}")).answered()
    assert answer.url.startswith("https://t.me/newsbot?start=a_") and not answer.text
    assert await town.said(ben.private, ben.opens(answer.url), 1)
    assert len(group.messages) == 1

    menu = await (await ann.presses(posted, f"mm:{town.story}")).answered()
    shown = await town.said(ann.private, ann.opens(menu.url), "What shall no longer come")
    await (await ann.presses(shown, "This story")).answered()
    await ann.private.wait(lambda: shown.edits == 1)
    chat = await town.chat(group.id)
    assert chat is not None and len(await town.room.storage.chats.mutes(chat.id)) == 1
    own = await town.chat(ann.id)
    assert own is None or not await town.room.storage.chats.mutes(own.id)


async def test_somebody_elses_link_gives_them_nothing(town: Town, group: Supergroup, ann: Person, ben: Person) -> None:
    posted = await post(town, group)
    link = (await (await ann.presses(posted, f"mm:{town.story}")).answered()).url
    shown = await town.said(ben.private, ben.opens(link), 1)
    assert not shown.buttons
    stranger = town.tg.person(1003, "Cid", started=True)
    shown = await town.said(stranger.private, stranger.opens(link), 1)
    assert "Cars" not in shown.text and not shown.buttons


async def test_a_post_of_a_channel_answers_its_readers_apart(town: Town, ann: Person, ben: Person) -> None:
    channel = town.tg.channel("News", "news_here", [ann], members=[ben], bot=True)
    posted = await post(town, channel)
    answer = await (await ben.presses(posted, f"lk:{town.story}")).answered()
    assert answer.url
    assert await town.said(ben.private, ben.opens(answer.url), 1)
    assert len(channel.messages) == 1


async def test_a_late_private_answer_shows_only_the_way(town: Town, group: Supergroup, ben: Person) -> None:
    posted = await post(town, group)
    town.desk.gate.clear()
    press = await ben.presses(posted, f"lk:{town.story}")
    await town.clock.asleep(2)
    town.clock.advance(0.9)
    assert not (await press.answered()).url
    town.desk.gate.set()
    shown = await group.wait_for("private chat")
    assert [button.url[:28] for button in shown.buttons] == ["https://t.me/newsbot?start=a_"[:28]]


async def test_a_button_that_has_served_its_time_says_so_in_the_pressers_language(
    town: Town, ann: Person, ben: Person
) -> None:
    town.room.newsdesk.configure(replace(town.room.newsdesk.rules, languages=("en", "de")))
    group = town.tg.supergroup("Friends", [ben], [ann], bot=True)
    shown = await town.said(group, ann.says(group, "/topics"), 1)
    answer = await (await ben.presses(shown, "@nowhere", forged=True)).answered()
    assert answer.text == catalogue("de")["button_too_old"]


async def test_each_press_beyond_the_pace_says_why(town: Town, ann: Person) -> None:
    town.room.newsdesk.configure(replace(town.room.newsdesk.rules, commands_per_minute=1))
    shown = await town.said(ann.private, ann.writes("/settings"), 1)
    answers = [await (await ann.presses(shown, "se", forged=True)).answered() for _ in range(6)]
    told = [answer.text for answer in answers if "wait" in answer.text]
    assert len(told) == 3
