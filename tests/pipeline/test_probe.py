"""From what a person types to a feed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from newsbot.errors import FeedError, UnsafeUrl
from newsbot.pipeline.fetch import Fetcher
from newsbot.pipeline.probe import Probe, typed
from newsbot.pipeline.workers import Workers
from tests.fakes.feedserver import FeedServer, feed_server, rss, status


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


@pytest.fixture
async def probe() -> AsyncIterator[Probe]:
    async with Fetcher(allowed=lambda address: address == "127.0.0.1") as fetcher, Workers(1) as workers:
        yield Probe(fetcher, workers)


def page(*links: str) -> bytes:
    tags = "".join(f'<link rel="alternate" type="application/rss+xml" href="{link}">' for link in links)
    return f"<html><head>{tags}</head><body>Hello</body></html>".encode()


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("example.org", "https://example.org"),
        (" example.org:8080/blog ", "https://example.org:8080/blog"),
        ("http://example.org/feed", "http://example.org/feed"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("feed:https://example.org/rss", "https://example.org/rss"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_what_people_type_becomes_an_address(text: str, address: str) -> None:
    assert typed(text) == address


async def test_a_feeds_own_address_is_taken_as_it_is(server: FeedServer, probe: Probe) -> None:
    server.pages["/feed"] = rss("A", "B")
    found = await probe.probe(f"{server.url}/feed")
    assert (found.url, found.feed.title, len(found.feed.articles)) == (f"{server.url}/feed", "News", 2)


async def test_a_page_leads_to_the_first_readable_feed_that_it_names(server: FeedServer, probe: Probe) -> None:
    server.pages |= {"/blog": page("/gone", "/page", "/feed"), "/page": page(), "/feed": rss("A")}
    assert (await probe.probe(f"{server.url}/blog")).url == f"{server.url}/feed"


async def test_a_bare_domain_is_tried_without_encryption_too_and_at_the_usual_places(
    server: FeedServer, probe: Probe
) -> None:
    server.pages |= {"/": page(), "/rss.xml": rss("A")}
    assert (await probe.probe(f"127.0.0.1:{server.port}")).url == f"{server.url}/rss.xml"


async def test_a_feed_that_has_moved_is_followed_at_its_new_address(server: FeedServer, probe: Probe) -> None:
    server.pages |= {"/old": status(301, Location="/new"), "/new": rss("A")}
    assert (await probe.probe(f"{server.url}/old")).url == f"{server.url}/new"


async def test_no_feed_anywhere_is_said_with_the_reason(server: FeedServer, probe: Probe) -> None:
    server.pages["/"] = page("http://127.0.0.2:1/feed")
    with pytest.raises(FeedError, match="no feed was found there: it answered with a web page, not a feed"):
        await probe.probe(f"{server.url}/")


async def test_a_private_address_is_refused(probe: Probe) -> None:
    with pytest.raises(UnsafeUrl):
        await probe.probe("http://127.0.0.2/feed")


@pytest.mark.parametrize("text", ["", "   ", "javascript:alert(1)", "file:///etc/passwd", "not an address", "://"])
async def test_nonsense_is_refused(probe: Probe, text: str) -> None:
    with pytest.raises(FeedError):
        await probe.probe(text)
