"""Updates are answered once each, in order where order matters, and nobody waits for somebody else's slow command."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from newsbot.platforms.telegram.lanes import DEPTH, HELD, Lanes


def update(number: int, *, chat: int = 5, person: int = 5, kind: str = "message") -> Update:
    user = {"id": person, "is_bot": False, "first_name": "A"}
    message = {"message_id": number, "date": 0, "chat": {"id": chat, "type": "private"}, "from": user, "text": "x"}
    body = {
        "message": message,
        "callback_query": {"id": "1", "from": user, "chat_instance": "1", "message": message, "data": "x"},
        "inline_query": {"id": "1", "from": user, "query": "x", "offset": ""},
    }[kind]
    return Update.de_json({"update_id": number, kind: body}, None)


class Slow:
    """Answers when the test opens the gate of an update."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.done: list[int] = []
        self.gates: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)

    async def __call__(self, update: Update) -> None:
        self.begun.append(update.update_id)
        await self.gates[update.update_id].wait()
        self.done.append(update.update_id)

    def open(self, *numbers: int) -> None:
        for number in numbers:
            self.gates[number].set()


async def turns(n: int = 5) -> None:
    for _ in range(n):
        await asyncio.sleep(0)


async def test_one_persons_commands_in_a_chat_wait_for_each_other_and_nobody_else_waits() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    lanes.put(update(1))
    lanes.put(update(2))
    lanes.put(update(3, person=6))
    lanes.put(update(4, chat=-7))
    lanes.put(update(5, kind="callback_query"))
    lanes.put(update(6, kind="inline_query"))
    await turns()
    assert slow.begun == [1, 3, 4, 5, 6]
    slow.open(1, 2, 3, 4, 5, 6)
    assert await lanes.settle(5)
    assert sorted(slow.done) == [1, 2, 3, 4, 5, 6] and len(lanes) == 0


async def test_what_comes_again_is_not_answered_again_whether_it_is_done_or_under_way() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    first = lanes.put(update(1))
    assert lanes.put(update(1)) is first
    slow.open(1)
    assert await lanes.settle(5)
    assert lanes.put(update(1)) is None
    assert slow.begun == [1]


async def test_an_update_is_held_until_it_is_answered_or_was_worked_at_for_long() -> None:
    slow = Slow()
    lanes = Lanes(slow, patience=0.05)
    lanes.put(update(7))
    lanes.put(update(8, person=6))
    slow.open(8)
    await turns()
    assert lanes.held == 7
    assert await lanes.settle(5)
    assert len(lanes) == 1  # still at work, in the background
    slow.open(7)
    await lanes.finish(5)
    assert slow.done == [8, 7]


async def test_a_failed_answer_does_not_hold_up_the_next(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []

    async def fail(update: Update) -> None:
        done.append(update.update_id)
        raise RuntimeError("made to fail")

    lanes = Lanes(fail)
    lanes.put(update(1))
    lanes.put(update(2))
    assert await lanes.settle(5)
    assert done == [1, 2] and caplog.text.count("an update was not answered") == 2


async def test_an_answer_that_never_ends_is_given_up(caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow()
    lanes = Lanes(slow, longest=0.01)
    lanes.put(update(1))
    lanes.put(update(2))
    slow.open(2)
    assert await lanes.settle(5)
    assert slow.done == [2] and "took too long" in caplog.text


async def test_a_stop_waits_a_while_and_tells_what_was_not_begun() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    for number in (1, 2, 3):
        lanes.put(update(number))
    lanes.put(update(4, person=6))
    slow.open(4)
    assert await lanes.finish(0.05) == 2
    assert slow.done == [4] and len(lanes) == 0


async def test_many_slow_commands_leave_room_for_presses() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    for number in range(100):
        lanes.put(update(number, person=number))
    await turns()
    assert 0 < len(slow.begun) < 100
    lanes.put(update(200, kind="callback_query"))
    await turns()
    assert slow.begun[-1] == 200
    await lanes.finish(0)


async def test_one_persons_presses_leave_room_for_everybody_elses_and_for_inline_queries() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    for number in range(40):
        lanes.put(update(number, kind="callback_query"))
    lanes.put(update(100, person=6, kind="callback_query"))
    lanes.put(update(101, kind="inline_query"))
    await turns()
    assert slow.begun == [0, 1, 2, 100, 101]
    await lanes.finish(0)


async def test_a_flood_behind_somebodys_slow_command_is_left_out() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    tasks = [lanes.put(update(number)) for number in range(DEPTH + 5)]
    assert tasks.count(None) == 5 and len(lanes) == DEPTH
    assert lanes.put(update(900, person=6)) is not None
    await lanes.finish(0)


async def test_a_flood_keeps_few_updates_so_that_a_stop_has_others_answered_once() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    for number in range(1, DEPTH + 1):
        lanes.put(update(number))
    lanes.put(update(100, person=6))
    slow.open(*range(1, HELD + 1), 100)
    await turns(20 * HELD)
    assert sorted(slow.done) == [*range(1, HELD + 1), 100]
    assert lanes.held is None
    assert await lanes.finish(0) is None


async def test_what_became_of_a_chat_is_told_behind_any_flood() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    for number in range(1, DEPTH + 2):
        lanes.put(update(number))
    moved = update(200).to_dict()
    moved["message"]["migrate_to_chat_id"] = -100
    assert lanes.put(update(150)) is None
    assert lanes.put(Update.de_json(moved, None)) is not None
    await lanes.finish(0)


async def test_what_waits_is_told_from_what_is_at_work_and_what_is_let_go_is_held_no_more() -> None:
    slow = Slow()
    lanes = Lanes(slow)
    first, second = lanes.put(update(1)), lanes.put(update(2))
    assert first is not None and second is not None
    await turns()
    assert not lanes.waits(first) and lanes.waits(second)
    assert await lanes.settle(0) is False
    lanes.let_go()
    assert await lanes.settle(0) and lanes.held is None and len(lanes) == 2
    assert await lanes.finish(0) is None and lanes.waits(second)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3), st.sampled_from(["message", "callback_query"]))),
    st.randoms(use_true_random=False),
)
def test_each_once_and_in_order_however_long_answers_take(coming: list[tuple[int, int, str]], chance: object) -> None:
    told: list[tuple[int, int, str]] = []
    first: dict[int, tuple[int, int, str]] = {}
    for each in coming:
        first.setdefault(each[0], each)

    async def answer(update: Update) -> None:
        for _ in range(chance.randint(0, 5)):  # type: ignore[attr-defined]  # random.Random, which hypothesis hides
            await asyncio.sleep(0)
        told.append(first[update.update_id])

    async def run() -> None:
        lanes = Lanes(answer)
        for number, person, kind in coming:
            lanes.put(update(number, person=person, kind=kind))
            await turns(chance.randint(0, 2))  # type: ignore[attr-defined]
        assert await lanes.settle(5)

    asyncio.run(run())
    assert sorted(told) == sorted(first.values())
    for lane in {each[1:] for each in told if each[2] == "message"}:
        assert [t for t in told if t[1:] == lane] == [f for f in first.values() if f[1:] == lane]
