"""Announcement channels: posts are passed on, ten an hour, digests first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from newsbot.domain.ports import Sent
from newsbot.platforms.discord.publishing import BUDGET, FREE
from tests.fakes.discord.places import Channel
from tests.platforms.discord.sending import LONG, PARTS, STORY, Way, open_way

CROSSPOST = "/channels/*/messages/*/crosspost"


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with open_way() as opened:
        yield opened


@pytest.fixture
def wire(way: Way) -> Channel:
    return way.guild.announcement("wire")


async def stories(way: Way, channel: Channel, number: int, start: int = 1) -> None:
    """So many posts, two seconds apart."""
    for n in range(start, start + number):
        way.clock.advance(2)
        assert isinstance(await way.send(way.delivery(channel, number=n)), Sent)


def published(channel: Channel) -> int:
    return sum(message.crossposted for message in channel.messages)


async def test_posts_are_published_with_all_their_parts(way: Way, wire: Channel) -> None:
    await way.send(way.delivery(wire, LONG))
    assert published(wire) == PARTS


async def test_a_channel_that_does_not_want_it_and_one_without_followers_publish_nothing(
    way: Way, wire: Channel
) -> None:
    await way.send(way.delivery(wire, replace(STORY, publish=False)))
    await way.send(way.delivery(way.guild.text("general"), number=2))
    assert way.dc.called("POST", CROSSPOST) == []


async def test_stories_leave_room_for_digests_and_wait_for_their_own(way: Way, wire: Channel) -> None:
    await stories(way, wire, 9)
    assert published(wire) == BUDGET - FREE
    await way.send(way.delivery(wire, LONG, number=10))
    assert published(wire) == BUDGET - FREE + PARTS
    assert all(message.crossposted for message in wire.messages[-PARTS:])
    way.clock.advance(hours=1)
    await way.sender.publisher.step()
    assert published(wire) == len(wire.messages)
    assert way.dc.rates.refusals == 0


async def test_what_waited_is_found_again_after_a_restart(way: Way, wire: Channel) -> None:
    await stories(way, wire, 9)
    await way.again()
    way.clock.advance(hours=1)
    await way.sender.publisher.recall(await way.rest.ready(), wire.id)
    await way.sender.publisher.step()
    assert published(wire) == 9


async def test_the_budget_that_was_used_before_a_restart_is_known(way: Way, wire: Channel) -> None:
    await stories(way, wire, 7)
    await way.again()
    await stories(way, wire, 1, start=8)
    assert published(wire) == 7
    assert way.dc.rates.refusals == 0


async def test_what_is_no_news_any_more_is_not_published(way: Way, wire: Channel) -> None:
    await stories(way, wire, 8)
    way.clock.advance(hours=4)
    await way.sender.publisher.step()
    assert published(wire) == 7


@pytest.mark.parametrize("fault", [{"status": 503}, {"drop": "after"}, {"drop": "before"}])
async def test_a_failure_at_publishing_harms_no_post_and_is_tried_again(
    way: Way, wire: Channel, fault: dict[str, object]
) -> None:
    way.dc.faults.next("POST", CROSSPOST, **fault)  # type: ignore[arg-type]  # the fault's own fields
    assert isinstance(await way.send(way.delivery(wire)), Sent)
    await way.sender.publisher.step()
    assert len(way.dc.called("POST", CROSSPOST)) <= 1
    way.clock.advance(minutes=1)
    await way.sender.publisher.step()
    assert published(wire) == 1


async def test_a_limit_that_others_used_up_is_waited_for(way: Way, wire: Channel) -> None:
    full = {"message": "You are being rate limited.", "retry_after": 1800.0, "global": False}
    way.dc.faults.next("POST", CROSSPOST, status=429, body=full)
    assert isinstance(await way.send(way.delivery(wire)), Sent)
    assert isinstance(await way.send(way.delivery(wire, number=2)), Sent)
    assert len(way.dc.called("POST", CROSSPOST)) == 1
    way.clock.advance(minutes=31)
    await way.sender.publisher.step()
    assert published(wire) == 2


async def test_a_post_that_was_deleted_meanwhile_is_dropped(way: Way, wire: Channel) -> None:
    await stories(way, wire, 8)
    wire.messages[-1].deleted = True
    way.clock.advance(hours=1)
    await way.sender.publisher.step()
    await way.sender.publisher.step()
    assert len(way.dc.called("POST", CROSSPOST)) == 8
