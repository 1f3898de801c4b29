"""Who goes next: fairly, urgent ones first, at the same cost however much is queued."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import sqlite

from newsbot.domain.models import ChatKey, Delivery, DeliveryState
from newsbot.storage import Storage
from newsbot.storage.claiming import chores, early, posts
from newsbot.storage.lines import firsts
from newsbot.storage.outbox import PlannedDelivery, Settlement
from newsbot.storage.tables import lines
from tests.storage.making import NOW, chat, digest, edit, outcome, post, queue, settle

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
QUEUED, SENT, UNCERTAIN = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.UNCERTAIN


async def line_up(storage: Storage, *planned: PlannedDelivery) -> list[int]:
    return await queue(storage.outbox, planned)


async def claim(storage: Storage, limit: int, late: timedelta = timedelta()) -> list[int]:
    return [delivery.id for delivery in await storage.outbox.claim("web", NOW + late, limit)]


async def send_all(storage: Storage, late: timedelta = timedelta()) -> None:
    flying = await storage.outbox.sending("web")
    await storage.outbox.settle_all([Settlement(d.id, SENT, message_ids=("m",)) for d in flying], NOW + late)


async def test_a_new_urgent_post_goes_before_a_backlog_and_the_backlog_goes_on(sqlite_storage: Storage) -> None:
    storage = sqlite_storage
    rooms = [await chat(storage, str(i)) for i in range(30)]
    backlog = await line_up(storage, *(post(room.id, at=NOW - SECOND) for room in rooms))
    scheduled = await line_up(storage, post((await chat(storage, "daily")).id, at=NOW - HOUR, priority=1))
    (new,) = await line_up(storage, post((await chat(storage, "idle")).id))
    assert await claim(storage, 4) == [new, backlog[-1], *scheduled, backlog[0]]
    taken = [(await claim(storage, 1))[0] for _ in range(4)]
    assert {backlog[1], backlog[2]} < set(taken)  # places that come one by one are shared too
    assert len(await claim(storage, 40)) == 24


async def test_a_chats_backlog_is_spread_over_the_time_that_the_chat_needs(sqlite_storage: Storage) -> None:
    storage = sqlite_storage
    flooded, other = await chat(storage, "flooded"), await chat(storage, "other")
    await line_up(storage, *(post(flooded.id, at=NOW - HOUR) for _ in range(20)))
    late = NOW - HOUR + 10 * SECOND
    (second,) = await line_up(storage, post(other.id, at=late))
    turns = [d.turn for d in reversed(await storage.outbox.list()) if d.chat_id == flooded.id]
    assert turns == [NOW - HOUR + i * SECOND for i in range(20)]
    went = []
    for _ in range(13):
        went += await claim(storage, 1)
        await send_all(storage)
    assert went.index(second) in {10, 11}


async def test_an_edit_of_a_post_that_is_not_out_is_in_no_line_and_a_retract_waits_for_no_post(
    sqlite_storage: Storage,
) -> None:
    storage = sqlite_storage
    room = await chat(storage)
    (first,) = await line_up(storage, post(room.id, at=NOW - MINUTE))
    (change,) = await line_up(storage, edit(room.id, first))
    assert await claim(storage, 5) == [first]
    await send_all(storage)
    await line_up(storage, *(post(room.id) for _ in range(3)))
    (back,) = await line_up(storage, PlannedDelivery(room.id, "retract", digest(), 0, NOW - SECOND, target=first))
    assert await claim(storage, 1, late=HOUR) == [back]
    await send_all(storage)
    dropped, gone = await storage.outbox.get(change), await storage.outbox.get(first)
    assert dropped and gone
    assert (dropped.state, dropped.reason) == (DeliveryState.DROPPED, "its post was taken back")
    assert gone.message_ids == ("",)


async def test_a_retry_is_no_reason_to_lose_its_place(sqlite_storage: Storage) -> None:
    storage = sqlite_storage
    room = await chat(storage)
    first, second, _ = await line_up(storage, *(post(room.id) for _ in range(3)))
    assert await claim(storage, 5) == [first]
    await settle(storage.outbox, first, UNCERTAIN, "timeout", now=NOW)
    assert await claim(storage, 5) == [second]
    await send_all(storage)
    assert await storage.outbox.retry(first, NOW)
    assert await claim(storage, 5, late=HOUR) == [first]


async def test_nothing_is_claimed_where_a_hold_stands(sqlite_storage: Storage) -> None:
    storage = sqlite_storage
    (first,) = await line_up(storage, post((await chat(storage)).id))
    await storage.holds.hold("", "stopped", NOW)
    await storage.holds.hold("", "an outage", NOW, NOW + SECOND)  # what somebody stopped only somebody ends
    assert [hold.reason for hold in await storage.holds.standing(NOW + HOUR)] == ["stopped"]
    assert await claim(storage, 5, late=HOUR) == []
    assert await storage.holds.end("")
    assert not await storage.holds.end("")
    await storage.holds.hold("web", "an outage", NOW, NOW + MINUTE)
    await storage.holds.hold("telegram", "stopped", NOW)
    assert await claim(storage, 5, late=59 * SECOND) == []
    assert await claim(storage, 5, late=MINUTE) == [first]


async def test_what_was_written_by_a_clock_that_is_put_back_waits_no_longer_than_it_was_to(storage: Storage) -> None:
    room, before = await chat(storage), NOW - HOUR
    kept = await line_up(storage, *(post(room.id, at=before - 2 * SECOND) for _ in range(3)))
    refused, plain = await line_up(storage, *(post(room.id, at=NOW) for _ in range(2)))
    assert await claim(storage, 9) == kept[:1]
    await settle(storage.outbox, kept[0], QUEUED, "429", not_before=NOW + 30 * SECOND)
    await storage.holds.hold("web", "unknown outcomes pile up", NOW, NOW + MINUTE)
    quiet = outcome(room.id, 2, due=NOW + HOUR, urgent=True, note="quiet")
    await storage.outbox.record([], [outcome(room.id, 1, due=NOW + SECOND, urgent=True), quiet])
    await storage.outbox.unstall(before)
    assert {o.story_id: o.due for o in await storage.outbox.waiting(room.id)} == {1: before, 2: NOW + HOUR}
    assert await claim(storage, 9, late=-HOUR) == []
    for number in (*kept, refused, plain):
        assert await claim(storage, 9, late=30 * SECOND - HOUR) == [number]
        await send_all(storage, late=30 * SECOND - HOUR)


async def test_claims_look_only_at_who_is_first(sqlite_storage: Storage) -> None:
    plans = []
    async with sqlite_storage._db.read() as conn:
        for query in (posts("web", NOW, 9), chores("web", NOW, 9), early("web", NOW, 9), firsts([1, 2])):
            options = {"literal_binds": True, "render_postcompile": True}
            statement = query.compile(dialect=sqlite.dialect(), compile_kwargs=options)
            rows = await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            plans.append(" | ".join(str(tuple(row)[-1]) for row in rows))
    assert plans[0].count("lines USING INDEX ix_lines_due (platform=? AND priority=? AND due>? AND due<?)") == 1
    assert plans[0].count("lines USING INDEX ix_lines_posts (platform=? AND due<?)") == 1
    assert plans[1].count("lines USING INDEX ix_lines_due (platform=? AND priority=? AND due<?)") == 3
    assert "ORDER BY" not in plans[0] + plans[1]
    assert "lines USING INDEX ix_lines_posts (platform=? AND due>?)" in plans[2]
    assert "each USING INDEX ix_deliveries_line (chat_id=? AND lane=?)" in plans[3]
    assert "flying USING INDEX ix_deliveries_sending (chat_id=?)" in plans[3]


async def test_claimers_and_others_at_once_lose_nothing_and_take_nothing_twice(storage: Storage) -> None:
    rooms = [await chat(storage, str(i)) for i in range(6)]
    planned = await line_up(storage, *(post(room.id) for room in rooms for _ in range(4)))
    sent: list[int] = []
    over = asyncio.Event()

    async def work() -> None:
        while not over.is_set() or len(sent) < len(planned):
            claimed = await storage.outbox.claim("web", NOW + HOUR, 2)
            assert len({delivery.chat_id for delivery in claimed}) == len(claimed)
            done = await storage.outbox.settle_all([Settlement(d.id, SENT) for d in claimed], NOW + HOUR)
            assert all(done)
            sent.extend(delivery.id for delivery in claimed)

    async def disturb() -> None:
        for room in rooms:
            await storage.chats.pause(room.id, "blocked")
            planned.extend(await line_up(storage, post(room.id)))
            await storage.chats.release([r.id for r in reversed(rooms)], NOW)
        over.set()

    async with asyncio.timeout(60):
        await asyncio.gather(disturb(), *(work() for _ in range(4)))
    assert sorted(sent) == sorted(planned)
    order = [next(d.chat_id for d in [await storage.outbox.get(i)] if d) for i in sent]
    assert Counter(order) == dict.fromkeys((room.id for room in rooms), 5)


# --- whatever happens ----------------------------------------------------------------------------

ACTIONS = ["post", "post", "edit", "claim", "claim", "sent", "again", "uncertain", "drop", "retry", "pause", "resume",
           "hold", "end", "move"]  # fmt: skip
scripts = st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 2)), max_size=40)


class Play:
    """Acts a script out over three chats, and looks after each action whether what must hold does."""

    def __init__(self, storage: Storage, platform: str, rooms: list[int]) -> None:
        self.storage, self.outbox, self.platform, self.rooms = storage, storage.outbox, platform, rooms
        self.now = NOW
        self.planned: list[int] = []
        self.sent: list[int] = []

    async def all(self) -> dict[int, Delivery]:
        return {d.id: d for d in await self.outbox.list(limit=10_000) if d.chat_id in self.rooms}

    async def act(self, action: str, which: int) -> None:
        self.now += timedelta(seconds=7)
        room, rows = self.rooms[which], await self.all()
        mine = [d for d in rows.values() if d.chat_id == room]
        flying = [d for d in mine if d.state is DeliveryState.SENDING]
        match action:
            case "post":
                self.planned += await queue(self.outbox, [post(room, at=self.now, priority=which % 2)])
            case "edit" if mine:
                self.planned += await queue(self.outbox, [edit(room, mine[-1].id, at=self.now)])
            case "claim":
                await self.claim(rows, limit=which + 1)
            case "sent" | "again" | "uncertain" if flying:
                state = {"sent": SENT, "again": QUEUED, "uncertain": UNCERTAIN}[action]
                await self.settle(flying[0], state)
            case "drop" | "retry" if mine:
                decide = self.outbox.drop if action == "drop" else self.outbox.retry
                await decide(mine[which % len(mine)].id, self.now)
            case _:
                await self.disturb(action, room)

    async def disturb(self, action: str, room: int) -> None:
        match action:
            case "pause":
                await self.storage.chats.pause(room, "blocked")
            case "resume":
                await self.storage.chats.release([room], self.now)
            case "hold":
                await self.storage.holds.hold(self.platform, "an outage", self.now, self.now + 30 * SECOND)
            case "end":
                await self.storage.holds.end(self.platform)
            case "move":
                await self.storage.chats.rekey(room, ChatKey(self.platform, f"{room}-{self.now:%H%M%S}"))

    async def settle(self, delivery: Delivery, state: DeliveryState) -> None:
        again = self.now + 20 * SECOND
        settlement = Settlement(delivery.id, state, not_before=again if state is QUEUED else None)
        assert await self.outbox.settle_all([settlement], self.now) == [True]
        if state is SENT:
            self.sent.append(delivery.id)
            assert await self.outbox.settle_all([settlement], self.now) == [False]

    async def claim(self, rows: dict[int, Delivery], limit: int) -> int:
        """Claim, and judge it by ``rows``, what was there before."""
        claimed = await self.outbox.claim(self.platform, self.now, limit)
        ids = {delivery.id for delivery in claimed}
        open_ones = await self.may_go(rows)
        assert ids <= open_ones.keys()
        assert len({delivery.chat_id for delivery in claimed}) == len(claimed) <= limit
        left = [d for d in open_ones.values() if d.chat_id not in {c.chat_id for c in claimed}]
        assert not left or len(claimed) == limit or all(d.turn and d.turn > self.now for d in left)
        fresh = [d for d in open_ones.values() if self.fresh(d)]
        assert sum(map(self.fresh, claimed)) >= min(limit // 2, len({d.chat_id for d in fresh}))
        return len(claimed)

    def fresh(self, delivery: Delivery) -> bool:
        assert delivery.created and delivery.turn and delivery.not_before
        due = max(delivery.turn, delivery.not_before)
        recent = min(delivery.created, due) > self.now - MINUTE
        return delivery.kind == "post" and delivery.priority == 0 and recent and due <= self.now

    async def may_go(self, rows: dict[int, Delivery]) -> dict[int, Delivery]:
        """What a claim may take: the first post of a chat, and each edit whose post is out."""
        if any(hold.platform == self.platform for hold in await self.storage.holds.standing(self.now)):
            return {}
        closed = {d.chat_id for d in rows.values() if d.state is DeliveryState.SENDING}
        closed |= {c.id for c in await self.storage.chats.all(self.platform) if c.paused}
        queued = [d for d in rows.values() if d.state is QUEUED]
        firsts = {room: min((d.id for d in queued if d.chat_id == room and d.kind == "post"), default=0)
                  for room in self.rooms}  # fmt: skip
        out = {d.id for d in queued if d.kind == "edit" and d.target and rows[d.target].state is SENT}
        going = out | set(firsts.values())
        return {d.id: d for d in queued if d.id in going and d.chat_id not in closed and d.not_before <= self.now}  # type: ignore[operator]  # it is set

    async def look(self) -> None:
        flying = Counter(d.chat_id for d in await self.outbox.sending(self.platform))
        assert all(number == 1 for number in flying.values())
        async with self.storage._db.write() as conn:
            kept = select(*[c for c in lines.c if c is not lines.c.platform]).where(lines.c.chat_id.in_(self.rooms))
            before = set((await conn.execute(kept)).all())
            await self.outbox._align(conn, self.rooms)
            assert set((await conn.execute(kept)).all()) == before

    async def finish(self) -> None:
        """Let everything out."""
        await self.storage.holds.end(self.platform)
        await self.storage.chats.release(self.rooms, self.now)
        for delivery in (await self.all()).values():
            await self.outbox.retry(delivery.id, self.now)
        while True:
            self.now += MINUTE
            for delivery in await self.outbox.sending(self.platform):
                await self.settle(delivery, SENT)
            if not await self.claim(await self.all(), limit=2) and not await self.outbox.sending(self.platform):
                break
        ends = {d.state for d in (await self.all()).values()}
        assert ends <= {SENT, DeliveryState.DROPPED}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scripts)
async def test_whatever_happens_nothing_is_lost_nothing_comes_twice_and_each_chat_keeps_its_order(
    sqlite_storage: Storage, script: list[tuple[str, int]]
) -> None:
    platform = f"p{len(await sqlite_storage.chats.all())}"
    rooms = [(await chat(sqlite_storage, str(i), platform)).id for i in range(3)]
    play = Play(sqlite_storage, platform, rooms)
    for action, which in script:
        await play.act(action, which)
        await play.look()
    await play.finish()
    rows = await play.all()
    assert len(play.sent) == len(set(play.sent))
    assert set(play.planned) == rows.keys()
    assert set(play.sent) == {d.id for d in rows.values() if d.state is SENT}
    troubled = {d.id for d in rows.values() if await play.outbox.steps_of(d.id)}
    for room in rooms:
        order = [i for i in play.sent if rows[i].chat_id == room and rows[i].kind == "post" and i not in troubled]
        assert order == sorted(order)
