"""The platform meets bad tokens, broken networks, other programs with its token, and strangers at its door."""

from __future__ import annotations

import asyncio
import io
import json
import traceback
from collections.abc import AsyncIterator

import aiohttp
import pytest

from newsbot.errors import PlatformError, TokenRefused, TokenShared
from newsbot.platforms.telegram.bot import SECRET
from newsbot.platforms.telegram.webhook import SECRET_HEADER
from tests.clock import ManualClock
from tests.fakes.telegram import Person, TelegramServer, faults
from tests.platforms.telegram.running import Answers, Mode, Notes, Proxy, Running


@pytest.fixture
async def polling(tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock) -> AsyncIterator[Running]:
    async with Running(tg, proxy, "polling", answers, clock) as bot:
        await bot.set_up()
        yield bot
        tg.queue.rested()


@pytest.fixture
async def webhook(tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock) -> AsyncIterator[Running]:
    async with Running(tg, proxy, "webhook", answers, clock, secret="a-secret") as bot:
        await bot.set_up()
        yield bot


MODES: list[Mode] = ["polling", "webhook"]


# --- meeting Telegram ---


async def test_a_refused_token_is_told_without_the_token(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock
) -> None:
    running = Running(tg, proxy, "polling", answers, clock)
    wrong, tg.token = tg.token, "123456789:AAnotherTokenThatIsTheRightOneAAAA"
    with pytest.raises(TokenRefused, match="@BotFather") as caught:
        await running.platform.start()
    assert wrong not in "".join(traceback.format_exception(caught.value))
    await running.bot.shutdown()


async def test_a_telegram_that_cannot_be_reached_is_tried_again(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock, ann: Person
) -> None:
    await tg.transport.close()
    async with Running(tg, proxy, "polling", answers, clock) as running:
        await running.until(lambda r: len(r.errors) >= 2)
        assert "cannot be reached" in str(running.errors[0]) and tg.token not in str(running.errors)
        await tg.transport.open()
        await ann.writes("now")
        await answers.get("now")


@pytest.mark.parametrize("body", ["<html>hello</html>", "[]", '{"ok": true}', '{"ok": true, "result": {"id": "x"}}'])
async def test_what_is_no_bot_api_server_is_said_to_be_none(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock, body: str
) -> None:
    running = Running(tg, proxy, "polling", answers, clock)
    tg.fail("getMe", faults.garbage(body))
    with pytest.raises(PlatformError):
        await running.platform.start()
    await running.platform.start()
    await running.stop()
    await running.bot.shutdown()


# --- long polling in bad weather ---


@pytest.mark.parametrize(
    "fault",
    [
        faults.dropped_before(),
        faults.dropped_after(),
        faults.html_error(502),
        faults.html_error(500),
        faults.garbage(),
        faults.garbage("[]"),
        faults.garbage('{"ok": true, "result": 5}'),
        faults.garbage('{"ok": true, "result": [1, 2]}'),
        faults.garbage('{"ok": true, "result": [{"update_id": "x"}]}'),
        faults.garbage("[" * 5000),
        faults.refused(500, "Internal Server Error"),
        faults.refused(403, "Forbidden: bot was made to fail"),
    ],
    ids=str,
)
async def test_no_broken_answer_to_a_poll_loses_or_repeats_an_update(
    tg: TelegramServer, polling: Running, answers: Answers, ann: Person, fault: faults.Fault
) -> None:
    tg.fail("getUpdates", faults.fine(), fault, faults.fine(), fault)
    for text in ("one", "two", "three", "four"):
        await ann.writes(text)
        await answers.get(text)
    await tg.queue.handled()
    assert answers.done == ["one", "two", "three", "four"]
    assert polling.errors and all(isinstance(error, PlatformError) for error in polling.errors)
    assert polling.told == []


async def test_a_server_that_answers_idle_polls_at_once_does_not_make_us_spin(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock
) -> None:
    running = Running(tg, proxy, "polling", answers, clock)
    tg.fail("getUpdates", faults.garbage('{"ok": true, "result": []}'))
    assert await running.platform.step() is False
    await running.platform.stop()
    await running.bot.shutdown()


async def test_polls_wait_as_long_as_telegram_asks(
    tg: TelegramServer, polling: Running, answers: Answers, ann: Person, clock: ManualClock
) -> None:
    tg.fail("getUpdates", faults.flooded(30))
    await ann.writes("one")
    await polling.until(lambda r: r.platform._rest.lasts(clock.now()))
    await ann.writes("two")
    calls = len(tg.called("getUpdates"))
    assert not await polling.platform.step()
    assert len(tg.called("getUpdates")) == calls and polling.errors == []
    clock.advance(31)
    await answers.get("one", "two")


async def test_a_clock_that_is_put_back_makes_nobody_wait_for_hours(
    tg: TelegramServer, polling: Running, answers: Answers, ann: Person, clock: ManualClock
) -> None:
    tg.fail("getUpdates", faults.flooded(30))
    await ann.writes("one")
    await polling.until(lambda r: r.platform._rest.lasts(clock.now()))
    clock.advance(hours=-2)
    await answers.get("one")


