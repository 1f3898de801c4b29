"""The strict Telegram of the tests is strict: texts, keyboards, previews, edits, deletions, by the real library.

The library lowers the case of Telegram's descriptions, so that they are compared without it.
"""

from __future__ import annotations

import html

import pytest
import telegram
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, Forbidden, TelegramError

from tests.clock import ManualClock
from tests.fakes.telegram import ApiError, Person, TelegramServer, utf16
from tests.fakes.telegram.html import parse


@pytest.mark.parametrize(
    ("source", "text", "type_", "covered"),
    [
        ("<b>😀 bold</b> x", "😀 bold x", "bold", "😀 bold"),
        ("😀<strong>b</strong>", "😀b", "bold", "b"),
        ("<i>a</i>", "a", "italic", "a"),
        ("<em>a</em>", "a", "italic", "a"),
        ("<u>a</u>", "a", "underline", "a"),
        ("<ins>a</ins>", "a", "underline", "a"),
        ("<s>a</s>", "a", "strikethrough", "a"),
        ("<del>a</del>", "a", "strikethrough", "a"),
        ("<strike>a</strike>", "a", "strikethrough", "a"),
        ("<tg-spoiler>a</tg-spoiler>", "a", "spoiler", "a"),
        ('<span class="tg-spoiler">a</span>', "a", "spoiler", "a"),
        ('<a href="https://e.com/?a=1&amp;b=2">x &lt;y&gt;</a>', "x <y>", "text_link", "x <y>"),
        ("<code>a&#x26;b&#33;</code>", "a&b!", "code", "a&b!"),
        ('<pre><code class="language-python">x</code></pre>', "x", "pre", "x"),
        ("<blockquote>a\nb</blockquote>", "a\nb", "blockquote", "a\nb"),
        ("<blockquote expandable>a</blockquote>", "a", "expandable_blockquote", "a"),
        ('<tg-emoji emoji-id="53">👍</tg-emoji>', "👍", "custom_emoji", "👍"),
        ("  \n<b> a </b>\n ", "a", "bold", "a"),
    ],
)
def test_every_documented_tag_becomes_an_entity_in_utf16(source: str, text: str, type_: str, covered: str) -> None:
    found = parse(source)
    assert (found.text, [entity.type for entity in found.entities], found.spans(type_)) == (text, [type_], [covered])


@pytest.mark.parametrize(
    ("source", "refusal"),
    [
        ("a<br>", 'Unsupported start tag "br" at byte offset 1'),
        ("😀<p>a</p>", 'Unsupported start tag "p" at byte offset 4'),
        ("<b>a", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        ("<b>a</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ('<a href="x', "Unclosed start tag"),
        ("<b>a</b", "Unclosed end tag at byte offset 4"),
        ("<span>a</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<a href>b</a>", "Expected equal sign in declaration of an attribute"),
        ("<a =x>b</a>", 'Empty attribute name in the tag "a"'),
        ("&#xD83D;", "Text contains invalid Unicode characters after decoding HTML entities"),
        ("a &nbsp; b", 'strict: unsupported entity "&nbsp;" at byte offset 2'),
        ("AT&T", 'strict: unescaped "&" at byte offset 2'),
        ("a > b", 'strict: unescaped ">" at byte offset 2'),
        ('<b style="x">a</b>', 'strict: attribute "style"'),
        ("<code><b>a</b></code>", 'strict: tag "b" inside of code'),
        ("<blockquote><blockquote>a</blockquote></blockquote>", 'strict: nested tag "blockquote"'),
    ],
)
def test_what_is_not_telegrams_html_is_refused_in_telegrams_words(source: str, refusal: str) -> None:
    with pytest.raises(ApiError) as raised:
        parse(source)
    assert raised.value.code == 400
    assert raised.value.description.startswith(f"Bad Request: can't parse entities: {refusal}")


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1))
def test_escaped_text_comes_out_as_it_was(text: str) -> None:
    found = parse(f"|<b>{html.escape(text)}</b>|")
    assert found.text == f"|{text}|" and found.spans("bold") == [text]
    assert found.entities[0].length == utf16(text)


def test_a_link_that_is_no_address_is_text_only() -> None:
    assert parse('<a href="example">a</a> <a href="https://e.com">b</a>').spans("text_link") == ["b"]


async def test_texts_end_at_4096_units_of_what_people_see(bot: telegram.Bot, ann: Person) -> None:
    await bot.send_message(ann.id, f"<b>{'😀' * 2048}</b>", parse_mode="HTML")
    with pytest.raises(BadRequest, match="Message is too long"):
        await bot.send_message(ann.id, "😀" * 2048 + "x")
    with pytest.raises(BadRequest, match=r"(?i)message_too_long"):
        await bot.edit_message_text("x" * 4097, ann.id, ann.private.last.id)
    for empty in ("", " \n", "<b> </b>"):
        with pytest.raises(BadRequest, match="Message text is empty"):
            await bot.send_message(ann.id, empty, parse_mode="HTML")
    with pytest.raises(BadRequest, match="101 entities"):
        await bot.send_message(ann.id, "<b>x</b> " * 101, parse_mode="HTML")


