"""The strict Telegram of the tests is strict: calls, updates, webhooks, faults and rates, by the real library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import telegram
from aiohttp import web
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter, TimedOut

from tests.clock import ManualClock
from tests.fakes.telegram import Person, TelegramServer, faults


async def test_the_real_library_learns_who_it_is(tg: TelegramServer, bot: telegram.Bot) -> None:
    tg.inline_mode = False
    me = await bot.get_me()
    assert (me.id, me.username, me.supports_inline_queries) == (123456789, "newsbot", False)
    assert me.can_read_all_group_messages is False


async def test_a_wrong_token_and_an_unknown_method_are_refused(tg: TelegramServer) -> None:
    with pytest.raises(InvalidToken):
        await telegram.Bot("1:x", base_url=f"{tg.url}/bot").__aenter__()
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"{tg.url}/bot1:x/getMe")).json()["description"] == "Unauthorized"
        answer = await client.get(f"{tg.url}/bot{tg.token}/sendCake")
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


async def test_calls_may_come_as_forms_multipart_json_and_query_strings(tg: TelegramServer, ann: Person) -> None:
    address, body = f"{tg.url}/bot{tg.token}/sendMessage", {"chat_id": "1001", "text": "hi"}
    async with httpx.AsyncClient() as client:
        answers = [
            await client.get(address, params=body),
            await client.post(address, data=body),
            await client.post(address, json=body),
            await client.post(address, files={name: (None, value) for name, value in body.items()}),
        ]
    assert [answer.json()["ok"] for answer in answers] == [True] * 4
    assert ann.private.texts() == ["hi"] * 4


async def test_parameters_that_a_method_does_not_have_are_refused(bot: telegram.Bot, ann: Person) -> None:
    with pytest.raises(BadRequest, match=r"(?i)sendMessage has no colour"):
        await bot.send_message(ann.id, "hi", api_kwargs={"colour": "red"})


async def test_an_update_comes_again_until_a_higher_offset_confirms_it(bot: telegram.Bot, ann: Person) -> None:
    await ann.writes("one")
    await ann.writes("two")
    first = await bot.get_updates()
    assert [update.message.text for update in first if update.message] == ["one", "two"]
    assert await bot.get_updates(offset=first[0].update_id) == first
    assert await bot.get_updates(limit=1) == first[:1]
    assert await bot.get_updates(offset=first[1].update_id) == first[1:]
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()


async def test_a_negative_offset_forgets_all_but_the_last(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    for word in ("one", "two", "three"):
        await ann.writes(word)
    found = await bot.get_updates(offset=-1)
    assert [update.message.text for update in found if update.message] == ["three"] and len(tg.queue.pending) == 1


async def held(tg: TelegramServer) -> None:
    """Until a poll is held."""
    async with asyncio.timeout(5):
        while not tg.queue.polls:
            await tg.queue.change()


async def test_a_poll_is_held_until_something_happens(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await held(tg)
    await ann.writes("at last")
    assert [update.message.text for update in await poll if update.message] == ["at last"]


async def test_a_second_poll_ends_the_first_with_a_conflict(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=30))
    await held(tg)
    async with telegram.Bot(tg.token, base_url=f"{tg.url}/bot") as rival:
        second = asyncio.create_task(rival.get_updates(timeout=30))
        with pytest.raises(Conflict, match=r"(?i)other getUpdates request; make sure that only one bot instance"):
            await first
        await ann.writes("hi")
        assert len(await second) == 1


async def test_a_poll_ends_when_its_client_goes_away_and_nothing_is_lost(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await held(tg)
    poll.cancel()
    async with asyncio.timeout(5):
        while tg.queue.polls:
            await tg.queue.change()
    await ann.writes("still there")
    assert len(await bot.get_updates()) == 1


async def test_only_wanted_updates_are_made_and_the_wish_is_remembered(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    await bot.get_updates(allowed_updates=["callback_query"])
    await ann.writes("unheard")
    assert await bot.get_updates() == ()
    await bot.get_updates(allowed_updates=[])
    await ann.writes("heard")
    assert len(await bot.get_updates()) == 1


class Receiver:
    """A bot's webhook that answers as told; ``posts`` is what came, each with its secret."""

    def __init__(self) -> None:
        self.posts: list[tuple[str | None, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.url = ""
        self._came = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        self.posts.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        self._came.set()
        status = self.answers.pop(0) if self.answers else 200
        if status == 0 and request.transport is not None:
            request.transport.abort()
        return web.Response(status=status or 200)

    async def texts(self, count: int) -> list[str]:
        """What the posted messages said, when there are ``count``."""
        async with asyncio.timeout(5):
            while len(self.posts) < count:
                self._came.clear()
                await self._came.wait()
        return [body["message"]["text"] for _, body in self.posts]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/hook", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield made
    await runner.cleanup()


async def test_a_webhook_gets_what_waited_with_the_secret_and_ends_polling(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, receiver: Receiver
) -> None:
    await ann.writes("early")
    await bot.set_webhook(receiver.url, secret_token="s3cret_-")
    await ann.writes("late")
    assert await receiver.texts(2) == ["early", "late"]
    assert {secret for secret, _ in receiver.posts} == {"s3cret_-"}
    with pytest.raises(Conflict, match=r"(?i)can't use getUpdates method while webhook is active; use deleteWebhook"):
        await bot.get_updates()
    await tg.queue.handled()
    assert (await bot.get_webhook_info()).pending_update_count == 0


async def test_setting_a_webhook_ends_a_held_poll(tg: TelegramServer, bot: telegram.Bot, receiver: Receiver) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await held(tg)
    await bot.set_webhook(receiver.url)
    with pytest.raises(Conflict, match=r"(?i)terminated by setWebhook request"):
        await poll


async def test_a_webhook_that_fails_is_asked_again_in_the_order_of_the_chat(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, receiver: Receiver
) -> None:
    tg.webhook.pause = 0
    receiver.answers = [500, 0, 302]
    await ann.writes("one")
    await ann.writes("two")
    await bot.set_webhook(receiver.url)
    assert await receiver.texts(5) == ["one", "one", "one", "one", "two"]
    await tg.queue.handled()
    assert "302" in ((await bot.get_webhook_info()).last_error_message or "")


async def test_switching_back_to_polling_keeps_what_was_not_delivered(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    await bot.set_webhook("http://127.0.0.1:1/nobody")
    await ann.writes("kept")
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    tg.queue.rested()
    assert await bot.get_updates() == ()


async def test_a_webhook_needs_https_and_a_plain_secret(bot: telegram.Bot) -> None:
    with pytest.raises(BadRequest, match=r"(?i)an HTTPS URL must be provided for webhook"):
        await bot.set_webhook("http://bot.example/hook")
    with pytest.raises(BadRequest, match="unallowed characters"):
        await bot.set_webhook("https://bot.example/hook", secret_token="a secret")


async def test_scripted_refusals_come_one_a_call(tg: TelegramServer, bot: telegram.Bot, ann: Person) -> None:
    tg.fail("sendMessage", faults.refused(403, "Forbidden: bot was blocked by the user"), faults.flooded(7))
    with pytest.raises(Forbidden):
        await bot.send_message(ann.id, "one")
    with pytest.raises(RetryAfter, match="0:00:07"):
        await bot.send_message(ann.id, "two")
    await bot.send_message(ann.id, "three")
    assert ann.private.texts() == ["three"] and tg.rates.refusals == 1 and len(tg.called("sendMessage")) == 3


async def test_a_connection_breaks_before_or_after_the_message_was_accepted(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    tg.fail("sendMessage", faults.dropped_before(), faults.dropped_after())
    for text in ("lost", "arrived"):
        with pytest.raises(NetworkError):
            await bot.send_message(ann.id, text)
    assert ann.private.texts() == ["arrived"]


async def test_an_answer_may_be_late_though_the_message_is_there(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    answer = asyncio.Event()
    tg.fail("sendMessage", faults.delayed(answer), faults.delayed(answer))
    with pytest.raises(TimedOut):
        await bot.send_message(ann.id, "one", read_timeout=0.05)
    sending = asyncio.create_task(bot.send_message(ann.id, "two"))
    await ann.private.wait_for("two")
    assert not sending.done()
    answer.set()
    assert (await sending).text == "two" and ann.private.texts() == ["one", "two"]


async def test_a_proxy_may_answer_html_and_a_server_nonsense(
    tg: TelegramServer, bot: telegram.Bot, ann: Person
) -> None:
    tg.fail("sendMessage", faults.html_error(502), faults.garbage())
    for _ in range(2):
        with pytest.raises(telegram.error.TelegramError):
            await bot.send_message(ann.id, "hi")
    assert ann.private.texts() == []


@pytest.fixture
def paced(tg: TelegramServer, clock: ManualClock) -> ManualClock:
    """The server with its limits on, and its clock."""
    tg.now, tg.rates.on = clock.now, True
    return clock


async def test_a_chat_bears_a_short_burst_and_then_one_message_a_second(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, paced: ManualClock
) -> None:
    for number in range(3):
        await bot.send_message(ann.id, str(number))
    with pytest.raises(RetryAfter, match="0:00:01"):
        await bot.send_message(ann.id, "too much")
    with pytest.raises(RetryAfter):
        await bot.edit_message_text("edits count too", ann.id, ann.private.last.id)
    paced.advance(1)
    await bot.send_message(ann.id, "in time")
    assert tg.rates.refusals == 2


async def test_a_group_takes_twenty_a_minute(
    tg: TelegramServer, bot: telegram.Bot, ann: Person, paced: ManualClock
) -> None:
    group = tg.group("Group", admins=[ann], bot=True)
    for number in range(20):
        await bot.send_message(group.id, str(number))
        paced.advance(1)
    with pytest.raises(RetryAfter, match="0:00:40"):
        await bot.send_message(group.id, "one too many")
    await bot.send_message(ann.id, "elsewhere it goes on")
    paced.advance(40)
    await bot.send_message(group.id, "later")


async def test_all_chats_together_take_thirty_a_second(
    tg: TelegramServer, bot: telegram.Bot, paced: ManualClock
) -> None:
    people = [tg.person(number, str(number), started=True) for number in range(2000, 2031)]
    for person in people[:30]:
        await bot.send_message(person.id, "hi")
    with pytest.raises(RetryAfter):
        await bot.send_message(people[30].id, "hi")
    paced.advance(1)
    await bot.send_message(people[30].id, "hi")
