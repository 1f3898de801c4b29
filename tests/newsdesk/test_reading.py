"""Reading the archive: latest, digests of a period, search, and stories like another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.errors import BadRequest, NotFound, QueryError
from newsbot.newsdesk.likening import topic_words
from newsbot.newsdesk.naming import Unclear
from newsbot.newsdesk.reading import read_period, split_count, split_period
from tests.newsdesk.room import BATTERY, ME, MEMBER, ROCKET, SU7, Room, person


async def fill(room: Room) -> dict[str, int]:
    """Two car stories (one told twice) and one of space; their story ids."""
    rocket = await room.publish("stars", *ROCKET, hours=1)
    battery = await room.publish("motors", *BATTERY, hours=2)
    su7 = await room.publish("motors", *SU7, hours=30)
    await room.publish("volt", "Xiaomi delivers", SU7[1], hours=20, story=su7.story_id)
    ids = {"rocket": rocket.story_id, "battery": battery.story_id, "su7": su7.story_id}
    return {name: story or 0 for name, story in ids.items()}


async def test_latest_gives_each_story_once_newest_first(room: Room) -> None:
    ids = await fill(room)
    found = await room.newsdesk.reading.latest(ME, "")
    assert [s.story_id for s in found.stories] == [ids["rocket"], ids["battery"], ids["su7"]]
    assert [len(s.sources) for s in found.stories] == [1, 1, 2]


async def test_latest_of_something_and_so_many(room: Room) -> None:
    ids = await fill(room)
    assert [s.story_id for s in (await room.newsdesk.reading.latest(ME, "cars 1")).stories] == [ids["battery"]]
    assert (await room.newsdesk.reading.latest(ME, "star gazette")).choice.label == "Star Gazette"
    with pytest.raises(Unclear):
        await room.newsdesk.reading.latest(ME, "carz")


async def test_a_digest_puts_what_more_tell_first_and_keeps_to_its_period(room: Room) -> None:
    ids = await fill(room)
    week = (await room.newsdesk.reading.digest(ME, "cars week")).digest
    day = (await room.newsdesk.reading.digest(ME, "cars 12h")).digest
    assert [s.story_id for s in week.stories] == [ids["su7"], ids["battery"]]
    assert [s.story_id for s in day.stories] == [ids["battery"]]
    assert (week.occasion, week.title, week.more) == ("answer", "", 0)


async def test_a_digest_shows_as_many_as_the_chat_likes_and_counts_the_rest(room: Room) -> None:
    await fill(room)
    await room.newsdesk.settling.change(ME, "items", "1")
    await room.newsdesk.settling.change(ME, "compact", "on")
    digest = (await room.newsdesk.reading.digest(ME, "week")).digest
    assert (len(digest.stories), digest.more, digest.compact) == (1, 2, True)


async def test_languages_that_are_not_wanted_are_left_out(room: Room) -> None:
    await room.publish("motors", "小米汽车", "小米汽车开始交付。", language="zh")
    await room.newsdesk.settling.change(ME, "languages", "en")
    assert (await room.newsdesk.reading.latest(ME, "")).stories == ()
    assert len((await room.newsdesk.reading.latest(person(user="9"), "")).stories) == 1


async def test_a_story_opens_whole_and_one_that_is_gone_says_so(room: Room) -> None:
    ids = await fill(room)
    digest = await room.newsdesk.reading.story(ME, ids["su7"])
    assert [source.name for source in digest.stories[0].sources] == ["Motor News", "Volt Daily"]
    with pytest.raises(NotFound):
        await room.newsdesk.reading.story(ME, 1)


async def test_search_finds_and_marks_words_page_by_page(room: Room) -> None:
    for n in range(7):
        await room.publish("motors", f"Battery number {n}", "It lasts long.", hours=n + 1)
    await room.publish("stars", *ROCKET)
    first = await room.newsdesk.searching.search(ME, "battery")
    second = await room.newsdesk.searching.search(ME, "battery", 1, first.cursor)
    assert (first.total, first.pages, len(first.hits), len(second.hits), second.more) == (7, 2, 5, 2, False)
    assert ("Battery", True) in first.hits[0].title
    titles = [hit.article.title for hit in (*first.hits, *second.hits)]
    assert len(set(titles)) == 7
    assert second.first == 6


async def test_a_misspelt_word_is_answered_with_a_better_one(room: Room) -> None:
    for n in range(3):
        await room.publish("motors", f"Battery number {n}", "It lasts long.", hours=n + 1)
    found = await room.newsdesk.searching.search(ME, "batery")
    assert found.suggestion == "battery"
    assert (await room.newsdesk.searching.search(ME, "battery")).suggestion == ""


async def test_a_search_without_words_is_refused_and_a_strange_one_is_not(room: Room) -> None:
    await fill(room)
    with pytest.raises(QueryError):
        await room.newsdesk.searching.search(ME, '""')
    for text in ("rocket AND (", "title: rocket", "a* OR", "'; drop table articles --", "source:x lang:zh rocket"):
        await room.newsdesk.searching.search(ME, text, 10**9, "made up")


async def test_operators_alone_ask_for_the_newest_page_by_page(room: Room) -> None:
    for n in range(7):
        await room.publish("motors", f"小米汽车 {n}", "小米汽车发布", language="zh", hours=n + 1)
    english = await room.publish("volt", *SU7, hours=30)
    search = room.newsdesk.searching.search
    first = await search(ME, "lang:zh")
    room.clock.advance(minutes=1)
    await room.publish("motors", "小米手机", "小米手机", language="zh", hours=0.5)
    rest = await search(ME, "lang:zh", 1, first.cursor)
    titles = [hit.article.title for hit in (*first.hits, *rest.hits)]
    assert first.latest
    assert titles[0] == "小米汽车 0"
    assert len(set(titles)) == len(titles)
    assert [hit.article.id for hit in (await search(ME, "source:volt")).hits] == [english.id]
    assert (await search(ME, "after:6h -lang:zh")).total == 0
    assert (await search(ME, "before:0001")).total == (await search(ME, "after:9999-12")).total == 0
    for cursor in ("9" * 5000, "²", "x", "-1"):
        assert (await search(ME, "lang:zh after:9999y", 10**9, cursor)).hits == ()


async def test_somebodys_own_feed_is_not_among_anybody_elses_newest(room: Room) -> None:
    room.probe.add("https://mine.example/", "Mine")
    done = await room.newsdesk.subscribing.subscribe(ME, "https://mine.example/")
    assert done.added
    await room.publish(done.added.slug or done.added.url, "Only mine", "Quite private.", language="de")
    assert (await room.newsdesk.searching.search(ME, "lang:de")).total == 1
    assert (await room.newsdesk.searching.search(MEMBER, "lang:de")).total == 0


@pytest.mark.parametrize("operator", ["title", "source", "lang", "after", "before"])
async def test_an_operator_alone_is_told_what_it_lacks(room: Room, operator: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await room.newsdesk.searching.search(ME, f"{operator.upper()}: ")
    assert caught.value.key == "operator_bare"
    assert caught.value.values["text"] == f"{operator}:"


async def test_more_like_this_finds_stories_that_share_its_words(room: Room) -> None:
    for n in range(30):
        await room.publish("stars", f"Moon and planets {n}", "The sky.", hours=40 + n)
    mine = await room.publish("motors", "Xiaomi shows a sodium battery", "A battery of sodium.", hours=1)
    alike = await room.publish("volt", "Sodium battery by Xiaomi lasts", "So they say of sodium.", hours=5)
    await room.publish("volt", "A battery of guns", "Old guns.", hours=6)
    found = await room.newsdesk.likening.like(ME, mine.story_id or 0)
    assert [story.story_id for story in found.stories] == [alike.story_id]
    assert len(found.text.split()) == 2
    assert set(found.text.lower().split()) <= {"xiaomi", "sodium", "battery"}


async def test_the_stories_that_a_digest_counted_belong_to_its_chat_alone(room: Room) -> None:
    with pytest.raises(NotFound):
        await room.newsdesk.reading.more(ME, 5, 0, 10)


def test_the_words_that_would_follow_a_story_are_its_names_first() -> None:
    text = "Yesterday India landed a probe. It is the first that India set down near the Moon."
    words = ["probe", "India", "4", "Moon’s", "First"]
    assert topic_words("First: India lands a probe, 4 days early, near the Moon’s pole", text, words) == "India Moon"
    assert topic_words("", "", ["7"]) == ""


async def test_what_a_digest_leaves_out_can_be_read_on(room: Room) -> None:
    await fill(room)
    await room.newsdesk.settling.change(ME, "items", "1")
    rest = await room.newsdesk.reading.rest(ME, "week", 0, 10)
    shown = (await room.newsdesk.reading.digest(ME, "week")).digest.stories
    assert (rest.total, len(rest.stories), rest.shown) == (2, 2, len(shown))
    assert shown[0].story_id not in {story.story_id for story in rest.stories}


def test_a_count_and_a_period_are_cut_off_the_end() -> None:
    assert split_count("cars 7") == ("cars", 7)
    assert split_count("7") == ("", 7)
    assert split_count("cars") == ("cars", 5)
    for text in ("cars 0", "cars 21", "cars 9999999999999999999"):
        with pytest.raises(BadRequest):
            split_count(text)
    assert split_period("cars 3 days") == ("cars", timedelta(days=3))
    assert split_period("week") == ("", timedelta(weeks=1))
    assert split_period("Motor News") == ("Motor News", timedelta(days=1))
    assert read_period("0d") is None
    assert read_period("9999w") == timedelta(days=365)


@pytest.mark.parametrize(
    ("text", "key"),
    [("lang:xx rocket", "no_such_language"), ("source:nonsense rocket", "no_such_source"),
     ("after:tomorrow rocket", "no_date"), ("rocket before:2026-13-01", "no_date")],
)  # fmt: skip
async def test_an_operators_value_that_nothing_can_have_is_named(room: Room, text: str, key: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await room.newsdesk.searching.search(ME, text)
    assert caught.value.key == key
    with pytest.raises(BadRequest):
        await room.newsdesk.subscribing.subscribe(ME, f"cars {text}")


async def test_a_word_with_a_colon_is_never_spelt_anew(room: Room) -> None:
    await room.publish("stars", "A hand lands on the moon", "The rocket of the land.")
    assert (await room.newsdesk.searching.search(ME, "lamd moonn")).suggestion
    assert "lamd:moonn" in ((await room.newsdesk.searching.search(ME, "lamd:moonn rockt")).suggestion or "lamd:moonn")
