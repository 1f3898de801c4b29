"""Exactly once, through the real outbox: whatever breaks, and whenever the process is killed, every part of a post
stands there, in order, and none stands there twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.domain.models import ChatKey, Delivery, DeliveryState, Digest
from newsbot.errors import LeadershipLost
from newsbot.pipeline.outbox import Outbox
from newsbot.platforms.discord import finding
from newsbot.platforms.discord.message import post_of, private
from newsbot.storage import Storage
from newsbot.storage.outbox import PlannedDelivery
from tests.fakes.discord import drafts, posting
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import Message
from tests.platforms.discord.sending import LONG, PARTS, STORY, Way, address, audience, open_way
from tests.storage.making import queue

KINDS = ("text", "announcement", "thread", "forum by story", "forum by day", "person")
FAULTS = ("fine", "before", "after", "500", "502", "503", "429", "killed", "killed before")


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with open_way() as opened:
        yield opened


@dataclass
class Post:
    """A long digest that is to go to one place, and what stands there of it."""

    way: Way
    storage: Storage
    chat: ChatKey
    digest: Digest
    standing: Callable[[], list[Message]]
    number: int = 0
    lives: int = 0

    def __post_init__(self) -> None:
        self.box = self._outbox()

    def _outbox(self) -> Outbox:
        self.lives += 1
        return Outbox(self.storage, self.way.sender, self.way.clock, f"life {self.lives}", lambda *_: None)

    async def plan(self) -> None:
        chat = await self.storage.chats.ensure(self.chat, "group", "Here", self.way.clock.now())
        planned = PlannedDelivery(chat.id, "post", self.digest, 0, self.way.clock.now())
        (self.number,) = await queue(self.storage.outbox, [planned])

    async def stored(self) -> Delivery:
        found = await self.storage.outbox.get(self.number)
        assert found is not None
        return found

    async def deliver(self) -> None:
        while await self.box.step():
            pass

    async def lives_on(self, seconds: float) -> None:
        """Time passes: long enough for whatever waits, and for a lease of a process that was killed."""
        self.way.clock.advance(seconds)
        await self.deliver()

    async def is_killed(self, before: bool) -> None:
        """The process ends in the middle of a send: before Discord has got it, or after and before it was answered."""
        held, dc = asyncio.Event(), self.way.dc
        if before:
            self.way.pace.hold(1)
        else:
            dc.faults.next("POST", "/channels/*/*", hold=held)
        going, heard = asyncio.create_task(self.deliver()), asyncio.create_task(dc.world.change())
        await asyncio.wait({going, heard}, timeout=5, return_when=asyncio.FIRST_COMPLETED)
        going.cancel()
        heard.cancel()
        await asyncio.gather(going, heard, return_exceptions=True)
        held.set()
        await self.way.again()
        self.box = self._outbox()
        self.way.clock.advance(minutes=1)

    async def meets(self, fault: str) -> None:
        dc = self.way.dc
        if fault.startswith("killed"):
            await self.is_killed(fault.endswith("before"))
        elif fault in ("before", "after"):
            dc.faults.next("POST", "/channels/*/*", drop=fault)  # type: ignore[arg-type]  # one of the two
        elif fault == "429":
            slow = {"message": "You are being rate limited.", "retry_after": 3.0, "global": False}
            dc.faults.next("POST", "/channels/*/*", status=429, body=slow)
        elif fault != "fine":
            dc.faults.next("POST", "/channels/*/*", status=int(fault), done=fault == "502")
        await self.deliver()


def place(way: Way, storage: Storage, kind: str) -> Post:
    """A new place of a kind."""
    bot = way.dc.world.bot

    def ours(channels: Callable[[], list[Channel]]) -> Callable[[], list[Message]]:
        return lambda: [message for channel in channels() for message in channel.messages if message.author is bot]

    if kind.startswith("forum"):
        forum = way.guild.forum("topics")
        digest = replace(LONG, threads="day" if kind.endswith("day") else "story")
        return Post(way, storage, address(forum), digest, ours(lambda: forum.threads))
    if kind == "person":
        person = way.dc.person("Ben")
        way.guild.member(person)
        return Post(way, storage, private(person.id), LONG, ours(lambda: [person.dm] if person.dm else []))
    channel = way.guild.announcement("wire") if kind == "announcement" else way.guild.text("general")
    channel = channel.thread("EV") if kind == "thread" else channel
    return Post(way, storage, address(channel), replace(LONG, audience=audience(channel)), ours(lambda: [channel]))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(KINDS), st.lists(st.tuples(st.sampled_from(FAULTS), st.sampled_from((20, 400, 40_000))), max_size=5)
)
async def test_a_post_comes_exactly_once_whatever_happens(
    way: Way, sqlite_storage: Storage, kind: str, happens: list[tuple[str, int]]
) -> None:
    post = place(way, sqlite_storage, kind)
    way.dc.faults.clear()
    await post.plan()
    for fault, seconds in happens:
        await post.meets(fault)
        await post.lives_on(seconds)
    for _ in range(8):
        if (await post.stored()).state is DeliveryState.SENT:
            break
        way.dc.faults.clear()
        await post.lives_on(3600)
    done = await post.stored()
    assert done.state is DeliveryState.SENT
    standing = post.standing()
    assert [post_of(message.components) for message in standing] == [f"{post.number}.{n}" for n in range(PARTS)]
    assert [kept.rpartition("/")[2] for kept in done.message_ids] == [message.id for message in standing]


async def test_where_too_much_was_said_since_nobody_knows_and_what_follows_goes_on(
    way: Way, sqlite_storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "PAGES", 1)
    general = way.guild.text("general")
    post = Post(way, sqlite_storage, address(general), STORY, lambda: general.messages)
    await post.plan()
    for _ in range(100):
        posting.post(way.dc, general, way.ann, drafts.new({"content": "Nice."}, {}))
    way.clock.advance(3600)
    await post.meets("killed")
    await post.lives_on(3600)
    assert (await post.stored()).state is DeliveryState.UNCERTAIN
    later = Post(way, sqlite_storage, post.chat, STORY, post.standing)
    await later.plan()
    await post.lives_on(60)
    assert (await later.stored()).state is DeliveryState.SENT
    monkeypatch.undo()
    assert await sqlite_storage.outbox.retry(post.number, way.clock.now())
    await post.lives_on(3600)
    assert (await post.stored()).state is DeliveryState.SENT
    assert len(general.messages) == 102


async def test_a_strangers_message_with_our_mark_is_not_taken_for_ours(way: Way, sqlite_storage: Storage) -> None:
    general = way.guild.text("general")
    post = Post(way, sqlite_storage, address(general), STORY, lambda: general.messages)
    await post.plan()
    row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": f"d{post.number}.0|x"}]}
    posting.post(way.dc, general, way.ann, drafts.new({"content": "Mine.", "components": [row]}, {}))
    await post.meets("before")
    await post.lives_on(400)
    assert (await post.stored()).state is DeliveryState.SENT
    assert len(general.messages) == 2


@pytest.mark.parametrize("seed", range(2))
async def test_a_lease_that_goes_to_and_fro_under_load_leaves_each_post_once(
    way: Way, sqlite_storage: Storage, seed: int
) -> None:
    """Two processes over one database, of which the one that posts is not told that it may not any more."""
    other, outbox, chance = Way(way.dc, way.clock, way.ann, way.guild), sqlite_storage.outbox, Random(seed)
    boxes = [
        Outbox(sqlite_storage, each.sender, way.clock, f"p{n}", lambda *_: None) for n, each in enumerate((way, other))
    ]
    channels = [way.guild.text(f"c{n}") for n in range(8)]
    numbers: list[int] = []
    for n, channel in enumerate(channels):
        chat = await sqlite_storage.chats.ensure(address(channel), "group", channel.name, way.clock.now())
        digest = replace(LONG if n % 2 else STORY, audience="group")
        planned = [PlannedDelivery(chat.id, "post", digest, 0, way.clock.now()) for _ in range(4)]
        numbers += await queue(outbox, planned)
    way.dc.faults.at_random(seed, drop_before=0.05, drop_after=0.1, limited=0.05, errors=0.1)

    async def waits() -> bool:
        return any((await outbox.depth()).values())

    async def runs(box: Outbox) -> None:
        while await waits():
            with suppress(LeadershipLost):
                await box.step()
            way.clock.advance(1)

    async def robs() -> None:
        while await waits():
            await sqlite_storage.leases.release("deliver:discord", chance.choice(("p0", "p1")))
            for _ in range(chance.randrange(40)):
                await asyncio.sleep(0)

    async with asyncio.timeout(60):
        await asyncio.gather(*map(runs, boxes), robs())
    await other.rest.close()
    for channel in channels:
        marks = [post_of(message.components) for message in channel.messages]
        assert marks == sorted(set(marks), key=lambda mark: tuple(map(int, mark.split("."))))
    assert sum(len(channel.messages) for channel in channels) == 16 + 16 * PARTS
    assert {row.state for row in await outbox.list()} == {DeliveryState.SENT} and way.dc.faults.met["drop_after"]
