"""Both ways in, long polling and the webhook, keep the same promises: each update is answered, once, and Telegram
forgets it only then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
import telegram

from newsbot.platforms.telegram.lanes import Lanes
from newsbot.platforms.telegram.polling import Polling
from newsbot.platforms.telegram.updates import Way
from newsbot.platforms.telegram.webhook import Webhook
from tests.clock import ManualClock
from tests.fakes.telegram import Person, TelegramServer
from tests.platforms.telegram.running import Answers, Mode, Notes, Proxy, Running


@pytest.fixture(params=["polling", "webhook"])
def mode(request: pytest.FixtureRequest) -> Mode:
    """The tests of this page hold for both."""
    chosen: Mode = request.param
    return chosen


@pytest.fixture
async def running(
    tg: TelegramServer, proxy: Proxy, mode: Mode, answers: Answers, clock: ManualClock
) -> AsyncIterator[Running]:
    """A bot that answers, the way in set up."""
    async with Running(tg, proxy, mode, answers, clock) as bot:
        await bot.set_up()
        yield bot
        tg.queue.rested()


async def test_every_kind_of_update_that_we_answer_comes_in(
    tg: TelegramServer, running: Running, answers: Answers, ann: Person
) -> None:
    channel = tg.channel("News", "news_channel", [ann], bot=True)
    said = await ann.writes("hello")
    tg.press(ann, said, "data")
    asking = asyncio.create_task(ann.asks_inline("xiaomi"))
    await ann.says(channel, "/help")
    await ann.blocks()
    await answers.get("hello", "data", "xiaomi", "/help", "kicked")
    asking.cancel()
    assert answers.me is not None and answers.me.username == "newsbot"


async def test_telegram_forgets_an_update_only_when_it_is_answered(
    tg: TelegramServer, running: Running, answers: Answers, ann: Person
) -> None:
    answers.hold("slow")
    await ann.writes("slow")
    await answers.until(lambda a: "slow" in a.begun)
    assert [update.payload["text"] for update in tg.queue.pending] == ["slow"]
    answers.open("slow")
    await tg.queue.handled()
    assert answers.done == ["slow"]


async def test_nobody_waits_for_somebody_elses_slow_command(
    tg: TelegramServer, running: Running, answers: Answers, ann: Person, ben: Person
) -> None:
    answers.hold("slow")
    await ann.writes("slow")
    await answers.until(lambda a: "slow" in a.begun)
    await ben.writes("quick")
    asking = asyncio.create_task(ben.asks_inline("query"))
    await answers.get("quick", "query")
    asking.cancel()
    assert "slow" not in answers.done
    answers.open("slow")
    await tg.queue.handled()


async def test_a_slow_command_and_what_waits_behind_it_stop_nobody_however_many_write(
    tg: TelegramServer, running: Running, answers: Answers, ann: Person
) -> None:
    answers.hold("slow")
    await ann.writes("slow")
    await ann.writes("waits")
    await answers.until(lambda a: "slow" in a.begun)
    people = [tg.person(3000 + n, f"P{n}", started=True) for n in range(150)]
    for person in people:
        await person.writes(f"{person.id}")
    await answers.get(*(f"{person.id}" for person in people))
    assert "waits" not in answers.begun
    answers.open("slow")
    await answers.get("slow", "waits")


async def test_one_persons_commands_are_answered_in_order(
    tg: TelegramServer, running: Running, answers: Answers, ann: Person
) -> None:
    said = [f"{n}" for n in range(30)]
    answers.hold("0")
    for text in said:
        await ann.writes(text)
    await answers.until(lambda a: "0" in a.begun)
    answers.open("0")
    await tg.queue.handled()
    await answers.until(lambda a: len(a.done) == len(said))
    assert answers.done == said


async def test_a_clean_restart_repeats_nothing_and_loses_nothing(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, ann: Person
) -> None:
    answers, notes = Answers(), Notes()
    for round_ in range(3):
        async with Running(tg, proxy, mode, answers, clock, notes=notes) as bot:
            await bot.set_up()
            await ann.writes(f"{round_} while it runs")
            await answers.get(f"{round_} while it runs")
        await ann.writes(f"{round_} while it is away")
    async with Running(tg, proxy, mode, answers, clock, notes=notes) as bot:
        await tg.queue.handled()
    assert answers.done == [f"{n} while it {x}" for n in range(3) for x in ("runs", "is away")]


async def test_a_change_of_the_way_in_loses_no_update_and_repeats_none(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, ann: Person, ben: Person
) -> None:
    answers, notes = Answers(), Notes()
    other: Mode = "webhook" if mode == "polling" else "polling"
    said = []
    for round_, way in enumerate((mode, other, mode, other)):
        for n in range(3):
            said += [f"{round_} {n} a", f"{round_} {n} b"]
            await ann.writes(f"{round_} {n} a")
            await ben.writes(f"{round_} {n} b")
        async with Running(tg, proxy, way, answers, clock, notes=notes) as bot:
            await bot.set_up()
            for n in range(3, 6):
                said += [f"{round_} {n} a", f"{round_} {n} b"]
                await ann.writes(f"{round_} {n} a")
                await ben.writes(f"{round_} {n} b")
            if round_ < 2:
                await answers.get(*said)
        # in the last rounds the bot goes while some wait
    async with Running(tg, proxy, mode, answers, clock, notes=notes) as bot:
        await tg.queue.handled()
    for person in "ab":
        assert [text for text in answers.done if text.endswith(person)] == [s for s in said if s.endswith(person)]


async def test_what_was_being_answered_when_the_process_died_comes_again(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, ann: Person, ben: Person
) -> None:
    answers = Answers()
    answers.hold("slow")
    dying = Running(tg, proxy, mode, answers, clock)
    await dying.__aenter__()
    await ben.writes("before")
    await answers.get("before")
    await ann.writes("slow")
    await answers.until(lambda a: "slow" in a.begun)
    await dying.die()
    fresh = Answers()
    async with Running(tg, proxy, mode, fresh, clock):
        await tg.queue.handled()
        tg.queue.rested()
    assert "slow" in fresh.done and answers.done == ["before"]


async def test_what_waited_behind_a_slow_one_when_the_process_died_comes_again(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, ann: Person, ben: Person
) -> None:
    answers, fresh = Answers(), Answers()
    answers.hold("slow")
    async with Running(tg, proxy, mode, answers, clock) as dying:
        dying.platform._lanes._patience = 0.05  # so that the slow one soon counts as answered
        if dying.platform._webhook is not None:
            dying.platform._webhook._longest = 0.05
        for person, text in ((ben, "before"), (ann, "slow"), (ann, "behind")):
            await person.writes(text)
        async with asyncio.timeout(8):
            while len(tg.queue.pending) > 1:
                await tg.queue.change()
        await dying.die()
    assert [update.payload["text"] for update in tg.queue.pending] == ["behind"]
    async with Running(tg, proxy, mode, fresh, clock):
        await tg.queue.handled()
        tg.queue.rested()
    assert fresh.done == ["behind"] and answers.begun == ["before", "slow"]


async def test_a_stop_lets_what_is_under_way_finish_and_takes_no_more(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, ann: Person, ben: Person
) -> None:
    answers, fresh = Answers(), Answers()
    answers.hold("slow")
    async with Running(tg, proxy, mode, answers, clock) as bot:
        await bot.set_up()
        await ann.writes("slow")
        await answers.until(lambda a: "slow" in a.begun)
        stopping = asyncio.create_task(bot.stop())
        await bot.until(lambda _: bot.platform._stopped)
        await ben.writes("late")
        answers.open("slow")
        await stopping
    assert answers.done == ["slow"]
    async with Running(tg, proxy, mode, fresh, clock):
        await tg.queue.handled()
    assert fresh.done == ["late"]


async def test_an_idle_bot_stops_at_once(tg: TelegramServer, running: Running) -> None:
    loop = asyncio.get_running_loop()
    since = loop.time()
    await running.stop()
    assert loop.time() - since < 2


async def test_an_update_that_nobody_can_read_does_not_hold_up_the_others(
    tg: TelegramServer, running: Running, answers: Answers, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    for rubbish in ({"message_id": "x"}, {"chat": 7, "date": "never"}, {}):
        tg.queue.put("message", rubbish, 77)
    await ann.writes("fine")
    await answers.get("fine")
    await tg.queue.handled()
    assert answers.done == ["fine"] and "could not be read" in caplog.text


async def test_what_a_failing_answer_left_is_not_asked_for_again(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    class Failing(Answers):
        async def handle(self, update: telegram.Update) -> None:
            await super().handle(update)
            raise RuntimeError("made to fail")

    answers = Failing()
    async with Running(tg, proxy, mode, answers, clock):
        await ann.writes("one")
        await ann.writes("two")
        await answers.get("one", "two")
        await tg.queue.handled()
        tg.queue.rested()
    assert answers.done == ["one", "two"] and "was not answered" in caplog.text


@pytest.mark.parametrize("cut", [1, 9, 25])
async def test_a_stop_in_the_middle_of_a_rush_loses_and_repeats_nothing(
    tg: TelegramServer, proxy: Proxy, mode: Mode, clock: ManualClock, cut: int
) -> None:
    answers, notes = Answers(), Notes()
    people = [tg.person(2000 + n, f"P{n}", started=True) for n in range(8)]
    async with Running(tg, proxy, mode, answers, clock, notes=notes) as bot:
        await bot.set_up()
        said = [f"{person.id} {n}" for n in range(5) for person in people]
        for n in range(5):
            for person in people:
                await person.writes(f"{person.id} {n}")
        await answers.until(lambda a: len(a.done) >= cut)
    async with Running(tg, proxy, mode, answers, clock, notes=notes) as bot:
        await tg.queue.handled()
    assert sorted(answers.done) == sorted(said)
    for person in people:
        own = [text for text in answers.done if text.startswith(str(person.id))]
        assert own == [f"{person.id} {n}" for n in range(5)]


async def test_what_takes_long_is_confirmed_and_goes_on_in_the_background(
    tg: TelegramServer, bot: telegram.Bot, proxy: Proxy, clock: ManualClock, answers: Answers, mode: Mode, ann: Person
) -> None:
    async def nobody(key: str, lines: Sequence[str] | None) -> None:
        raise AssertionError(key)

    lanes = Lanes(answers.handle, patience=0.05)
    webhook = Webhook(bot, lanes, proxy.url, clock, nobody, longest=0.05)
    polling = Polling(bot, lanes, hold=1, glance=0.02)
    way: Way = polling if mode == "polling" else webhook
    proxy.route = webhook.receive
    webhook.secret, webhook.open = "a-secret", True
    await way.set_up()
    if mode == "polling":
        await polling.step()  # says what it wants
    answers.hold("slow")
    await ann.writes("slow")
    async with asyncio.timeout(8):
        handled = asyncio.create_task(tg.queue.handled())
        while not handled.done():
            await way.step()
            await asyncio.wait([handled], timeout=0.05)
    assert answers.begun == ["slow"] and answers.done == []
    answers.open("slow")
    assert await lanes.finish(5) is None and answers.done == ["slow"]
    way.end()
    await way.confirm(None)
    await bot.delete_webhook()
