"""The strict Telegram of the tests is strict: people, presses, inline queries, groups, forums, channels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
import telegram
from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
)
from telegram.error import BadRequest, ChatMigrated, Forbidden

from tests.clock import ManualClock
from tests.fakes.telegram import Chat, InlineAnswer, Person, Press, TelegramServer, transcript

TOO_OLD = r"(?i)query is too old and response timeout expired or query id is invalid"


async def heard(bot: telegram.Bot) -> list[telegram.Message]:
    """The messages and posts that wait for the bot."""
    return [update.effective_message for update in await bot.get_updates() if update.effective_message]


async def pressed(tg: TelegramServer, bot: telegram.Bot, ann: Person, chat: Chat | None = None) -> Press:
    """A press on a button with data "a"."""
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a")]])
    place = chat or ann.private
    await bot.send_message(place.id, "hi", reply_markup=keys)
    return await ann.presses(place.last, "A")


async def test_a_press_reaches_the_bot_with_its_message_and_its_answer_the_presser(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    press = await pressed(tg, bot, ann)
    query = (await bot.get_updates())[0].callback_query
    assert query is not None and (query.data, query.from_user.id) == ("a", ann.id)
    assert query.message is not None and query.message.message_id == ann.private.last.id
    await query.answer("Done", show_alert=True)
    answer = await press.answered()
    assert (answer.text, answer.show_alert, answer.url) == ("Done", True, "")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"text": "x" * 201}, "(?i)message_too_long"),
        ({"url": "https://e.com"}, "(?i)url_invalid"),
        ({"url": "https://t.me/another?start=a"}, "(?i)url_invalid"),
        ({"url": "https://t.me/newsbot?start=a.b"}, "(?i)url_invalid"),
    ],
)
async def test_answers_to_presses_have_limits(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, fields: dict[str, Any], refusal: str
) -> None:
    press = await pressed(tg, bot, ann)
    with pytest.raises(BadRequest, match=refusal):
        await bot.answer_callback_query(press.id, **fields)
    await bot.answer_callback_query(press.id, url="https://t.me/newsbot?start=a_b-1")
    assert (await press.answered()).url == "https://t.me/newsbot?start=a_b-1"


async def test_presses_expire_and_unknown_ones_are_refused(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, clock: ManualClock
) -> None:
    tg.now = clock.now
    press = await pressed(tg, bot, ann)
    clock.advance(tg.query_seconds + 1)
    for number in (press.id, "77"):
        with pytest.raises(BadRequest, match=TOO_OLD):
            await bot.answer_callback_query(number)


async def test_a_press_may_be_forged_or_stand_on_a_message_that_is_gone(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    await bot.send_message(ann.id, "no buttons")
    await ann.presses(ann.private.last, "evil:1", forged=True, old=True)
    query = (await bot.get_updates())[0].callback_query
    assert query is not None and query.data == "evil:1"
    assert query.message is not None and not query.message.is_accessible


async def test_a_deep_link_starts_the_bot(bot: telegram.Bot, ben: Person) -> None:
    await ben.opens("https://t.me/newsbot?start=follow_7")
    message = (await heard(bot))[0]
    assert message.text == "/start follow_7" and message.from_user is not None
    assert message.from_user.language_code == "de"
    assert [entity.type for entity in message.entities] == ["bot_command"]


async def test_a_forwarded_post_says_where_it_comes_from(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    post = await tg.channel("Others' news", "others", members=[ann]).posts("Breaking")
    await ann.forwards(post)
    origin = (await heard(bot))[0].forward_origin
    assert isinstance(origin, telegram.MessageOriginChannel) and origin.chat.username == "others"


def article(number: int | str, **fields: Any) -> InlineQueryResultArticle:
    content = fields.pop("content", InputTextMessageContent("<b>Car</b>", parse_mode="HTML"))
    return InlineQueryResultArticle(str(number), "A car", content, **fields)


async def asked(bot: telegram.Bot, ann: Person, query: str, offset: str = "") -> tuple[str, asyncio.Task[InlineAnswer]]:
    """An inline query's id as the bot hears it, and the answer that Ann waits for."""
    waiting = asyncio.create_task(ann.asks_inline(query, offset))
    update = (await bot.get_updates(offset=-1, timeout=5))[-1].inline_query
    assert update is not None and (update.query, update.offset) == (query, offset)
    return update.id, waiting