async def test_what_telegram_finds_by_itself_is_told_apart(bot: telegram.Bot, ann: Person) -> None:
    await bot.send_message(ann.id, "<b>Hi</b> @somebody, /go to https://e.com <code>@nobody</code>", parse_mode="HTML")
    message = ann.private.last
    assert [entity.of(message.text) for entity in message.automatic] == ["@somebody", "/go", "https://e.com"]
    assert [entity.type for entity in message.entities] == ["bold", "code"]
    await bot.send_message(ann.id, "DNS 1.1.1.1, v1.2.3.4, $1INCH and 8.8.8.8/foo, not 1.2.3")
    message = ann.private.last
    assert [entity.of(message.text) for entity in message.automatic] == [
        "1.1.1.1,",
        "1.2.3.4,",
        "$1INCH",
        "8.8.8.8/foo,",
    ]


def keys(*buttons: InlineKeyboardButton) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[button] for button in buttons])


async def test_a_keyboard_is_kept_as_it_was_sent(bot: telegram.Bot, ann: Person) -> None:
    rows = [[InlineKeyboardButton("A", callback_data="a" * 64), InlineKeyboardButton("B", url="https://e.com")]]
    sent = await bot.send_message(ann.id, "hi", reply_markup=InlineKeyboardMarkup(rows), disable_notification=True)
    assert sent.reply_markup == InlineKeyboardMarkup(rows)
    assert ann.private.last.labels == ["A", "B"] and ann.private.last.button("A").data == "a" * 64
    assert ann.private.last.silent


@pytest.mark.parametrize(
    ("markup", "refusal"),
    [
        (keys(InlineKeyboardButton("A", callback_data="ж" * 33)), "BUTTON_DATA_INVALID"),
        (keys(InlineKeyboardButton("A", callback_data="")), "BUTTON_DATA_INVALID"),
        (keys(InlineKeyboardButton("A", url="nowhere")), "button url .* is invalid"),
        (keys(InlineKeyboardButton("A", url="javascript:alert(1)")), "button url .* is invalid"),
        (keys(InlineKeyboardButton("A", url="https://u:p@w@e.com/")), "button url .* is invalid"),
        (keys(InlineKeyboardButton("A", url="https://e.com:0/")), "button url .* is invalid"),
        (keys(InlineKeyboardButton(" ", callback_data="a")), "button text must be non-empty"),
        (keys(InlineKeyboardButton("A")), "Text buttons are unallowed in the inline keyboard"),
        (keys(InlineKeyboardButton("A", callback_data="a", url="https://e.com")), "more than one action"),
        (keys(*[InlineKeyboardButton("A", callback_data="a")] * 101), "reply markup is too long"),
        (ForceReply(input_field_placeholder="x" * 65), "longer than 64"),
    ],
)
async def test_keyboards_that_telegram_refuses_are_refused(
    bot: telegram.Bot, ann: Person, markup: InlineKeyboardMarkup | ForceReply, refusal: str
) -> None:
    with pytest.raises(BadRequest, match=f"(?i){refusal}"):
        await bot.send_message(ann.id, "hi", reply_markup=markup)
    assert ann.private.log == []


async def test_a_question_carries_its_hint(bot: telegram.Bot, ann: Person) -> None:
    await bot.send_message(ann.id, "What?", reply_markup=ForceReply(input_field_placeholder="A topic"))
    assert ann.private.last.markup.asks and ann.private.last.markup.placeholder == "A topic"


