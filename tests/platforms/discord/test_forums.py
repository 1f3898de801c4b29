"""Forums: a thread a story or a day, opened once, though nothing at Discord makes a second request harmless."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from newsbot.domain.models import DeliveryKind, Reason
from newsbot.domain.ports import ChatGone, Over, Sent, Unknown
from newsbot.platforms.discord import render
from newsbot.platforms.discord.answers import NO_HISTORY
from newsbot.platforms.discord.message import SILENT
from tests.fakes.digests import XIAOMI
from tests.fakes.discord import drafts, posting
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import REQUIRE_TAG, Channel
from tests.platforms.discord.sending import LONG, PARTS, STORY, Way, open_way, retried

OPEN, POST = "/channels/*/threads", "/channels/*/messages"
DAY = replace(STORY, threads="day", timezone="Europe/Berlin")


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with open_way() as opened:
        yield opened


@pytest.fixture
def forum(way: Way) -> Channel:
    return way.guild.forum("topics", tags=["Cars", "xiaomi ev"])


# --- a thread a story ----------------------------------------------------------------------------------


async def test_a_story_opens_a_thread_with_its_title_and_its_topics_as_tags(way: Way, forum: Channel) -> None:
    outcome = await way.send(way.delivery(forum))
    (thread,) = forum.threads
    (message,) = thread.messages
    assert outcome == Sent((f"{thread.id}/{message.id}",))
    assert message.id == thread.id
    assert thread.name == render.title(STORY)
    assert [tag.name for tag in forum.tags if tag.id in thread.state.applied_tags] == ["xiaomi ev"]


async def test_a_forum_that_insists_on_a_tag_gets_one_that_anybody_may_set(way: Way, forum: Channel) -> None:
    forum.tags = []
    forum.tag("Staff", moderated=True)
    free = forum.tag("News")
    forum.flags |= REQUIRE_TAG
    assert isinstance(await way.send(way.delivery(forum)), Sent)
    assert forum.threads[0].state.applied_tags == (free.id,)


async def test_a_forum_that_insists_on_a_tag_and_has_none_says_so(way: Way, forum: Channel) -> None:
    forum.tags = []
    forum.flags |= REQUIRE_TAG
    outcome = await way.send(way.delivery(forum))
    assert isinstance(outcome, ChatGone) and "tag" in outcome.reason


async def test_a_topic_whose_name_is_too_long_for_a_tag_has_one_with_its_beginning(way: Way, forum: Channel) -> None:
    tag = forum.tag("electric cars in Ger")
    long = replace(XIAOMI, reasons=(Reason("Electric cars in Germany"),))
    assert isinstance(await way.send(way.delivery(forum, replace(STORY, stories=(long,)))), Sent)
    assert forum.threads[0].state.applied_tags == (tag.id,)


async def test_no_more_tags_than_discord_takes(way: Way, forum: Channel) -> None:
    reasons = tuple(Reason(f"Topic {n}") for n in range(8))
    for reason in reasons:
        forum.tag(reason.label)
    many = replace(STORY, stories=(replace(XIAOMI, reasons=reasons),))
    assert isinstance(await way.send(way.delivery(forum, many)), Sent)
    assert len(forum.threads[0].state.applied_tags) == 5


async def test_the_parts_of_a_long_digest_are_in_one_thread(way: Way, forum: Channel) -> None:
    outcome = await way.send(way.delivery(forum, LONG))
    (thread,) = forum.threads
    assert outcome == Sent(tuple(f"{thread.id}/{message.id}" for message in thread.messages))
    assert [bool(message.flags & SILENT) for message in thread.messages] == [False] + [True] * (PARTS - 1)


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 500, "done": True}, {"status": 504, "done": True}])
@pytest.mark.parametrize("archived", [False, True])
async def test_a_thread_whose_opening_was_not_confirmed_is_found_and_not_opened_again(
    way: Way, forum: Channel, fault: dict[str, object], archived: bool
) -> None:
    first = way.delivery(forum, LONG)
    way.dc.faults.next("POST", OPEN, **fault)  # type: ignore[arg-type]  # the fault's own fields
    assert isinstance(await way.send(first), Unknown)
    assert len(way.dc.called("POST", OPEN)) == 1
    await way.again()
    way.clock.advance(3600)
    if archived:
        await forum.threads[0].set_archived()
    assert isinstance(await way.send(retried(first)), Sent)
    (thread,) = forum.threads
    assert len(thread.messages) == PARTS


async def test_a_process_killed_between_the_parts_goes_on_in_the_same_thread(way: Way, forum: Channel) -> None:
    first = way.delivery(forum, LONG)
    way.dc.faults.next("POST", POST, drop="after")
    assert isinstance(await way.send(first), Unknown)
    await way.again()
    way.clock.advance(3600)
    assert isinstance(await way.send(retried(first, way.told[0])), Sent)
    (thread,) = forum.threads
    assert len(thread.messages) == PARTS


async def test_a_thread_that_was_surely_not_opened_is_opened_later(way: Way, forum: Channel) -> None:
    others = [way.guild.forum("other").thread("x", owner=way.dc.world.bot), forum.thread("y")]
    for thread in others:
        posting.post(way.dc, thread, thread.guild.owner if thread.guild else way.ann, drafts.new({"content": "."}, {}))
    first = way.delivery(forum)
    way.dc.faults.next("POST", OPEN, drop="before")
    assert isinstance(await way.send(first), Unknown)
    assert isinstance(await way.send(retried(first)), Sent)
    assert len(forum.threads) == 2


async def test_where_the_history_is_hidden_no_second_thread_is_risked(way: Way, forum: Channel) -> None:
    first = way.delivery(forum)
    way.dc.faults.next("POST", OPEN, drop="after")
    await way.send(first)
    forum.overwrite(way.guild.bot_role, deny=Permission.READ_MESSAGE_HISTORY)
    assert await way.send(retried(first)) == Unknown(NO_HISTORY, final=True)


# --- what stands there -----------------------------------------------------------------------------------


async def test_a_post_in_an_archived_thread_is_edited_all_the_same(way: Way, forum: Channel) -> None:
    posted = await way.send(way.delivery(forum))
    assert isinstance(posted, Sent)
    await forum.threads[0].set_archived()
    grown = replace(STORY, stories=(replace(XIAOMI, headline="Xiaomi shows its car"),))
    assert await way.send(way.delivery(forum, grown, "edit", posted.message_ids, number=9, target=1)) == posted
    assert "Xiaomi shows its car" in forum.threads[0].messages[0].text


@pytest.mark.parametrize("what", ["locked", "deleted"])
async def test_one_thread_that_is_shut_stops_its_edits_and_not_the_forum(way: Way, forum: Channel, what: str) -> None:
    posted = await way.send(way.delivery(forum))
    assert isinstance(posted, Sent)
    (thread,) = forum.threads
    await (thread.set_archived(locked=True) if what == "locked" else thread.delete())
    changes: tuple[DeliveryKind, ...] = ("edit", "reply")
    for kind in changes:
        outcome = await way.send(way.delivery(forum, STORY, kind, posted.message_ids, number=9, target=1))
        assert isinstance(outcome, Over)
    assert isinstance(await way.send(way.delivery(forum, number=2)), Sent)


async def test_a_story_that_is_taken_back_takes_its_thread_along_unless_people_talk_there(
    way: Way, forum: Channel
) -> None:
    forum.overwrite(way.guild.bot_role, allow=Permission.MANAGE_THREADS)
    posted = [await way.send(way.delivery(forum, number=n)) for n in (1, 2)]
    posting.post(way.dc, forum.threads[1], way.ann, drafts.new({"content": "Nice."}, {}))
    for outcome in posted:
        assert isinstance(outcome, Sent)
        back = way.delivery(forum, STORY, "retract", outcome.message_ids, number=9, target=1)
        assert await way.send(back) == outcome
        assert await way.send(back) == outcome
    (left,) = forum.threads
    assert [message.text for message in left.messages] == ["Nice."]


async def test_a_thread_that_the_bot_may_not_delete_is_archived(way: Way, forum: Channel) -> None:
    posted = await way.send(way.delivery(forum))
    assert isinstance(posted, Sent)
    (thread,) = forum.threads
    way.dc.faults.next("DELETE", "/channels/*", status=403)  # its owner may, says who tried; the documentation does not
    back = way.delivery(forum, STORY, "retract", posted.message_ids, number=9, target=1)
    assert await way.send(back) == posted
    assert thread.messages == [] and not thread.active


async def test_a_forum_that_was_taken_for_a_channel_is_found_out(way: Way, forum: Channel) -> None:
    for number in (1, 2):
        delivery = way.delivery(forum, number=number)
        mistaken = replace(delivery, digest=replace(delivery.digest, audience="group"))
        assert isinstance(await way.send(mistaken), Sent)
    assert len(forum.threads) == 2
    assert len(way.dc.called("POST", POST)) == 1
    await forum.delete()
    assert await way.send(way.delivery(forum, number=3)) == ChatGone("the channel was deleted")


async def test_of_a_plain_channel_nothing_is_asked_before_a_post(way: Way) -> None:
    general = way.guild.text("general")
    assert isinstance(await way.send(way.delivery(general)), Sent)
    assert way.dc.called("GET", "/channels/*") == []


# --- a thread a day --------------------------------------------------------------------------------------


async def test_the_posts_of_a_day_share_a_thread_by_the_chats_own_clock(way: Way, forum: Channel) -> None:
    way.clock.advance(hours=10)  # 22:00 UTC, 23:00 in Berlin
    for number in (1, 2):
        assert isinstance(await way.send(way.delivery(forum, DAY, number=number)), Sent)
    way.clock.advance(hours=1.5)
    outcome = await way.send(way.delivery(forum, DAY, number=3))
    first, second = forum.threads
    assert (first.name, len(first.messages)) == ("15 January 2026", 2)
    assert (second.name, len(second.messages)) == ("16 January 2026", 1)
    assert outcome == Sent((f"{second.id}/{second.id}",))


@pytest.mark.parametrize("archived", [False, True])
async def test_the_days_thread_is_found_after_a_restart_and_is_no_storys(
    way: Way, forum: Channel, archived: bool
) -> None:
    await way.send(way.delivery(forum, number=1))
    await way.send(way.delivery(forum, DAY, number=2))
    assert {thread.state.archives_after for thread in forum.threads} == {10080}
    if archived:
        await forum.threads[1].set_archived()
    await way.again()
    await way.send(way.delivery(forum, DAY, number=3))
    assert [len(thread.messages) for thread in forum.threads] == [1, 2]


@pytest.mark.parametrize("fault", [{"drop": "after"}, {"status": 502, "done": True}])
async def test_the_days_first_post_comes_once_and_the_next_one_follows_it(
    way: Way, forum: Channel, fault: dict[str, object]
) -> None:
    first = way.delivery(forum, DAY)
    way.dc.faults.next("POST", OPEN, **fault)  # type: ignore[arg-type]  # the fault's own fields
    assert isinstance(await way.send(first), Unknown)
    assert isinstance(await way.send(retried(first)), Sent)
    assert isinstance(await way.send(way.delivery(forum, DAY, number=2)), Sent)
    assert [len(thread.messages) for thread in forum.threads] == [2]


async def test_a_post_of_yesterday_evening_is_found_in_yesterdays_thread(way: Way, forum: Channel) -> None:
    way.clock.advance(hours=10.9)
    await way.send(way.delivery(forum, DAY, number=1))
    late = way.delivery(forum, DAY, number=2)
    way.dc.faults.next("POST", POST, drop="after")
    assert isinstance(await way.send(late), Unknown)
    way.clock.advance(hours=1)
    assert isinstance(await way.send(retried(late)), Sent)
    assert [len(thread.messages) for thread in forum.threads] == [2]


@pytest.mark.parametrize("what", ["locked", "deleted"])
async def test_a_days_thread_that_is_shut_is_followed_by_another(way: Way, forum: Channel, what: str) -> None:
    await way.send(way.delivery(forum, DAY))
    (thread,) = forum.threads
    await (thread.set_archived(locked=True) if what == "locked" else thread.delete())
    assert isinstance(await way.send(way.delivery(forum, DAY, number=2)), Sent)
    assert forum.threads[-1] is not thread
