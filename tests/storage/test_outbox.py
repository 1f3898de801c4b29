"""From stories that wait in chats to deliveries: one story, one post; nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.domain.models import OutcomeState, Reason
from newsbot.errors import LeadershipLost
from newsbot.storage import Fence, Storage
from newsbot.storage.outbox import Composed
from tests.storage.making import NOW, chat, digest, edit, feed, judged, outcome, post, posts, queue, stored

HOUR = timedelta(hours=1)
SKIPPED, WAITING = OutcomeState.SKIPPED, OutcomeState.WAITING


async def test_a_waiting_story_gains_reasons_and_the_earlier_due(storage: Storage) -> None:
    room = await chat(storage)
    await storage.outbox.record([], [outcome(room.id, 1, "Cars", NOW + HOUR, article_id=7)])
    await storage.outbox.record(
        [], [outcome(room.id, 1, "EV", NOW, urgent=True), outcome(room.id, 1, "Cars", NOW + HOUR)]
    )
    (waiting,) = await storage.outbox.waiting(room.id)
    assert waiting.reasons == (Reason("Cars"), Reason("EV"))
    assert (waiting.due, waiting.urgent, waiting.article_id) == (NOW, True, 7)


async def test_a_story_left_out_waits_after_all_when_there_is_a_reason(storage: Storage) -> None:
    room = await chat(storage)
    await storage.outbox.record([], [outcome(room.id, 1, state=SKIPPED, note="language", due=None)])
    assert await storage.outbox.waiting(room.id) == []
    await storage.outbox.record([], [outcome(room.id, 1, "EV")])
    await storage.outbox.record([], [outcome(room.id, 1, state=SKIPPED, note="muted", due=None)])
    (waiting,) = await storage.outbox.waiting(room.id)
    assert (waiting.reasons, waiting.note) == ((Reason("EV"),), "")


async def test_a_posted_story_is_never_waiting_again(storage: Storage) -> None:
    room = await chat(storage)
    (delivery,) = await posts(storage, room.id, 1)
    await storage.outbox.record([], [outcome(room.id, 1, "EV"), outcome(room.id, 1, state=SKIPPED)])
    shown = (await storage.outbox.outcomes(room.id, [1, 2]))[1]
    assert (shown.state, shown.delivery_id, shown.note) == (OutcomeState.SHOWN, delivery, "")
    assert await storage.outbox.waiting(room.id) == []


async def test_recording_marks_the_articles_as_planned_and_plans_edits(storage: Storage) -> None:
    room = await chat(storage)
    source = await feed(storage)
    ids = await stored(storage, source.id, "a", "b")
    await judged(storage, *ids)
    (delivery,) = await posts(storage, room.id, 1)
    await storage.outbox.record(ids, [outcome(room.id, ids[0])], edits=[edit(room.id, delivery)])
    assert await storage.articles.judged(5) == []
    assert [d.kind for d in await storage.outbox.list()] == ["edit", "post"]


async def test_due_chats_come_the_longest_overdue_first_without_paused_ones(storage: Storage) -> None:
    late, later, paused, future = [await chat(storage, str(i)) for i in range(4)]
    await storage.chats.pause(paused.id, "blocked")
    made = [
        outcome(later.id, 1, due=NOW - HOUR),
        outcome(late.id, 1, due=NOW - 2 * HOUR),
        outcome(late.id, 2, due=NOW),
        outcome(paused.id, 1, due=NOW - 9 * HOUR),
        outcome(future.id, 1, due=NOW + HOUR),
    ]
    await storage.outbox.record([], made)
    assert await storage.outbox.due_chats(NOW, 10) == [late.id, later.id]
    assert await storage.outbox.due_chats(NOW, 1) == [late.id]


async def test_planners_at_once_post_a_story_once(storage: Storage) -> None:
    room = await chat(storage)
    await storage.outbox.record([], [outcome(room.id, 1)])
    made = await asyncio.gather(*(queue(storage.outbox, [post(room.id, 1)]) for _ in range(4)))
    assert sorted(map(len, made)) == [0, 0, 0, 1]
    assert len(await storage.outbox.list()) == 1


async def test_a_former_leader_can_neither_record_nor_plan_nor_claim(storage: Storage) -> None:
    room = await chat(storage)
    fence = Fence("plan", 41)
    with pytest.raises(LeadershipLost):
        await storage.outbox.record([], [outcome(room.id, 1)], fence)
    await storage.outbox.record([], [outcome(room.id, 1)])
    with pytest.raises(LeadershipLost):
        await storage.outbox.carry_out([Composed(room.id, (post(room.id, 1),))], fence, NOW)
    assert len(await storage.outbox.waiting(room.id)) == 1
    with pytest.raises(LeadershipLost):
        await storage.outbox.claim("web", NOW, 1, Fence("deliver:web", 41))


async def test_a_second_edit_takes_the_place_of_the_queued_one(storage: Storage) -> None:
    room = await chat(storage)
    (target,) = await posts(storage, room.id, 1)
    (first,) = await queue(storage.outbox, [edit(room.id, target, "Two sources")])
    (second,) = await queue(storage.outbox, [edit(room.id, target, "Three sources")])
    assert first == second
    queued = await storage.outbox.get(first)
    assert queued is not None
    assert queued.digest == digest("Three sources")


async def test_a_story_is_shown_where_its_post_stands(storage: Storage) -> None:
    one, two, three = [await chat(storage, str(i)) for i in range(3)]
    await storage.outbox.record([], [outcome(c.id, 1) for c in (one, two, three)])
    a, b, c = await queue(storage.outbox, [post(one.id, 1), post(two.id, 1), post(three.id, more=(1,))])
    await storage.outbox.drop(b, NOW)
    shown = await storage.outbox.shown([1, 2])
    assert [(o.chat_id, d.id, d.chat) for o, d in shown] == [(one.id, a, one.key)]
    assert c not in {d.id for _, d in shown}


async def test_a_fan_out_to_two_thousand_chats_is_quick(storage: Storage) -> None:
    rooms = await asyncio.gather(*(chat(storage, str(i)) for i in range(50)))
    made = [outcome(room.id, story) for room in rooms for story in range(40)]
    async with asyncio.timeout(20):  # generous: other tests run beside this one
        await storage.outbox.record([], made)
        await storage.outbox.record([], made)
    assert len(await storage.outbox.waiting(rooms[0].id)) == 40