async def test_a_preview_needs_a_web_address_that_telegram_can_load(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    tg.refused_pages.add("https://e.com/broken.jpg")
    for address, refusal in (("nowhere", "Wrong HTTP URL"), ("https://e.com/broken.jpg", "failed to get")):
        with pytest.raises(BadRequest, match=f"(?i){refusal}"):
            await bot.send_message(ann.id, "hi", link_preview_options=LinkPreviewOptions(url=address))
    await bot.send_message(
        ann.id, "hi", link_preview_options=LinkPreviewOptions(url="https://e.com/a.jpg", show_above_text=True)
    )
    assert ann.private.last.preview == {"url": "https://e.com/a.jpg", "show_above_text": True}


async def test_an_edit_changes_the_message_and_an_equal_one_is_refused(bot: telegram.Bot, ann: Person) -> None:
    markup = keys(InlineKeyboardButton("A", callback_data="a"))
    sent = await bot.send_message(ann.id, "<b>one</b>", parse_mode="HTML", reply_markup=markup)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified: specified new message content and reply mar"):
        await bot.edit_message_text("<b>one</b> ", ann.id, sent.id, parse_mode="HTML", reply_markup=markup)
    with pytest.raises(BadRequest, match=r"(?i)message is not modified"):
        await bot.edit_message_reply_markup(ann.id, sent.id, reply_markup=markup)
    edited = await bot.edit_message_text("two", ann.id, sent.id)
    assert isinstance(edited, telegram.Message) and edited.edit_date is not None and edited.reply_markup is None
    message = ann.private.last
    assert (message.text, message.edits, message.history[0].text) == ("two", 1, "one")


async def test_only_own_messages_that_are_there_can_be_edited(bot: telegram.Bot, ann: Person) -> None:
    said = await ann.writes("hi")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("x", ann.id, said.id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("x", ann.id, 999)


async def test_messages_are_deleted_once_and_only_while_young(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, clock: ManualClock
) -> None:
    tg.now = clock.now
    young, old = await bot.send_message(ann.id, "young"), await bot.send_message(ann.id, "old")
    await bot.delete_message(ann.id, young.id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(ann.id, young.id)
    clock.advance(hours=49)
    with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
        await bot.delete_message(ann.id, old.id)
    group = tg.group("Group", admins=[ann], bot=True)
    said = await ann.says(group, "mine")
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(group.id, said.id)
    cars = tg.channel("Cars", admins=[ann], bot=True)
    posted = await bot.send_message(cars.id, "with all rights")
    clock.advance(hours=49)
    with pytest.raises(BadRequest, match="Message can't be deleted"):
        await bot.delete_message(cars.id, posted.id)


async def test_a_reply_needs_its_message_unless_told_otherwise(bot: telegram.Bot, ann: Person) -> None:
    said = await ann.writes("hi")
    sent = await bot.send_message(ann.id, "hello", reply_parameters=ReplyParameters(said.id))
    assert sent.reply_to_message is not None and sent.reply_to_message.text == "hi"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(ann.id, "hello", reply_parameters=ReplyParameters(999))
    await bot.send_message(ann.id, "there", reply_parameters=ReplyParameters(999, allow_sending_without_reply=True))
    assert ann.private.last.reply_to is None


async def test_a_bot_cannot_begin_nor_write_to_who_blocked_it(bot: telegram.Bot, ann: Person, ben: Person) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(4711, "hi")
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(ben.id, "hi")
    await ben.writes("/start")
    await bot.send_message(ben.id, "hi")
    await ben.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(ben.id, "hi")
    await ben.unblocks()
    await bot.send_chat_action(ben.id, "typing")
    await ben.deletes_account()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(ben.id, "hi")
    changes = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    assert [(each.old_chat_member.status, each.new_chat_member.status) for each in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]


async def test_commands_are_kept_by_scope_and_language_within_their_limits(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    scope = telegram.BotCommandScopeChat(ann.id)
    await bot.set_my_commands([("start", "Begin")], scope=scope, language_code="de")
    assert await bot.get_my_commands(scope, "de") == (telegram.BotCommand("start", "Begin"),)
    assert await bot.get_my_commands() == ()
    assert tg.commands == {(("chat", "1001"), "de"): (("start", "Begin"),)}
    await bot.delete_my_commands(scope, "de")
    assert tg.commands == {}
    for commands, refusal in (
        ([("Start", "x")], "BOT_COMMAND_INVALID"),
        ([("x" * 33, "x")], "BOT_COMMAND_INVALID"),
        ([("start", "x" * 257)], "BOT_COMMAND_DESCRIPTION_INVALID"),
        ([("start", "x")] * 101, "BOT_COMMANDS_TOO_MUCH"),
    ):
        with pytest.raises(BadRequest, match=f"(?i){refusal}"):
            await bot.set_my_commands(commands)


async def test_the_bots_texts_are_kept_by_language_within_their_limits(tg: TelegramServer, bot: telegram.Bot) -> None:
    await bot.set_my_description("All the news")
    await bot.set_my_short_description("Alle Nachrichten", language_code="de")
    assert (await bot.get_my_description("fr")).description == "All the news"
    assert (await bot.get_my_short_description("de")).short_description == "Alle Nachrichten"
    for call in (bot.set_my_description("x" * 513), bot.set_my_short_description("x" * 121), bot.set_my_name("x" * 65)):
        with pytest.raises(TelegramError):
            await call
    await bot.set_chat_menu_button(menu_button=telegram.MenuButtonCommands())
    assert tg.menu_buttons == {"": {"type": "commands"}}
