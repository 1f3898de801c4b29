"""Follows: a ready-made or typed topic, what it was understood as, and what it would have brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import time, timedelta

import pytest

from newsbot.domain.match import matches
from newsbot.domain.models import TopicDefinition, When
from newsbot.domain.query import compile_topic
from newsbot.errors import BadRequest, NotFound, QueryError
from newsbot.newsdesk.following import split_topic
from tests.newsdesk.room import ANALYZER, BATTERY, CHAIR, LEXICON, ME, MEMBER, ROCKET, SU7, Room, person


async def test_a_ready_made_topic_is_followed_by_its_name_or_slug(room: Room) -> None:
    by_name = await room.newsdesk.following.follow(ME, "xiaomi ev")
    by_slug = await room.newsdesk.following.follow(person(user="9"), "xiaomi-ev")
    assert by_name.topic == by_slug.topic
    assert by_name.topic.slug == "xiaomi-ev"
    assert "Xiaomi" in by_name.understood


async def test_the_preview_is_exactly_what_the_predicate_matches(room: Room) -> None:
    for n, (title, text) in enumerate((SU7, BATTERY, ROCKET, SU7)):
        await room.publish("motors", f"{title} ({n})", text, hours=24 * n + 1)
    await room.publish("motors", *SU7, hours=24 * 31)
    done = await room.newsdesk.following.follow(ME, "Xiaomi EV")
    query = compile_topic(done.topic.definition, ANALYZER, LEXICON)
    now = room.clock.now()
    stored = [a async for batch in room.storage.articles.scan(now.replace(year=2025), now, 50) for a in batch]
    wanted = [a.id for a in stored if matches(query, ANALYZER.article(a.title, a.text, a.language), LEXICON)]
    assert len(wanted) == 3
    assert [f.article.id for f in done.preview.found] == wanted[:2]
    assert all(f.match.topic_id == done.topic.id and f.match.words for f in done.preview.found)


TEXTS = ("Xiaomi", "the EV", "an electric car", "SU7", "Redmi", "a phone", "battery", "batteries", "solid state",
         "电动汽车", "小米", "US", "us", "electric", "car")  # fmt: skip


async def test_the_preview_agrees_with_brute_force_for_many_topics(room: Room) -> None:
    import random

    dice = random.Random(5)
    for n in range(60):
        await room.publish("volt", " ".join(dice.sample(TEXTS, 2)), " ".join(dice.choices(TEXTS, k=9)), hours=n)
    now = room.clock.now()
    stored = [a async for batch in room.storage.articles.scan(now - timedelta(days=30), now, 50) for a in batch]
    for text in ("Xiaomi EV", "electric car -Redmi", "battery OR phone", '"solid state" battery', "小米", "US car"):
        _, preview = await room.newsdesk.following.preview(text)
        query = compile_topic(TopicDefinition(text), ANALYZER, LEXICON)
        wanted = [a.id for a in stored if matches(query, ANALYZER.article(a.title, a.text, a.language), LEXICON)]
        assert [found.article.id for found in preview.found] == wanted, text
    assert len(stored) == 60


async def test_the_preview_counts_articles_and_stories(room: Room) -> None:
    first = await room.publish("motors", *SU7, hours=3)
    await room.publish("volt", "SU7: Xiaomi delivers", SU7[1], hours=2, story=first.story_id)
    done = await room.newsdesk.following.follow(ME, "Xiaomi EV")
    assert len(done.preview.found) == 2
    assert [f.article.source for f in done.preview.stories()] == ["Volt Daily"]
    assert done.preview.per_week(room.clock.now())[0] == 2


async def test_a_followed_topic_reads_back_into_the_archive(room: Room) -> None:
    told = await room.publish("motors", *SU7)
    await room.publish("motors", *BATTERY)
    done = await room.newsdesk.following.follow(ME, "Xiaomi SU7")
    latest = await room.newsdesk.reading.latest(ME, "Xiaomi SU7 5")
    assert done.topic.slug is None
    assert [s.story_id for s in latest.stories] == [told.story_id]


async def test_following_begins_with_the_newest_and_says_why(room: Room) -> None:
    told = await room.publish("motors", *SU7)
    done = await room.newsdesk.following.follow(ME, "Xiaomi EV")
    (waiting,) = await room.outcomes(ME)
    assert done.subscribed.sample == 1
    assert waiting.story_id == told.story_id
    assert waiting.reasons[0].topic_id == done.topic.id
    assert waiting.reasons[0].words


async def test_what_is_followed_in_a_group_comes_to_the_follower_alone(room: Room) -> None:
    done = await room.newsdesk.following.follow(MEMBER, "space")
    assert done.elsewhere
    assert done.subscribed.chat.key == MEMBER.private
    assert await room.newsdesk.subscribing.all(MEMBER) == []
    assert len(await room.newsdesk.subscribing.all(ME)) == 1


async def test_without_a_private_chat_nothing_is_followed(room: Room) -> None:
    with pytest.raises(BadRequest) as refusal:
        await room.newsdesk.following.follow(replace(CHAIR, private=None), "space")
    assert refusal.value.key == "needs_private"


@pytest.mark.parametrize("text", ["-tesla", '""', "!!!"])
async def test_a_topic_with_no_words_is_refused(room: Room, text: str) -> None:
    with pytest.raises(QueryError):
        await room.newsdesk.following.follow(ME, text)
    assert await room.newsdesk.following.followed(ME) == []


async def test_two_who_type_the_same_share_a_topic_and_see_only_their_own(room: Room) -> None:
    mine = await room.newsdesk.following.follow(ME, "sodium battery")
    theirs = await room.newsdesk.following.follow(person(user="9"), "Sodium  Battery")
    stranger = await room.newsdesk.following.topics(person(user="10"))
    assert mine.topic.id == theirs.topic.id
    assert [row.topic.slug for row in stranger] == ["space", "xiaomi-ev"]
    assert [row.topic.name for row in await room.newsdesk.following.followed(ME)] == ["sodium battery"]


async def test_following_twice_changes_nothing_but_the_time_asked_for(room: Room) -> None:
    first = await room.newsdesk.following.follow(ME, "space")
    again = await room.newsdesk.following.follow(ME, "space", When("hourly"))
    assert not again.subscribed.created
    assert again.subscribed.subscription.id == first.subscribed.subscription.id
    assert again.subscribed.subscription.when.kind == "hourly"


async def test_unfollowing_by_name_and_by_button_twice(room: Room) -> None:
    done = await room.newsdesk.following.follow(ME, "space")
    assert (await room.newsdesk.following.unfollow(ME, "SPACE")).id == done.topic.id
    with pytest.raises(NotFound):
        await room.newsdesk.following.unfollow(ME, "space")
    assert (await room.newsdesk.following.unfollow_id(ME, done.topic.id)).id == done.topic.id
    with pytest.raises(NotFound):
        await room.newsdesk.following.unfollow_id(ME, 10**9)


async def test_a_topics_page_tells_whether_it_is_followed(room: Room) -> None:
    done = await room.newsdesk.following.follow(ME, "space")
    assert (await room.newsdesk.following.page(ME, done.topic.id)).subscription is not None
    assert (await room.newsdesk.following.page(person(user="9"), done.topic.id)).subscription is None


async def test_a_time_at_the_end_of_a_topic_is_its_time_only_when_unmistakable(room: Room) -> None:
    done = await room.newsdesk.following.follow(ME, "sodium battery daily 07:00")
    assert (done.topic.name, done.subscribed.subscription.when) == ("sodium battery", When("daily", time(7)))
    assert done.subscribed.first is not None
    assert split_topic("apocalypse now") == ("apocalypse now", None)
    assert split_topic("battery weekly") == ("battery weekly", None)
    assert split_topic("xiaomi-ev hourly") == ("xiaomi-ev", When("hourly"))


async def test_a_channel_that_subscribes_to_a_topic_can_read_its_past_too(room: Room) -> None:
    told = await room.publish("motors", *SU7)
    done = await room.newsdesk.subscribing.subscribe(CHAIR, "Xiaomi EV")
    assert done.preview is not None
    assert [found.article.id for found in done.preview.found] == [told.id]
    assert [s.story_id for s in (await room.newsdesk.reading.latest(CHAIR, "Xiaomi EV")).stories] == [told.story_id]
