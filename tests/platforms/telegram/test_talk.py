"""What people write is answered: where it was written, in order, and only what is meant for the bot."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from tests.fakes.telegram import Person, faults
from tests.platforms.telegram.town import BY_POLLING, Town


async def test_start_shows_what_the_bot_does_with_three_ways_on(town: Town, ann: Person) -> None:
    said = await town.said(ann.private, ann.writes("/start"), 1)
    assert len(said.buttons) == 3
    assert said.reply_to is None and not said.silent


async def test_words_in_private_are_a_search_and_offer_to_follow(town: Town, ann: Person) -> None:
    said = await town.said(ann.private, ann.writes("xiaomi"), "Xiaomi")
    assert any("Follow" in label for label in said.labels)


async def test_an_address_in_private_is_offered_to_subscribe_to(town: Town, ben: Person) -> None:
    town.room.probe.add("https://letters.example/", "Open Letters", "https://letters.example/feed")
    offer = await town.said(ben.private, ben.writes("https://letters.example/"), "A web address")
    assert not await town.orders(ben.id)
    await (await ben.presses(offer, offer.labels[0])).answered()
    await town.settled()
    assert await town.labels(ben.id) == ["Open Letters"]


async def test_a_command_may_name_the_bot_in_any_case(town: Town, ann: Person) -> None:
    assert await town.said(ann.private, ann.writes("/Search@NewsBot rocket"), "rocket")


async def test_other_bots_commands_and_talk_between_people_get_no_answer(town: Town, ann: Person) -> None:
    town.tg.reads_all = True
    group = town.tg.supergroup("Cars", [ann], bot=True)
    for text in ("/search@otherbot rocket", "/weather", "/", "hello /search rocket", "rocket", "/поиск"):
        await ann.says(group, text)
    await town.settled()
    assert not group.messages and not town.desk.worked


async def test_an_unknown_command_that_names_the_bot_is_answered_in_a_group(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [ann], bot=True)
    said = await town.said(group, ann.says(group, "/serch@newsbot rocket"), "/search")
    assert said.silent


async def test_in_a_group_the_answer_is_a_quiet_reply_in_the_same_topic(town: Town, ann: Person) -> None:
    forum = town.tg.supergroup("Cars", [ann], forum=True, bot=True)
    topic = await forum.topic("News", ann)
    asked = await ann.says(forum, "/latest", thread=topic)
    said = await forum.wait_for("Xiaomi")
    assert (said.thread, said.reply_to, said.silent) == (topic.id, asked, True)
    general = await ann.says(forum, "/latest")
    said = await forum.wait_for("Xiaomi", after=general.id)
    assert (said.thread, said.reply_to) == (None, general)


async def test_an_answer_to_a_message_that_was_deleted_comes_all_the_same(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [ann], bot=True)
    town.desk.gate.clear()
    asked = await ann.says(group, "/latest")
    await town.desk.reached.acquire()
    asked.deleted = True
    town.desk.gate.set()
    assert (await group.wait_for("Xiaomi")).reply_to is None


@BY_POLLING  # the updates are given to the handler itself
async def test_edited_messages_and_captions_are_left_alone(town: Town, ann: Person) -> None:
    await ann.writes("/start")
    await ann.private.wait_for(1)
    message = {"message_id": 900, "date": 1, "chat": ann.private.json(), "from": ann.json()}
    await town.handle({"update_id": 1, "edited_message": {**message, "text": "/help", "edit_date": 2}})
    await town.handle({"update_id": 2, "message": {**message, "caption": "/help", "photo": []}})
    assert len(ann.private.messages) == 1 and town.desk.worked == 1


@BY_POLLING  # the updates are given to the handler itself
async def test_what_a_person_posted_by_inline_mode_is_no_search(town: Town, ann: Person) -> None:
    message = {"message_id": 900, "date": 1, "chat": ann.private.json(), "from": ann.json(), "text": "rocket"}
    await town.handle({"update_id": 1, "message": {**message, "via_bot": town.tg.me()}})
    assert not town.desk.worked


@pytest.mark.parametrize(("name", "word"), [("follow", "solid-state battery"), ("search", "rocket")])
async def test_the_reply_to_a_prompt_completes_the_command(town: Town, ann: Person, name: str, word: str) -> None:
    prompt = await town.said(ann.private, ann.writes(f"/{name}"), 1)
    assert prompt.markup.asks
    said = await town.said(ann.private, ann.writes(word, reply_to=prompt), word.split()[0])
    assert ("You follow" in said.text) == (name == "follow")


async def test_a_prompt_is_known_in_every_language(town: Town, ben: Person) -> None:
    start = await town.said(ben.private, ben.writes("/start"), 1)
    press = await ben.presses(start, "ak:follow")
    prompt = await ben.private.wait_for(lambda message: bool(message.markup.asks))
    assert not (await press.answered()).text
    await town.said(ben.private, ben.writes("rocket OR satellite", reply_to=prompt), 1)
    assert await town.labels(ben.id)


async def test_another_bots_command_as_the_reply_to_a_prompt_is_that_bots(town: Town, ben: Person) -> None:
    group = town.tg.supergroup("Cars", [ben], bot=True)
    prompt = await town.said(group, ben.says(group, "/follow@newsbot"), 1)
    for text in ("/settings@otherbot", "/nonsense"):
        await ben.says(group, text, reply_to=prompt)
    await town.settled()
    assert len(group.messages) == 1


async def test_a_forwarded_command_is_nobodys(town: Town, ann: Person, ben: Person) -> None:
    group = town.tg.supergroup("Cars", [ben], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe cars"), 1)
    forwarded: dict[str, Any] = {"forward_origin": {"type": "user", "sender_user": ben.json(), "date": 1}}
    await ann.says(group, "/unsubscribe everything", **forwarded)
    await ann.says(group, "/unsubscribe cars", **forwarded)
    await town.said(ann.private, ann.writes("/subscribe cars"), 1)
    await town.said(ann.private, ann.writes("/unsubscribe cars", **forwarded), "unsubscribe")
    await town.settled()
    assert len(group.messages) == 1 and await town.labels(group.id) == await town.labels(ann.id) == ["cars"]


async def test_a_command_as_the_reply_to_a_prompt_is_that_command(town: Town, ann: Person) -> None:
    prompt = await town.said(ann.private, ann.writes("/follow"), 1)
    await town.said(ann.private, ann.writes("/help", reply_to=prompt), "/subscribe")
    assert not await town.labels(ann.id)


async def test_follow_in_a_group_shows_the_way_into_the_private_chat_and_goes_on_there(town: Town, ben: Person) -> None:
    group = town.tg.supergroup("Cars", [ben], bot=True)
    said = await town.said(group, ben.says(group, "/follow solid-state battery"), 1)
    [way] = said.buttons
    assert said.text.endswith(":")  # an offer, and no refusal
    assert way.url.startswith("https://t.me/newsbot?start=a_")
    assert not await town.orders(ben.id)
    await town.said(ben.private, ben.opens(way.url), "solid-state battery")
    assert await town.labels(ben.id) == ["solid-state battery"]
    await town.said(ben.private, ben.opens(way.url), 1)  # taken twice
    assert len(await town.labels(ben.id)) == 1


async def test_a_deep_link_follows_a_ready_made_topic(town: Town, ben: Person) -> None:
    await town.said(ben.private, ben.opens("https://t.me/newsbot?start=follow_xiaomi-ev"), "Xiaomi EV")


@pytest.mark.parametrize("argument", ["a_", "a_nothing", "a_" + "x" * 62, "a_../..", "a_%00", "follow_9999"])
async def test_a_made_up_deep_link_does_no_harm(town: Town, ann: Person, argument: str) -> None:
    await town.said(ann.private, ann.writes(f"/start {argument}"), 1)
    assert not await town.orders(ann.id)


async def test_a_token_of_another_kind_carries_nothing(town: Town, ann: Person) -> None:
    token = await town.room.newsdesk.remember({"verb": "c", "arguments": ["/subscribe cars"]})
    await town.said(ann.private, ann.writes(f"/start a_{token}"), 1)
    assert not await town.orders(ann.id)


async def test_a_long_operation_shows_that_the_bot_is_typing_until_it_is_done(town: Town, ann: Person) -> None:
    town.desk.gate.clear()
    await ann.writes("/latest")
    await town.desk.reached.acquire()
    await town.clock.asleep()
    assert not ann.private.actions
    town.clock.advance(0.6)
    await ann.private.wait(lambda: len(ann.private.actions) == 1)
    await town.clock.asleep()
    town.clock.advance(4.1)
    await ann.private.wait(lambda: len(ann.private.actions) == 2)
    town.desk.gate.set()
    await ann.private.wait_for("Xiaomi")
    await town.settled()
    town.clock.advance(60)
    assert [action["action"] for action in ann.private.actions] == ["typing", "typing"]


async def test_a_slow_answer_holds_up_nobody_else(town: Town, ann: Person, ben: Person) -> None:
    town.desk.gate.clear()
    await ann.writes("/latest")
    await town.desk.reached.acquire()
    ben.private.started = True
    await ben.writes("/latest")
    await town.desk.reached.acquire()
    assert town.desk.worked == 2
    town.desk.gate.set()
    await ann.private.wait_for("Xiaomi")
    await ben.private.wait_for("Xiaomi")


async def test_a_person_who_blocked_the_bot_meanwhile_costs_one_line(
    town: Town, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    town.desk.gate.clear()
    await ann.writes("/latest")
    await town.desk.reached.acquire()
    await ann.blocks()
    town.desk.gate.set()
    await town.settled()
    assert not ann.private.messages
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "WARNING"}]
    chat = await town.chat(ann.id)
    assert chat is not None and chat.paused
    await ann.unblocks()
    await town.said(ann.private, ann.writes("/latest"), "Xiaomi")
    chat = await town.chat(ann.id)
    assert chat is not None and not chat.paused


async def test_an_answer_that_telegram_postpones_comes_when_it_says(town: Town, ann: Person) -> None:
    town.tg.fail("sendMessage", faults.flooded(3))
    shown = asyncio.create_task(town.said(ann.private, ann.writes("/latest"), "Xiaomi"))
    while not shown.done():
        town.clock.advance(1)
        await asyncio.sleep(0.01)
    assert len(town.tg.called("sendMessage")) == 2


async def test_a_group_that_moved_gets_its_answer_where_it_is_now(town: Town, ann: Person) -> None:
    group = town.tg.group("Cars", [], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    town.desk.gate.clear()
    await ann.says(group, "/latest")
    await town.desk.reached.acquire()
    await town.desk.reached.acquire()
    moved = await group.migrates()
    town.desk.gate.set()
    assert await moved.wait_for("Xiaomi")
    assert await town.labels(moved.id) == ["cars"] and not await town.labels(group.id)


async def test_until_telegram_wants_answers_again_it_is_not_asked(town: Town, ann: Person) -> None:
    town.tg.fail("sendMessage", faults.flooded(30))
    for _ in range(3):
        await ann.writes("/latest")
        await town.settled()
    assert len(town.tg.called("sendMessage")) == 1
    town.clock.advance(31)
    await town.said(ann.private, ann.writes("/latest"), "Xiaomi")


async def test_a_topic_of_a_private_chat_gets_its_answers_and_is_no_chat_of_its_own(town: Town, ann: Person) -> None:
    said = await town.said(ann.private, ann.writes("/subscribe cars", thread=77), "Subscribed")
    assert said.thread == 77
    await (await ann.presses(said, "c:/subscriptions", forged=True)).answered()
    listed = await ann.private.wait_for("1 subscription")
    assert listed.thread == 77
    assert await town.labels(ann.id) == ["cars"] and await town.chat(ann.id, "77") is None
    message = {"message_id": 900, "date": 1, "chat": ann.private.json(), "from": ann.json(), "forum_topic_closed": {}}
    await town.handle({"update_id": 1, "message": message | {"message_thread_id": 77, "is_topic_message": True}})
    chat = await town.chat(ann.id)
    assert chat is not None and not chat.paused


HOSTILE = (
    *("", "/", "//", "/@newsbot", "@", "\u202e/latest", "\ud83d", "<b>&amp;</b>"),
    *("/start " + "a_" * 300, "/search " + "😀" * 2000, "/why tg://user?id=1"),
    *("/subscribe @" + "x" * 99, "/subscribe -100/0 x", "/settings @volt_news @volt_news"),
)


@BY_POLLING  # the updates are given to the handler itself
async def test_nothing_that_is_written_raises_or_is_an_error(
    town: Town, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    group = town.tg.supergroup("<b>Cars</b> {0} @all", [ann], bot=True)
    for chat, text in itertools.product((ann.private, group), HOSTILE):
        message = {"message_id": 5, "date": 1, "chat": chat.json(), "from": ann.json(), "text": text}
        await town.handle({"update_id": 1, "message": message})
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]


@BY_POLLING  # the updates are given to the handler itself
async def test_strange_updates_are_harmless(town: Town, ann: Person, caplog: pytest.LogCaptureFixture) -> None:
    chat: dict[str, object] = {"id": -77, "type": "supergroup"}
    nobody: dict[str, object] = {"message_id": 5, "date": 1, "chat": chat, "text": "/latest"}
    for number, update in enumerate(
        (
            {},
            {"message": nobody},
            {"message": {**nobody, "from": ann.json(), "is_topic_message": True}},
            {"message": {**nobody, "from": ann.json(), "migrate_to_chat_id": -77}},
            {"message": {**nobody, "from": ann.json(), "forum_topic_closed": {}, "message_thread_id": 3}},
            {"channel_post": {**nobody, "chat": {"id": -78, "type": "channel"}}},
        )
    ):
        await town.handle({"update_id": number, **update})
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"}]