async def test_a_stop_that_cannot_confirm_says_so(
    tg: TelegramServer, polling: Running, answers: Answers, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    await ann.writes("one")
    answers.hold("two")
    await ann.writes("two")
    await answers.until(lambda a: "two" in a.begun)
    tg.fail("getUpdates", *[faults.dropped_before()] * 20)
    answers.open("two")
    await polling.stop()
    assert "may be answered again" in caplog.text


# --- another program with the token ---


async def test_a_second_poller_is_explained_once_and_its_end_noticed(
    tg: TelegramServer, proxy: Proxy, polling: Running, clock: ManualClock, answers: Answers, ann: Person
) -> None:
    async with Running(tg, proxy, "polling", answers, clock) as second:
        await polling.until(lambda r: bool(r.told))
        await polling.until(lambda r: len(r.errors) >= 3)
    assert [key for key, _ in polling.told] == ["telegram_conflict"]
    assert isinstance(polling.errors[-1], TokenShared) and "other getUpdates" in str(polling.errors[-1])
    assert len(second.told) <= 1
    clock.advance(minutes=5)
    await ann.writes("alone again")
    await polling.until(lambda r: len(r.told) == 2)
    assert polling.told[1] == ("telegram_conflict", None)
    await answers.get("alone again")


async def test_somebody_elses_webhook_is_explained_and_not_fought(
    tg: TelegramServer, polling: Running, answers: Answers, ann: Person
) -> None:
    await polling.bot.set_webhook("https://elsewhere.example.org/secret-path")
    await polling.until(lambda r: len(r.errors) >= 2)
    [(key, lines)] = polling.told
    assert (
        key == "telegram_conflict" and lines and "elsewhere.example.org" in lines[0] and "secret-path" not in lines[0]
    )
    assert tg.webhook.url == "https://elsewhere.example.org/secret-path"
    await polling.bot.delete_webhook()
    await ann.writes("back")
    await answers.get("back")


async def test_a_webhook_from_before_is_taken_away_at_the_start(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock, ann: Person
) -> None:
    async with Running(tg, proxy, "webhook", answers, clock):
        await ann.writes("by webhook")
        await answers.get("by webhook")
    await ann.writes("waits")
    async with Running(tg, proxy, "polling", answers, clock):
        await answers.get("waits")
    assert tg.webhook.url == "" and answers.done == ["by webhook", "waits"]
    assert not any(call.flag("drop_pending_updates") for call in tg.called("deleteWebhook") + tg.called("setWebhook"))


async def test_a_webhook_that_was_taken_away_is_set_again(
    tg: TelegramServer, webhook: Running, answers: Answers, clock: ManualClock, ann: Person
) -> None:
    await webhook.bot.delete_webhook()
    await ann.writes("waits")
    clock.advance(minutes=2)
    await answers.get("waits")
    assert tg.webhook.url == webhook.proxy.url and webhook.told == []
    await webhook.bot.delete_webhook()
    clock.advance(minutes=2)
    await webhook.until(lambda r: bool(r.told))
    assert tg.webhook.url == webhook.proxy.url and webhook.told[0][0] == "telegram_conflict"


async def test_a_webhook_that_another_program_set_is_explained_and_not_fought(
    tg: TelegramServer, webhook: Running, clock: ManualClock
) -> None:
    await webhook.bot.set_webhook("https://elsewhere.example.org/x")
    for _ in range(3):
        clock.advance(minutes=2)
        await webhook.rounds()
    assert isinstance(webhook.errors[-1], TokenShared)
    [(key, lines)] = webhook.told
    assert key == "telegram_conflict" and lines and "elsewhere.example.org" in lines[0]
    assert tg.webhook.url == "https://elsewhere.example.org/x"


# --- the webhook's door ---


async def post(webhook: Running, body: bytes, secret: str | None = "a-secret") -> int:
    headers = {SECRET_HEADER: secret} if secret is not None else {}
    async with (
        aiohttp.ClientSession() as session,
        session.post(webhook.proxy.url, data=io.BytesIO(body), headers=headers) as answer,
    ):
        return answer.status


def update(number: int = 5, text: str = "forged") -> bytes:
    chat = {"id": 9, "type": "private", "first_name": "X"}
    message = {"message_id": 1, "date": 0, "chat": chat, "from": {"id": 9, "is_bot": False, "first_name": "X"}}
    return json.dumps({"update_id": number, "message": message | {"text": text}}).encode()


@pytest.mark.parametrize("secret", [None, "", "a-secre", "a-secret!", "A-SECRET", "ä-secret"])
async def test_nobody_but_telegram_gets_in(webhook: Running, answers: Answers, secret: str | None) -> None:
    assert await post(webhook, update(), secret) == 403
    assert answers.begun == []


async def test_an_update_comes_in_once_however_often_it_is_brought(webhook: Running, answers: Answers) -> None:
    answers.hold("forged")
    posts = [asyncio.create_task(post(webhook, update())) for _ in range(3)]
    await answers.until(lambda a: bool(a.begun))
    answers.open("forged")
    assert await asyncio.gather(*posts) == [200] * 3
    assert await post(webhook, update()) == 200
    assert answers.begun == ["forged"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 5000,
        b"null",
        b"[]",
        b'{"update_id": true}',
        b'{"update_id": 1e400}',
        b'{"update_id": 3, "message": 5}',
        b'{"update_id": 4, "message": {"chat": []}}',
        b"\xff\xfe",
        b'"' + b"x" * 600_000 + b'"',
        b'"' + b"x" * 2_000_000 + b'"',
    ],
    ids=range(12),
)
async def test_rubbish_is_taken_so_that_it_does_not_come_for_ever(
    webhook: Running, answers: Answers, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    assert await post(webhook, body) == 200
    assert "left out" in caplog.text and len(caplog.text) < 3000
    assert await post(webhook, update()) == 200
    assert answers.done == ["forged"]


async def test_a_kind_of_update_that_we_do_not_know_is_taken_too(webhook: Running) -> None:
    assert await post(webhook, b'{"update_id": 6, "telepathy": {"thought": 1}}') == 200


async def test_what_comes_while_we_stop_is_sent_away_to_come_again(webhook: Running) -> None:
    webhook.platform._way.end()
    assert await post(webhook, update()) == 503


async def test_before_telegram_was_met_updates_are_sent_away(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock
) -> None:
    running = Running(tg, proxy, "webhook", answers, clock, secret="a-secret")
    proxy.running = running
    assert await post(running, update()) == 503
    proxy.running = None
    await running.bot.shutdown()


async def test_without_a_secret_in_the_config_one_is_made_and_kept(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock, ann: Person
) -> None:
    notes = Notes()
    for text in ("one", "two"):
        async with Running(tg, proxy, "webhook", answers, clock, notes=notes):
            await ann.writes(text)
            await answers.get(text)
        assert tg.webhook.secret == notes.kept[SECRET]
    secrets = {call.text("secret_token") for call in tg.called("setWebhook")}
    assert len(secrets) == 1 and len(secrets.pop()) >= 32


async def test_a_webhook_that_telegram_cannot_reach_is_told_once(
    tg: TelegramServer, webhook: Running, clock: ManualClock, ann: Person
) -> None:
    tg.now = lambda: clock.now().replace(microsecond=0)
    webhook.platform._way.end()
    await ann.writes("does not arrive")
    await webhook.proxy.answers(2)
    for _ in range(3):
        clock.advance(minutes=2)
        await webhook.rounds()
    [(key, lines)] = webhook.told
    assert key == "telegram_webhook_fails" and lines and "503" in lines[0]
    assert webhook.platform._webhook is not None
    webhook.platform._webhook.open = True
    await tg.queue.handled()
    for _ in range(3):
        clock.advance(minutes=2)
        await webhook.rounds()
    assert webhook.told[1:] == [("telegram_webhook_fails", None)]


async def test_what_failed_while_the_bot_was_away_is_not_told(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock, ann: Person
) -> None:
    tg.now = lambda: clock.now().replace(microsecond=0)
    async with Running(tg, proxy, "webhook", answers, clock, secret="a-secret") as before:
        await before.set_up()
    answers.hold("waits")
    clock.advance(minutes=1)
    await ann.writes("waits")
    await proxy.answers(2)
    clock.advance(minutes=1)
    async with Running(tg, proxy, "webhook", answers, clock, secret="a-secret") as back:
        await answers.until(lambda a: "waits" in a.begun)
        for _ in range(2):
            clock.advance(minutes=2)
            await back.rounds()
        standing = tg.webhook.info()
        last = str(standing["last_error_message"])  # 503 when it came before the bot had met Telegram
        assert ("502" in last or "503" in last) and standing["pending_update_count"] == 1
        assert back.told == []
        answers.open("waits")


async def test_an_update_behind_a_slow_one_is_sent_away_until_its_turn(
    webhook: Running, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook.platform._webhook, "_longest", 0.05)
    answers.hold("slow")
    assert await post(webhook, update(5, "slow")) == 200
    assert await post(webhook, update(6, "next")) == 503
    answers.open("slow")
    await answers.get("next")
    assert await post(webhook, update(6, "next")) == 200
    assert answers.done == ["slow", "next"]


async def test_when_too_much_is_under_way_updates_are_sent_away_for_now(
    webhook: Running, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("newsbot.platforms.telegram.lanes.MOST", 1)
    answers.hold("slow")
    first = asyncio.create_task(post(webhook, update(5, "slow")))
    await answers.until(lambda a: bool(a.begun))
    assert await post(webhook, update(6, "other")) == 503
    answers.open("slow")
    assert await first == 200
    assert answers.begun == ["slow"]


async def test_the_webhook_asks_for_what_long_polling_asks_for(
    tg: TelegramServer, proxy: Proxy, answers: Answers, clock: ManualClock
) -> None:
    asked = []
    for mode in MODES:
        async with Running(tg, proxy, mode, answers, clock) as running:
            await running.set_up()
        asked.append(set(tg.queue.allowed))
    assert asked[0] == asked[1] == {"message", "channel_post", "callback_query", "inline_query", "my_chat_member"}