async def test_inline_results_come_paged_and_are_cached_as_the_bot_says(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, ben: Person
) -> None:
    number, waiting = await asked(bot, ann, "xiaomi")
    button = InlineQueryResultsButton("Settings", start_parameter="settings")
    await bot.answer_inline_query(number, [article(1), article(2)], next_offset="2", button=button)
    answer = await waiting
    assert (answer.titles, answer.next_offset, answer.cached) == (["A car", "A car"], "2", False)
    assert answer.button == {"text": "Settings", "start_parameter": "settings"}
    assert (await ben.asks_inline("xiaomi")).cached
    number, waiting = await asked(bot, ann, "mine")
    await bot.answer_inline_query(number, [article(1)], is_personal=True)
    await waiting
    assert (await ann.asks_inline("mine")).cached
    _, waiting = await asked(bot, ben, "mine")
    waiting.cancel()


@pytest.mark.parametrize(
    ("results", "fields", "refusal"),
    [
        ([article(number) for number in range(51)], {}, "results_too_much"),
        ([article(1), article(1)], {}, "result_id_duplicate"),
        ([article("x" * 65)], {}, "result_id_invalid"),
        ([article(1)], {"next_offset": "ж" * 33}, "next_offset_invalid"),
        ([article(1, thumbnail_url="nowhere")], {}, "webdocument_url_invalid"),
        ([article(1, content=InputTextMessageContent("<b>", parse_mode="HTML"))], {}, "can't parse entities"),
        ([article(1, content=InputTextMessageContent("x" * 4097))], {}, "message is too long"),
        ([article(1)], {"button": InlineQueryResultsButton("Go", start_parameter="a b")}, "button_invalid"),
    ],
)
async def test_inline_results_have_limits(
    bot: telegram.Bot, ann: Person, results: Sequence[InlineQueryResultArticle], fields: dict[str, Any], refusal: str
) -> None:
    number, waiting = await asked(bot, ann, "x")
    with pytest.raises(BadRequest, match=f"(?i){refusal}"):
        await bot.answer_inline_query(number, results, **{"next_offset": ""} | fields)
    waiting.cancel()


async def test_a_chosen_result_is_posted_by_its_person_and_can_be_edited_by_its_buttons(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, ben: Person
) -> None:
    tg.inline_feedback = True
    keys = InlineKeyboardMarkup([[InlineKeyboardButton("More", callback_data="m")]])
    number, waiting = await asked(bot, ann, "car")
    await bot.answer_inline_query(number, [article(1, reply_markup=keys)])
    group = tg.group("Group", members=[ann, ben])
    message = await ann.chooses(await waiting, "1", group)
    chosen = (await bot.get_updates(offset=-1))[0].chosen_inline_result
    assert chosen is not None and chosen.inline_message_id == message.inline_id
    await ben.presses(message, "More")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query is not None and query.message is None and query.inline_message_id == message.inline_id
    assert await bot.edit_message_text("Less", inline_message_id=message.inline_id) is True
    assert message.text == "Less"


