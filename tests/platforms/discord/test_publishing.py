"""Announcement channels: posts are passed on, ten an hour, digests first, whatever breaks in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.domain.models import Delivery, DeliveryState, Digest
from newsbot.pipeline.outbox import Outbox
from newsbot.platforms.discord.publishing import BUDGET, FREE, NO_NEWS
from newsbot.storage import Storage
from newsbot.storage.outbox import PlannedDelivery
from tests.fakes.digests import XIAOMI
from tests.fakes.discord.places import Channel
from tests.platforms.discord.sending import LONG, PARTS, STORY, Way, address, audience, open_way
from tests.storage.making import queue

CROSSPOST = "/channels/*/messages/*/crosspost"
LIMITED = {"message": "You are being rate limited.", "retry_after": 1800.0, "global": False}
QUEUED, SENT, DROPPED = DeliveryState.QUEUED, DeliveryState.SENT, DeliveryState.DROPPED


@dataclass
class Press:
    """The bot with its outbox, and a channel that others follow."""

    way: Way
    storage: Storage
    wire: Channel

    def __post_init__(self) -> None:
        self.box = Outbox(self.storage, self.way.sender, self.way.clock, "one", lambda *_: None)

    async def restarts(self) -> None:
        await self.way.again()
        self.__post_init__()

    async def posts(self, digest: Digest = STORY, number: int = 1, channel: Channel | None = None) -> None:
        """So many posts, two seconds apart; whatever can go out does."""
        where = channel or self.wire
        chat = await self.storage.chats.ensure(address(where), audience(where), where.name, self.way.clock.now())
        for _ in range(number):
            self.way.clock.advance(2)
            planned = PlannedDelivery(chat.id, "post", replace(digest, audience=chat.kind), 0, self.way.clock.now())
            await queue(self.storage.outbox, [planned])
            await self.delivers()

    async def is_killed(self, where: Channel) -> None:
        """A post goes out, and the process ends when it is published and that was not answered yet."""
        held, dc = asyncio.Event(), self.way.dc
        dc.faults.next("POST", CROSSPOST, hold=held)
        before = sum(message.crossposted for message in where.messages)
        going = asyncio.create_task(self.posts(channel=where))
        async with asyncio.timeout(5):
            while not going.done() and sum(message.crossposted for message in where.messages) == before:
                heard = asyncio.ensure_future(dc.world.change())
                await asyncio.wait({going, heard}, return_when=asyncio.FIRST_COMPLETED)
                heard.cancel()
        going.cancel()
        await asyncio.gather(going, return_exceptions=True)
        held.set()
        await self.restarts()
        self.way.clock.advance(minutes=1)

    async def delivers(self, seconds: float = 0) -> None:
        self.way.clock.advance(seconds)
        while await self.box.step():
            pass

    async def rows(self) -> list[Delivery]:
        """What is, or was, to be published, in the order in which it was posted."""
        return [row for row in reversed(await self.storage.outbox.list()) if row.kind == "publish"]

    async def states(self) -> list[DeliveryState]:
        return [row.state for row in await self.rows()]

    @property
    def published(self) -> int:
        return sum(message.crossposted for message in self.wire.messages)

    @property
    def asked(self) -> int:
        """How often Discord was asked to publish something."""
        return len(self.way.dc.called("POST", CROSSPOST))


@pytest.fixture
async def press(sqlite_storage: Storage) -> AsyncIterator[Press]:
    async with open_way() as way:
        yield Press(way, sqlite_storage, way.guild.announcement("wire"))


async def test_posts_are_published_with_all_their_parts(press: Press) -> None:
    await press.posts(LONG)
    assert press.published == PARTS == len(press.wire.messages)
    (row,) = await press.rows()
    assert (row.state, row.digest.occasion) == (SENT, "daily")


async def test_a_channel_that_does_not_want_it_and_one_without_followers_publish_nothing(press: Press) -> None:
    await press.posts(replace(STORY, publish=False))
    await press.posts(channel=press.way.guild.text("general"))
    assert (press.asked, await press.rows()) == (0, [])


async def test_stories_leave_room_for_digests_and_wait_for_their_own(press: Press) -> None:
    await press.posts(number=9)
    assert press.published == BUDGET - FREE
    await press.posts(LONG)
    assert press.published == BUDGET - FREE + PARTS
    assert all(message.crossposted for message in press.wire.messages[-PARTS:])
    await press.delivers(3600)
    assert press.published == len(press.wire.messages)
    assert press.way.dc.rates.refusals == 0


async def test_of_what_waited_digests_are_published_before_older_stories(press: Press) -> None:
    await press.posts(replace(STORY, occasion="hourly"), number=BUDGET)
    await press.posts(number=1)
    await press.posts(LONG)
    assert press.published == BUDGET
    await press.delivers(3600)
    asked = [call.path.split("/")[-2] for call in press.way.dc.called("POST", CROSSPOST)]
    story, *digest = (message.id for message in press.wire.messages[BUDGET:])
    assert asked[BUDGET:] == [*digest, story]


async def test_a_digest_of_more_parts_than_an_hour_has_room_for_is_published_in_two(press: Press) -> None:
    stories = tuple(replace(XIAOMI, story_id=n, summary=("Word " * 80,)) for n in range(1, 101))
    await press.posts(replace(LONG, stories=stories))
    assert press.published == BUDGET < len(press.wire.messages)
    await press.delivers(3700)
    assert press.published == press.asked == len(press.wire.messages)


async def test_a_restart_loses_nothing_that_waits_and_takes_up_nothing_that_was_not_wanted(press: Press) -> None:
    await press.posts(replace(STORY, publish=False), number=2)
    await press.posts(number=9)
    await press.restarts()
    for _ in range(3):
        await press.delivers(3600)
    assert [message.crossposted for message in press.wire.messages] == [False] * 2 + [True] * 9
    assert press.way.dc.called("GET", "/channels/*/messages") == []


async def test_a_limit_that_was_used_up_before_a_restart_is_told_by_discord_once(press: Press) -> None:
    await press.posts(replace(STORY, occasion="hourly"), number=BUDGET)
    await press.restarts()
    await press.posts(number=3)
    assert (press.published, press.way.dc.rates.refusals) == (BUDGET, 1)
    await press.delivers(3600)
    assert press.published == BUDGET + 3


async def test_what_is_no_news_any_more_is_not_published(press: Press) -> None:
    await press.posts(number=8)
    await press.delivers(4 * 3600)
    assert (press.published, await press.states()) == (7, [SENT] * 7 + [DROPPED])


FAULTS: dict[str, dict[str, Any]] = {
    "503": {"status": 503},
    "502": {"status": 502, "done": True},
    "before": {"drop": "before"},
    "after": {"drop": "after"},
    "429": {"status": 429, "body": {**LIMITED, "retry_after": 1e18}},
    "odd 429": {"status": 429, "body": {"message": "soon", "retry_after": "soon"}},
}
HAPPENS = ("story", "digest", "off", "on", "killed", *FAULTS)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(HAPPENS), st.sampled_from((5, 400, 2000))), max_size=8))
async def test_whatever_breaks_each_message_is_published_once_at_most_and_once_where_it_was_wanted_and_there_was_room(
    press: Press, happens: list[tuple[str, int]]
) -> None:
    wire = press.way.guild.announcement("wire")
    club = press.way.guild.text("club").follow(wire)
    press.way.dc.faults.clear()
    press.way.wishes.off.clear()
    known = {row.id for row in await press.rows()}
    for what, seconds in happens:
        if what in FAULTS:
            press.way.dc.faults.next("POST", CROSSPOST, **FAULTS[what])
        elif what in ("off", "on"):
            press.way.wishes.off = {address(wire)} if what == "off" else set()
        elif what == "killed":
            await press.is_killed(wire)
        else:
            await press.posts(replace(STORY, occasion="hourly" if what == "digest" else "story"), channel=wire)
        await press.delivers(seconds)
    press.way.dc.faults.clear()
    for _ in range(6):
        await press.delivers(2000)
    copied = [str((copy.reference or {})["message_id"]) for copy in club.messages]
    assert len(copied) == len(set(copied))
    for row in await press.rows():
        if row.id not in known:
            late = row.state is DROPPED and row.reason in ("publishing was switched off", NO_NEWS)
            assert late or (row.state is SENT and row.message_ids[0] in copied)
            assert row.reason != "publishing was switched off" or "off" in dict(happens)


async def test_a_limit_that_others_used_up_holds_up_no_post_and_asks_no_more(press: Press) -> None:
    press.way.dc.faults.next("POST", CROSSPOST, status=429, body=LIMITED)
    await press.posts(number=3)
    assert (len(press.wire.messages), press.asked) == (3, 1)
    await press.delivers(1860)
    assert press.published == 3


async def test_a_post_that_was_deleted_meanwhile_is_given_up(press: Press) -> None:
    await press.posts(number=8)
    press.wire.messages[-1].deleted = True
    await press.delivers(3600)
    assert ((await press.states())[-1], press.asked) == (DROPPED, 8)


async def test_a_channel_whose_posts_may_not_be_published_goes_on_getting_them(press: Press) -> None:
    refusal = {"message": "Cannot execute action on this channel type", "code": 50024}
    press.way.dc.faults.next("POST", CROSSPOST, status=400, body=refusal)
    await press.posts(number=2)
    assert (await press.states(), len(press.wire.messages)) == ([DROPPED, SENT], 2)
    chat = await press.storage.chats.find(address(press.wire))
    assert chat is not None and chat.paused == ""
