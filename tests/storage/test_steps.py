"""What is remembered of a story's way, figures of the outbox, and stories that were taken back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import event, text

from newsbot.domain.models import ChatKey, DeliveryState
from newsbot.domain.plan import Held
from newsbot.storage import Storage
from newsbot.storage.outbox import Composed, Figures, PlannedDelivery, Settlement
from tests.storage.making import NOW, chat, digest, edit, feed, judged, outcome, post, posts, queue, settle, stored

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
QUEUED, SENT, QUARANTINED = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.QUARANTINED


async def test_the_way_of_a_story_is_told_with_that_of_its_post_and_its_edits(storage: Storage) -> None:
    room = await chat(storage)
    await storage.outbox.record([], [outcome(room.id, 1), outcome(room.id, 2)])
    for late in (0, 1):  # held on for the same reason: one step
        held = Composed(room.id, hold=(1,), held=Held("quiet", NOW + HOUR))
        await storage.outbox.carry_out([held], None, NOW + late * SECOND)
    (first,) = await queue(storage.outbox, [post(room.id, 1)])
    moments = iter(NOW + n * SECOND for n in range(2, 99))
    for answer in (
        Settlement(first, QUEUED, "503", step="retry"),
        Settlement(first, QUEUED, "its turn had not come"),
        Settlement(first, QUARANTINED, "bad markup"),
    ):
        await storage.outbox.claim("web", NOW + HOUR, 1)
        assert await storage.outbox.settle_all([answer], next(moments)) == [True]
    assert await storage.outbox.retry(first, next(moments), by="Ann")
    await storage.outbox.claim("web", NOW + HOUR, 1)
    assert await settle(storage.outbox, first, SENT, now=next(moments))
    (change,) = await queue(storage.outbox, [edit(room.id, first)])
    await storage.outbox.drop(change, next(moments), "stale")
    way = await storage.outbox.steps(room.id, 1)
    assert [(step.kind, step.detail, step.delivery_id) for step in way] == [
        ("held", "quiet", None),
        ("retry", "503", first),
        ("quarantined", "bad markup", first),
        ("again", "Ann", first),
        ("dropped", "stale", change),
    ]
    assert way[0].story_id == 1
    assert await storage.outbox.steps_of(change) == way[-1:]
    assert await storage.outbox.steps(room.id, 2) == []
    assert [d.id for d in await storage.outbox.of_target(first)] == [change]
    moved = await chat(storage, "new")
    await storage.chats.rekey(moved.id, ChatKey("web", "1"))
    assert await storage.outbox.steps(moved.id, 1) == way
    await storage.chats.forget(moved.id)
    assert await storage.outbox.steps_of(first) == []


async def test_answers_are_settled_together_and_each_counts_once(storage: Storage) -> None:
    rooms = [await chat(storage, str(i)) for i in range(3)]
    ids = [(await posts(storage, room.id, 1, first_story=i))[0] for i, room in enumerate(rooms, 1)]
    (change,) = await queue(storage.outbox, [edit(rooms[2].id, ids[2])])
    await storage.outbox.claim("web", NOW, 5)
    then = PlannedDelivery(rooms[0].id, "publish", digest("News"), 3, NOW, target=ids[0])
    answers = [
        Settlement(ids[0], SENT, "shown without its picture", ("m1",), then=then),
        Settlement(ids[0], SENT, then=then),
        Settlement(ids[1], QUEUED, "429", ("part",), not_before=NOW + HOUR, attempts=4, doubts=1),
        Settlement(ids[2], QUARANTINED, "refused"),
        Settlement(999, SENT),
    ]
    assert await storage.outbox.settle_all(answers, NOW) == [True, False, True, True, False]
    rows = {d.id: d for d in await storage.outbox.list()}
    assert (rows[ids[0]].reason, rows[ids[0]].message_ids) == ("shown without its picture", ("m1",))
    assert rows[ids[0]].sent_at == NOW
    later = rows[ids[1]]
    assert (later.not_before, later.attempts, later.doubts, later.message_ids) == (NOW + HOUR, 4, 1, ("part",))
    assert rows[change].state is DeliveryState.DROPPED
    assert [d.kind for d in rows.values()].count("publish") == 1


async def test_the_outbox_is_told_in_figures(storage: Storage) -> None:
    one, two, blocked = [await chat(storage, n, "telegram") for n in ("1", "2", "3")]
    await chat(storage, "1", "web")
    await storage.chats.pause(blocked.id, "blocked")
    first, *_ = await queue(
        storage.outbox,
        [post(one.id, at=NOW - HOUR), post(two.id, at=NOW - SECOND), post(blocked.id, at=NOW - 9 * HOUR)],
    )
    assert (await storage.outbox.figures(NOW))["telegram"].oldest == NOW - HOUR
    assert [d.id for d in await storage.outbox.claim("telegram", NOW - 2 * SECOND, 1)] == [first]
    await settle(storage.outbox, first, SENT, now=NOW - 61 * SECOND)
    await queue(storage.outbox, [PlannedDelivery(one.id, "publish", digest(), 3, NOW, target=first)])
    found = await storage.outbox.figures(NOW)
    depth = {"queued": 2, "sending": 0, "uncertain": 0, "quarantined": 0}
    assert found == {"telegram": Figures(depth, NOW - SECOND, 0, 1), "web": Figures()}


async def test_a_story_is_taken_back_once_and_its_steps_go_with_it(storage: Storage) -> None:
    room, source = await chat(storage), await feed(storage)
    (story,) = await judged(storage, *await stored(storage, source.id, "a", now=NOW - 99 * HOUR))
    assert await storage.articles.withdraw(story, NOW)
    assert not await storage.articles.withdraw(story, NOW)
    assert await storage.articles.withdrawn([story, 7]) == {story}
    await storage.outbox.record([story], [outcome(room.id, story)])
    quiet = Composed(room.id, hold=(story,), held=Held("quiet", NOW))
    await storage.outbox.carry_out([quiet, Composed(room.id, skip={story: "withdrawn"})], None, NOW)
    await storage.feeds.remove(source.id)
    assert await storage.articles.purge(NOW, 10) == 1
    assert await storage.outbox.steps(room.id, story) == []


async def test_how_full_a_queue_is_and_the_steps_of_a_story_are_found_by_an_index(sqlite_storage: Storage) -> None:
    asked: list[str] = []
    room, source = await chat(sqlite_storage), await feed(sqlite_storage)
    await queue(sqlite_storage.outbox, [post(room.id), post(room.id), edit(room.id, 1)])
    ids = await judged(sqlite_storage, *await stored(sqlite_storage, source.id, "a", now=NOW - 99 * HOUR))
    await sqlite_storage.outbox.record(ids, [])
    await sqlite_storage.feeds.remove(source.id)
    engines = [engine.sync_engine for engine in (sqlite_storage._db._reader, sqlite_storage._db._writer)]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", lambda *given: asked.append(_filled(*given[2:4])))
    assert [await sqlite_storage.outbox.crowded(most) for most in (1, 2)] == [{"web"}, set()]
    assert await sqlite_storage.articles.purge(NOW, 10) == 1
    wanted = {
        "deliveries.priority <": "ix_deliveries_depth",
        "DELETE FROM steps WHERE steps.story": "ix_steps_story_id",
    }
    async with sqlite_storage._db.write() as conn:
        for part, index in wanted.items():
            query = next(query for query in list(asked) if part in query)
            plan = await conn.execute(text(f"EXPLAIN QUERY PLAN {query}"))
            assert index in str(plan.all())


def _filled(query: str, values: tuple[object, ...]) -> str:
    """The query with its values in it."""
    for value in values:
        query = query.replace("?", repr(value), 1)
    return query