async def test_privacy_mode_lets_through_commands_replies_and_service_messages(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    group = tg.supergroup("Group", admins=[ann], bot=True)
    sent = await bot.send_message(group.id, "hi")
    for text in ("chatter", "/latest", "/latest@newsbot", "/latest@otherbot"):
        await ann.says(group, text)
    await ann.says(group, "to you", reply_to=group.find(sent.message_id))
    messages = await heard(bot)
    assert [each.text for each in messages] == ["/latest", "/latest@newsbot", "to you"]
    assert messages[2].message_thread_id == sent.message_id and not messages[2].is_topic_message
    await group.promotes_bot(ann)
    await ann.says(group, "chatter")
    tg.queue.rested()
    assert (await heard(bot))[-1].text == "chatter"


async def test_a_bot_is_told_when_it_is_added_restricted_and_removed(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    group = tg.supergroup("Group", admins=[ann])
    with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
        await bot.send_message(group.id, "hi")
    await group.adds_bot(ann, {"can_manage_topics": False})
    me = await bot.get_chat_member(group.id, bot.id)
    assert isinstance(me, telegram.ChatMemberAdministrator) and not me.can_manage_topics
    assert [each.user.id for each in await bot.get_chat_administrators(group.id)] == [ann.id]
    await group.forbids_bot_to_write(ann)
    with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
        await bot.send_message(group.id, "hi")
    await group.removes_bot(ann)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(group.id, "hi")
    changes = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    assert [each.new_chat_member.status for each in changes] == ["administrator", "restricted", "kicked"]
    assert all(each.from_user.id == ann.id and each.chat.id == group.id for each in changes)


async def test_topics_have_threads_and_closed_or_deleted_ones_refuse(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    forum = tg.supergroup("Forum", admins=[ann], forum=True, bot=True)
    topic = await forum.topic("Cars")
    await ann.says(forum, "/latest", thread=topic)
    message = (await heard(bot))[-1]
    assert message.is_topic_message and message.message_thread_id == topic.id and message.chat.is_forum
    assert message.reply_to_message is not None and message.reply_to_message.forum_topic_created is not None
    await bot.send_message(forum.id, "here", message_thread_id=topic.id)
    assert forum.last.thread == topic.id
    await forum.close(topic)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(forum.id, "x", message_thread_id=topic.id)
    await forum.reopen(topic)
    await forum.close(forum.general)
    with pytest.raises(BadRequest, match=r"(?i)topic_closed"):
        await bot.send_message(forum.id, "x")
    await bot.send_message(forum.id, "still here", message_thread_id=topic.id)
    await forum.delete(topic)
    for thread in (topic.id, 1):
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(forum.id, "x", message_thread_id=thread)
    assert forum.texts() == []


async def test_a_group_that_migrates_says_where_it_went(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    group = tg.group("Group", admins=[ann], bot=True)
    new = await group.migrates()
    with pytest.raises(ChatMigrated) as raised:
        await bot.send_message(group.id, "hi")
    assert raised.value.new_chat_id == new.id
    old_said, new_said = await heard(bot)
    assert (old_said.chat.id, old_said.migrate_to_chat_id) == (group.id, new.id)
    assert (new_said.chat.id, new_said.migrate_from_chat_id) == (new.id, group.id)
    await bot.send_message(new.id, "hi")


async def test_channels_need_an_admin_and_are_found_by_name(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, ben: Person
) -> None:
    channel = tg.channel("News", "ann_news", admins=[ann], members=[ben])
    with pytest.raises(Forbidden, match="bot is not a member of the channel chat"):
        await bot.send_message("@ann_news", "hi")
    await channel.adds_bot(ann, {"can_post_messages": False})
    with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
        await bot.send_message("@ann_news", "hi")
    await channel.promotes_bot(ann)
    sent = await bot.send_message("@ANN_news", "hi")
    assert sent.chat.id == channel.id and sent.from_user is None
    assert sent.sender_chat is not None and sent.sender_chat.id == channel.id
    await channel.posts("/subscribe cars")
    update = (await bot.get_updates(offset=-1))[0]
    assert update.channel_post is not None and update.channel_post.from_user is None
    assert (await bot.get_chat_member(channel.id, ben.id)).status == "member"
    assert (await bot.get_chat("@ann_news")).id == channel.id
    assert await bot.leave_chat(channel.id)
    with pytest.raises(Forbidden):
        await bot.send_message(channel.id, "hi")


async def test_anonymous_admins_and_channels_speak_without_a_person(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    group = tg.supergroup("Group", admins=[ann], bot=True)
    channel = tg.channel("Ann's", admins=[ann])
    await ann.says(group, "/settings", anonymous=True)
    await ann.says(group, "/settings", as_channel=channel)
    group.promotes(ann, anonymous=True)
    await ann.says(group, "/latest")
    found = [
        (each.from_user and each.from_user.id, each.sender_chat and each.sender_chat.id) for each in await heard(bot)
    ]
    assert found == [(1087968824, group.id), (136817688, channel.id), (1087968824, group.id)]


async def test_a_transcript_shows_who_said_what(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    await ann.writes("/start")
    press = await pressed(tg, bot, ann)
    await bot.edit_message_text("two\nlines", ann.id, press.message.id)
    assert transcript(ann.private) == "Ann: /start\n\nnewsbot (edited): two\n  lines"
    await pressed(tg, bot, ann)
    assert transcript(ann.private).endswith("newsbot: hi\n  [A]")


async def test_waiting_ends_when_the_bot_has_spoken_and_says_what_it_said_otherwise(
    bot: telegram.Bot, ann: Person
) -> None:
    waiting = asyncio.create_task(ann.private.wait_for(lambda message: message.text == "two"))
    await bot.send_message(ann.id, "one")
    await bot.edit_message_text("two", ann.id, ann.private.last.id)
    assert (await waiting).edits == 1
    assert (await ann.private.wait_for(1)).text == "two"
    with pytest.raises(AssertionError, match="the bot said"):
        await ann.private.wait_for("three", timeout=0.01)
