"""Channels and groups are set up from the private chat, and only by those who run them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from newsbot.newsdesk.asking import Access
from tests.fakes.telegram import Channel, Person, faults
from tests.platforms.telegram.town import Town


@pytest.fixture
def channel(town: Town, ann: Person) -> Channel:
    """Ann's, where the bot may post."""
    return town.tg.channel("Volt News", "volt_news", [ann], bot=True)


async def test_a_channel_is_subscribed_from_the_private_chat(town: Town, channel: Channel, ann: Person) -> None:
    said = await town.said(ann.private, ann.writes("/subscribe @volt_news cars daily 08:00"), "cars")
    assert said.text.startswith("In Volt News:")
    assert await town.labels(channel.id) == ["cars"] and not await town.labels(ann.id)
    chat = await town.chat(channel.id)
    assert chat is not None and (chat.kind, chat.title) == ("channel", "Volt News")
    assert all(button.data.startswith((f"@{channel.id} ", "@~")) for button in said.buttons)
    assert not channel.messages


async def test_its_number_names_it_too_and_a_group_as_well(town: Town, channel: Channel, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [], [ann], bot=True)
    await town.said(ann.private, ann.writes(f"/subscribe {channel.id} cars"), "In Volt News")
    await town.said(ann.private, ann.writes(f"/subscribe {group.id} space"), "In Cars")
    assert (await town.labels(channel.id), await town.labels(group.id)) == (["cars"], ["space"])


async def test_other_commands_look_there_too(town: Town, channel: Channel, ann: Person) -> None:
    await town.said(ann.private, ann.writes("/subscribe @volt_news cars"), "cars")
    for command in ("subscriptions", "settings", "mutes", "latest", "digest", "unsubscribe"):
        assert await town.said(ann.private, ann.writes(f"/{command} @volt_news"), "In Volt News:")


async def test_the_buttons_of_such_an_answer_act_there_and_change_it_in_place(
    town: Town, channel: Channel, ann: Person
) -> None:
    menu = await town.said(ann.private, ann.writes("/subscribe @volt_news"), "What shall come")
    await (await ann.presses(menu, "space")).answered()
    await ann.private.wait_for("Subscribed", after=menu.id)
    assert await town.labels(channel.id) == ["space"]
    listed = await town.said(ann.private, ann.writes("/subscriptions @volt_news"), "1 subscription")
    await (await ann.presses(listed, "1")).answered()
    await ann.private.wait(lambda: listed.edits == 1)
    await (await ann.presses(listed, "Pause")).answered()
    await ann.private.wait(lambda: listed.edits == 2)
    assert (await town.orders(channel.id))[0].paused
    await (await ann.presses(listed, "Resume")).answered()
    await ann.private.wait(lambda: listed.edits == 3)
    await (await ann.presses(listed, "Remove")).answered()
    await ann.private.wait(lambda: listed.edits == 4)
    assert not await town.orders(channel.id)
    await (await ann.presses(listed, "Undo")).answered()
    await ann.private.wait(lambda: listed.edits == 5)
    assert await town.labels(channel.id) == ["space"]
    assert not await town.orders(ann.id)


