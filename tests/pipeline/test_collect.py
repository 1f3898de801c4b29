"""Collecting over real sockets into a real database: each feed's fate is its own."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web

from newsbot.domain.models import Article, Feed, FeedSpec
from newsbot.pipeline.clockwork import LocalWake
from newsbot.pipeline.collect import Collector
from newsbot.pipeline.fetch import Fetcher
from newsbot.pipeline.workers import Workers
from newsbot.storage import Storage
from tests.clock import START, ManualClock
from tests.fakes.feedserver import FeedServer, Handler, feed_server, rss, status


class House:
    """A collector with a server to read from and a database to fill."""

    def __init__(
        self, storage: Storage, server: FeedServer, clock: ManualClock, fetcher: Fetcher, workers: Workers, root: Path
    ) -> None:
        self.storage, self.server, self.clock, self.root = storage, server, clock, root
        self.wake = LocalWake()
        self.collector = Collector(storage, fetcher, workers, clock, self.wake, root=root, owner="here:1")

    async def add(self, *paths: str, **options: object) -> None:
        """The config's feeds from now on: one for each path on the server or ``file:`` address."""
        specs = [self.spec(path, **options) for path in paths]
        await self.storage.feeds.sync(specs, self.clock.now())

    def spec(self, path: str, **options: object) -> FeedSpec:
        url = path if path.startswith("file:") else self.server.url + path
        return FeedSpec(url=url, slug=path.strip("/"), **options)  # type: ignore[arg-type]  # the test's own options

    async def feed(self, name: str) -> Feed:
        found = await self.storage.feeds.find(name)
        assert found is not None
        return found

    async def articles(self) -> list[Article]:
        return await self.storage.articles.new(20_000)

    async def titles(self) -> set[str]:
        return {article.title for article in await self.articles()}


@pytest.fixture
async def house(sqlite_storage: Storage, clock: ManualClock, tmp_path: Path) -> AsyncIterator[House]:
    fetching = Fetcher(timeout=1, max_bytes=4 * 2**20, allowed=lambda address: address == "127.0.0.1")
    async with feed_server() as server, fetching as fetcher, Workers(1) as workers:
        yield House(sqlite_storage, server, clock, fetcher, workers, tmp_path)


async def test_a_feed_is_read_stored_and_announced_to_the_judge(house: House) -> None:
    house.server.pages["/feed"] = rss("Solid state batteries", "Old news", text="&lt;p&gt;The text.&lt;/p&gt;")
    await house.add("/feed", language="en")
    report = await house.collector.once()
    assert (report.feeds, report.new, report.failed) == (1, 2, ())
    newest, oldest = sorted(await house.articles(), key=lambda article: -article.id)
    assert (newest.title, newest.text, newest.language, newest.announce) == (
        "Solid state batteries",
        "The text.",
        "en",
        True,
    )
    assert (oldest.title, oldest.announce) == ("Old news", False)  # by default a new feed tells its latest only
    feed = await house.feed("feed")
    assert (feed.title, feed.error, feed.articles, feed.last_success) == ("News", "", 2, START)
    assert feed.next_poll is not None
    assert START + timedelta(minutes=5) <= feed.next_poll
    async with asyncio.timeout(1):
        await house.wake.wait("judge", 60)


async def test_a_feed_is_polled_once_a_round_and_again_when_due(house: House) -> None:
    house.server.pages["/feed"] = rss("A")
    await house.add("/feed", every=600)
    assert await house.collector.step()
    assert not await house.collector.step()
    house.clock.advance(minutes=12)
    assert await house.collector.step()
    assert house.server.asked("/feed") == 2


async def test_a_round_ends_while_a_silent_server_is_polled_and_a_stop_gives_that_feed_back(house: House) -> None:
    asked, released = asyncio.Event(), asyncio.Event()

    async def silent(_request: web.Request) -> web.Response:
        asked.set()
        await released.wait()
        return web.Response()

    async def half_a_minute_later(_request: web.Request) -> web.Response:
        await asked.wait()
        house.clock.advance(31)
        return web.Response(text=rss("News").decode(), content_type="application/rss+xml")

    house.server.pages["/silent"], house.server.pages["/feed"] = silent, half_a_minute_later
    await house.add("/silent", "/feed")
    async with asyncio.timeout(10):
        assert await house.collector.step()
        await house.collector.release()
    released.set()
    assert await house.storage.feeds.claimers() == set()
    assert (await house.feed("silent")).next_poll == house.clock.now()


async def test_the_same_document_is_not_read_twice(house: House) -> None:
    house.server.pages["/feed"] = rss("A")
    await house.add("/feed", every=60)
    await house.collector.once()
    house.clock.advance(minutes=2)
    (poll,) = (await house.collector.once()).polls
    assert (poll.unchanged, poll.new) == (True, 0)


