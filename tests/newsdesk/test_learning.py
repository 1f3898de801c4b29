"""👍 and 👎: what a follow learns, who may teach it, and that every place that asks it agrees."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from newsbot.domain.lessons import MOST_WITHOUT, taught
from newsbot.domain.match import matches
from newsbot.domain.models import Article, FeedSpec, Lessons, OutcomeState, Subscription, When
from newsbot.domain.query import compile_topic
from newsbot.errors import BadRequest, Forbidden, NotFound
from newsbot.newsdesk import Asker
from newsbot.newsdesk.learning import Learned
from newsbot.storage.feeds import PolledFeed
from tests.newsdesk.room import ANALYZER, CHAIR, LEXICON, ME, MEMBER, ROCKET, SU7, Room, person
from tests.pipeline.house import House

REDMI = (
    "Xiaomi launches the Redmi Note phone in India",
    "Xiaomi said that its Redmi Note, a cheap phone, is sold in India from today. The phone has a large screen.",
)
REDMI_TOO = (
    "Xiaomi cuts the price of its Redmi tablet",
    "A tablet by Xiaomi, the Redmi Pad, costs less in Brazil. Shops expect queues for the tablet.",
)


async def followed(room: Room, text: str = "Xiaomi", asker: Asker = ME) -> Subscription:
    return (await room.newsdesk.following.follow(asker, text)).subscribed.subscription


async def mark(room: Room, article: Article, order: Subscription, asker: Asker = ME, *, good: bool = False) -> Learned:
    return await room.newsdesk.learning.mark(asker, article.story_id or 0, int(order.what.ref), good=good)


async def now(room: Room, order: Subscription) -> Subscription:
    found = await room.storage.chats.subscription(order.id)
    assert found is not None
    return found


async def test_an_unwanted_story_offers_its_telling_words_and_the_same_again_takes_it_back(room: Room) -> None:
    bad, order = await room.publish("motors", *REDMI), await followed(room)
    done = await mark(room, bad, order)
    assert done.mark is not None and not done.mark.good
    assert {"Redmi", "India"} <= set(done.offered) and "Xiaomi" not in done.offered and len(done.offered) <= 4
    assert done.left_out == () and (await now(room, order)).lessons.without == ()
    back = await mark(room, bad, order)
    assert back.mark is None and (await now(room, order)).lessons.marks == ()


async def test_a_thumb_on_a_made_up_story_of_a_strangers_private_feed_tells_no_word_of_it(room: Room) -> None:
    feed = await room.storage.feeds.add(FeedSpec("https://secret.example/token"), room.clock.now(), private=True)
    hidden, order = await room.publish(feed.url, *REDMI), await followed(room)
    for good in (False, True):
        with pytest.raises(NotFound):
            await mark(room, hidden, order, good=good)
    await room.publish("motors", "Xiaomi tablets cost less", "A tablet.", story=hidden.story_id)
    assert not {"Redmi", "India"} & set((await mark(room, hidden, order)).offered)


async def test_a_word_left_out_goes_from_the_preview_and_comes_again(room: Room) -> None:
    bad, good = await room.publish("motors", *REDMI), await room.publish("volt", *SU7)
    order = await followed(room)
    await mark(room, bad, order)
    await room.newsdesk.learning.leave_out(ME, order.id, "Redmi")
    page = await room.newsdesk.following.page(ME, int(order.what.ref))
    assert [f.article.id for f in page.preview.found] == [good.id] and page.understood.endswith("− Redmi")
    again = await room.newsdesk.following.follow(ME, "Xiaomi")
    assert [f.article.id for f in again.preview.found] == [good.id]
    await room.newsdesk.learning.allow(ME, order.id, ["redmi"])
    page = await room.newsdesk.following.page(ME, int(order.what.ref))
    assert {f.article.id for f in page.preview.found} == {good.id, bad.id}


async def test_what_one_follower_taught_changes_nothing_for_another(room: Room) -> None:
    bad, order = await room.publish("motors", *REDMI), await followed(room)
    other = await followed(room, asker=person(user="9"))
    await mark(room, bad, order)
    await room.newsdesk.learning.leave_out(ME, order.id, "Redmi")
    assert (await now(room, other)).lessons.without == ()
    page = await room.newsdesk.following.page(person(user="9"), int(order.what.ref))
    assert [f.article.id for f in page.preview.found] == [bad.id]


async def test_a_word_in_two_unwanted_stories_is_left_out_by_itself_and_undo_takes_both_back(room: Room) -> None:
    first, second = await room.publish("motors", *REDMI, hours=3), await room.publish("volt", *REDMI_TOO, hours=2)
    order = await followed(room)
    await mark(room, first, order)
    done = await mark(room, second, order)
    assert done.left_out == ("Redmi",) and done.order.lessons.without == ("Redmi",)
    undone = await room.newsdesk.learning.undo(ME, order.id, second.story_id or 0, done.left_out)
    assert undone.order.lessons.without == () and len(undone.order.lessons.marks) == 1
    assert (await mark(room, second, order)).left_out == ()


async def test_a_praised_storys_words_are_never_left_out_and_come_again_if_they_were(room: Room) -> None:
    first, second = await room.publish("motors", *REDMI, hours=3), await room.publish("volt", *REDMI_TOO, hours=2)
    third = await room.publish("stars", "Xiaomi and a Redmi rocket", ROCKET[1], hours=1)
    order = await followed(room)
    await room.newsdesk.learning.leave_out(ME, order.id, "Redmi")
    praised = await mark(room, third, order, good=True)
    assert praised.restored == ("Redmi",) and praised.order.lessons.without == ()
    await mark(room, first, order)
    done = await mark(room, second, order)
    assert done.left_out == () and "Redmi" not in done.offered
    with pytest.raises(BadRequest, match="lesson_praised_word"):
        await room.newsdesk.learning.leave_out(ME, order.id, "redmi")


async def test_a_word_that_is_common_in_the_topic_is_not_left_out_by_itself(room: Room) -> None:
    first, second = await room.publish("motors", *REDMI, hours=30), await room.publish("volt", *REDMI_TOO, hours=29)
    for n in range(6):
        await room.publish("motors", f"Xiaomi shows Redmi number {n}", "Xiaomi made the Redmi.", hours=n)
    order = await followed(room)
    await mark(room, first, order)
    assert (await mark(room, second, order)).left_out == ()


async def test_praise_after_a_complaint_takes_its_place(room: Room) -> None:
    story, order = await room.publish("motors", *REDMI), await followed(room)
    await mark(room, story, order)
    await mark(room, story, order, good=True)
    assert [m.good for m in (await now(room, order)).lessons.marks] == [True]


async def test_the_topics_own_words_too_many_words_and_nonsense_are_refused(room: Room) -> None:
    order = await followed(room)
    with pytest.raises(BadRequest, match="lesson_own_word"):
        await room.newsdesk.learning.leave_out(ME, order.id, "小米")
    for odd in ("", "…", "a\x00b", "x" * 300, "\udc80word"):
        with pytest.raises(BadRequest, match="button_too_old"):
            await room.newsdesk.learning.leave_out(ME, order.id, odd)
    for n in range(MOST_WITHOUT):
        await room.newsdesk.learning.leave_out(ME, order.id, f"word{n}x")
    with pytest.raises(BadRequest, match="lesson_too_many"):
        await room.newsdesk.learning.leave_out(ME, order.id, "onemore")


async def test_in_a_shared_chat_only_its_admins_teach(room: Room) -> None:
    story = await room.publish("motors", *REDMI)
    topic = (await followed(room)).what.ref
    await room.newsdesk.subscribing.subscribe(CHAIR, "Xiaomi EV")
    order = (await room.newsdesk.subscribing.all(CHAIR))[0]
    with pytest.raises(Forbidden):
        await mark(room, story, order, MEMBER)
    with pytest.raises(Forbidden):
        await room.newsdesk.learning.leave_out(MEMBER, order.id, "Redmi")
    done = await mark(room, story, order, CHAIR)
    assert done.order.chat_id == order.chat_id and topic != order.what.ref


async def test_nobody_teaches_or_reads_another_chats_follow_and_ended_ones_say_so(room: Room) -> None:
    story, order = await room.publish("motors", *REDMI), await followed(room)
    stranger, learning = person(user="9"), room.newsdesk.learning
    for asked in (
        learning.learned(stranger, order.id),
        learning.leave_out(stranger, order.id, "Redmi"),
        learning.allow(stranger, order.id, ["Redmi"]),
        learning.undo(stranger, order.id, story.story_id or 0),
        learning.mark(stranger, story.story_id or 0, int(order.what.ref), good=True),
        learning.learned(ME, -1),
    ):
        with pytest.raises(NotFound, match="subscription_gone"):
            await asked
    with pytest.raises(NotFound, match="story_gone"):
        await learning.mark(ME, 10**17, int(order.what.ref), good=True)
    await room.newsdesk.following.unfollow(ME, "Xiaomi")
    with pytest.raises(NotFound, match="subscription_gone"):
        await mark(room, story, order)
    assert (await followed(room)).lessons.marks == ()


async def test_why_names_the_word_that_kept_a_story_away(room: Room) -> None:
    order, house = await followed(room), await open_house(room)
    await room.newsdesk.learning.leave_out(ME, order.id, "Redmi")
    kept = await room.arrive("motors", *REDMI)
    await house.think()
    found = await room.newsdesk.explaining.link(ME, kept.url)
    assert (found.verdict, found.note, found.orders) == ("skipped", "lesson:Redmi", ())


async def test_a_lesson_counts_at_once_for_what_waits(room: Room) -> None:
    daily, house = (
        (await room.newsdesk.following.follow(ME, "Xiaomi", When("daily"))).subscribed,
        await open_house(room),
    )
    await room.arrive("motors", *REDMI)
    other = await room.arrive("volt", "Xiaomi builds a bridge", "The bridge by Xiaomi spans the river Ebro.")
    await house.think()
    await room.newsdesk.learning.leave_out(ME, daily.subscription.id, "Redmi")
    await house.wait(hours=24)
    [post] = await house.settle()
    assert [story.url for story in post.digest.stories] == [other.url]


TEXTS = ("Xiaomi", "小米", "Redmi", "a phone", "phones", "battery", "US", "us", "electric car", "SU7", "红米手机",
         "India", "Lisbon", "Tesla", "the river")  # fmt: skip


async def test_the_live_path_the_preview_and_brute_force_agree_for_random_lessons(room: Room) -> None:
    dice, house = random.Random(7), await open_house(room)
    people = {
        person(user=f"u{n}"): tuple(dice.sample(["Redmi", "phone", "US", "SU7", "红米", "battery", "Tesla"], n % 4))
        for n in range(8)
    }
    orders = {}
    for n, (asker, words) in enumerate(people.items()):
        order = await followed(room, ("Xiaomi", "Xiaomi SU7", "electric car OR Tesla")[n % 3], asker)
        for word in words:
            await room.storage.chats.teach([order.id], partial(_with, word))
        orders[asker] = order
    for n in range(40):
        own = ["".join(dice.choices("bcdfgklmnprstaeiou", k=7)) for _ in range(30)]  # no two articles tell one story
        title, text = " ".join([*dice.sample(TEXTS, 3), *own[:4]]), " ".join([*dice.choices(TEXTS, k=5), *own])
        await room.arrive("volt", title, text, hours=n / 9)
    await house.think()
    stored = await room.storage.articles.latest(limit=100)
    kept = 0
    for asker, order in orders.items():
        order = await now(room, order)
        topic = await room.storage.topics.get(int(order.what.ref))
        assert topic is not None
        query = compile_topic(taught(topic.definition, order.lessons), ANALYZER, LEXICON)
        brute = [a for a in stored if matches(query, ANALYZER.article(a.title, a.text, a.language), LEXICON)]
        page = await room.newsdesk.following.page(asker, topic.id)
        assert [f.article.id for f in page.preview.found] == [a.id for a in brute]
        outcomes = await room.storage.outbox.outcomes(order.chat_id, [a.story_id or 0 for a in stored])
        came = {o.story_id for o in outcomes.values() if o.state is not OutcomeState.SKIPPED}
        assert came == {a.story_id for a in brute}
        notes = [o.note for o in outcomes.values() if o.state is OutcomeState.SKIPPED]
        assert all(note.startswith("lesson:") for note in notes)
        kept += len(notes)
    assert len(stored) == 40 and kept > 10


def _with(word: str, old: Lessons) -> Lessons:
    return replace(old, without=(*old.without, word))


async def open_house(room: Room) -> House:
    """The pipeline over the room's storage; its feeds have been read before, so that what comes is news."""
    when = room.clock.now()
    for slug in ("motors", "volt", "stars"):
        await room.storage.feeds.store_poll((await room.feed(slug)).id, PolledFeed(when + timedelta(hours=1)), when)
    return House(room.storage, room.clock)
