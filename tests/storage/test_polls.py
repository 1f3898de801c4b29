"""Storing a feed's document: what is new, what is corrected, what is announced."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsbot.domain.models import FeedSpec, NewFeed
from newsbot.storage import Storage
from newsbot.storage.feeds import StoredPoll
from tests.storage.making import NOW, entry, feed, judged, poll

LATER = NOW + timedelta(hours=1)


async def titles(storage: Storage) -> list[str]:
    return [article.title for article in await storage.articles.latest(limit=100)]


async def test_new_articles_are_stored_once(storage: Storage) -> None:
    source = await feed(storage)
    assert await storage.feeds.store_poll(source.id, poll(entry("a"), entry("b")), NOW) == StoredPoll(2, 2)
    assert await storage.feeds.store_poll(source.id, poll(entry("c"), entry("a")), LATER) == StoredPoll(1, 2)
    assert await storage.articles.count() == 3


async def test_everything_of_an_article_is_kept(storage: Storage) -> None:
    source = await storage.feeds.add(FeedSpec("https://e.org/f", name="The Feed", category="cars"), NOW)
    made = entry(
        "k", "T", "Text", NOW - timedelta(days=1), url="https://e.org/1", language="en", image="https://e.org/i"
    )
    await storage.feeds.store_poll(source.id, poll(made), NOW)
    (article,) = await storage.articles.latest()
    assert (article.title, article.text, article.url, article.language) == ("T", "Text", "https://e.org/1", "en")
    assert (article.published, article.fetched, article.image) == (NOW - timedelta(days=1), NOW, "https://e.org/i")
    assert (article.source, article.category, article.feed_id, article.story_id) == (
        "The Feed",
        "cars",
        source.id,
        None,
    )


async def test_the_same_key_in_two_feeds_is_two_articles(storage: Storage) -> None:
    for number in (1, 2):
        source = await feed(storage, f"https://example.org/{number}")
        assert (await storage.feeds.store_poll(source.id, poll(entry("a")), NOW)).new == 1


async def test_a_key_that_repeats_in_one_document_keeps_the_first(storage: Storage) -> None:
    source = await feed(storage)
    stored = await storage.feeds.store_poll(source.id, poll(entry("a", "First"), entry("a", "Second")), NOW)
    assert stored == StoredPoll(1, 1)
    assert await titles(storage) == ["First"]


async def test_ids_follow_the_published_time_and_undated_articles_count_as_now(storage: Storage) -> None:
    source = await feed(storage)
    document = poll(
        entry("undated 1", published=None),
        entry("undated 2", published=None),
        entry("old", published=datetime(1970, 1, 1, tzinfo=UTC)),
        entry("future", published=NOW + timedelta(days=400)),
        entry("yesterday", published=NOW - timedelta(days=1)),
    )
    await storage.feeds.store_poll(source.id, document, NOW)
    found = await storage.articles.latest(limit=9)
    assert [a.title.removeprefix("Title of ") for a in found] == [
        "undated 1",
        "undated 2",
        "future",
        "yesterday",
        "old",
    ]
    assert [a.id >> 20 for a in found][:3] == [int(NOW.timestamp())] * 3
    assert found[4].id >> 20 == int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
    assert found[2].published == NOW  # nothing appeared in the future
    assert found[0].published is None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=1, max_size=30))
async def test_ids_are_unique_and_in_order_for_any_dates(sqlite_storage: Storage, dates: list[datetime]) -> None:
    source = await feed(sqlite_storage, f"https://example.org/{time.perf_counter_ns()}")
    before = await sqlite_storage.articles.count()
    entries = [entry(f"{i}", published=date) for i, date in enumerate(dates)]
    await sqlite_storage.feeds.store_poll(source.id, poll(*entries), NOW)
    assert await sqlite_storage.articles.count() == before + len(dates)
    found = await sqlite_storage.articles.latest(limit=10_000)
    clamped = [min(max(a.published or NOW, datetime(2000, 1, 1, tzinfo=UTC)), NOW) for a in found]
    assert [a.id >> 20 for a in found] == [int(moment.timestamp()) for moment in clamped]


async def test_a_second_that_is_full_spills_into_the_next(storage: Storage) -> None:
    from sqlalchemy import update

    from newsbot.storage.tables import articles

    source = await feed(storage)
    await storage.feeds.store_poll(source.id, poll(entry("a")), NOW)
    async with storage._db.write() as conn:
        await conn.execute(update(articles).values(id=(int(NOW.timestamp()) << 20) + (1 << 20) - 1))
    await storage.feeds.store_poll(source.id, poll(entry("b"), entry("c")), NOW)
    found = await storage.articles.latest()
    assert [a.id >> 20 for a in found] == [int(NOW.timestamp()) + 1] * 2 + [int(NOW.timestamp())]


async def test_workers_that_store_at_once_share_out_the_ids(storage: Storage) -> None:
    sources = [await feed(storage, f"https://example.org/{i}") for i in range(4)]
    documents = [poll(*(entry(f"{s.id}-{i}") for i in range(20))) for s in sources]
    await asyncio.gather(*(storage.feeds.store_poll(s.id, d, NOW) for s, d in zip(sources, documents, strict=True)))
    assert len({a.id for a in await storage.articles.latest(limit=100)}) == 80


@pytest.mark.parametrize(("wish", "loud"), [("none", []), ("latest", ["b"]), ("all", ["b", "a", "c"])])
async def test_a_feeds_first_document_is_announced_as_its_new_feed_says(
    storage: Storage, wish: NewFeed, loud: list[str]
) -> None:
    source = await storage.feeds.add(FeedSpec("https://example.org/f", new_feed=wish), NOW)
    old = NOW - timedelta(days=1)
    document = poll(entry("a", published=old), entry("b"), entry("c", published=old - timedelta(days=1)))
    await storage.feeds.store_poll(source.id, document, NOW)
    announced = [a.title.removeprefix("Title of ") for a in await storage.articles.latest() if a.announce]
    assert announced == loud
    await storage.feeds.store_poll(source.id, poll(entry("d", published=old)), LATER)
    assert {a.title: a.announce for a in await storage.articles.latest()}["Title of d"]


async def test_an_empty_first_document_still_counts_as_the_first(storage: Storage) -> None:
    source = await storage.feeds.add(FeedSpec("https://example.org/f", new_feed="none"), NOW)
    await storage.feeds.store_poll(source.id, poll(), NOW)
    await storage.feeds.store_poll(source.id, poll(entry("a")), LATER)
    assert (await storage.articles.latest())[0].announce


async def test_an_edited_title_is_a_correction_not_a_new_article(storage: Storage) -> None:
    source = await feed(storage)
    await storage.feeds.store_poll(source.id, poll(entry("a", "Car recaled")), NOW)
    (before,) = await storage.articles.latest()
    stored = await storage.feeds.store_poll(source.id, poll(entry("a", "Car recalled")), LATER)
    assert stored == StoredPoll(0, 1, corrected=1)
    (after,) = await storage.articles.latest()
    assert (after.id, after.title, after.fetched) == (before.id, "Car recalled", before.fetched)


async def test_a_correction_of_a_posted_article_goes_to_the_planner_silently(storage: Storage) -> None:
    source = await feed(storage)
    await storage.feeds.store_poll(source.id, poll(entry("a")), NOW)
    (article,) = await storage.articles.latest()
    await judged(storage, article.id)
    await storage.outbox.record([article.id], [])
    assert await storage.articles.judged(10) == []
    await storage.feeds.store_poll(source.id, poll(entry("a", text="Now with the right figure.")), LATER)
    (again,) = await storage.articles.judged(10)
    assert (again.article.id, again.article.text, again.article.announce) == (
        article.id,
        "Now with the right figure.",
        False,
    )
    await storage.outbox.record([article.id], [])
    assert await storage.articles.judged(10) == []


async def test_a_correction_that_comes_while_its_article_is_planned_goes_to_the_planner_too(storage: Storage) -> None:
    source = await feed(storage)
    await storage.feeds.store_poll(source.id, poll(entry("a")), NOW)
    (article,) = await storage.articles.latest()
    await judged(storage, article.id)
    for text in ("Now with the right figure.", "Now with the right unit."):
        (read,) = await storage.articles.judged(10)
        await storage.feeds.store_poll(source.id, poll(entry("a", text=text)), LATER)
        await storage.outbox.record([article.id], [], versions={article.id: read.version})
    (again,) = await storage.articles.judged(10)
    assert again.article.text == "Now with the right unit."
    await storage.outbox.record([article.id], [], versions={article.id: again.version})
    assert await storage.articles.judged(10) == []


async def test_the_feeds_state_is_stored_with_its_articles(storage: Storage) -> None:
    source = await feed(storage)
    await storage.feeds.record_failure(source.id, "timeout", NOW, NOW)
    document = poll(
        entry("a", published=NOW - timedelta(days=1)),
        title="T", site="https://e.org", language="de", etag='"1"', last_modified="then", body_hash="h",
    )  # fmt: skip
    await storage.feeds.store_poll(source.id, document, NOW)
    found = await storage.feeds.get(source.id)
    assert found is not None
    assert (found.title, found.site, found.language, found.etag) == ("T", "https://e.org", "de", '"1"')
    assert (found.last_modified, found.body_hash, found.next_poll) == ("then", "h", document.next_poll)
    assert (found.failures, found.error, found.articles) == (0, "", 1)
    assert (found.last_success, found.last_item) == (NOW, NOW - timedelta(days=1))


async def test_a_permanent_redirect_moves_a_persons_feed_but_not_onto_another(storage: Storage) -> None:
    one, two = await feed(storage, "https://example.org/1"), await feed(storage, "https://example.org/2")
    await storage.feeds.store_poll(one.id, poll(url="https://example.org/new"), NOW)
    await storage.feeds.store_poll(two.id, poll(url="https://example.org/new"), NOW)
    assert [f.url for f in await storage.feeds.all()] == ["https://example.org/new", "https://example.org/2"]
    await storage.feeds.store_poll(two.id, poll(url="https://example.org/" + "x" * 5000), NOW)
    assert (await storage.feeds.all())[1].url == "https://example.org/2"


async def test_a_config_feed_keeps_the_address_of_its_config(storage: Storage) -> None:
    await storage.feeds.sync([FeedSpec("https://example.org/1", "one")], NOW)
    (source,) = await storage.feeds.all()
    await storage.feeds.store_poll(source.id, poll(url="https://example.org/new"), NOW)
    assert [f.url for f in await storage.feeds.all()] == ["https://example.org/1"]


@pytest.mark.parametrize("text", ["nul \0 inside", "half a \ud800 pair", "x" * 100_000, "𝕹ews 小米 \U0010ffff", ""])
async def test_hostile_texts_are_stored_in_every_field(storage: Storage, text: str) -> None:
    source = await feed(storage)
    made = entry(text or "k", title=text, text=text, url=text, guid=text, language=text, image=text)
    for _ in range(2):
        await storage.feeds.store_poll(source.id, poll(made, title=text, site=text, etag=text), NOW)
    assert await storage.articles.count() == 1
    (article,) = await storage.articles.latest()
    assert "\0" not in article.text


async def test_two_thousand_articles_are_stored_at_once(storage: Storage) -> None:
    source = await feed(storage)
    words = "news of the day about electric cars and their makers " * 8
    entries = [
        entry(f"{i}", text=words, published=NOW - timedelta(seconds=i), search_title="news", search_body=words)
        for i in range(2_000)
    ]
    stored = await storage.feeds.store_poll(source.id, poll(*entries), NOW)
    assert stored.new == 2_000
    again = await storage.feeds.store_poll(source.id, poll(*entries), LATER)
    assert again == StoredPoll(0, 2_000)