async def test_what_an_answer_tells_to_type_acts_there_too(town: Town, channel: Channel, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/settings @volt_news timezone"), "Asia/Tokyo")
    assert "/settings @volt_news timezone Asia/Tokyo" in shown.text


async def test_who_is_no_admin_any_more_can_press_nothing(
    town: Town, channel: Channel, ann: Person, ben: Person
) -> None:
    listed = await town.said(ann.private, ann.writes("/settings @volt_news"), "In Volt News")
    channel.demotes(ann)
    answer = await (await ann.presses(listed, "Sound")).answered()
    assert "Only admins" in answer.text and answer.show_alert
    ben.private.started = True
    answer = await (await ben.presses(listed, "Sound")).answered()
    assert answer.show_alert
    chat = await town.chat(channel.id)
    assert chat is None or not chat.settings.silent


CRAFTED = ("su", "c:/subscriptions", "se", "ml:0", "sz", "fg", "c:/subscribe cars", "mm:1", "mo:1:0", "sx:1", "~x")


async def test_a_stranger_reads_and_changes_nothing_by_crafted_data(
    town: Town, channel: Channel, ann: Person, ben: Person
) -> None:
    await town.said(ann.private, ann.writes("/subscribe @volt_news everything battery"), "battery")
    shown = await town.said(ben.private, ben.writes("/settings"), 1)
    told: list[str] = []
    for standing in ("stranger", "reader"):
        told += [(await town.tg.press(ben, shown, f"@{channel.id} {action}").answered()).text for action in CRAFTED]
        if standing == "stranger":
            channel.joins(ben)
    await town.settled()
    texts = " ".join([*told, *ben.private.texts()])
    assert "battery" not in texts and "Volt News" not in texts
    assert await town.labels(channel.id) == ["everything: battery"]


async def test_the_number_of_a_person_is_no_place(town: Town, ann: Person, ben: Person) -> None:
    await town.said(ann.private, ann.writes("/subscribe cars"), "cars")
    shown = await town.said(ben.private, ben.writes("/settings"), 1)
    for data in (f"@{ann.id} su", f"@-{ann.id} su", f"@{ann.id}/1 su"):
        assert (await town.tg.press(ben, shown, data).answered()).show_alert
    await town.said(ben.private, ben.writes(f"/subscriptions {ann.id}"), 1)
    await town.said(ben.private, ben.writes("/subscriptions @ann_a"), 1)
    assert not any("cars" in text for text in ben.private.texts())


async def test_each_refusal_says_what_to_do(town: Town, channel: Channel, ann: Person, ben: Person) -> None:
    said = await town.said(ann.private, ann.writes("/subscribe @nowhere_at_all cars"), "no channel or group")
    assert "startchannel" in said.buttons[0].url
    other = town.tg.channel("Other", "other_news", [ann])
    said = await town.said(ann.private, ann.writes("/subscribe @other_news cars"), "may not post")
    assert said.buttons[0].url == "https://t.me/newsbot?startchannel&admin=post_messages"
    await other.adds_bot(ann, {"can_post_messages": False})
    await ann.private.wait_for("may not post there yet")
    assert await town.said(ann.private, ann.writes(f"/subscribe {other.id} cars"), "may not post in")
    group = town.tg.group("Cars", [], [ann])
    said = await town.said(ann.private, ann.writes(f"/subscribe {group.id} cars"), "or I am not in it")
    assert said.buttons[1].url == "https://t.me/newsbot?startgroup"
    assert await town.said(ben.private, ben.writes("/subscribe @volt_news cars"), "can change what I do there")
    assert not await town.orders(channel.id) and not await town.orders(other.id)


async def test_when_telegram_does_not_answer_that_is_said(town: Town, channel: Channel, ann: Person) -> None:
    town.tg.fail("getChatMember", faults.html_error(), faults.html_error())
    await town.said(ann.private, ann.writes("/subscribe @volt_news cars"), "does not answer")
    assert not await town.orders(channel.id)


async def test_an_older_server_that_leaves_fields_out_is_one_that_does_not_answer(
    town: Town, channel: Channel, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    town.tg.fail("getChat", faults.garbage(json.dumps({"ok": True, "result": channel.json()})))
    await town.said(ann.private, ann.writes("/subscribe @volt_news cars"), "does not answer")
    assert not await town.orders(channel.id)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_a_group_where_members_may_not_write_is_set_up_once_the_bot_may(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [], [ann], bot=True)
    group.permits(writing=False)
    await town.said(ann.private, ann.writes(f"/subscribe {group.id} cars"), "may not write there")
    assert not await town.orders(group.id)
    group.puts_bot("administrator")
    await town.said(ann.private, ann.writes(f"/subscribe {group.id} cars"), "In Cars")


async def test_a_place_that_refused_a_post_goes_on_when_its_admin_orders_more(
    town: Town, channel: Channel, ann: Person
) -> None:
    await town.said(ann.private, ann.writes("/subscribe @volt_news cars"), "cars")
    await town.settled()
    chat = await town.chat(channel.id)
    assert chat is not None
    await town.room.storage.chats.pause(chat.id, "need administrator rights in the channel chat")
    await town.said(ann.private, ann.writes("/subscribe @volt_news space"), "space")
    chat = await town.chat(channel.id)
    assert chat is not None and not chat.paused


async def test_an_operator_keeps_a_channel_out_by_the_config(town: Town, channel: Channel, ann: Person) -> None:
    rules = replace(town.room.newsdesk.rules, access=Access(deny=(f"telegram:{channel.id}",)))
    town.room.newsdesk.configure(rules)
    await town.said(ann.private, ann.writes("/subscribe @volt_news cars"), "not open")
    assert not await town.orders(channel.id)


async def test_a_topic_of_a_forum_is_a_place_of_its_own_and_other_groups_have_none(town: Town, ann: Person) -> None:
    forum = town.tg.supergroup("Cars", [], [ann], forum=True, bot=True)
    _, topic = await forum.topic("Number 1 is General's", ann), await forum.topic("News", ann)
    await town.said(ann.private, ann.writes(f"/subscribe {forum.id}/{topic.id} cars"), "In Cars")
    assert await town.labels(forum.id, str(topic.id)) == ["cars"] and not await town.labels(forum.id)
    group = town.tg.supergroup("Space", [], [ann], bot=True)
    await town.said(ann.private, ann.writes(f"/subscribe {forum.id}/1 cars"), "In Cars")
    assert await town.labels(forum.id) == ["cars"] and await town.orders(forum.id, "1") == []  # General is the group
    await town.said(ann.private, ann.writes(f"/subscribe {group.id}/999 cars"), "no such topic")
    assert await town.chat(group.id, "999") is None
    assert not town.tg.called("sendChatAction")  # which would tell nothing: a first post does


async def test_a_forwarded_post_of_ones_own_channel_sets_that_channel_up(
    town: Town, channel: Channel, ann: Person
) -> None:
    post = await channel.posts("Battery news: https://volt.example/1")
    menu = await town.said(ann.private, ann.forwards(post), "What shall come")
    assert menu.text.startswith("In Volt News:")
    await (await ann.presses(menu, "cars")).answered()
    await ann.private.wait_for("Subscribed", after=menu.id)
    assert await town.labels(channel.id) == ["cars"]


async def test_a_forwarded_post_of_somebody_elses_channel_offers_its_links(
    town: Town, channel: Channel, ben: Person
) -> None:
    origin = {"type": "channel", "chat": channel.json(), "message_id": 1, "date": 1}
    text, link = "Read the whole story", "https://motors.example/story"
    hidden = [{"type": "text_link", "offset": 0, "length": 4, "url": link}]
    said = await town.said(ben.private, ben.writes(text, forward_origin=origin, entities=hidden), "Volt News")
    assert any("motors.example" in label for label in said.labels)


async def test_a_forwarded_post_without_links_says_how_a_channel_is_set_up(
    town: Town, channel: Channel, ben: Person
) -> None:
    origin = {"type": "channel", "chat": channel.json(), "message_id": 1, "date": 1}
    assert await town.said(ben.private, ben.writes("No link here", forward_origin=origin), "Only admins of")


async def test_a_press_that_concerns_only_the_person_needs_no_place(town: Town, channel: Channel, ann: Person) -> None:
    shown = await town.said(ann.private, ann.writes("/latest @volt_news"), "In Volt News")
    opened = await (await ann.presses(shown, "1")).answered()
    assert not opened.text
    story = await ann.private.wait_for("SU7", after=shown.id)
    await (await ann.presses(story, "More like this")).answered()
    like = await ann.private.wait_for("like", after=story.id)
    follow = next(button for button in like.buttons if "Follow" in button.text)
    await town.tg.press(ann, like, follow.data).answered()
    await town.settled()
    assert await town.orders(ann.id) and not await town.orders(channel.id)
