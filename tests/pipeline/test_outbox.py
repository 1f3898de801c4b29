"""The outbox between the database and a platform: what each answer makes of a delivery, and of those after it."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from newsbot.domain.models import Chat, ChatKey, Delivery, DeliveryState, Hold
from newsbot.domain.ports import ChatGone, Moved, OnPart, Over, RetryLater, SendOutcome, Sent, Unknown
from newsbot.errors import LeadershipLost, StorageBusy
from newsbot.pipeline.outbox import GIVE_UP, Outbox
from newsbot.storage import Fence, Storage
from newsbot.storage.outbox import Outbox as Rows
from newsbot.storage.outbox import PlannedDelivery, Settlement
from tests.clock import ManualClock
from tests.databases import Sqlite
from tests.fakes.sender import FakeSender
from tests.storage.making import chat, digest, edit, posts, queue

QUEUED, SENDING, SENT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT
UNCERTAIN, QUARANTINED = DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED
PLATFORM = "telegram"
NO_PARTS = """CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN old.state = 'sending' AND new.state = 'sending'
    BEGIN SELECT RAISE(ABORT, 'full'); END"""
NO_PUBLISHING = """CREATE TRIGGER full BEFORE INSERT ON deliveries WHEN new.kind = 'publish'
    BEGIN SELECT RAISE(ABORT, 'full'); END"""
PACED = RetryLater("pace", 5.0, tried=False)
LIMITED = RetryLater("429", 5.0, limited=True)

Sending = Callable[[Delivery, OnPart], Awaitable[SendOutcome]]


class Sender(FakeSender):
    """``sending`` does what a real sender does, part by part."""

    def __init__(self, *, idempotent: bool = False) -> None:
        super().__init__(platform=PLATFORM, idempotent=idempotent)
        self.sending: Sending | None = None

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        if self.sending is None:
            return await super().send(delivery, sent)
        self.sent.append(delivery)
        return await self.sending(delivery, sent)


class Box:
    """An outbox over a database, and short ways to fill it and look into it."""

    def __init__(self, storage: Storage, clock: ManualClock, *, resend: bool = True, idempotent: bool = False) -> None:
        self.storage, self.clock, self.sender = storage, clock, Sender(idempotent=idempotent)
        self.resend, self.lives = resend, 0
        self.heard: list[SendOutcome] = []
        self.alerts: list[tuple[str, bool]] = []
        self.outbox = self.born()

    def born(self) -> Outbox:
        """An outbox of a new process."""

        async def alert(key: str, lines: Sequence[str] | None) -> None:
            self.alerts.append((key, lines is not None))

        def hear(_: Delivery, outcome: SendOutcome) -> None:
            self.heard.append(outcome)

        self.lives += 1
        owner = f"elsewhere:{self.lives}"
        return Outbox(
            self.storage, self.sender, self.clock, owner, hear, resend=self.resend, alert=alert, patience=0.05
        )

    async def chat(self, native: str = "1") -> Chat:
        return await chat(self.storage, native, PLATFORM)

    async def post(self, native: str = "1") -> int:
        (made,) = await posts(self.storage, (await self.chat(native)).id, 1)
        return made

    async def get(self, delivery_id: int) -> Delivery:
        found = await self.storage.outbox.get(delivery_id)
        assert found is not None
        return found

    async def states(self, numbers: Sequence[int]) -> Counter[DeliveryState]:
        return Counter([(await self.get(number)).state for number in numbers])

    async def deliver(self) -> None:
        while await self.outbox.step():
            pass

    async def later(self, minutes: float = 1) -> None:
        self.clock.advance(minutes=minutes)
        await self.deliver()

    async def killed_when(self, moment: asyncio.Event) -> None:
        """The process is killed at that moment, and another starts a minute later."""
        life = asyncio.create_task(self.deliver())
        await moment.wait()
        life.cancel()
        await asyncio.gather(life, return_exceptions=True)
        await self.outbox.close(timeout=0)
        self.sender.sending = None
        self.clock.advance(minutes=1)
        self.outbox = self.born()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Another process holds the lock of the database."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


@pytest.fixture
def box(sqlite_storage: Storage, clock: ManualClock) -> Box:
    return Box(sqlite_storage, clock)


def script(*answers: SendOutcome) -> Callable[[Delivery], SendOutcome | None]:
    """These answers first, one each; whatever comes after them is sent."""
    left = list(answers)
    return lambda _: left.pop(0) if left else None


async def test_parts_that_went_out_are_recorded_and_a_retry_knows_them(box: Box) -> None:
    number = await box.post()

    async def sending(delivery: Delivery, sent: OnPart) -> SendOutcome:
        if delivery.message_ids:
            return Sent((*delivery.message_ids, "m3"))
        await sent(("m1",))
        await sent(("m1", "m2"))
        assert (await box.get(number)).message_ids == ("m1", "m2")
        return RetryLater("503")

    box.sender.sending = sending
    await box.deliver()
    assert ((await box.get(number)).state, (await box.get(number)).message_ids) == (QUEUED, ("m1", "m2"))
    await box.later()
    assert ((await box.get(number)).state, (await box.get(number)).message_ids) == (SENT, ("m1", "m2", "m3"))


async def test_a_part_that_could_not_be_recorded_at_once_is_recorded_with_the_answer(
    sqlite_storage: Storage, clock: ManualClock
) -> None:
    async def sending(_: Delivery, sent: OnPart) -> SendOutcome:
        await sent(("m1",))
        return RetryLater("503")

    box = Box(sqlite_storage, clock)
    number = await box.post()
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text(NO_PARTS))
    box.sender.sending = sending
    await box.deliver()
    assert (await box.get(number)).message_ids == ("m1",)


async def test_an_unknown_outcome_is_sent_once_more_and_then_uncertain(box: Box) -> None:
    number = await box.post()
    box.sender.answer = lambda _: Unknown("timed out")
    await box.deliver()
    first = await box.get(number)
    assert (first.state, first.doubts, first.reason) == (QUEUED, 1, "timed out")
    await box.later()
    assert (await box.get(number)).state is UNCERTAIN
    await box.later(60)
    assert len(box.sender.sent) == 2


async def test_an_edit_whose_outcome_is_unknown_is_simply_done_again(box: Box) -> None:
    number = await box.post()
    await box.deliver()
    (change,) = await queue(box.storage.outbox, [edit((await box.chat()).id, number)])
    box.sender.answer = script(Unknown("timed out"))
    await box.deliver()
    assert (await box.get(change)).state is QUEUED
    await box.later()
    assert (await box.get(change)).state is SENT


async def test_a_chat_that_waits_for_its_turn_keeps_its_order_and_holds_up_nobody(box: Box) -> None:
    room = await box.chat("1")
    first, second = await posts(box.storage, room.id, 2)
    other = await box.post("2")
    box.sender.answer = lambda d: PACED if d.chat.native == "1" else None
    await box.deliver()
    assert [delivery.id for delivery in box.sender.sent] == [first, other]
    box.sender.answer = lambda _: None
    await box.later()
    assert [delivery.id for delivery in box.sender.sent] == [first, other, first, second]


async def test_groups_at_their_limit_do_not_starve_the_others(box: Box) -> None:
    """Forty groups must wait, and what they have to send is older and more than a batch."""
    for n in range(40):
        await posts(box.storage, (await box.chat(f"-{n + 1}")).id, 2)
    free = [await box.post(str(n)) for n in range(1, 6)]
    box.sender.answer = lambda d: PACED if d.chat.native.startswith("-") else None
    await box.deliver()
    assert [(await box.get(number)).state for number in free] == [SENT] * 5
    assert len(box.sender.sent) == 45


async def test_a_slow_answer_holds_up_no_other_chat(box: Box) -> None:
    slow = await box.post("1")
    answer = asyncio.Event()

    async def sending(delivery: Delivery, _: OnPart) -> SendOutcome:
        if delivery.id == slow:
            await answer.wait()
        return Sent((f"m{delivery.id}",))

    box.sender.sending = sending
    assert await box.outbox.step()
    quick = await box.post("2")
    while (await box.get(quick)).state is not SENT:
        assert await box.outbox.step()
    assert (await box.get(slow)).state is SENDING
    answer.set()
    await box.outbox.close()
    assert (await box.get(slow)).state is SENT
    assert len(box.sender.sent) == 2


async def test_a_chat_that_moved_is_sent_to_at_its_new_address_at_once(box: Box) -> None:
    number = await box.post("-5")
    box.sender.answer = script(Moved(ChatKey(PLATFORM, "-1005")))
    await box.deliver()
    assert [delivery.chat.native for delivery in box.sender.sent] == ["-5", "-1005"]
    assert (await box.get(number)).state is SENT


async def test_parts_that_went_to_the_old_address_are_neither_sent_again_nor_edited(
    storage: Storage, clock: ManualClock
) -> None:
    box = Box(storage, clock)
    number = await box.post("-5")

    async def sending(delivery: Delivery, sent: OnPart) -> SendOutcome:
        if delivery.chat.native == "-5":
            await sent(("7", "8"))
            return Moved(ChatKey(PLATFORM, "-1005"))
        return Sent((*delivery.message_ids, "1"))

    box.sender.sending = sending
    await box.deliver()
    assert (await box.get(number)).message_ids == ("", "", "1")


async def test_an_edit_of_a_deleted_post_is_dropped_and_its_post_is_edited_no_more(box: Box) -> None:
    number = await box.post()
    await box.deliver()
    (change,) = await queue(box.storage.outbox, [edit((await box.get(number)).chat_id, number)])
    box.sender.answer = script(Over("the message to edit is gone"))
    await box.deliver()
    dropped = await box.get(change)
    assert (dropped.state, dropped.reason) == (DeliveryState.DROPPED, "the message to edit is gone")
    assert ((await box.get(number)).state, (await box.get(number)).message_ids) == (SENT, ("",))


async def test_a_chat_that_moves_for_ever_is_given_up(box: Box) -> None:
    number = await box.post("-5")
    box.sender.answer = lambda d: Moved(ChatKey(PLATFORM, f"{d.chat.native}0"))
    await box.deliver()
    assert ((await box.get(number)).state, len(box.sender.sent)) == (QUARANTINED, GIVE_UP)


async def test_a_topic_that_was_closed_pauses_only_itself(storage: Storage, clock: ManualClock) -> None:
    box = Box(storage, clock)
    keys = [ChatKey(PLATFORM, "-7", thread) for thread in ("", "3", "4")]
    rooms = [await box.storage.chats.ensure(each, "group", "", box.clock.now()) for each in keys]
    numbers = [(await posts(box.storage, room.id, 1))[0] for room in rooms]
    box.sender.answer = lambda d: ChatGone("TOPIC_CLOSED") if d.chat.thread == "3" else None
    await box.deliver()
    assert [(await box.get(number)).state for number in numbers] == [SENT, QUEUED, SENT]
    assert await box.storage.chats.paused() == {"TOPIC_CLOSED": 1}
    box.sender.answer = lambda _: None
    await box.storage.chats.resume(rooms[1].id)
    await box.deliver()
    assert (await box.get(numbers[1])).state is SENT


async def test_one_limit_of_the_whole_platform_holds_every_chat(box: Box) -> None:
    await box.post("1")
    box.sender.answer = script(RetryLater("429", 30, whole_platform=True))
    await box.deliver()
    await box.post("2")
    assert not await box.outbox.step()
    assert len(box.sender.sent) == 1
    await box.later()
    assert len(box.sender.sent) == 3


def followed(delivery: Delivery) -> SendOutcome | None:
    """A post stands where others follow."""
    return Sent((f"m{delivery.id}",), publish=True) if delivery.kind == "post" else None


async def test_what_others_follow_is_published_after_all_posts_and_digests_first(box: Box) -> None:
    daily = replace(digest("News"), occasion="daily")
    planned = [
        PlannedDelivery((await box.chat(native)).id, "post", said, 0, box.clock.now())
        for native, said in (("1", digest("News")), ("2", daily))
    ]
    story, many = await queue(box.storage.outbox, planned)
    box.sender.answer = followed
    await box.deliver()
    assert [(d.kind, d.target) for d in box.sender.sent[-2:]] == [("publish", many), ("publish", story)]
    assert box.sender.sent[-1].message_ids == (f"m{story}",)


async def test_a_bot_that_was_killed_between_parts_goes_on_with_the_next(box: Box) -> None:
    number = await box.post()
    killed = asyncio.Event()

    async def dying(_: Delivery, sent: OnPart) -> SendOutcome:
        await sent(("m1",))
        killed.set()
        await asyncio.Event().wait()
        raise AssertionError

    box.sender.sending = dying
    await box.killed_when(killed)
    await box.deliver()
    assert [chat.platform for chat, _ in box.sender.recalled] == [PLATFORM]  # it may count for the platform's limits
    assert ((await box.get(number)).state, (await box.get(number)).doubts) == (QUEUED, 1)
    await box.later()
    assert [delivery.message_ids for delivery in box.sender.sent] == [(), ("m1",)]


async def test_a_process_that_ends_while_it_publishes_leaves_that_to_the_next(box: Box) -> None:
    await box.post()
    begun = asyncio.Event()

    async def dying(delivery: Delivery, sent: OnPart) -> SendOutcome:
        if answer := followed(delivery):
            return answer
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    box.sender.sending = dying
    await box.killed_when(begun)
    await box.deliver()
    publish, _ = await box.storage.outbox.list()
    assert (publish.kind, publish.state, publish.doubts) == ("publish", SENT, 0)


async def test_turns_and_limits_are_no_failed_attempts_and_limits_are_heard_of(box: Box) -> None:
    number = await box.post()
    box.sender.answer = script(*[PACED] * GIVE_UP, *[LIMITED] * GIVE_UP)
    for _ in range(2 * GIVE_UP):
        await box.later(0.1)
    assert ((await box.get(number)).state, (await box.get(number)).attempts) == (QUEUED, 1)
    assert box.heard == [LIMITED] * GIVE_UP
    await box.later()
    assert (await box.get(number)).state is SENT


async def test_what_the_sender_left_out_and_what_nobody_can_find_out_is_kept_in_words(
    sqlite_storage: Storage, clock: ManualClock
) -> None:
    box = Box(sqlite_storage, clock, idempotent=True)
    plainer, hidden = await box.post("1"), await box.post("2")
    box.sender.answer = script(Sent(("7",), note="shown without its picture"), Unknown("no history", final=True))
    await box.deliver()
    assert ((await box.get(plainer)).state, (await box.get(plainer)).reason) == (SENT, "shown without its picture")
    assert ((await box.get(hidden)).state, (await box.get(hidden)).reason) == (UNCERTAIN, "no history")


async def test_what_another_process_sends_by_now_is_not_taken_back(box: Box) -> None:
    number = await box.post()
    box.storage.outbox = rows = Shaky(box.storage._db)
    rows.after = 1  # it is claimed, and we do not hear of it
    with pytest.raises(StorageBusy):
        await box.outbox.step()

    async def sending(platform: str) -> list[Delivery]:
        found = await Rows.sending(rows, platform)
        now = box.clock.now() + timedelta(minutes=1)
        assert await box.storage.leases.acquire(f"deliver:{platform}", "another process", now, 30)
        return found

    rows.sending = sending  # type: ignore[method-assign]  # just then another takes over
    with pytest.raises(LeadershipLost):
        await box.outbox.step()
    assert (await box.get(number)).state is SENDING


# --- a platform in trouble -------------------------------------------------------------------------


async def test_only_what_fails_while_others_go_through_is_given_up(box: Box) -> None:
    poison = await box.post("0")
    box.sender.answer = lambda d: RetryLater("500") if d.id == poison else None
    for n in range(GIVE_UP + 1):
        await box.post(str(n + 1))
        await box.later(30)
    assert (await box.get(poison)).state is QUARANTINED
    assert len([d for d in box.sender.sent if d.id == poison]) == GIVE_UP
    lonely = await box.post("alone")
    box.sender.answer = lambda _: RetryLater("500")
    for _ in range(3 * GIVE_UP):
        await box.later(30)
    assert ((await box.get(lonely)).state, (await box.get(lonely)).attempts <= 2) == (QUEUED, True)
    (behind,) = await posts(box.storage, (await box.chat("alone")).id, 1, first_story=2)
    other = await box.post("other")  # and nobody else has anything to send
    while (states := await box.states([lonely, other])) == {QUEUED: 2}:  # a day of it and more, and always answered
        await box.later(30)
    assert states == {QUARANTINED: 1, QUEUED: 1}
    assert (await box.get(behind)).state is QUEUED
    await box.later(600)
    assert await box.states([lonely, other, behind]) == {QUARANTINED: 1, QUEUED: 2}


@pytest.mark.parametrize("idempotent", [False, True])
async def test_an_outage_of_days_costs_no_attempts_and_few_probes_and_all_goes_out_soon_after_it(
    sqlite_storage: Storage, clock: ManualClock, idempotent: bool
) -> None:
    box = Box(sqlite_storage, clock, idempotent=idempotent)
    numbers = [await box.post(str(n)) for n in range(40)]
    box.sender.answer = lambda _: Unknown("502") if idempotent else RetryLater("503")
    await box.deliver()
    first = len(box.sender.sent)
    assert first <= 30
    for _ in range(30):
        await box.later(120)
    assert len(box.sender.sent) - first <= 30
    assert max([(await box.get(number)).attempts for number in numbers]) <= 2
    assert await box.states(numbers) == {QUEUED: 40}
    box.sender.answer = lambda _: None
    await box.later(10)
    assert await box.states(numbers) == {SENT: 40}
    assert box.alerts == [("outage:telegram", True), ("outage:telegram", False)]


async def test_unknown_outcomes_that_pile_up_hold_the_platform_for_every_process_until_sends_go_well(box: Box) -> None:
    numbers = [await box.post(str(n)) for n in range(60)]
    box.sender.answer = lambda _: Unknown("timed out")
    await box.deliver()
    first = len(box.sender.sent)
    assert first <= 30
    assert not await box.outbox.step()
    (hold,) = await box.storage.holds.standing(box.clock.now())
    assert (hold.platform, hold.until) == (PLATFORM, box.clock.now() + timedelta(minutes=1))
    assert "timed out" in hold.reason and box.alerts == [("doubtful:telegram", True)]
    await box.outbox.close()
    await box.outbox.leadership.release()
    box.outbox = box.born()  # another process goes on with it
    assert not await box.outbox.step()
    for _ in range(10):
        await box.later(6)
    assert 1 <= len(box.sender.sent) - first <= 6
    box.sender.answer = lambda _: None
    await box.later(31)
    await box.later()
    states = await box.states(numbers)
    assert states[SENT] >= 50 and states[SENT] + states[UNCERTAIN] == 60
    assert box.alerts[-1] == ("doubtful:telegram", False)
    assert await box.storage.holds.standing(box.clock.now()) == []


async def test_an_admin_ends_a_hold_and_a_pause_of_theirs_outlasts_it(box: Box) -> None:
    for n in range(4):
        await box.post(str(n))
    box.sender.answer = script(*[Unknown("timed out")] * 3)
    await box.deliver()
    assert await box.storage.holds.end(PLATFORM)
    late = await box.post("late")
    await box.deliver()
    assert (await box.get(late)).state is SENT
    await box.storage.holds.hold(PLATFORM, "an admin", box.clock.now())
    more = [await box.post(f"more {n}") for n in range(3)]
    await box.later(40)
    assert await box.states(more) == {QUEUED: 3}
    assert await box.storage.holds.standing(box.clock.now()) == [
        Hold(PLATFORM, "an admin", box.clock.now() - timedelta(minutes=40))
    ]


# --- a database in trouble -------------------------------------------------------------------------


async def test_while_the_database_is_locked_answers_are_kept_and_nothing_is_sent(
    sqlite: Sqlite, tmp_path: Path, clock: ManualClock
) -> None:
    storage = await Storage.open(sqlite.migrated(tmp_path / "busy.db"), busy_seconds=0.02)
    box = Box(storage, clock)
    numbers = [await box.post(native) for native in ("1", "2", "3")]
    sent, answer = asyncio.Event(), asyncio.Event()

    async def slow(delivery: Delivery, _: OnPart) -> SendOutcome:
        sent.set()
        await answer.wait()
        return Sent(("m",)) if delivery.id != numbers[2] else ChatGone("kicked")

    box.sender.sending = slow
    step = asyncio.create_task(box.outbox.step())
    await sent.wait()
    await step
    later = await box.post("4")
    with locked(tmp_path / "busy.db"):
        answer.set()
        for _ in range(4):
            clock.advance(minutes=3)
            with pytest.raises(StorageBusy, match="locked by another process"):
                await box.outbox.step()
        assert (await box.states(numbers)) == {SENDING: 3} and box.heard == []
    await box.deliver()
    assert await box.states([*numbers, later]) == {SENT: 3, QUEUED: 1}
    assert len(box.sender.sent) == 4 and len(box.heard) == 4
    assert await storage.chats.paused() == {"kicked": 1}
    await box.outbox.close()
    await storage.close()


async def test_an_answer_that_no_table_takes_holds_up_no_other_and_is_recorded_in_the_end(box: Box) -> None:
    number, plain = await box.post("1"), await box.post("2")
    box.sender.answer = lambda d: Sent(("m",), publish=d.id == number) if d.kind == "post" else None
    async with box.storage._db.write() as conn:
        await conn.execute(text(NO_PUBLISHING))
    with pytest.raises(IntegrityError):
        await box.outbox.step()
    last = await box.post("3")
    await box.deliver()
    assert await box.states([number, plain, last]) == {SENDING: 1, SENT: 2}
    async with box.storage._db.write() as conn:
        await conn.execute(text("DROP TRIGGER full"))
    await box.later()
    assert {d.state for d in await box.storage.outbox.list()} == {SENT}
    assert Counter(d.kind for d in box.sender.sent) == {"post": 3, "publish": 1}


# --- whatever happens --------------------------------------------------------------------------------


class Shaky(Rows):
    """Rows in a database that fails before or after it has done what it was asked for."""

    before = after = 0
    down = False

    async def claim(self, platform: str, now: datetime, limit: int, fence: Fence | None = None) -> list[Delivery]:
        self._before()
        claimed = await super().claim(platform, now, limit, fence)
        self._after(bool(claimed))
        return claimed

    async def settle_all(
        self, settlements: Sequence[Settlement], now: datetime, fence: Fence | None = None
    ) -> list[bool]:
        self._before()
        done = await super().settle_all(settlements, now, fence)
        self._after(bool(settlements))
        return done

    def _before(self) -> None:
        if self.down or self.before:
            self.before = max(0, self.before - 1)
            raise StorageBusy("before")

    def _after(self, changed: bool) -> None:
        if changed and self.after:
            self.after -= 1
            raise StorageBusy("after")


EVENTS = ("sent", "refused", "limited", "lost", "lost before", "gone", "moved", "killed", "killed before", "db", "db?")


class Life:
    """A box whose sender meets one of ``EVENTS`` at each send, and the platform behind it."""

    def __init__(self, box: Box, events: Sequence[str]) -> None:
        self.box, self._events = box, list(events)
        self.rows = Shaky(box.storage._db)
        box.storage.outbox = self.rows
        box.sender.sending = self.send
        self.shown: Counter[int] = Counter()
        self.doubted: set[int] = set()
        self._death = asyncio.Event()
        self._moves = 0

    async def send(self, delivery: Delivery, _: OnPart) -> SendOutcome:
        event = self._events.pop(0) if self._events else "sent"
        self.rows.before += event == "db"
        self.rows.after += event == "db?"
        if event in ("sent", "lost", "killed", "db", "db?"):
            self.shown[delivery.id] += 1
        if "lost" in event or "killed" in event:
            self.doubted.add(delivery.id)
        if "killed" in event:
            self._death.set()
            await asyncio.Event().wait()
        self._moves += event == "moved"
        answers: dict[str, SendOutcome] = {
            "refused": RetryLater("503"), "limited": LIMITED, "lost": Unknown("reset"), "lost before": Unknown("reset"),
            "gone": ChatGone("kicked"), "moved": Moved(ChatKey(PLATFORM, f"{delivery.chat.native}.{self._moves}")),
        }  # fmt: skip
        return answers.get(event, Sent((f"m{delivery.id}",)))

    async def go_on(self) -> None:
        """Some rounds of the loop, or until the process is killed; then a while passes."""
        box = self.box
        rounds = asyncio.create_task(self._rounds())
        death = asyncio.create_task(self._death.wait())
        await asyncio.wait([rounds, death], return_when=asyncio.FIRST_COMPLETED)
        if self._death.is_set():
            await self._die(rounds)
        death.cancel()
        await asyncio.gather(rounds, death, return_exceptions=True)
        for each in await box.storage.chats.all():
            await box.storage.chats.resume(each.id)
        box.clock.advance(minutes=31)

    async def _rounds(self) -> None:
        for _ in range(12):
            with suppress(StorageBusy):
                if not await self.box.outbox.step():
                    return

    async def _die(self, rounds: asyncio.Task[None]) -> None:
        """What is in flight, or answered and not recorded, is lost."""
        self.rows.down = True
        rounds.cancel()
        await asyncio.gather(rounds, return_exceptions=True)
        await self.box.outbox.close(timeout=0)
        self.doubted |= {delivery.id for delivery in await self.rows.sending(PLATFORM)}
        self.rows.down, self._death = False, asyncio.Event()
        self.box.outbox = self.box.born()


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.booleans(), st.booleans(), st.lists(st.sampled_from(EVENTS), max_size=14))
async def test_whatever_happens_each_delivery_is_shown_and_once_unless_nobody_could_know(
    sqlite: Sqlite, tmp_path: Path, idempotent: bool, resend: bool, events: list[str]
) -> None:
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    storage = await Storage.open(sqlite.migrated(folder / "life.db"))
    box = Box(storage, ManualClock(), resend=resend, idempotent=idempotent)
    numbers = [number for native in "123" for number in await posts(storage, (await box.chat(native)).id, 2)]
    life = Life(box, events)
    for _ in range(30):
        await life.go_on()
        if not (await box.states(numbers)).keys() & {QUEUED, SENDING}:
            break
    states = await box.states(numbers)
    assert states[SENT] + states[UNCERTAIN] == 6
    assert all(life.shown[n] == 1 for n in numbers if n not in life.doubted)
    assert idempotent or all(life.shown[n] <= 2 for n in numbers)
    for number in numbers:
        done = await box.get(number)
        if done.state is UNCERTAIN:
            assert number in life.doubted and not idempotent
        else:
            assert life.shown[number] >= 1
            assert idempotent or life.shown[number] == 1 or done.doubts == 1
    await box.outbox.close()
    await storage.close()
