"""The bot knows where it is: it greets who lets it in, rests where it was sent away, and moves along."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.locales import Words
from newsbot.newsdesk.asking import Access
from tests.fakes.telegram import Person
from tests.platforms.telegram.town import BY_POLLING, Town


async def paused(town: Town, native: int, thread: str = "") -> str:
    chat = await town.chat(native, thread)
    assert chat is not None
    return chat.paused


async def test_added_to_a_group_it_greets_once_with_what_an_admin_does_next(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [], [ann])
    await group.adds_bot(ann)
    greeting = await group.wait_for("Hello")
    assert greeting.silent
    await group.promotes_bot(ann)
    await town.settled()
    assert len(group.messages) == 1
    await (await ann.presses(greeting, "Subscribe")).answered()
    assert await group.wait_for("What shall come")


async def test_added_to_a_channel_it_tells_who_added_it_and_nobody_in_the_channel(town: Town, ann: Person) -> None:
    channel = town.tg.channel("Volt News", "volt_news", [ann])
    await channel.adds_bot(ann)
    greeting = await ann.private.wait_for("Volt News")
    assert "/subscribe @volt_news" in greeting.text
    await (await ann.presses(greeting, "Subscribe")).answered()
    assert "In Volt News" in (await ann.private.wait_for("What shall come")).text
    assert not channel.messages


async def test_who_added_it_and_never_wrote_to_it_costs_nothing(
    town: Town, ben: Person, caplog: pytest.LogCaptureFixture
) -> None:
    channel = town.tg.channel("Volt News", "", [ben])
    await channel.adds_bot(ben)
    await town.settled()
    assert not ben.private.messages
    assert not [record for record in caplog.records if record.levelname in {"ERROR", "WARNING"}]


@pytest.mark.parametrize("how", ["kicked", "left", "muted"])
async def test_a_group_that_sent_it_away_rests_until_it_is_back(town: Town, ann: Person, how: str) -> None:
    group = town.tg.supergroup("Cars", [], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    if how == "muted":
        await group.forbids_bot_to_write(ann)
    else:
        await group.removes_bot(ann, how)
    await town.settled()
    assert await paused(town, group.id)
    await group.adds_bot(ann)
    await town.settled()
    assert not await paused(town, group.id) and await town.labels(group.id) == ["cars"]
    assert len([text for text in group.texts() if "Hello" in text]) == (0 if how == "muted" else 1)


async def test_a_channel_where_it_may_not_post_any_more_rests(town: Town, ann: Person) -> None:
    channel = town.tg.channel("Volt News", "volt_news", [ann], bot=True)
    await town.said(ann.private, ann.writes("/subscribe @volt_news cars"), "cars")
    await channel.promotes_bot(ann, {"can_post_messages": False})
    await town.settled()
    assert await paused(town, channel.id)
    await channel.promotes_bot(ann)
    await town.settled()
    assert not await paused(town, channel.id)


async def test_who_blocks_it_gets_nothing_until_they_let_it_in_again(town: Town, ann: Person) -> None:
    await town.said(ann.private, ann.writes("/subscribe cars"), "cars")
    await ann.blocks()
    await town.settled()
    assert await paused(town, ann.id)
    await ann.unblocks()
    await town.settled()
    assert not await paused(town, ann.id) and await town.labels(ann.id) == ["cars"]


async def test_a_group_that_becomes_a_supergroup_takes_all_along(town: Town, ann: Person) -> None:
    group = town.tg.group("Cars", [], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    moved = await group.migrates()
    await town.settled()
    assert await town.labels(moved.id) == ["cars"] and await town.chat(group.id) is None
    assert not moved.messages  # Telegram says that the bot has joined, but nobody let it in


@BY_POLLING  # the updates are given to the handler itself
@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0, 1), (1,)])
async def test_both_messages_of_a_migration_say_the_same_in_any_order(
    town: Town, ann: Person, order: tuple[int, ...]
) -> None:
    old, new = -500, -1001000000500
    group = town.tg.group("Cars", [], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    old = group.id
    said = [
        {"message_id": 1, "date": 1, "chat": {"id": old, "type": "group"}, "migrate_to_chat_id": new},
        {"message_id": 2, "date": 1, "chat": {"id": new, "type": "supergroup"}, "migrate_from_chat_id": old},
    ]
    for number, which in enumerate(order):
        await town.handle({"update_id": number, "message": {**said[which], "from": ann.json()}})
    assert await town.labels(new) == ["cars"] and await town.chat(old) is None


async def test_a_closed_topic_rests_alone(town: Town, ann: Person) -> None:
    forum = town.tg.supergroup("Cars", [], [ann], forum=True, bot=True)
    topic = await forum.topic("News", ann)
    await town.said(forum, ann.says(forum, "/subscribe cars", thread=topic), "cars")
    await town.said(forum, ann.says(forum, "/subscribe space"), "space")
    await forum.close(topic, ann)
    await town.settled()
    assert await paused(town, forum.id, str(topic.id)) and not await paused(town, forum.id)
    await forum.reopen(topic, ann)
    await forum.close(forum.general, ann)
    await town.settled()
    assert not await paused(town, forum.id, str(topic.id)) and await paused(town, forum.id)
    await forum.reopen(forum.general, ann)
    await town.settled()
    assert not await paused(town, forum.id)
    for hidden in (True, False):
        await forum.hide_general(ann, hidden=hidden)
        await town.settled()
        assert bool(await paused(town, forum.id)) == hidden


@pytest.mark.parametrize("reason", ["not enough rights to send text messages to the chat", "message thread not found"])
async def test_a_place_that_refused_a_post_goes_on_once_an_answer_stands_there(
    town: Town, ann: Person, reason: str
) -> None:
    forum = town.tg.supergroup("Cars", [], [ann], forum=True, bot=True)
    topic = await forum.topic("News", ann)
    for thread in (None, topic):
        await town.said(forum, ann.says(forum, "/subscribe cars", thread=thread), "cars")
    await town.settled()
    for number in ("", str(topic.id)):
        chat = await town.chat(forum.id, number)
        assert chat is not None
        await town.room.storage.chats.pause(chat.id, reason)
    await town.said(forum, ann.says(forum, "/subscribe space", thread=topic), "space")
    await town.settled()
    assert not await paused(town, forum.id, str(topic.id))
    assert await paused(town, forum.id) == reason


async def test_an_answer_that_is_refused_too_releases_nothing(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    await town.settled()
    chat = await town.chat(group.id)
    assert chat is not None
    await town.room.storage.chats.pause(chat.id, "not enough rights to send text messages to the chat")
    group.permits(writing=False)
    await ann.says(group, "/subscribe space")
    await town.settled()
    assert await paused(town, group.id)
    group.permits(writing=True)
    await town.said(group, ann.says(group, "/subscriptions"), "space")
    await town.settled()
    assert not await paused(town, group.id)


@pytest.mark.parametrize(("reason", "left"), [("message thread not found", ""), ("TOPIC_CLOSED", "TOPIC_CLOSED")])
async def test_a_topic_where_people_write_was_found_again(town: Town, ann: Person, reason: str, left: str) -> None:
    town.tg.reads_all = True
    forum = town.tg.supergroup("Cars", [], [ann], forum=True, bot=True)
    topic = await forum.topic("News", ann)
    await town.said(forum, ann.says(forum, "/subscribe cars", thread=topic), "cars")
    await town.settled()
    chat = await town.chat(forum.id, str(topic.id))
    assert chat is not None
    await town.room.storage.chats.pause(chat.id, reason)
    await ann.says(forum, "Nothing for the bot", thread=topic)
    await town.settled()
    assert await paused(town, forum.id, str(topic.id)) == left


async def test_a_group_whose_members_may_not_write_is_told_nothing(
    town: Town, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    group = town.tg.supergroup("Cars", [], [ann])
    group.permits(writing=False)
    await group.adds_bot(ann)
    await town.settled()
    assert not town.tg.called("sendMessage")
    group.permits(writing=True)
    await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    group.permits(writing=False)
    await group.promotes_bot(ann)
    await group.demotes_bot(ann)
    await town.settled()
    assert await paused(town, group.id) == "may not post there"


async def test_a_place_that_sends_it_away_and_back_is_greeted_once_an_hour(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [], [ann])
    for _ in range(3):
        await group.adds_bot(ann)
        await town.settled()
        await group.removes_bot(ann)
    await town.settled()
    assert len(group.messages) == 1
    town.clock.advance(3600)
    await group.adds_bot(ann)
    await town.settled()
    assert len(group.messages) == 2


async def test_a_place_that_may_not_use_it_is_not_greeted(town: Town, ann: Person) -> None:
    town.room.newsdesk.configure(replace(town.room.newsdesk.rules, access=Access("allowlist")))
    await town.tg.supergroup("Cars", [], [ann]).adds_bot(ann)
    await town.tg.channel("News", "news_here", [ann]).adds_bot(ann)
    await town.settled()
    assert not town.tg.called("sendMessage")


async def test_a_group_speaks_the_language_of_who_let_it_in_until_another_is_chosen(
    town: Town, ann: Person, ben: Person
) -> None:
    town.room.newsdesk.configure(replace(town.room.newsdesk.rules, languages=("en", "de")))
    group = town.tg.supergroup("Cars", [ann], [ben])
    await group.adds_bot(ben)
    await group.wait_for("Hallo")
    title = Words("de")("settings_title")
    await town.said(group, ann.says(group, "/settings"), title)
    await town.said(group, ben.says(group, "/settings language en"), 1)
    await group.removes_bot(ben)
    await town.settled()
    town.clock.advance(3600)
    await group.adds_bot(ben)
    await town.settled()
    chat = await town.chat(group.id)
    assert chat is not None and chat.settings.language == "en"


async def test_what_happens_in_places_that_nobody_knows_is_harmless(town: Town, ann: Person) -> None:
    group = town.tg.group("Cars", [], [ann], bot=True)
    await group.removes_bot(ann)
    await ann.blocks()
    await town.settled()
    assert await town.chat(group.id) is None and await town.chat(ann.id) is None
