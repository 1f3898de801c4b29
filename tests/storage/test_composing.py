"""What the planner reads and writes for many chats at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.domain.models import OutcomeState, What, When
from newsbot.domain.plan import LATE, Held
from newsbot.storage import Storage, composing
from newsbot.storage.outbox import Composed
from tests.storage.making import NOW, chat, outcome, post, queue

HOUR = timedelta(hours=1)


async def test_half_of_the_chats_are_those_just_due_and_none_has_its_last_post_still_to_come(storage: Storage) -> None:
    rooms = [await chat(storage, str(n)) for n in range(7)]
    *waiting, stuck = rooms
    await storage.outbox.record([], [outcome(room.id, 1, due=NOW - n * HOUR) for n, room in enumerate(waiting)])
    await storage.outbox.record([], [outcome(stuck.id, story, due=NOW - 9 * HOUR) for story in (1, 2)])
    await queue(storage.outbox, [post(stuck.id, 1)])
    order = [room.id for room in (waiting[5], waiting[4], waiting[0], waiting[1])]
    later = NOW + LATE + timedelta(seconds=1)
    assert await storage.outbox.due_chats(later, 4) == order
    [table] = await storage.outbox.tables([stuck.id], lambda _: NOW, later)
    assert table.blocked and not table.waiting
    [table] = await storage.outbox.tables([stuck.id], lambda _: NOW, NOW)
    assert not table.blocked and [o.story_id for o in table.waiting] == [2] and table.posted == (NOW,)


async def test_what_was_composed_is_done_for_each_chat_wholly_or_where_it_was_overtaken_not_at_all(
    storage: Storage,
) -> None:
    one, other = await chat(storage, "one"), await chat(storage, "other")
    order, _ = await storage.chats.subscribe(one.id, What(), When("daily"), next_due=NOW, created=NOW)
    await storage.outbox.record([], [outcome(room.id, n) for room in (one, other) for n in (1, 2, 3, 4)])
    await storage.outbox.carry_out([Composed(other.id, skip={2: "ended"})], None, NOW)
    ceiling = Held("ceiling", NOW + HOUR)
    made = [
        Composed(room.id, (post(room.id, 1, more=(2,)),), (3,), ceiling, {4: "old"}, ((order.id, NOW + 24 * HOUR),))
        for room in (one, other)
    ]
    [delivery] = await storage.outbox.carry_out(made, None, NOW)
    states = {s: (o.state, o.note, o.due) for s, o in (await storage.outbox.outcomes(one.id, [1, 2, 3, 4])).items()}
    assert [states[s][0] for s in (1, 2)] == [OutcomeState.SHOWN, OutcomeState.MORE]
    assert states[3] == (OutcomeState.WAITING, "ceiling", NOW + HOUR) and states[4][:2] == (OutcomeState.SKIPPED, "old")
    assert [o.story_id for o in await storage.outbox.waiting(other.id)] == [1, 3, 4]
    assert [order.next_due for order in await storage.chats.subscriptions(one.id)] == [NOW + 24 * HOUR]
    await storage.outbox.carry_out([Composed(one.id, hold=(3,), held=ceiling)], None, NOW + HOUR)
    held = [(step.kind, step.detail, step.at) for step in await storage.outbox.steps(one.id, 3)]
    assert held == [("held", "ceiling", NOW)]
    assert [d.id for d in await storage.outbox.claim(one.key.platform, NOW, 9)] == [delivery]


async def test_who_waits_behind_many_that_get_nothing_is_found(
    sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage, outbox = sqlite_storage, sqlite_storage.outbox
    paused, free, late = [await chat(storage, name) for name in ("paused", "free", "late")]
    await storage.chats.pause(paused.id, "blocked")
    before = [outcome(paused.id, n, due=NOW - 2 * HOUR) for n in range(1000)]
    after = [outcome(paused.id, n, due=NOW) for n in range(1000, 2000)]
    await outbox.record([], [*before, outcome(free.id, 1, due=NOW - HOUR), *after])
    assert [await outbox.due_chats(NOW, 5) for _ in range(2)] == [[free.id], [free.id]]
    monkeypatch.setattr(composing, "_LOOKS", 1)
    await storage.chats.pause(free.id, "blocked")
    assert [await outbox.due_chats(NOW, 5) for _ in range(2)] == [[], []]
    await storage.chats.resume(free.id)
    assert [free.id] in [await outbox.due_chats(NOW, 5) for _ in range(3)]
    await outbox.record([], [outcome(late.id, 1, due=NOW + HOUR)])
    assert set(await outbox.due_chats(NOW + HOUR, 5)) == {late.id, free.id}
