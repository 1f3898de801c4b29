"""👍 and 👎 under a post on Telegram: they teach the follow of its chat, and only who may."""

from __future__ import annotations

import pytest

from newsbot.domain.models import Digest, DigestStory, Reason
from newsbot.platforms.telegram import render, wire
from newsbot.platforms.telegram.message import key
from tests.fakes.telegram import Chat, Message, Person
from tests.newsdesk.test_learning import REDMI, REDMI_TOO
from tests.platforms.telegram.town import Town


@pytest.fixture(autouse=True)
async def stories(town: Town) -> None:
    """Two of phones, which somebody who follows the company's cars does not want."""
    town.story = (await town.room.publish("motors", *REDMI, hours=0.5)).story_id or 0
    await town.room.publish("volt", *REDMI_TOO, hours=0.2)


async def post(town: Town, chat: Chat) -> Message:
    """The first of the stories, as a delivery brings it to the chat that follows its topic."""
    [order] = await town.orders(chat.id)
    reason = Reason("Xiaomi", ("Xiaomi",), int(order.what.ref))
    story = DigestStory(town.story, REDMI[0], (REDMI[1],), reasons=(reason,))
    [part] = render.post(Digest((story,)), 7)
    sent, _ = await wire.post(town.bot, key(chat.id), part)
    return next(message for message in chat.messages if message.id == sent.message_id)


async def test_a_complaint_teaches_the_follow_word_by_word_and_can_be_taken_back(town: Town, ann: Person) -> None:
    await town.said(ann.private, ann.writes("/follow Xiaomi"), "You follow")
    posted = await post(town, ann.private)
    await (await ann.presses(posted, "👎")).answered()
    asked = await ann.private.wait_for("What was it not about?")
    assert asked.reply_to is posted
    await (await ann.presses(asked, "− Redmi")).answered()
    await ann.private.wait(lambda: asked.edits == 1)
    assert "without: Redmi" in asked.text and posted.edits == 0
    assert (await town.orders(ann.id))[0].lessons.marks
    assert "Taken back" in (await (await ann.presses(asked, "Undo")).answered()).text
    await town.settled()
    assert not (await town.orders(ann.id))[0].lessons.marks


async def test_praise_is_a_notice_and_changes_no_message(town: Town, ann: Person) -> None:
    await town.said(ann.private, ann.writes("/follow Xiaomi"), "You follow")
    posted = await post(town, ann.private)
    before = len(ann.private.messages)
    assert "more like this" in (await (await ann.presses(posted, "👍")).answered()).text
    await town.settled()
    assert (await town.orders(ann.id))[0].lessons.marks
    assert len(ann.private.messages) == before and posted.edits == 0


async def test_in_a_group_only_admins_teach_and_each_is_told_alone(town: Town, ann: Person, ben: Person) -> None:
    group = town.tg.supergroup("Cars", [ben], [ann], bot=True)
    await town.said(group, ann.says(group, "/subscribe Xiaomi EV"), "Xiaomi EV")
    posted = await post(town, group)
    refused = await (await ben.presses(posted, "👎")).answered()
    assert "only admins" in refused.text and not (await town.orders(group.id))[0].lessons.marks
    told = await (await ann.presses(posted, "👎")).answered()
    assert "/subscriptions" in told.text and (await town.orders(group.id))[0].lessons.marks
    assert len(group.messages) == 2


async def test_a_thumb_of_another_chats_follow_teaches_nobody(town: Town, ann: Person, ben: Person) -> None:
    await town.said(ann.private, ann.writes("/follow Xiaomi"), "You follow")
    posted = await post(town, ann.private)
    shown = await town.said(ben.private, ben.writes("/settings"), 1)
    for thumb in ("👍", "👎"):
        taken = await (await ben.presses(shown, posted.button(thumb).data, forged=True)).answered()
        assert taken.text and taken.show_alert
    assert not (await town.orders(ann.id))[0].lessons.marks and not await town.orders(ben.id)
