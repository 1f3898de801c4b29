"""Feeds: found, synced with the config, claimed for polling, their health kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from newsbot.domain.models import FeedSpec, What, When
from newsbot.storage import Storage
from tests.storage.making import NOW, chat, entry, feed, poll

MINUTE = timedelta(minutes=1)


def spec(slug: str, url: str = "", **more: object) -> FeedSpec:
    return FeedSpec(url=url or f"https://example.org/{slug}", slug=slug, **more)  # type: ignore[arg-type]  # as given


async def slugs(storage: Storage) -> set[str | None]:
    return {f.slug for f in await storage.feeds.all()}


async def test_everything_of_a_spec_is_kept(storage: Storage) -> None:
    wish = FeedSpec(
        "https://example.org/f", "f", "Name", "cars", 600, "always", "en", (("X-Key", "1"), ("A", "b")), "none"
    )
    await storage.feeds.sync([wish], NOW)
    found = await storage.feeds.find("f")
    assert found is not None
    assert found.from_config
    assert (found.url, found.name, found.category, found.every) == ("https://example.org/f", "Name", "cars", 600)
    assert (found.full_text, found.language, found.headers) == ("always", "en", (("X-Key", "1"), ("A", "b")))
    assert (found.new_feed, found.next_poll, found.failures, found.articles) == ("none", NOW, 0, 0)


async def test_a_feed_that_leaves_the_config_is_disabled_and_comes_back_with_its_articles(storage: Storage) -> None:
    await storage.feeds.sync([spec("a"), spec("b")], NOW)
    kept = await storage.feeds.find("b")
    assert kept is not None
    await storage.feeds.store_poll(kept.id, poll(entry("x")), NOW)
    await storage.feeds.sync([spec("a")], NOW)
    assert await slugs(storage) == {"a"}
    assert [f.slug for f in await storage.feeds.all(include_disabled=True) if not f.enabled] == ["b"]
    await storage.feeds.sync([spec("a"), spec("b")], NOW + MINUTE)
    back = await storage.feeds.get(kept.id)
    assert back is not None
    assert (back.enabled, back.articles, back.next_poll) == (True, 1, NOW + MINUTE)


async def test_a_sync_that_changes_nothing_keeps_the_schedule(storage: Storage) -> None:
    await storage.feeds.sync([spec("a")], NOW)
    (claimed,) = await storage.feeds.due(NOW, 5)
    await storage.feeds.record_unchanged(claimed.id, NOW + MINUTE, NOW)
    await storage.feeds.sync([spec("a")], NOW)
    assert await storage.feeds.next_due() == NOW + MINUTE


async def test_a_new_address_forgets_the_http_state_of_the_old_and_keeps_the_feed(storage: Storage) -> None:
    await storage.feeds.sync([spec("a")], NOW)
    (before,) = await storage.feeds.all()
    await storage.feeds.store_poll(before.id, poll(entry("x"), etag='"1"', last_modified="then", body_hash="h"), NOW)
    await storage.feeds.sync([spec("a", "https://elsewhere.example/feed", name="Renamed")], NOW + MINUTE)
    (after,) = await storage.feeds.all()
    assert (after.id, after.name, after.url) == (before.id, "Renamed", "https://elsewhere.example/feed")
    assert (after.etag, after.last_modified, after.body_hash, after.articles) == ("", "", "", 1)
    assert after.next_poll == NOW + MINUTE


async def test_a_typed_feed_that_the_config_names_is_everybodys(storage: Storage) -> None:
    await storage.feeds.add(FeedSpec("https://example.org/f"), NOW, private=True)
    await storage.feeds.sync([spec("f", "https://example.org/f")], NOW)
    assert [f.private for f in await storage.feeds.all()] == [False]


async def test_a_persons_feed_becomes_the_configs_by_its_address(storage: Storage) -> None:
    theirs = await feed(storage, "https://example.org/a")
    await storage.feeds.sync([spec("a")], NOW)
    (found,) = await storage.feeds.all()
    assert (found.id, found.slug, found.from_config) == (theirs.id, "a", True)


async def test_two_rows_that_turn_out_to_be_one_feed_become_one_with_all_subscribers(storage: Storage) -> None:
    await storage.feeds.sync([spec("a", "https://old.example/feed")], NOW)
    configured = await storage.feeds.find("a")
    theirs = await feed(storage, "https://new.example/feed")
    assert configured is not None
    both, one = await chat(storage, "both"), await chat(storage, "one")
    for room, source in ((both, theirs), (both, configured), (one, theirs)):
        await storage.chats.subscribe(room.id, What("feed", str(source.id)), When(), created=NOW)
    await storage.feeds.sync([spec("a", "https://new.example/feed")], NOW)
    assert [f.id for f in await storage.feeds.all()] == [configured.id]
    for room in (both, one):
        (order,) = await storage.chats.subscriptions(room.id)
        assert order.what == What("feed", str(configured.id))


async def test_adding_an_address_twice_gives_the_same_feed(storage: Storage) -> None:
    first = await feed(storage)
    await storage.feeds.remove(first.id)
    assert await storage.feeds.all() == []
    again = await storage.feeds.add(FeedSpec(first.url), NOW + MINUTE)
    assert (again.id, again.enabled, again.next_poll) == (first.id, True, NOW + MINUTE)
    assert not again.from_config


async def test_adding_one_address_at_once_makes_one_feed(storage: Storage) -> None:
    made = await asyncio.gather(*(feed(storage) for _ in range(5)))
    assert len({f.id for f in made}) == 1


@pytest.mark.parametrize(
    "text", ["АвтоРевю", "авторевю", "AR", "ar", "https://example.org/AR", "https://example.org/ar/", "1", "the title"]
)
async def test_a_feed_is_found_by_any_of_its_names(storage: Storage, text: str) -> None:
    await storage.feeds.sync([spec("ar", name="АвтоРевю")], NOW)
    (made,) = await storage.feeds.all()
    await storage.feeds.store_poll(made.id, poll(title="The Title"), NOW)
    found = await storage.feeds.find(text)
    assert found is not None
    assert found.id == made.id


async def test_nothing_is_found_for_nothing(storage: Storage) -> None:
    await feed(storage)
    assert await storage.feeds.find("  ") is None
    assert await storage.feeds.find("unheard of") is None


async def test_a_disabled_feed_is_found_last(storage: Storage) -> None:
    old = await feed(storage, "https://example.org/1", name="News")
    await storage.feeds.remove(old.id)
    new = await feed(storage, "https://example.org/2", name="News")
    found = await storage.feeds.find("news")
    assert found is not None
    assert found.id == new.id


async def test_categories_are_those_of_enabled_feeds(storage: Storage) -> None:
    await storage.feeds.sync([spec("a", category="cars"), spec("b", category="Art"), spec("c")], NOW)
    assert await storage.feeds.categories() == ["Art", "cars"]
    await storage.feeds.sync([spec("a", category="cars")], NOW)
    assert await storage.feeds.categories() == ["cars"]


async def test_due_feeds_are_claimed_once_the_longest_overdue_first(storage: Storage) -> None:
    made = [await feed(storage, f"https://example.org/{i}") for i in range(4)]
    for i, source in enumerate(made):
        await storage.feeds.record_unchanged(source.id, NOW - i * MINUTE, NOW)
    first = await storage.feeds.due(NOW, 2)
    assert [f.id for f in first] == [made[3].id, made[2].id]
    rest = await storage.feeds.due(NOW, 10)
    assert [f.id for f in rest] == [made[1].id, made[0].id]
    assert await storage.feeds.due(NOW, 10) == []


async def test_a_dead_workers_feeds_are_due_again_after_the_lease(storage: Storage) -> None:
    source = await feed(storage)
    await storage.feeds.due(NOW, 1, lease_seconds=60)
    assert await storage.feeds.due(NOW + timedelta(seconds=59), 1) == []
    assert [f.id for f in await storage.feeds.due(NOW + timedelta(seconds=60), 1)] == [source.id]


async def test_workers_at_once_never_claim_one_feed_twice(storage: Storage) -> None:
    made = {(await feed(storage, f"https://example.org/{i}")).id for i in range(20)}
    claims = await asyncio.gather(*(storage.feeds.due(NOW, 7) for _ in range(4)))
    ids = [f.id for claim in claims for f in claim]
    assert len(ids) == len(set(ids))
    assert set(ids) <= made
    assert len(ids) >= 7


async def test_disabled_feeds_are_never_due(storage: Storage) -> None:
    source = await feed(storage)
    await storage.feeds.remove(source.id)
    assert await storage.feeds.due(NOW, 5) == []
    assert await storage.feeds.next_due() is None


async def test_what_a_person_typed_is_read_while_somebody_subscribes_to_it(storage: Storage) -> None:
    typed = await storage.feeds.add(FeedSpec("https://typed.example/f"), NOW, private=True)
    assert typed.private and not await storage.feeds.due(NOW, 10) and not await storage.feeds.unread(NOW)
    assert await storage.feeds.next_due() is None
    reader = await chat(storage)
    order, _ = await storage.chats.subscribe(reader.id, What("feed", str(typed.id)), When("instant"), created=NOW)
    assert await storage.feeds.unread(NOW) and await storage.feeds.next_due() == NOW
    assert [f.id for f in await storage.feeds.due(NOW, 10)] == [typed.id]
    await storage.feeds.record_unchanged(typed.id, NOW + MINUTE, NOW)
    await storage.chats.unsubscribe([order.id])
    assert not await storage.feeds.due(NOW + MINUTE, 10)
    assert (await storage.feeds.add(FeedSpec(typed.url), NOW, private=True)).private
    assert not (await storage.feeds.add(FeedSpec(typed.url), NOW)).private  # by an admin: it is everybody's
    assert not (await storage.feeds.add(FeedSpec(typed.url), NOW, private=True)).private
    assert [f.id for f in await storage.feeds.due(NOW + MINUTE, 10)] == [typed.id]


async def test_failures_count_up_and_a_good_poll_clears_them(storage: Storage) -> None:
    source = await feed(storage)
    for number in (1, 2):
        await storage.feeds.record_failure(source.id, "404 Not Found", NOW + number * MINUTE, NOW)
    failed = await storage.feeds.get(source.id)
    assert failed is not None
    assert (failed.failures, failed.error, failed.next_poll) == (2, "404 Not Found", NOW + 2 * MINUTE)
    assert failed.last_success is None
    await storage.feeds.record_unchanged(source.id, NOW + 9 * MINUTE, NOW, etag='"2"')
    well = await storage.feeds.get(source.id)
    assert well is not None
    assert (well.failures, well.error, well.last_success, well.etag) == (0, "", NOW, '"2"')


async def test_two_of_the_configs_feeds_trade_addresses_and_keep_their_subscribers(storage: Storage) -> None:
    one, two = "https://one.example/feed", "https://two.example/feed"
    await storage.feeds.sync([FeedSpec(one, slug="a"), FeedSpec(two, slug="b")], NOW)
    before = {feed.slug: feed.id for feed in await storage.feeds.all()}
    room = await chat(storage)
    for feed_id in before.values():
        await storage.chats.subscribe(room.id, What("feed", str(feed_id)), When(), created=NOW)
    await storage.feeds.sync([FeedSpec(two, slug="a"), FeedSpec(one, slug="b")], NOW)
    assert {feed.slug: (feed.id, feed.url) for feed in await storage.feeds.all()} == {
        "a": (before["a"], two),
        "b": (before["b"], one),
    }
    assert [s.what.ref for s in await storage.chats.subscriptions(room.id)] == [str(i) for i in before.values()]


async def test_a_feed_that_a_person_brings_back_outlives_the_next_sync(storage: Storage) -> None:
    await storage.feeds.sync([FeedSpec("https://one.example/feed", slug="a")], NOW)
    await storage.feeds.sync([], NOW)
    back = await storage.feeds.add(FeedSpec("https://one.example/feed"), NOW)
    await storage.feeds.sync([], NOW)
    found = await storage.feeds.get(back.id)
    assert found is not None and found.enabled and not found.from_config