async def test_a_server_is_asked_only_for_what_changed(house: House) -> None:
    async def page(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == '"1"':
            return web.Response(status=304)
        return web.Response(body=rss("A"), headers={"ETag": '"1"'})

    house.server.pages["/feed"] = page
    await house.add("/feed", every=60)
    await house.collector.once()
    house.clock.advance(minutes=2)
    (poll,) = (await house.collector.once()).polls
    assert poll.unchanged
    assert (await house.feed("feed")).etag == '"1"'


async def test_a_corrected_title_is_no_new_article(house: House) -> None:
    house.server.pages["/feed"] = rss("A", text="first")
    await house.add("/feed", every=60)
    await house.collector.once()
    house.server.pages["/feed"] = rss("A", text="first, corrected")
    house.clock.advance(minutes=2)
    (poll,) = (await house.collector.once()).polls
    assert (poll.new, poll.corrected) == (0, 1)
    assert [article.text for article in await house.articles()] == ["first, corrected"]


async def test_a_future_date_of_the_web_is_now(house: House) -> None:
    house.server.pages["/feed"] = rss("A").replace(b"2026", b"2036").replace(b"Thu", b"Tue")
    await house.add("/feed")
    await house.collector.once()
    (article,) = await house.articles()
    assert article.published == START


async def drip(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await asyncio.Event().wait()
    return response


async def bomb(_: web.Request) -> web.Response:
    return web.Response(body=gzip.compress(b"<" * 30_000_000), headers={"Content-Encoding": "gzip"})


BAD: dict[str, tuple[bytes | Handler, str]] = {
    "/html": (b"<html><body>Sign in</body></html>", "answered with a web page, not a feed"),
    "/garbage": (bytes(range(256)) * 40, "answered with something that is no feed"),
    "/empty": (b"", "answered with nothing"),
    "/drip": (drip, "did not answer in time"),
    "/bomb": (bomb, "is larger than 4 MiB"),
    "/circle": (status(302, Location="/circle"), "redirects in a circle"),
    "/inside": (status(302, Location="http://127.0.0.2:1/"), "leads into a private network"),
    "/gone": (status(410), "is gone for good (410)"),
    "/broken": (status(503), "answered 503 Service Unavailable"),
}


async def test_each_bad_feed_is_named_with_its_reason_and_harms_no_other(house: House) -> None:
    house.server.pages |= {path: page for path, (page, _) in BAD.items()}
    house.server.pages["/good"] = rss("Good")
    await house.add("/missing", *BAD, "/good")
    told: list[tuple[str, int, str]] = []
    report = await house.collector.once(lambda *poll: told.append(poll))
    assert (report.feeds, report.new, len(report.failed)) == (11, 1, 10)
    assert len(told) == 11
    assert await house.titles() == {"Good"}
    reasons = {feed.slug: feed.error for feed in await house.storage.feeds.all()}
    assert reasons["missing"] == "answered 404 Not Found"
    assert reasons["good"] == ""
    for path, (_, reason) in BAD.items():
        assert reason in reasons[path.strip("/")], path


async def test_a_failing_feed_is_tried_more_and_more_seldom_and_recovers(house: House) -> None:
    await house.add("/feed")
    waits = []
    for _ in range(4):
        await house.collector.once()
        feed = await house.feed("feed")
        assert feed.next_poll is not None
        waits.append(feed.next_poll - house.clock.now())
        house.clock.advance(waits[-1].total_seconds())
    assert waits == sorted(waits)
    assert feed.failures == 4
    house.server.pages["/feed"] = rss("Back")
    await house.collector.once()
    feed = await house.feed("feed")
    assert (feed.failures, feed.error) == (0, "")


async def test_a_server_that_asks_for_patience_gets_it(house: House) -> None:
    house.server.pages["/feed"] = status(429, Retry_After="7200")
    await house.add("/feed", every=60)
    await house.collector.once()
    feed = await house.feed("feed")
    assert feed.next_poll is not None
    assert feed.next_poll >= START + timedelta(hours=2)


async def test_ten_thousand_items_neither_block_the_loop_nor_get_lost(house: House) -> None:
    house.server.pages["/feed"] = rss(*(f"Story number {n}" for n in range(10_000)))
    await house.add("/feed")
    beats, longest = 0, 0.0
    polling = asyncio.create_task(house.collector.once())
    loop = asyncio.get_running_loop()
    while not polling.done():
        start = loop.time()
        await asyncio.sleep(0.01)
        beats, longest = beats + 1, max(longest, loop.time() - start)
    assert polling.result().new == 10_000
    assert beats > 20
    assert longest < 5


async def test_a_persons_feed_may_not_lead_into_a_private_network_and_an_admins_may(
    sqlite_storage: Storage, clock: ManualClock, tmp_path: Path
) -> None:
    async with feed_server() as server, Fetcher() as fetcher, Workers(1) as workers:
        server.pages |= {"/mine": rss("Mine"), "/yours": rss("Yours")}
        await sqlite_storage.feeds.sync([FeedSpec(url=f"{server.url}/mine")], clock.now())
        await sqlite_storage.feeds.add(FeedSpec(url=f"{server.url}/yours"), clock.now())
        await sqlite_storage.feeds.add(FeedSpec(url="file:seeds.xml"), clock.now())
        (tmp_path / "seeds.xml").write_bytes(rss("Secret"))
        collector = Collector(sqlite_storage, fetcher, workers, clock, LocalWake(), root=tmp_path)
        errors = {poll.feed.url: poll.error for poll in (await collector.once()).polls}
    assert errors == {
        f"{server.url}/mine": "",
        f"{server.url}/yours": "127.0.0.1 leads into a private network",
        "file:seeds.xml": "is no web address",
    }


# --- files ---------------------------------------------------------------------------------------


ITEM = "<item><title>{0}</title><guid>{0}</guid><pubDate>{{{{{0}}}}}</pubDate></item>"


async def test_a_file_gives_its_items_when_their_time_has_come(house: House) -> None:
    items = "".join(ITEM.format(offset) for offset in ("-3h", "+20s", "+40s"))
    (house.root / "seeds.xml").write_text(f"<rss><channel><title>Seeds</title>{items}</channel></rss>")
    await house.add("file:seeds.xml")
    assert (await house.collector.once()).new == 1
    assert (await house.feed("Seeds")).next_poll == START + timedelta(seconds=20)
    house.clock.advance(21)
    assert (await house.collector.once()).new == 1
    house.clock.advance(20)
    assert (await house.collector.once()).new == 1
    articles = {article.title: article.published for article in await house.articles()}
    assert articles == {
        "-3h": START - timedelta(hours=3),
        "+20s": START + timedelta(seconds=20),
        "+40s": START + timedelta(seconds=40),
    }


async def test_a_missing_file_is_that_feeds_failure(house: House) -> None:
    await house.add("file:none.xml", "file:../x.xml")
    reasons = {poll.feed.url: poll.error for poll in (await house.collector.once()).failed}
    assert reasons == {"file:none.xml": "no such file", "file:../x.xml": "lies outside of the project's folder"}


# --- full text -----------------------------------------------------------------------------------


SENTENCES = " ".join(f"The ferry sailed for the {n}th time and came back safely at night." for n in range(20))
PAGE = f"<html lang='en'><title>Ferry</title><body><h1>Ferry</h1><article><p>{SENTENCES}</p></article></html>"


async def test_a_teaser_is_replaced_by_its_page_once(house: House) -> None:
    house.server.pages |= {"/feed": rss("Ferry", link=f"{house.server.url}/a", text="It sailed…"), "/a0": PAGE.encode()}
    await house.add("/feed", every=60)
    await house.collector.once()
    (article,) = await house.articles()
    assert article.text.startswith("The ferry sailed for the 0th time")
    assert article.title == "Ferry"
    house.server.pages["/feed"] = rss("Ferry", "Other", link=f"{house.server.url}/a", text="It sailed…")
    house.clock.advance(minutes=2)
    (poll,) = (await house.collector.once()).polls
    assert (poll.new, poll.corrected) == (1, 0)
    assert house.server.asked("/a0") == 1
    assert (await house.articles())[0].text == article.text


@pytest.mark.parametrize(
    ("full_text", "text", "asked"), [("never", "It…", 0), ("auto", "long " * 80, 0), ("always", "long " * 80, 1)]
)
async def test_the_page_is_asked_for_as_the_admin_wishes(house: House, full_text: str, text: str, asked: int) -> None:
    house.server.pages |= {"/feed": rss("Ferry", link=f"{house.server.url}/a", text=text), "/a0": PAGE.encode()}
    await house.add("/feed", full_text=full_text)
    await house.collector.once()
    assert house.server.asked("/a0") == asked


async def test_pages_that_fail_keep_the_feeds_text_and_are_soon_left_in_peace(house: House) -> None:
    titles = [f"T{n}" for n in range(30)]
    house.server.pages["/feed"] = rss(*titles, link=f"{house.server.url}/a", text="It sailed…")
    await house.add("/feed")
    assert (await house.collector.once()).new == 30
    assert {article.text for article in await house.articles()} == {"It sailed…"}
    assert len(house.server.requests) < 10
