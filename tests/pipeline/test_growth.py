"""Posts that grow, and what is taken back of them: from articles to what a platform is asked to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from newsbot.domain.growing import CORRECTED, SPACES, Growths, edit_at
from newsbot.domain.models import Chat, ChatKey, ChatSettings, Delivery, DeliveryState, OutcomeState, QuietHours, When
from newsbot.domain.withdrawing import SHOWS_ONCE, found_again
from newsbot.errors import Forbidden, NotFound
from newsbot.newsdesk import Newsdesk
from newsbot.platforms.discord.send import DiscordSender
from newsbot.platforms.telegram.send import TelegramSender
from newsbot.platforms.web.send import WebSender
from newsbot.storage import Storage
from tests.clock import START, ManualClock
from tests.newsdesk.room import BOSS, CHAIR, LEXICON, ME, MEMBER, Addresses, Wakes
from tests.pipeline.house import ANALYZER, House
from tests.pipeline.test_pipeline import OTHERS, XIAOMI, XIAOMI_AGAIN
from tests.storage.making import settle

QUAKE = (
    "Earthquake kills 12 in the Peruvian town of Arequipa",
    "A strong quake shook the Peruvian town of Arequipa on Monday. At least 12 people were killed, officials said.",
)
QUAKE_LATER = (
    "Death toll in Arequipa earthquake in Peru rises to 40",
    "The earthquake in the Peruvian town of Arequipa killed 40 people, officials said. A strong quake shook it Monday.",
)
QUAKE_CORRECTED = (
    "Correction: earthquake in the Peruvian town of Arequipa",
    "The earthquake in the town of Arequipa killed 2 people. We wrote that 12 people were killed. Sorry for the error.",
)


@pytest.fixture
def house(sqlite_storage: Storage, clock: ManualClock) -> House:
    return House(sqlite_storage, clock)


@pytest.fixture
def newsdesk(house: House) -> Newsdesk:
    return Newsdesk(
        house.storage, analyzer=ANALYZER, lexicon=LEXICON, clock=house.clock, probe=Addresses(), wake=Wakes()
    )


async def grown(house: House) -> list[Delivery]:
    """What is sent once an edit may follow the post."""
    await house.think()
    house.clock.advance(30)
    return await house.settle()


async def quake(house: House, chat: Chat, *, when: When | None = None) -> Delivery:
    await house.subscribe(chat, when=when)
    await house.bring(await house.feed("one"), QUAKE)
    await house.think()
    await house.wait(hours=1 if when else 0)
    [post] = await house.settle()
    return post


async def test_a_second_source_edits_the_post_and_makes_no_second_one(house: House) -> None:
    one, two, chat = await house.feed("one"), await house.feed("two"), await house.chat()
    await house.subscribe(chat)
    await house.bring(one, XIAOMI)
    [post] = await house.settle()
    await house.bring(two, XIAOMI_AGAIN)
    assert not await house.settle()  # not at once: more may come
    [edit] = await grown(house)
    assert (edit.kind, edit.target, edit.message_ids) == ("edit", post.id, (f"m{post.id}",))
    assert {source.name for source in edit.digest.stories[0].sources} == {"one", "two"}
    assert edit.digest.stories[0].updated is not None
    assert not await house.settle()


async def test_a_post_that_its_chat_left_behind_is_edited_no_more(house: House) -> None:
    one, two, chat = await house.feed("one"), await house.feed("two"), await house.chat()
    await house.subscribe(chat)
    await house.bring(one, XIAOMI)
    assert len(await house.settle()) == 1
    await house.storage.chats.rekey(chat.id, ChatKey("web", "elsewhere"))
    await house.bring(two, XIAOMI_AGAIN)
    assert not await grown(house)


async def test_two_stories_of_one_post_that_grow_before_its_edit_is_out_both_grow(house: House) -> None:
    one, two, chat = await house.feed("one"), await house.feed("two"), await house.chat()
    await house.subscribe(chat, when=When("hourly"))
    await house.bring(one, XIAOMI, OTHERS[0])
    await house.think()
    await house.wait(hours=1)
    assert len(await house.settle()) == 1
    for told in (XIAOMI_AGAIN, OTHERS[0]):
        await house.bring(two, told)
        await house.think()
    [edit] = await grown(house)
    assert [len(story.sources) for story in edit.digest.stories] == [2, 2]


async def test_a_post_grows_a_few_times_at_growing_distances_and_a_correction_comes_at_once(house: House) -> None:
    chat = await house.chat()
    post = await quake(house, chat)
    edits = []
    for n in range(12):
        title, said = QUAKE
        await house.bring(await house.feed(f"paper{n}"), (f"{title}, paper {n} says", said))
        await house.think()
        await house.wait(hours=3)
        edits += await house.settle()
    assert {(edit.kind, edit.target) for edit in edits} == {("edit", post.id)} and len(edits) == 6
    await house.bring(await house.feed("honest"), QUAKE_CORRECTED)
    [correction] = await house.settle()
    assert correction.kind == "edit" and "2 people" in {fact.value for fact in correction.digest.stories[0].facts}
    growths = await house.storage.outbox.growths([post.id])
    assert (growths[post.id].edits, growths[post.id].corrections) == (6, 1)


def test_a_source_that_corrects_itself_again_and_again_edits_its_post_a_few_times_a_day() -> None:
    grown, edits, now = Growths(), [START], START
    grown = replace(grown, corrections=1, corrected=edit_at(START, grown, START, corrects=True))
    while now < START + CORRECTED + timedelta(days=1):
        at = edit_at(START, grown, now, corrects=True)
        if at == now:
            edits.append(at)
            grown = replace(grown, corrections=grown.corrections + 1, corrected=at)
        now += timedelta(seconds=15)
    assert [edits[n + 1] - edits[n] for n in range(len(SPACES))] == list(SPACES)
    assert len(edits) == 1 + len(SPACES) + 6 and edits[-1] <= START + CORRECTED
    late, waits = START + CORRECTED - timedelta(hours=3), START + CORRECTED - timedelta(hours=1)
    grown = replace(grown, corrected=waits)
    assert edit_at(START, grown, late, corrects=True) is None
    assert edit_at(START, replace(grown, pending=True), late, corrects=True) == waits  # it goes out anyway: with this


async def test_what_is_really_new_comes_as_a_reply_to_the_post_and_seldom(house: House) -> None:
    post = await quake(house, await house.chat())
    await house.wait(hours=2)
    await house.bring(await house.feed("two"), QUAKE_LATER)
    [reply] = [d for d in await house.settle() if d.kind != "edit"]
    assert (reply.kind, reply.target, reply.message_ids) == ("reply", post.id, (f"m{post.id}",))
    assert (reply.digest.occasion, reply.digest.stories[0].headline) == ("development", QUAKE_LATER[0])
    assert reply.digest.stories[0].reasons == post.digest.stories[0].reasons
    await house.bring(
        await house.feed("three"), (QUAKE_LATER[0].replace("40", "90"), QUAKE_LATER[1].replace("40", "90"))
    )
    assert {d.kind for d in await grown(house)} <= {"edit"}  # within an hour of the one before


@pytest.mark.parametrize("kept_by", ["soon", "off", "quiet", "ceiling", "paused", "daily", "another tongue"])
async def test_a_development_edits_the_post_where_no_reply_may_come(house: House, kept_by: str) -> None:
    chat = await house.chat()
    await quake(house, chat, when=When("hourly") if kept_by == "daily" else None)
    settings = {
        "off": ChatSettings(developments=False),
        "quiet": ChatSettings(quiet=QuietHours(time(0), time(23, 59))),
        "ceiling": ChatSettings(ceiling=1),
    }
    await house.storage.chats.set_settings(chat.id, settings.get(kept_by, ChatSettings()))
    if kept_by != "soon":
        await house.wait(hours=2)
    if kept_by == "paused":
        await house.storage.chats.pause(chat.id, "blocked")
    await house.bring(await house.feed("two"), QUAKE_LATER, language="de" if kept_by == "another tongue" else "en")
    await house.settle()
    assert "reply" not in {d.kind for d in await house.storage.outbox.list()}


async def test_a_story_is_taken_back_from_every_chat_and_nothing_of_it_comes_again(
    house: House, newsdesk: Newsdesk
) -> None:
    alone, digest, late = await house.chat("alone"), await house.chat("digest"), await house.chat("late")
    one = await house.feed("one")
    await house.subscribe(alone)
    await house.subscribe(digest, when=When("hourly"))
    await house.subscribe(late, when=When("daily"))
    await house.bring(one, QUAKE, OTHERS[0])
    first = await house.settle()
    await house.wait(hours=1)
    posts = {(d.chat_id, d.digest.stories[0].headline): d for d in [*first, *await house.settle()]}
    await house.wait(hours=2)
    await house.bring(await house.feed("two"), QUAKE_LATER)
    [reply] = [d for d in await house.settle() if d.kind == "reply"]
    story = next(s.story_id for d in posts.values() for s in d.digest.stories if s.headline == QUAKE[0])
    done = await newsdesk.withdrawing.story(BOSS, story)
    assert (done.chats, done.posts, done.digests, done.waiting) == (3, 2, 1, 1)
    sent = await house.settle()
    assert {(d.kind, d.target) for d in sent if d.chat_id == alone.id} == {
        ("retract", posts[alone.id, QUAKE[0]].id),
        ("retract", reply.id),
    }
    [edit] = [d for d in sent if d.chat_id == digest.id]
    assert edit.kind == "edit" and [s.headline for s in edit.digest.stories] == [OTHERS[0][0]]
    [skipped] = (await house.storage.outbox.outcomes(late.id, [story])).values()
    assert (skipped.state, skipped.note) == (OutcomeState.SKIPPED, "withdrawn")
    await house.wait(hours=2)
    await house.subscribe(await house.chat("newcomer"))
    await house.bring(await house.feed("three"), (QUAKE_LATER[0].replace("40", "90"), QUAKE_LATER[1]))
    assert not [d for d in await grown(house) if story in {s.story_id for s in d.digest.stories}]
    assert {step.kind for step in await house.storage.outbox.steps(alone.id, story)} == {"withdrawn"}
    again = await newsdesk.withdrawing.everywhere(str(story), "somebody")
    assert (again.chats, again.posts, again.digests) == (0, 0, 0)


async def test_what_is_queued_of_a_story_is_stopped_or_emptied_when_it_is_taken_back(
    house: House, newsdesk: Newsdesk
) -> None:
    for name in ("lost", "bad", "refused", "flying"):
        await house.subscribe(await house.chat(name))
    await house.bring(await house.feed("one"), QUAKE)
    await house.think()
    house.clock.advance(3)
    await house.think()
    outbox, now = house.storage.outbox, house.clock.now()
    [first, *others] = await outbox.claim("web", now, 10)
    [bad, refused, flying] = [each.id for each in others]
    await settle(outbox, first.id, DeliveryState.QUEUED, "lost", doubts=1, now=now)  # for all that is known it is out
    await settle(outbox, bad, DeliveryState.QUARANTINED, "bad", now=now)
    await settle(outbox, refused, DeliveryState.QUEUED, "503", now=now)
    story = first.digest.stories[0].story_id
    await newsdesk.withdrawing.story(BOSS, story)
    await settle(outbox, flying, DeliveryState.QUEUED, "503", now=now)
    sent = await house.settle()
    assert [(d.kind, [s.headline for s in d.digest.stories]) for d in sent[:1]] == [("post", [""])]
    assert [(d.kind, d.target) for d in sent[1:]] == [("retract", first.id)]
    over = {d.id for d in await outbox.list() if d.state is DeliveryState.DROPPED and d.kind == "post"}
    assert over == {bad, refused, flying}
    assert not found_again("telegram", doubts=1, parts=0)  # it would show twice, and the first time be left there
    senders = (TelegramSender, DiscordSender, WebSender)
    assert {s.__module__.split(".")[2] for s in senders if s.idempotent} == SHOWS_ONCE


async def test_who_runs_a_chat_deletes_its_posts_and_no_others(house: House, newsdesk: Newsdesk) -> None:
    town = await house.storage.chats.ensure(CHAIR.chat, "group", "Town", house.clock.now())
    post = await quake(house, town)
    story = post.digest.stories[0].story_id
    with pytest.raises(Forbidden):
        await newsdesk.withdrawing.post(MEMBER, post.id)
    with pytest.raises(NotFound):  # it is another chat's, whoever asks
        await newsdesk.withdrawing.post(replace(BOSS, chat=ME.chat), post.id)
    with pytest.raises(Forbidden):
        await newsdesk.withdrawing.story(CHAIR, story)
    assert not await house.settle()
    await newsdesk.withdrawing.post(CHAIR, post.id)
    with pytest.raises(NotFound):  # it is on its way already
        await newsdesk.withdrawing.post(CHAIR, post.id)
    [retract] = await house.settle()
    assert (retract.kind, retract.target, retract.message_ids) == ("retract", post.id, (f"m{post.id}",))
    await house.bring(await house.feed("two"), QUAKE_LATER)
    assert not await grown(house)
    with pytest.raises(NotFound):
        await newsdesk.withdrawing.post(CHAIR, post.id)
