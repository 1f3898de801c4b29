"""One message through the real library to the strict server."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta

import pytest
import structlog
import telegram
from structlog.testing import capture_logs
from telegram.error import BadRequest, NetworkError

from newsbot import logs
from newsbot.platforms.telegram import wire
from newsbot.platforms.telegram.message import Key, Outgoing, key
from tests.fakes.telegram import Person, TelegramServer, faults
from tests.fakes.telegram.sending import Draft
from tests.fakes.telegram.server import real_time

PICTURE = "https://cars.example/su7.jpg"
POST = Outgoing("<b>Xiaomi</b> &amp; co", ((Key("Follow", "fo:1"), Key("Read", url="https://a.example/")),), PICTURE)


@pytest.fixture
async def bot(tg: TelegramServer) -> AsyncIterator[telegram.Bot]:
    opened = wire.make_bot(tg.token, tg.url + "/")
    yield opened
    await opened.shutdown()


async def test_a_message_has_its_markup_its_buttons_and_its_picture_above(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    message_id = await wire.send(bot, key(ann.id), POST)
    shown = ann.private.last
    assert (shown.id, shown.text) == (message_id, "Xiaomi & co")
    assert [entity.type for entity in shown.entities] == ["bold"]
    assert [[button.text for button in row] for row in shown.keyboard] == [["Follow", "Read"]]
    assert shown.preview == {"url": PICTURE, "prefer_large_media": True, "show_above_text": True}
    assert not shown.silent


async def test_without_a_picture_links_show_no_preview(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    await wire.send(bot, key(ann.id), Outgoing('<a href="https://a.example/">a</a>'), silent=True)
    assert ann.private.last.preview == {"is_disabled": True}
    assert ann.private.last.silent


async def test_a_question_asks_for_an_answer(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    await wire.send(bot, key(ann.id), Outgoing("What?", ask="e.g. " + "x" * 80))
    (call,) = tg.called("sendMessage")
    prompt = call.json("reply_markup")
    assert isinstance(prompt, dict)
    assert (prompt["force_reply"], prompt["selective"], len(prompt["input_field_placeholder"])) == (True, True, 64)


async def test_a_topic_and_a_reply_find_their_place(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    forum = tg.supergroup("Cars", admins=[ann], forum=True, bot=True)
    topic = await forum.topic("EV")
    first = await wire.send(bot, key(forum.id, topic.id), POST)
    await wire.send(bot, key(forum.id, topic.id), Outgoing("more"), reply_to=first)
    assert [message.thread for message in forum.messages] == [topic.id, topic.id]
    assert forum.last.reply_to is forum.messages[0]


async def test_a_reply_to_what_is_gone_is_a_message(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    await wire.send(bot, key(ann.id), Outgoing("late"), reply_to=4711)
    assert ann.private.texts() == ["late"]


@pytest.mark.parametrize(
    "refusal",
    [
        "WEBPAGE_CURL_FAILED",
        "Wrong HTTP URL specified",
        "wrong type of the web page content",
        "failed to get HTTP URL content",
    ],
)
async def test_a_picture_that_telegram_refuses_costs_only_the_picture(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, refusal: str
) -> None:
    message_id = await wire.send(bot, key(ann.id), Outgoing("plain"))
    for method in ("sendMessage", "editMessageText"):
        tg.fail(method, faults.refused(400, f"Bad Request: {refusal}"))
    await wire.send(bot, key(ann.id), POST)
    await wire.edit(bot, key(ann.id), message_id, POST)
    assert [(m.text, m.preview, len(m.keyboard)) for m in ann.private.messages] == [
        ("Xiaomi & co", {"is_disabled": True}, 1)
    ] * 2


async def test_a_picture_that_telegram_cannot_load_is_not_shown_and_nothing_else_is_lost(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    await wire.send(bot, key(ann.id), POST)
    assert ann.private.last.picture == PICTURE
    tg.blank_pages.add(PICTURE)
    await wire.send(bot, key(ann.id), POST)
    assert (ann.private.last.picture, ann.private.last.text, len(ann.private.last.buttons)) == ("", "Xiaomi & co", 2)
    assert len(tg.called("sendMessage")) == 2


async def test_sends_that_wait_for_an_answer_hold_up_no_poll(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    answered = asyncio.Event()
    tg.fail("sendMessage", *[faults.delayed(answered)] * wire.CONNECTIONS)
    sends = [asyncio.create_task(wire.send(bot, key(ann.id), POST)) for _ in range(wire.CONNECTIONS)]
    await ann.private.wait(lambda: len(ann.private.messages) == wire.CONNECTIONS)
    body = await wire.for_polls(bot).retrieve(f"{bot.base_url}/getUpdates?timeout=0", pool_timeout=5.0)
    assert b'"ok"' in body
    answered.set()
    await asyncio.gather(*sends)


async def test_a_gateways_page_is_not_copied_into_the_log(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    for fault in (faults.html_error(), faults.garbage()):
        tg.fail("sendMessage", fault)
        with pytest.raises(telegram.error.TelegramError):
            await wire.send(bot, key(ann.id), POST)
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_a_bug_of_our_markup_costs_only_the_markup_and_is_loud(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    tg.refused_pages.add(PICTURE)
    with capture_logs() as said:
        await wire.send(bot, key(ann.id), Outgoing("<b>4 &lt; 5", picture=PICTURE, keys=POST.keys))
    assert (ann.private.last.text, len(ann.private.last.keyboard)) == ("4 < 5", 1)
    assert [line["without"] for line in said if "plainer" in line["event"]] == ["its markup", "its picture"]


@pytest.mark.parametrize("editing", [False, True])
@pytest.mark.parametrize(
    ("refused", "note", "calls"),
    [
        (lambda draft: draft.picture and "WEBPAGE_URL_INVALID", "its picture: ", 2),
        (lambda draft: draft.keyboard and "BUTTON_TYPE_INVALID", "its markup and its buttons and its picture: ", 2),
        (lambda draft: draft.markup and "ENTITY_BOUNDS_INVALID", "its picture and its markup and its buttons: ", 3),
    ],
)
async def test_what_telegram_refuses_comes_plainer_and_says_what_is_left_out(
    tg: TelegramServer,
    bot: telegram.Bot,
    ann: Person,
    refused: Callable[[Draft], str],
    note: str,
    calls: int,
    *,
    editing: bool,
) -> None:
    message_id = await wire.send(bot, key(ann.id), Outgoing("before"))
    tg.refuses.append(refused)
    if editing:
        said = await wire.edit(bot, key(ann.id), message_id, POST)
    else:
        _, said = await wire.post(bot, key(ann.id), POST)
    assert said.startswith(f"shown without {note}")
    assert len(tg.called("editMessageText" if editing else "sendMessage")) == calls + (not editing)
    assert ann.private.last.text == "Xiaomi & co"


async def test_what_is_refused_as_words_too_is_refused(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    tg.refuses.append(lambda draft: "MESSAGE_TEXT_INVALID")
    with pytest.raises(BadRequest, match=r"(?i)message_text_invalid"):
        await wire.send(bot, key(ann.id), POST)
    assert (len(tg.called("sendMessage")), ann.private.messages) == (3, [])


@pytest.mark.parametrize(
    "url", ["ftp:/x", "https://user:pa@ss@a.example/", "https://a.example:0/", "https://a.example:/"]
)
async def test_an_address_that_telegram_refuses_costs_only_the_buttons_that_open_one(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, url: str
) -> None:
    keys = ((Key("Follow", "fo:1"), Key("Read", url=url)), (Key("More", url=url),))
    await wire.send(bot, key(ann.id), Outgoing("x", keys, PICTURE))
    assert (ann.private.last.labels, ann.private.last.preview["url"]) == (["Follow"], PICTURE)


async def test_an_edit_that_changes_nothing_is_fine(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    message_id = await wire.send(bot, key(ann.id), POST)
    await wire.edit(bot, key(ann.id), message_id, POST)
    assert ann.private.last.edited is None
    await wire.edit(bot, key(ann.id), message_id, Outgoing("new"))
    assert (ann.private.last.text, ann.private.last.keyboard) == ("new", ())
    with pytest.raises(BadRequest):
        await wire.edit(bot, key(ann.id), 4711, POST)


async def test_what_is_deleted_stays_deleted(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    message_id = await wire.send(bot, key(ann.id), POST)
    await wire.delete(bot, key(ann.id), message_id)
    await wire.delete(bot, key(ann.id), message_id)
    assert ann.private.messages == []
    old = await wire.send(bot, key(ann.id), POST)
    tg.now = lambda: real_time() + timedelta(hours=49)
    with pytest.raises(BadRequest):
        await wire.delete(bot, key(ann.id), old)


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process says that logs everything there is."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(verbose=True)
    root.setLevel(logging.DEBUG)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


async def test_no_line_of_the_log_holds_the_token(tg: TelegramServer, ann: Person, terminal: io.StringIO) -> None:
    bot = wire.make_bot(tg.token, tg.url)
    tg.fail("sendMessage", faults.fine(), faults.garbage(), faults.dropped_before())
    await wire.send(bot, key(ann.id), POST)
    for _ in range(2):
        with pytest.raises(telegram.error.TelegramError):
            await wire.send(bot, key(ann.id), POST)
    await tg.close()
    try:
        await wire.send(bot, key(ann.id), POST)
    except NetworkError:
        structlog.get_logger().exception("no connection")
    await bot.shutdown()
    said = terminal.getvalue()
    assert "no connection" in said
    assert "HTTP Request" not in said
    assert tg.token not in said
    assert tg.token.partition(":")[2] not in said
