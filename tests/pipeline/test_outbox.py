"""The outbox between the database and a platform: what each answer makes of a delivery, over both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from newsbot.domain.models import Chat, ChatKey, Delivery, DeliveryState
from newsbot.domain.ports import ChatGone, Moved, OnPart, Over, RetryLater, SendOutcome, Sent, Unknown
from newsbot.pipeline.outbox import DOUBTFUL, GIVE_UP, Outbox
from newsbot.storage import Storage
from newsbot.storage.outbox import PlannedDelivery
from tests.clock import ManualClock
from tests.fakes.sender import FakeSender
from tests.storage.making import chat, digest, edit, posts

QUEUED, SENDING, SENT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT
UNCERTAIN, QUARANTINED = DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED
PLATFORM = "telegram"
FULL = """CREATE TRIGGER full BEFORE UPDATE ON deliveries WHEN old.state = 'sending' AND new.state = 'sending'
    BEGIN SELECT RAISE(ABORT, 'full'); END"""
NO_PUBLISHING = """CREATE TRIGGER full BEFORE INSERT ON deliveries WHEN new.kind = 'publish'
    BEGIN SELECT RAISE(ABORT, 'full'); END"""
PACED = RetryLater("pace", 5.0, tried=False)

Sending = Callable[[Delivery, OnPart], Awaitable[SendOutcome]]


class Sender(FakeSender):
    """``sending`` does what a real sender does, part by part."""

    def __init__(self) -> None:
        super().__init__(platform=PLATFORM, idempotent=False)
        self.sending: Sending | None = None

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        if self.sending is None:
            return await super().send(delivery, sent)
        self.sent.append(delivery)
        return await self.sending(delivery, sent)


class Box:
    """An outbox over a database, and short ways to fill it and look into it."""

    def __init__(self, storage: Storage, clock: ManualClock, *, resend: bool = True) -> None:
        self.storage, self.clock, self.sender = storage, clock, Sender()
        self.heard: list[SendOutcome] = []
        self.outbox = self.of("here:1", resend=resend)

    def of(self, owner: str, *, resend: bool = True, patience: float = 3.0) -> Outbox:
        def hear(_: Delivery, outcome: SendOutcome) -> None:
            self.heard.append(outcome)

        return Outbox(self.storage, self.sender, self.clock, owner, hear, resend=resend, patience=patience)

    async def chat(self, native: str = "1") -> Chat:
        return await chat(self.storage, native, PLATFORM)

    async def post(self, native: str = "1") -> int:
        (made,) = await posts(self.storage, (await self.chat(native)).id, 1)
        return made

    async def get(self, delivery_id: int) -> Delivery:
        found = await self.storage.outbox.get(delivery_id)
        assert found is not None
        return found

    async def deliver(self) -> None:
        while await self.outbox.step():
            pass

    async def later(self, minutes: float = 1) -> None:
        self.clock.advance(minutes=minutes)
        await self.deliver()


@pytest.fixture
def box(storage: Storage, clock: ManualClock) -> Box:
    return Box(storage, clock)


def script(*answers: SendOutcome) -> Callable[[Delivery], SendOutcome | None]:
    """These answers first, one each; whatever comes after them is sent."""
    left = list(answers)
    return lambda _: left.pop(0) if left else None


@pytest.mark.parametrize("resend", [True, False])
async def test_an_answer_that_could_not_be_recorded_is_not_forgotten(
    sqlite_storage: Storage, clock: ManualClock, resend: bool
) -> None:
    box = Box(sqlite_storage, clock, resend=resend)
    number = await box.post()
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text(FULL.replace("new.state = 'sending'", "new.state <> 'sending'")))
    for _ in range(2):  # the disk is full, and still is
        with pytest.raises(IntegrityError):
            await box.outbox.step()
    assert (await box.get(number)).state == SENDING and len(box.sender.sent) == 1 and not box.heard
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text("DROP TRIGGER full"))
    await box.deliver()
    await box.later(30)
    done = await box.get(number)
    assert (done.state, done.doubts, len(box.sender.sent), len(box.heard)) == (SENT, 0, 1, 1) and done.message_ids


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


async def test_a_bot_that_was_killed_between_parts_goes_on_with_the_next(box: Box) -> None:
    number = await box.post()
    killed = asyncio.Event()

    async def dying(_: Delivery, sent: OnPart) -> SendOutcome:
        await sent(("m1",))
        killed.set()
        await asyncio.Event().wait()
        raise AssertionError

    box.sender.sending = dying
    life = asyncio.create_task(box.outbox.step())
    await killed.wait()
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    await box.outbox.close(timeout=0)
    box.sender.sending = None
    box.clock.advance(minutes=1)
    box.outbox = box.of("here:2")
    await box.deliver()
    assert ((await box.get(number)).state, (await box.get(number)).doubts) == (QUEUED, 1)
    await box.later()
    assert [delivery.message_ids for delivery in box.sender.sent] == [(), ("m1",)]


async def test_a_part_that_could_not_be_recorded_at_once_is_recorded_with_the_answer(
    sqlite_storage: Storage, clock: ManualClock
) -> None:
    async def sending(_: Delivery, sent: OnPart) -> SendOutcome:
        await sent(("m1",))
        return RetryLater("503")

    box = Box(sqlite_storage, clock)
    number = await box.post()
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text(FULL))
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


async def test_an_unknown_outcome_is_held_where_the_config_says_so(storage: Storage, clock: ManualClock) -> None:
    box = Box(storage, clock, resend=False)
    number = await box.post()
    box.sender.answer = script(Unknown("timed out"))
    await box.deliver()
    assert (await box.get(number)).state is UNCERTAIN
    assert await storage.outbox.retry(number, clock.now())
    await box.deliver()
    assert ((await box.get(number)).state, (await box.get(number)).doubts) == (SENT, 0)


async def test_an_edit_whose_outcome_is_unknown_is_simply_done_again(storage: Storage, clock: ManualClock) -> None:
    box = Box(storage, clock, resend=False)
    number = await box.post()
    await box.deliver()
    (change,) = await storage.outbox.plan([edit((await box.chat()).id, number)])
    box.sender.answer = script(Unknown("timed out"))
    await box.deliver()
    assert (await box.get(change)).state is QUEUED
    await box.later()
    assert (await box.get(change)).state is SENT


async def test_unknown_outcomes_that_pile_up_hold_the_platform_instead_of_making_more(box: Box) -> None:
    numbers = [await box.post(str(n)) for n in range(40)]
    box.sender.answer = lambda _: Unknown("502")
    await box.deliver()
    first = len(box.sender.sent)
    assert DOUBTFUL <= first <= 30
    for _ in range(6):
        await box.later(0.5)
    assert len(box.sender.sent) - first <= 6  # one each time, to see whether it is well again
    box.sender.answer = lambda _: None
    for _ in range(4):
        await box.later(6)
    states = [(await box.get(number)).state for number in numbers]
    assert states.count(SENT) >= 36
    assert states.count(SENT) + states.count(UNCERTAIN) == 40


async def test_waiting_for_a_turn_is_no_failed_attempt(box: Box) -> None:
    number = await box.post()
    box.sender.answer = script(*[PACED] * (GIVE_UP + 5), *[RetryLater("503")] * 3)
    for _ in range(GIVE_UP + 5):
        await box.later(0.1)
    assert (await box.get(number)).attempts == 1
    assert box.heard == []
    for _ in range(4):
        await box.later()
    assert (await box.get(number)).state is SENT


async def test_what_fails_again_and_again_is_quarantined(box: Box) -> None:
    number = await box.post()
    box.sender.answer = lambda _: RetryLater("503")
    for _ in range(GIVE_UP + 1):
        await box.later(30)
    assert ((await box.get(number)).state, len(box.sender.sent)) == (QUARANTINED, GIVE_UP)


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
    box.outbox = box.of("here:1", patience=0.05)
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


async def test_parts_that_went_to_the_old_address_are_neither_sent_again_nor_edited(box: Box) -> None:
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
    (change,) = await box.storage.outbox.plan([edit((await box.get(number)).chat_id, number)])
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


async def test_a_topic_that_was_closed_pauses_only_itself(box: Box) -> None:
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
    story, many = await box.storage.outbox.plan(planned)
    box.sender.answer = followed
    await box.deliver()
    assert [(d.kind, d.target) for d in box.sender.sent[-2:]] == [("publish", many), ("publish", story)]
    assert box.sender.sent[-1].message_ids == (f"m{story}",)


async def test_a_post_is_published_once_though_its_answer_is_recorded_only_at_a_second_try(
    sqlite_storage: Storage, clock: ManualClock
) -> None:
    box = Box(sqlite_storage, clock)
    number = await box.post()
    box.sender.answer = followed
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text(NO_PUBLISHING))
    with pytest.raises(IntegrityError):
        await box.outbox.step()
    assert (await box.get(number)).state == SENDING
    async with sqlite_storage._db.write() as conn:
        await conn.execute(text("DROP TRIGGER full"))
    await box.deliver()
    assert [(d.kind, d.state) for d in await sqlite_storage.outbox.list()] == [("publish", SENT), ("post", SENT)]


async def test_a_process_that_ends_while_it_publishes_leaves_that_to_the_next(box: Box) -> None:
    await box.post()
    box.sender.answer = followed
    begun = asyncio.Event()

    async def dying(delivery: Delivery, sent: OnPart) -> SendOutcome:
        if answer := followed(delivery):
            return answer
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    box.sender.sending = dying
    life = asyncio.create_task(box.deliver())
    await begun.wait()
    life.cancel()
    await asyncio.gather(life, return_exceptions=True)
    await box.outbox.close(timeout=0)
    box.sender.sending = None
    box.clock.advance(minutes=1)
    box.outbox = box.of("here:2")
    await box.deliver()
    publish, _ = await box.storage.outbox.list()
    assert (publish.kind, publish.state, publish.doubts) == ("publish", SENT, 0)
