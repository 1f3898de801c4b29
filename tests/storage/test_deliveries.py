"""Deliveries: claimed in order, one at a time in each chat, settled once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from newsbot.domain.models import DeliveryState, Digest, DigestStory
from newsbot.storage import Storage, growing
from newsbot.storage.outbox import PlannedDelivery, Settlement
from newsbot.storage.sql import chunks
from tests.storage.making import NOW, chat, digest, edit, outcome, post, posts, queue, settle

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
QUEUED, SENDING, SENT = DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.SENT
UNCERTAIN, QUARANTINED, DROPPED = DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED, DeliveryState.DROPPED


async def claim(storage: Storage, limit: int = 10, platform: str = "web", late: timedelta = timedelta()) -> list[int]:
    return [delivery.id for delivery in await storage.outbox.claim(platform, NOW + late, limit)]


async def send(storage: Storage, *ids: int, messages: tuple[str, ...] = ("m1",)) -> None:
    for delivery_id in ids:
        assert await settle(storage.outbox, delivery_id, SENT, message_ids=messages, now=NOW)


async def state(storage: Storage, delivery_id: int) -> DeliveryState:
    found = await storage.outbox.get(delivery_id)
    assert found is not None
    return found.state


async def test_a_chat_takes_one_at_a_time_in_order(storage: Storage) -> None:
    one, two = await chat(storage, "1"), await chat(storage, "2")
    first, second = await posts(storage, one.id, 2)
    (other,) = await posts(storage, two.id, 1)
    assert await claim(storage) == [first, other]
    assert await claim(storage) == []
    await send(storage, first)
    assert await claim(storage) == [second]  # before its turn, since there is nothing else


async def test_a_claim_counts_the_attempt_and_marks_it_as_in_flight(storage: Storage) -> None:
    room = await chat(storage)
    (post_id,) = await posts(storage, room.id, 1)
    (claimed,) = await storage.outbox.claim("web", NOW, 5)
    assert (claimed.id, claimed.state, claimed.attempts, claimed.chat) == (post_id, SENDING, 1, room.key)
    assert [d.id for d in await storage.outbox.sending("web")] == [post_id]
    assert await storage.outbox.sending("telegram") == []


async def test_each_platform_takes_its_own(storage: Storage) -> None:
    web, telegram = await chat(storage, "1"), await chat(storage, "1", "telegram")
    (here,) = await posts(storage, web.id, 1)
    (there,) = await posts(storage, telegram.id, 1)
    assert await claim(storage, platform="telegram") == [there]
    assert await claim(storage, platform="discord") == []
    assert await claim(storage) == [here]


async def test_nothing_goes_out_before_its_time_or_to_a_paused_chat(storage: Storage) -> None:
    room, paused = await chat(storage, "1"), await chat(storage, "2")
    await storage.chats.pause(paused.id, "blocked")
    await posts(storage, paused.id, 1)
    await storage.outbox.record([], [outcome(room.id, 1)])
    (later,) = await queue(storage.outbox, [post(room.id, 1, at=NOW + HOUR)])
    assert await claim(storage) == []
    assert await claim(storage, late=HOUR) == [later]
    await storage.chats.resume(paused.id)
    assert len(await claim(storage)) == 1


async def test_a_post_that_must_wait_is_not_overtaken_in_its_chat(storage: Storage) -> None:
    room, other = await chat(storage, "1"), await chat(storage, "2")
    first, second = await posts(storage, room.id, 2)
    (free,) = await posts(storage, other.id, 1)
    await claim(storage)
    await settle(storage.outbox, first, QUEUED, "429", not_before=NOW + 30 * SECOND, now=NOW)
    await settle(storage.outbox, free, SENT, now=NOW)
    assert await claim(storage) == []
    assert await claim(storage, late=30 * SECOND) == [first]
    await send(storage, first)
    assert await claim(storage, late=30 * SECOND) == [second]


async def test_an_edit_waits_for_its_post_blocks_nobody_and_goes_last(storage: Storage) -> None:
    room = await chat(storage)
    first, second = await posts(storage, room.id, 2)
    (change,) = await queue(storage.outbox, [edit(room.id, first)])
    assert await claim(storage) == [first]
    await send(storage, first, messages=("m1", "m2"))
    assert await claim(storage, late=SECOND) == [second]
    await send(storage, second)
    (claimed,) = await storage.outbox.claim("web", NOW, 5)
    assert (claimed.id, claimed.kind, claimed.target, claimed.message_ids) == (change, "edit", first, ("m1", "m2"))


async def test_an_edit_that_failed_holds_up_no_post(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    await claim(storage)
    await send(storage, first)
    (change,) = await queue(storage.outbox, [edit(room.id, first)])
    assert await claim(storage) == [change]
    await settle(storage.outbox, change, QUEUED, "503", not_before=NOW + HOUR, now=NOW)
    (second,) = await posts(storage, room.id, 1, first_story=9)
    assert await claim(storage) == [second]


async def test_an_edit_that_was_sent_becomes_what_the_post_shows(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    await claim(storage)
    await send(storage, first)
    (change,) = await queue(storage.outbox, [edit(room.id, first, "Two sources")])
    await claim(storage)
    await send(storage, change, messages=())
    shown = await storage.outbox.get(first)
    assert shown is not None
    assert (shown.digest, shown.message_ids) == (digest("Two sources"), ("m1",))


async def test_an_edit_to_be_tried_again_gives_way_to_a_later_one(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    await claim(storage)
    await send(storage, first)
    (old,) = await queue(storage.outbox, [edit(room.id, first, "old")])
    await claim(storage)
    (new,) = await queue(storage.outbox, [edit(room.id, first, "new")])
    assert old != new
    await settle(storage.outbox, old, QUEUED, "503", not_before=NOW, now=NOW)
    assert await state(storage, old) is DROPPED
    assert await claim(storage) == [new]


@pytest.mark.parametrize("end", [QUARANTINED, DROPPED])
async def test_the_edits_of_a_post_that_will_not_go_out_are_dropped(storage: Storage, end: DeliveryState) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    (change,) = await queue(storage.outbox, [edit(room.id, first)])
    await claim(storage)
    await settle(storage.outbox, first, end, "refused", now=NOW)
    assert await state(storage, change) is DROPPED


async def test_what_was_settled_stays_settled_but_a_late_sent_is_believed(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    await claim(storage)
    assert await settle(storage.outbox, first, UNCERTAIN, "timeout", now=NOW)
    await send(storage, first)
    assert not await settle(storage.outbox, first, QUEUED, "late", now=NOW)
    assert await state(storage, first) is SENT
    assert not await settle(storage.outbox, 999, SENT, now=NOW)


async def test_a_sent_that_comes_after_a_recovery_is_not_sent_again(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    await claim(storage)
    await settle(storage.outbox, first, QUEUED, "the bot stopped while sending", now=NOW)
    await send(storage, first)
    assert await claim(storage) == []


async def test_parts_are_recorded_while_in_flight_only_and_a_doubt_is_forgotten_by_a_retry(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    await storage.outbox.progress(first, ["early"], 1)
    (claimed,) = await storage.outbox.claim("web", NOW, 1)
    assert claimed.message_ids == ()
    await storage.outbox.progress(first, ["m1"], 1)
    await settle(storage.outbox, first, UNCERTAIN, "timeout", doubts=1, now=NOW)
    await storage.outbox.progress(first, ["m1", "late"], 1)
    held = await storage.outbox.get(first)
    assert held is not None
    assert (held.message_ids, held.doubts) == (("m1",), 1)
    assert await storage.outbox.retry(first, NOW)
    (again,) = await storage.outbox.claim("web", NOW, 1)
    assert (again.message_ids, again.doubts, again.attempts) == (("m1",), 0, 1)


async def test_an_admin_can_retry_and_drop(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    assert not await storage.outbox.retry(first, NOW)
    await claim(storage)
    assert not await storage.outbox.drop(first, NOW)
    await settle(storage.outbox, first, QUARANTINED, "refused", now=NOW)
    assert await storage.outbox.retry(first, NOW)
    assert await claim(storage) == [first]
    await settle(storage.outbox, first, UNCERTAIN, "timeout", now=NOW)
    assert await storage.outbox.drop(first, NOW)
    assert await state(storage, first) is DROPPED
    assert not await storage.outbox.retry(999, NOW)


async def test_the_outbox_is_counted_and_listed(storage: Storage) -> None:
    rooms = [await chat(storage, str(i)) for i in range(4)]
    ids = [(await posts(storage, room.id, 1))[0] for room in rooms]
    assert await claim(storage, 3, late=HOUR) == ids[:3]
    await send(storage, ids[0])
    await settle(storage.outbox, ids[1], UNCERTAIN, "timeout", now=NOW)
    assert await storage.outbox.depth() == {"queued": 1, "sending": 1, "uncertain": 1, "quarantined": 0}
    assert [d.id for d in await storage.outbox.list([UNCERTAIN, SENDING])] == [ids[2], ids[1]]
    assert [d.id for d in await storage.outbox.list(limit=2)] == [ids[3], ids[2]]
    assert await storage.outbox.last_sent() == {"web": NOW}
    assert await storage.outbox.get(999) is None


async def test_what_is_to_follow_is_queued_only_with_a_settling_that_counts(storage: Storage) -> None:
    room = await chat(storage)
    (first,) = await posts(storage, room.id, 1)
    then = PlannedDelivery(room.id, "publish", digest("News"), 3, NOW, target=first)
    await claim(storage)
    assert [await settle(storage.outbox, first, SENT, message_ids=("m1",), then=then, now=NOW) for _ in range(2)] == [
        True,
        False,
    ]
    (claimed,) = await storage.outbox.claim("web", NOW, 5)
    assert (claimed.kind, claimed.target, claimed.message_ids) == ("publish", first, ("m1",))
    assert len(await storage.outbox.list()) == 2


async def test_the_answer_to_an_earlier_attempt_is_believed_only_where_it_says_sent(sqlite_storage: Storage) -> None:
    outbox, room = sqlite_storage.outbox, await chat(sqlite_storage)
    (number,) = await queue(outbox, [post(room.id)])
    (old,) = await outbox.claim("web", NOW, 5)
    await settle(outbox, number, DeliveryState.QUEUED, "cut off", doubts=1, now=NOW)
    (new,) = await outbox.claim("web", NOW, 5)
    assert await outbox.settle_all([Settlement(number, DeliveryState.QUEUED, "503", attempt=old.attempts)], NOW) == [
        False
    ]
    await outbox.progress(number, ["old"], old.attempts)
    assert [(d.attempts, d.message_ids) for d in await outbox.sending("web")] == [(new.attempts, ())]
    sent = Settlement(number, DeliveryState.SENT, message_ids=("m",), attempt=old.attempts)
    assert await outbox.settle_all([sent], NOW) == [True]


async def test_what_is_too_late_leaves_the_lines_and_what_a_doubtful_post_waits_for_goes_with_it(
    storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "chunks", lambda items: chunks(items, 5))  # of many thousands of chats, a few at once
    outbox, rooms = storage.outbox, [await chat(storage, str(n)) for n in range(14)]
    ids = await queue(outbox, [post(room.id) for room in rooms])
    await outbox.claim("web", NOW, 20)
    *sent, doubtful = [Settlement(number, DeliveryState.SENT, message_ids=("m",)) for number in ids]
    await outbox.settle_all([*sent, Settlement(doubtful.delivery_id, DeliveryState.UNCERTAIN)], NOW)
    await queue(outbox, [edit(room.id, number) for room, number in zip(rooms[:12], ids, strict=False)])
    (waits,) = await queue(outbox, [PlannedDelivery(rooms[13].id, "retract", digest(), 1, NOW, target=ids[13])])
    assert await outbox.drop_late_edits(NOW + HOUR, NOW + HOUR) == 13
    assert (await outbox.of_target(ids[13]))[0].id == waits
    (fresh,) = await queue(outbox, [edit(rooms[12].id, ids[12])])
    assert [d.id for d in await outbox.claim("web", NOW + HOUR, 4)] == [fresh]


async def test_nothing_that_was_taken_back_comes_again_by_an_edit_or_an_admin(sqlite_storage: Storage) -> None:
    outbox, room = sqlite_storage.outbox, await chat(sqlite_storage)
    await outbox.record([], [outcome(room.id, 1), outcome(room.id, 2), outcome(room.id, 3)])
    shows = PlannedDelivery(room.id, "post", digest("one", "two"), 0, NOW, shown=(1, 2))
    third = replace(post(room.id, 3, at=NOW + HOUR), digest=Digest((DigestStory(3, "three"),)))
    number, queued = await queue(outbox, [shows, third])
    await outbox.claim("web", NOW, 1)
    await settle(outbox, number, DeliveryState.SENT, message_ids=("m",), now=NOW)
    for story in (1, 3):
        await outbox.take_back(story, "Ann", NOW)
    grown = PlannedDelivery(room.id, "edit", digest("one", "two"), 2, NOW, target=number)
    gone = PlannedDelivery(room.id, "reply", digest("one"), 0, NOW, target=number)
    await outbox.record([], [], edits=[grown, gone])  # decided before
    (change,) = await outbox.of_target(number)
    assert [story.story_id for story in change.digest.stories] == [2]
    assert not await outbox.retry(queued, NOW)


async def test_an_edit_that_a_later_one_followed_is_not_tried_again(sqlite_storage: Storage) -> None:
    outbox, room = sqlite_storage.outbox, await chat(sqlite_storage)
    (number,) = await posts(sqlite_storage, room.id, 1)
    for state, headline in (("sent", ""), ("quarantined", "first"), ("sent", "second")):
        if headline:
            await queue(outbox, [edit(room.id, number, headline)])
        (claimed,) = await outbox.claim("web", NOW, 1)
        await settle(outbox, claimed.id, DeliveryState(state), message_ids=("m",), now=NOW)
    old, _ = await outbox.of_target(number)
    assert not await outbox.retry(old.id, NOW)


async def test_what_follows_a_post_is_queued_where_its_chat_is_by_then(sqlite_storage: Storage) -> None:
    outbox, old, new = sqlite_storage.outbox, await chat(sqlite_storage, "old"), await chat(sqlite_storage, "new")
    (number,) = await queue(outbox, [post(old.id)])
    await outbox.claim("web", NOW, 1)
    await sqlite_storage.chats.rekey(new.id, old.key)
    then = PlannedDelivery(old.id, "publish", digest(), 3, NOW, target=number)
    assert await settle(outbox, number, DeliveryState.SENT, message_ids=("m",), then=then, now=NOW)
    assert [d.chat_id for d in await outbox.of_target(number)] == [new.id]
