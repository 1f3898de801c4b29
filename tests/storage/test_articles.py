"""Articles and stories: judged once, listed, found again, and forgotten in time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.domain.models import FeedSpec, Match, TopicDefinition, What
from newsbot.errors import LeadershipLost
from newsbot.storage import Fence, Storage
from newsbot.storage.articles import Verdict
from tests.storage.making import NOW, chat, entry, feed, judged, outcome, poll, stored

DAY = timedelta(days=1)


async def test_new_articles_come_in_order_of_arrival(storage: Storage) -> None:
    source = await feed(storage)
    first = await stored(storage, source.id, "a", "b", now=NOW)
    second = await stored(storage, source.id, "old", now=NOW + timedelta(minutes=5))
    assert [a.id for a in await storage.articles.new(10)] == [*reversed(first), *second]
    assert len(await storage.articles.new(2)) == 2


@pytest.mark.parametrize("kind", ["everything", "category", "topic"])
async def test_the_latest_are_without_what_is_private_to_others(storage: Storage, kind: str) -> None:
    public = await feed(storage, category="cars")
    mine, theirs = [
        await storage.feeds.add(FeedSpec(f"https://{n}.example/f", category="cars", new_feed="all"), NOW, private=True)
        for n in ("mine", "theirs")
    ]
    topic = await storage.topics.ensure("EV", TopicDefinition("EV"), "ev", NOW)
    for source in (public, mine, theirs):
        await judged(storage, *await stored(storage, source.id, f"{source.id}-a", f"{source.id}-b"), topic=topic.id)
    what = {"everything": What(), "category": What("category", "Cars"), "topic": What("topic", str(topic.id))}[kind]
    shown = await storage.articles.latest(what, 3, own=(mine.id,))
    assert {a.feed_id for a in await storage.articles.latest(what, 9, own=(mine.id,))} == {public.id, mine.id}
    assert (
        len(shown) == 3 and {a.feed_id: a.private for a in shown}.items() <= {public.id: False, mine.id: True}.items()
    )
    assert len(await storage.articles.latest(what, 9, own=())) == 2 and len(await storage.articles.latest(what, 9)) == 6


async def test_a_verdict_makes_or_grows_the_story_and_keeps_the_matches(storage: Storage) -> None:
    source = await feed(storage)
    topic = await storage.topics.ensure("EV", TopicDefinition("EV"), "ev", NOW)
    a, b = await stored(storage, source.id, "a", "b")
    match = Match(topic.id, 0.75, ("electric", "小米"))
    assert await storage.articles.judge([Verdict(a, a, "Headline", "en", (match,), NOW)]) == [a]
    later = NOW + timedelta(hours=1)
    assert await storage.articles.judge([Verdict(b, a, "Other words", "de", (), later)]) == [a]
    story = (await storage.articles.stories([a, 7]))[a]
    assert (story.headline, story.language, story.articles) == ("Headline", "en", 2)
    assert (story.first, story.updated) == (NOW, later)
    told = await storage.articles.judged(10)
    assert {j.article.id: j.matches for j in told} == {a: (match,), b: ()}
    assert {j.article.story_id for j in told} == {a}
    assert {j.article.language for j in told} == {"en", "de"}
    assert await storage.articles.new(10) == []


async def test_articles_that_found_and_join_a_story_in_one_batch_are_counted(storage: Storage) -> None:
    source = await feed(storage)
    ids = await stored(storage, source.id, "a", "b", "c")
    assert await judged(storage, *ids, story=ids[0]) == [ids[0]] * 3
    assert (await storage.articles.stories(ids))[ids[0]].articles == 3
    told = await storage.articles.of_stories([ids[0]])
    assert [a.id for a in told[ids[0]]] == sorted(ids)


async def test_an_article_keeps_its_first_verdict(storage: Storage) -> None:
    source = await feed(storage)
    a, b = await stored(storage, source.id, "a", "b")
    await judged(storage, a, b)
    assert await storage.articles.judge([Verdict(b, a, "h", "en", (), NOW)]) == [b]
    assert (await storage.articles.stories([a]))[a].articles == 1


async def test_verdicts_over_what_is_gone_do_no_harm(storage: Storage) -> None:
    source = await feed(storage)
    (a,) = await stored(storage, source.id, "a")
    gone = Match(999, 0.5, ("word",))
    assert await storage.articles.judge([Verdict(1, 1, "h", "en", (), NOW), Verdict(a, a, "h", "en", (gone,), NOW)])
    assert [j.matches for j in await storage.articles.judged(5)] == [()]
    await storage.articles.add_matches(999, [(a, gone)])
    await storage.articles.add_matches(1, [])


async def test_a_former_leader_cannot_write_verdicts(storage: Storage) -> None:
    source = await feed(storage)
    (a,) = await stored(storage, source.id, "a")
    epoch = await storage.leases.acquire("judge", "old", NOW, 10)
    assert epoch is not None
    await storage.leases.acquire("judge", "new", NOW + DAY, 10)
    with pytest.raises(LeadershipLost):
        await storage.articles.judge([Verdict(a, a, "h", "en", (), NOW)], Fence("judge", epoch))
    assert len(await storage.articles.new(5)) == 1


async def test_latest_covers_what_is_asked_for(storage: Storage) -> None:
    topic = await storage.topics.ensure("EV", TopicDefinition("EV"), "ev", NOW)
    cars = await feed(storage, "https://example.org/1", category="Autos à la carte")
    art = await feed(storage, "https://example.org/2", category="ИСКУССТВО")
    a, b = await stored(storage, cars.id, "a", "b")
    (c,) = await stored(storage, art.id, "c", now=NOW - DAY)
    await judged(storage, a, c)
    await storage.articles.add_matches(topic.id, [(b, Match(topic.id, 0.5, ("x",))), (c, Match(topic.id, 0.5, ("x",)))])

    async def ids(what: What | None, **more: object) -> list[int]:
        return [article.id for article in await storage.articles.latest(what, 10, **more)]  # type: ignore[arg-type]

    assert await ids(None) == [a, b, c]
    assert await ids(What("feed", str(cars.id))) == [a, b]
    assert await ids(What("category", "искусство")) == [c]
    assert await ids(What("topic", str(topic.id))) == [b, c]
    assert await ids(What("feed", "nonsense")) == await ids(What("topic", "9" * 40)) == []
    assert await ids(None, before_id=b) == [c]
    assert await ids(None, since=NOW - timedelta(hours=1)) == [a, b]


async def test_latest_keeps_the_languages_wanted_and_the_unknown(storage: Storage) -> None:
    source = await feed(storage)
    entries = [entry(language or "none", language=language) for language in ("en", "de", "")]
    await storage.feeds.store_poll(source.id, poll(*entries), NOW)
    found = await storage.articles.latest(languages=("en",))
    assert [a.language for a in found] == ["en", ""]


async def test_articles_are_got_in_the_order_asked_for(storage: Storage) -> None:
    source = await feed(storage)
    a, b = await stored(storage, source.id, "a", "b")
    assert [article.id for article in await storage.articles.get([b, 5, a])] == [b, a]
    assert await storage.articles.get([]) == []


async def test_an_article_is_found_by_its_canonical_address(storage: Storage) -> None:
    source = await feed(storage)
    long = "https://example.org/" + "x" * 9000
    made = [entry("a", url="https://e.org/a?utm=1", canonical_url="https://e.org/a"), entry("b", url=long)]
    await storage.feeds.store_poll(source.id, poll(*made), NOW)
    assert [a.title for a in await storage.articles.by_url("https://e.org/a")] == ["Title of a"]
    assert [a.title for a in await storage.articles.by_url("https://nowhere", long)] == ["Title of b"]
    assert await storage.articles.by_url("https://e.org/") == []


async def test_a_scan_sees_every_article_of_its_days_once_newest_first(storage: Storage) -> None:
    source = await feed(storage)
    ids = await stored(storage, source.id, *(f"{i}" for i in range(7)))
    batches = [batch async for batch in storage.articles.scan(NOW - timedelta(minutes=5), NOW, 2)]
    assert [a.id for batch in batches for a in batch] == ids[:6]
    assert max(map(len, batches)) == 2
    assert [batch async for batch in storage.articles.scan(NOW - DAY, NOW - timedelta(hours=1))] == []


async def test_recent_articles_come_in_order_of_arrival(storage: Storage) -> None:
    source = await feed(storage)
    a, b, c = await stored(storage, source.id, "a", "b", "c")
    assert [article.id for article in await storage.articles.recent(NOW - DAY, 2)] == [b, a]
    assert [article.id for article in await storage.articles.recent(NOW - DAY, 9)] == [c, b, a]


# --- retention -----------------------------------------------------------------------------------

YEAR = timedelta(days=365)


async def planned(storage: Storage, feed_id: int, *keys: str) -> list[int]:
    ids = await stored(storage, feed_id, *keys)
    await judged(storage, *ids)
    await storage.outbox.record(ids, [])
    return ids


async def left(storage: Storage) -> list[str]:
    return [a.title.removeprefix("Title of ") for a in await storage.articles.latest(limit=100)]


async def test_old_articles_go_with_all_that_hangs_on_them(storage: Storage) -> None:
    source = await feed(storage)
    topic = await storage.topics.ensure("EV", TopicDefinition("EV"), "ev", NOW)
    ids = await planned(storage, source.id, "a", "b", "c")
    await storage.articles.add_matches(topic.id, [(ids[0], Match(topic.id, 1.0, ("x",)))])
    later = NOW + YEAR
    await storage.feeds.store_poll(source.id, poll(entry("new", published=later)), later)
    assert await storage.articles.purge(NOW + DAY, 2) == 2
    assert await storage.articles.purge(NOW + DAY, 2) == 1
    assert await storage.articles.purge(NOW + DAY, 2) == 0
    assert await left(storage) == ["new"]
    assert await storage.articles.stories(ids) == {}
    assert await storage.articles.latest(What("topic", str(topic.id))) == []
    assert await storage.articles.count() == 1
    assert await storage.search.documents() == 1


async def test_an_old_article_that_its_feed_still_lists_stays(storage: Storage) -> None:
    source = await feed(storage)
    await planned(storage, source.id, "gone", "listed")
    later = NOW + YEAR
    await storage.feeds.store_poll(source.id, poll(entry("listed"), entry("new", published=later)), later)
    assert await storage.articles.purge(NOW + DAY, 10) == 1
    assert await left(storage) == ["new", "listed"]


async def test_the_articles_of_a_feed_that_never_changed_since_stay(storage: Storage) -> None:
    source = await feed(storage)
    await planned(storage, source.id, "a")
    await storage.feeds.record_unchanged(source.id, NOW + YEAR, NOW + YEAR)
    assert await storage.articles.purge(NOW + DAY, 10) == 0
    await storage.feeds.remove(source.id)
    assert await storage.articles.purge(NOW + DAY, 10) == 1


async def test_what_was_not_planned_or_is_waited_for_stays(storage: Storage) -> None:
    source = await feed(storage)
    room = await chat(storage)
    new, waiting, over = await stored(storage, source.id, "new", "waiting", "over")
    await judged(storage, waiting, over)
    await storage.outbox.record([waiting, over], [outcome(room.id, waiting)])
    await storage.feeds.remove(source.id)
    assert await storage.articles.purge(NOW + DAY, 10) == 1
    assert [a.id for a in await storage.articles.latest()] == [new, waiting]


async def test_two_that_purge_at_once_count_each_article_off_once(storage: Storage) -> None:
    source = await feed(storage)
    await planned(storage, source.id, *"abcdefgh")
    later = NOW + YEAR
    await storage.feeds.store_poll(source.id, poll(entry("new", published=later)), later)
    assert sum(await asyncio.gather(*(storage.articles.purge(NOW + DAY, 5) for _ in range(4)))) == 8
    assert await storage.articles.count() == 1
