"""Every way in which a send can end, through the real library, and what it means for the delivery."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
import telegram
from telegram.error import TelegramError

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import ChatGone, Moved, Over, Rejected, RetryLater, SendOutcome, Unknown
from newsbot.platforms.telegram import wire
from newsbot.platforms.telegram.answers import outcome_of
from newsbot.platforms.telegram.message import Outgoing, key
from tests.fakes.telegram import Person, TelegramServer, faults
from tests.fakes.telegram.faults import Fault

HELLO = Outgoing("hello")


@pytest.fixture
async def bot(tg: TelegramServer) -> AsyncIterator[telegram.Bot]:
    opened = wire.make_bot(tg.token, tg.url)
    yield opened
    await opened.shutdown()


async def outcome(bot: telegram.Bot, to: ChatKey) -> SendOutcome:
    with pytest.raises(TelegramError) as caught:
        await wire.send(bot, to, HELLO)
    return outcome_of(caught.value, to)


async def faulty(tg: TelegramServer, bot: telegram.Bot, ann: Person, fault: Fault) -> SendOutcome:
    tg.fail("sendMessage", fault)
    return await outcome(bot, key(ann.id))


async def test_a_flood_says_for_how_long(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    answer = await faulty(tg, bot, ann, faults.flooded(17))
    assert answer == RetryLater("Telegram asks to wait 17 s", 17.0)


@pytest.mark.parametrize(
    ("code", "said", "reason"),
    [
        (403, "Forbidden: bot was blocked by the user", "bot was blocked by the user"),
        (403, "Forbidden: bot was kicked from the supergroup chat", "bot was kicked from the supergroup chat"),
        (400, "Bad Request: chat not found", "chat not found"),
        (400, "Bad Request: not enough rights to send text messages to the chat", "not enough rights to send text "),
        (400, "Bad Request: have no rights to send a message", "have no rights"),
        (400, "Bad Request: need administrator rights in the channel chat", "need administrator rights"),
        (400, "Bad Request: TOPIC_CLOSED", "TOPIC_CLOSED"),
        (400, "Bad Request: message thread not found", "message thread not found"),
        (400, "Bad Request: CHAT_WRITE_FORBIDDEN", "CHAT_WRITE_FORBIDDEN"),
        (400, "Bad Request: user is deactivated", "user is deactivated"),
        (400, "Bad Request: PEER_ID_INVALID", "PEER_ID_INVALID"),
        (400, "Bad Request: CHAT_SEND_PLAIN_FORBIDDEN", "CHAT_SEND_PLAIN_FORBIDDEN"),
        (400, "Bad Request: CHANNEL_PUBLIC_GROUP_NA", "CHANNEL_PUBLIC_GROUP_NA"),
        (400, "Bad Request: INPUT_USER_DELETED", "INPUT_USER_DELETED"),
        (400, "Bad Request: USER_BOT_INVALID", "USER_BOT_INVALID"),
        (400, "Bad Request: CHAT_GUEST_SEND_FORBIDDEN", "CHAT_GUEST_SEND_FORBIDDEN"),
    ],
)
async def test_a_place_that_takes_nothing_is_gone_and_says_why(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, code: int, said: str, reason: str
) -> None:
    answer = await faulty(tg, bot, ann, faults.refused(code, said))
    assert isinstance(answer, ChatGone)
    assert answer.reason.lower().startswith(reason.lower())


@pytest.mark.parametrize("said", ["message is too long", "message to edit not found", "BUTTON_DATA_INVALID"])
async def test_content_that_telegram_refuses_is_rejected_in_its_words(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, said: str
) -> None:
    answer = await faulty(tg, bot, ann, faults.refused(400, f"Bad Request: {said}"))
    assert isinstance(answer, Rejected)
    assert answer.reason.lower() == said.lower()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (401, "Unauthorized"),
        (404, "Not Found"),
        (409, "Conflict: terminated by other request"),
        (400, "Bad Request: Logged out"),
        (400, "Bad Request: FROZEN_METHOD_INVALID"),
    ],
)
async def test_a_token_or_account_that_does_not_work_holds_every_chat(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, code: int, said: str
) -> None:
    answer = await faulty(tg, bot, ann, faults.refused(code, said))
    assert isinstance(answer, RetryLater)
    assert (answer.seconds, answer.whole_platform) == (60, True)


async def test_a_group_that_became_a_supergroup_has_moved(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    group = tg.group("Team", admins=[ann], bot=True)
    new = await group.migrates()
    assert await outcome(bot, key(group.id)) == Moved(key(new.id))


@pytest.mark.parametrize(
    "fault",
    [
        faults.dropped_before(),  # nobody can tell these two apart
        faults.dropped_after(),
        faults.html_error(502),
        faults.garbage(),
        faults.refused(502, "Bad Gateway"),
        faults.refused(500, "Internal Server Error"),
        faults.refused(500, "Internal Server Error: restart"),
        Fault(status=504, body="{}", content_type="application/json"),
    ],
)
async def test_an_answer_that_got_lost_leaves_the_outcome_unknown(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, fault: Fault
) -> None:
    assert isinstance(await faulty(tg, bot, ann, fault), Unknown)


@pytest.mark.parametrize(
    "fault",
    [
        faults.refused(500, "Internal Server Error: INTERDC_2_CALL_ERROR"),
        faults.refused(429, "Too Many Requests: slow down"),
    ],
)
async def test_a_failure_that_telegram_explains_was_not_accepted(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, fault: Fault
) -> None:
    answer = await faulty(tg, bot, ann, fault)
    assert isinstance(answer, RetryLater)
    assert answer.seconds is None


async def test_what_was_deleted_as_soon_as_it_was_sent_is_not_sent_again(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    said = "Internal Server Error: sent message was immediately deleted and can't be returned"
    assert isinstance(await faulty(tg, bot, ann, faults.refused(500, said)), Over)


async def test_an_answer_that_comes_too_late_leaves_the_outcome_unknown() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bot = wire.make_bot("1:A", f"http://127.0.0.1:{silent.getsockname()[1]}", read_timeout=0.1)
        answer = await outcome(bot, key(1))
        await bot.shutdown()
    assert answer == Unknown("Telegram did not answer in time")


async def test_without_a_connection_nothing_was_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    bot = wire.make_bot("1:A", f"http://127.0.0.1:{port}")
    answer = await outcome(bot, key(1))
    await bot.shutdown()
    assert isinstance(answer, RetryLater)
    assert isinstance(await outcome(bot, key(1)), RetryLater)  # nor with a bot that has been shut down
