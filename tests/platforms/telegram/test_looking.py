"""`newsbot check --online`: what an admin has to know of the token and its switches, in words and without the token."""

from __future__ import annotations

import pytest

from newsbot.platforms.telegram.looking import Look, look
from newsbot.platforms.telegram.wire import make_bot
from tests.fakes.telegram import Person, TelegramServer, faults

OURS = "https://bot.example.org/telegram"


async def looked(tg: TelegramServer, *, token: str = "", webhook: str = "", api_url: str = "") -> Look:
    bot = make_bot(token or tg.token, api_url or tg.url, read_timeout=5, connect_timeout=5)
    return await look(bot, api_url=api_url or tg.url, webhook_url=webhook, patience=5)


def text(found: Look) -> str:
    return "\n".join(line.text for line in found.lines)


async def test_a_good_token_is_named_and_nothing_is_changed(tg: TelegramServer) -> None:
    found = await looked(tg)
    assert found.ok and "@newsbot" in found.lines[0].text and "News" in found.lines[0].text
    assert "inline mode is on" in text(found) and "long polling" in text(found)
    assert {call.method for call in tg.calls} == {"getMe", "getWebhookInfo"}


async def test_inline_mode_that_is_off_comes_with_how_to_switch_it_on() -> None:
    async with TelegramServer(inline=False) as tg:
        found = await looked(tg)
    assert found.ok and "inline mode is off" in text(found) and "/setinline to @BotFather" in text(found)


@pytest.mark.parametrize(("reads_all", "said"), [(False, "group privacy is on"), (True, "/setprivacy at @BotFather")])
async def test_group_privacy_is_told(reads_all: bool, said: str) -> None:
    async with TelegramServer(reads_all=reads_all) as tg:
        assert said in text(await looked(tg))


@pytest.mark.parametrize("token", ["123456789:AAnotherTokenThatNobodyKnowsAAAA", "nonsense"])
async def test_a_bad_token_is_told_and_not_shown(tg: TelegramServer, token: str) -> None:
    found = await looked(tg, token=token)
    assert not found.ok and "platforms.telegram.token" in text(found) and "@BotFather" in text(found)
    assert token not in text(found)


async def test_the_webhook_that_stands_is_compared_with_the_config(tg: TelegramServer) -> None:
    assert "no webhook stands yet" in text(await looked(tg, webhook=OURS))
    bot = make_bot(tg.token, tg.url)
    async with bot:
        await bot.set_webhook(OURS)
        assert "the webhook at bot.example.org stands" in text(await looked(tg, webhook=OURS))
        await bot.set_webhook("https://old.example.org/private-path")
        other = text(await looked(tg, webhook=OURS))
        assert "old.example.org" in other and "at bot.example.org" in other and "private-path" not in other
        assert "long polling in its place" in text(await looked(tg))
        await bot.delete_webhook()


async def test_a_webhook_that_fails_is_a_fault_while_updates_wait(tg: TelegramServer, ann: Person) -> None:
    nobody = "http://127.0.0.1:9/telegram"
    async with make_bot(tg.token, tg.url) as bot:
        await bot.set_webhook(nobody)
    tg.webhook.error = "Wrong response from the webhook: 502 Bad Gateway"
    recovered = await looked(tg, webhook=nobody)
    assert recovered.ok and "502 Bad Gateway" in text(recovered)
    await ann.writes("waits")
    found = await looked(tg, webhook=nobody)
    assert not found.ok and "its last failure" in text(found) and "wait to be answered: 1" in text(found)


async def test_no_network_is_told_in_words(tg: TelegramServer) -> None:
    await tg.transport.close()
    found = await looked(tg)
    assert not found.ok and "cannot be reached" in text(found) and "api_url" in text(found)
    assert tg.token not in text(found)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (faults.garbage("<html>"), "Bot API server"),
        (faults.garbage("[]"), "is no Bot API server"),
        (faults.garbage('{"ok": true, "result": 5}'), "is no Bot API server"),
        (faults.html_error(502), "Bad Gateway"),
        (faults.refused(404, "Not Found"), "not that of a Bot API server"),
        (faults.flooded(7), "wait 7 s"),
        (faults.dropped_before(), "cannot be reached"),
    ],
    ids=str,
)
async def test_an_address_that_is_no_bot_api_server_is_explained(
    tg: TelegramServer, fault: faults.Fault, said: str
) -> None:
    tg.fail("getMe", fault)
    found = await looked(tg)
    assert not found.ok and said in text(found) and tg.token not in text(found)
    tg.fail("getWebhookInfo", faults.garbage("[]"))
    assert not (await looked(tg)).ok


async def test_the_real_telegram_is_called_by_its_name(tg: TelegramServer) -> None:
    bot = make_bot("123456789:AAnotherTokenThatNobodyKnowsAAAA", tg.url)
    found = await look(bot)
    assert text(found).startswith("Telegram does not know the token")
