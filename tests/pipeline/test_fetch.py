"""Fetching over real sockets: what good servers, bad ones and hostile ones answer."""

from __future__ import annotations

import asyncio
import base64
import gzip
import socket
import zlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from newsbot.errors import FeedError, FetchError, UnsafeUrl
from newsbot.pipeline.addresses import is_public
from newsbot.pipeline.fetch import Fetched, Fetcher, NotModified
from newsbot.pipeline.headers import is_own
from tests.fakes.feedserver import FeedServer, feed_server, status


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with feed_server() as running:
        yield running


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    async with Fetcher(timeout=10, max_bytes=2**20) as opened:
        yield opened


def only_first_loopback(address: str) -> bool:
    """Plays the public internet: 127.0.0.1 is in it, the rest of loopback is a private network."""
    return address == "127.0.0.1"


async def get(fetcher: Fetcher, url: str, **options: Any) -> Fetched:
    answer = await fetcher.get(url, trusted=True, **options)
    assert isinstance(answer, Fetched)
    return answer


# --- good servers --------------------------------------------------------------------------------


async def test_a_document_comes_with_what_the_next_request_needs(server: FeedServer, fetcher: Fetcher) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(
            body=b"<rss/>",
            headers={"ETag": '"1"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT", "Content-Type": "a/b"},
        )

    server.pages["/feed"] = page
    answer = await get(fetcher, f"{server.url}/feed")
    assert answer == Fetched(f"{server.url}/feed", b"<rss/>", "a/b", '"1"', "Thu, 01 Jan 2026 00:00:00 GMT")
    sent = server.requests[0].headers
    assert sent["User-Agent"].startswith("newsbot/")
    assert sent["Accept-Encoding"] == "gzip, deflate"


async def test_nothing_new_is_no_body(server: FeedServer, fetcher: Fetcher) -> None:
    async def page(request: web.Request) -> web.Response:
        known = request.headers.get("If-None-Match") == '"1"' and "If-Modified-Since" in request.headers
        return web.Response(status=304 if known else 200, headers={"ETag": '"1"'})

    server.pages["/feed"] = page
    answer = await fetcher.get(f"{server.url}/feed", trusted=True, etag='"1"', last_modified="yesterday")
    assert answer == NotModified(f"{server.url}/feed", '"1"')


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"<rss/>" * 1000, mtime=0)),
        ("deflate", zlib.compress(b"<rss/>" * 1000)),
        ("deflate", zlib.compress(b"<rss/>" * 1000)[2:-4]),
    ],
    ids=["gzip", "deflate", "bare deflate"],
)
async def test_compressed_bodies_are_unpacked(
    server: FeedServer, fetcher: Fetcher, encoding: str, packed: bytes
) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": encoding})

    server.pages["/feed"] = page
    assert (await get(fetcher, f"{server.url}/feed")).body == b"<rss/>" * 1000


async def test_credentials_in_the_address_become_a_header_and_stay_at_home(
    server: FeedServer, fetcher: Fetcher
) -> None:
    async with feed_server() as elsewhere:
        elsewhere.pages["/feed"] = b"<rss/>"
        server.pages["/feed"] = status(302, Location=f"{elsewhere.url}/feed")
        address = f"http://ada:se%40cret@127.0.0.1:{server.port}/feed"
        answer = await get(fetcher, address, headers=[("X-Key", "k")])
        at_home, away = server.requests[0].headers, elsewhere.requests[0].headers
    assert at_home["Authorization"] == "Basic " + base64.b64encode(b"ada:se@cret").decode()
    assert at_home["X-Key"] == "k"
    assert "Authorization" not in away
    assert "X-Key" not in away
    assert "secret" not in answer.url


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://e.com/b", True),
        ("https://e.com/b", True),
        ("https://e.com:8443/b", False),
        ("http://e.com:8080/b", False),
        ("https://evil.example/b", False),
    ],
)
def test_secrets_go_to_their_own_origin_or_its_encrypted_twin(url: str, own: bool) -> None:
    assert is_own(url, "http://e.com/a") is own
    assert not is_own("http://e.com/a", "https://e.com/a")


async def test_a_feed_behind_a_redirect_is_still_asked_only_for_changes(server: FeedServer, fetcher: Fetcher) -> None:
    async with feed_server() as elsewhere:
        elsewhere.pages["/feed"] = status(304)
        server.pages["/feed"] = status(302, Location=f"{elsewhere.url}/feed")
        assert isinstance(await fetcher.get(f"{server.url}/feed", trusted=True, etag='"1"'), NotModified)


# --- redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("code", "moves"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
async def test_only_a_permanent_redirect_is_a_new_address(
    server: FeedServer, fetcher: Fetcher, code: int, moves: bool
) -> None:
    server.pages |= {"/old": status(code, Location="/new"), "/new": b"<rss/>"}
    answer = await get(fetcher, f"{server.url}/old")
    assert (answer.url, answer.moved) == (f"{server.url}/new", f"{server.url}/new" if moves else "")


async def test_a_temporary_hop_ends_what_is_permanent(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages |= {
        "/1": status(301, Location="/2"),
        "/2": status(302, Location="/3"),
        "/3": status(301, Location="/4"),
    }
    server.pages["/4"] = b"<rss/>"
    answer = await get(fetcher, f"{server.url}/1")
    assert (answer.url, answer.moved) == (f"{server.url}/4", f"{server.url}/2")


async def test_circles_and_chains_without_end_are_named(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages |= {"/a": status(302, Location="/b"), "/b": status(302, Location="/a")}
    server.pages |= {f"/{n}": status(302, Location=f"/{n + 1}") for n in range(20)}
    with pytest.raises(FetchError, match="circle"):
        await fetcher.get(f"{server.url}/a", trusted=True)
    with pytest.raises(FetchError, match="too often"):
        await fetcher.get(f"{server.url}/0", trusted=True)


@pytest.mark.parametrize("target", ["", "file:///etc/passwd", "javascript:x", "http://["])
async def test_a_redirect_to_no_web_address_is_refused(server: FeedServer, fetcher: Fetcher, target: str) -> None:
    server.pages["/feed"] = status(302, Location=target)
    with pytest.raises(FetchError, match="redirects"):
        await fetcher.get(f"{server.url}/feed", trusted=True)


# --- private networks ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
     "255.255.255.255", "198.18.0.1", "240.0.0.1", "::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1",
     "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "x"],
)  # fmt: skip
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_ordinary_addresses_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1"])
async def test_a_persons_address_reaches_no_loopback_however_it_is_written(
    server: FeedServer, fetcher: Fetcher, host: str
) -> None:
    server.pages["/feed"] = b"<rss/>"
    # the client itself refuses the stranger spellings
    with pytest.raises(UnsafeUrl if host in {"127.0.0.1", "localhost", "[::1]"} else FeedError):
        await fetcher.get(f"http://{host}:{server.port}/feed")
    assert not server.requests


async def test_a_redirect_leads_nobody_into_a_private_network(server: FeedServer) -> None:
    server.pages["/feed"] = status(302, Location=f"http://127.0.0.2:{server.port}/admin")
    async with Fetcher(allowed=only_first_loopback) as fetcher:
        for trusted in (False, True):  # an admin's word covers the host that it names
            with pytest.raises(UnsafeUrl, match="private network"):
                await fetcher.get(f"{server.url}/feed", trusted=trusted)
    assert server.asked("/admin") == 0


class ChangingNames(AbstractResolver):
    """DNS that answers with the next of ``answers`` each time."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        addresses = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)
            for address in addresses
        ]

    async def close(self) -> None:
        """Nothing to close."""


async def test_a_name_that_changes_its_address_is_checked_where_it_connects(server: FeedServer) -> None:
    async def page(_: web.Request) -> web.Response:
        response = web.Response(body=b"<rss/>")
        response.force_close()
        return response

    server.pages["/feed"] = page
    names = ChangingNames(["127.0.0.1"], ["127.0.0.2"])
    async with Fetcher(allowed=only_first_loopback, resolver=names) as fetcher:
        url = f"http://feeds.example:{server.port}/feed"
        assert isinstance(await fetcher.get(url), Fetched)
        assert fetcher._guarded is not None and isinstance(fetcher._guarded.connector, aiohttp.TCPConnector)
        fetcher._guarded.connector.clear_dns_cache()  # or the second answer would be asked for a minute later
        with pytest.raises(UnsafeUrl, match=r"feeds\.example leads into a private network"):
            await fetcher.get(url)
    assert len(server.requests) == 1


async def test_of_several_addresses_only_public_ones_are_tried(server: FeedServer) -> None:
    server.pages["/feed"] = b"<rss/>"
    async with Fetcher(allowed=only_first_loopback, resolver=ChangingNames(["127.0.0.2", "127.0.0.1"])) as fetcher:
        assert isinstance(await fetcher.get(f"http://feeds.example:{server.port}/feed"), Fetched)


async def test_behind_a_proxy_a_private_target_is_refused_by_name(server: FeedServer) -> None:
    async with Fetcher(proxy=server.url) as fetcher:
        with pytest.raises(UnsafeUrl):
            await fetcher.get("http://127.0.0.1:9/feed")
        assert not server.requests
        server.pages["/feed"] = b"<rss/>"
        answer = await fetcher.get("http://feeds.example.invalid/feed")
    assert isinstance(answer, Fetched)
    assert server.requests[0].headers["Host"] == "feeds.example.invalid"


# --- bad servers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [400, 401, 403, 404, 500, 502, 599])
async def test_an_error_status_is_named(server: FeedServer, fetcher: Fetcher, code: int) -> None:
    server.pages["/feed"] = status(code)
    with pytest.raises(FetchError, match=f"answered {code}") as caught:
        await fetcher.get(f"{server.url}/feed", trusted=True)
    assert caught.value.status == code


async def test_a_feed_that_is_gone_is_said_to_be_gone(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages["/feed"] = status(410)
    with pytest.raises(FetchError, match="gone for good"):
        await fetcher.get(f"{server.url}/feed", trusted=True)


@pytest.mark.parametrize(
    ("value", "wait"),
    [("120", 120.0), ("Thu, 01 Jan 1998 00:00:00 GMT", 0.0), ("soon", None), ("9" * 30, 86_400.0), ("-5", None)],
)
async def test_retry_after_is_read_in_both_forms(
    server: FeedServer, fetcher: Fetcher, value: str, wait: float | None
) -> None:
    server.pages["/feed"] = status(429, Retry_After=value)
    with pytest.raises(FetchError) as caught:
        await fetcher.get(f"{server.url}/feed", trusted=True)
    assert caught.value.retry_after == wait


async def test_a_host_that_asks_for_rest_is_left_alone(server: FeedServer, fetcher: Fetcher) -> None:
    server.pages |= {"/busy": status(429, Retry_After="60"), "/feed": b"<rss/>"}
    with pytest.raises(FetchError, match="429"):
        await fetcher.get(f"{server.url}/busy", trusted=True)
    with pytest.raises(FetchError, match="asked us to wait"):
        await fetcher.get(f"{server.url}/feed", trusted=True)
    assert len(server.requests) == 1


async def test_no_host_sees_more_than_a_few_requests_at_once(server: FeedServer) -> None:
    now, most, full, go = 0, 0, asyncio.Event(), asyncio.Event()

    async def page(_: web.Request) -> web.Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        if now == 2:
            full.set()
        await go.wait()
        now -= 1
        return web.Response(body=b"<rss/>")

    server.pages["/feed"] = page
    async with Fetcher(per_host=2) as fetcher, asyncio.TaskGroup() as group, asyncio.timeout(10):
        for _ in range(6):
            group.create_task(fetcher.get(f"{server.url}/feed", trusted=True))
        await full.wait()
        go.set()
    assert (most, len(server.requests)) == (2, 6)


@pytest.mark.parametrize(
    "packed", [gzip.compress(b"\0" * 50_000_000, mtime=0), b"\0" * 1_100_000], ids=["gzip", "plain"]
)
async def test_a_bomb_is_left_before_it_bursts(server: FeedServer, fetcher: Fetcher, packed: bytes) -> None:
    async def page(_: web.Request) -> web.Response:
        headers = {"Content-Encoding": "gzip"} if packed[:1] == b"\x1f" else {}
        return web.Response(body=packed, headers=headers)

    server.pages["/feed"] = page
    with pytest.raises(FetchError, match="larger than 1 MiB"):
        await fetcher.get(f"{server.url}/feed", trusted=True)


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", b"not gzip", "damaged"),
        ("gzip", gzip.compress(b"<rss/>" * 99, mtime=0)[:-9], "broke off"),
        ("br", b"x", "not asked for"),
        ("gzip, gzip", b"x", "not asked for"),
    ],
    ids=["damaged", "cut off", "brotli", "twice"],
)
async def test_bad_compression_is_named(
    server: FeedServer, fetcher: Fetcher, encoding: str, body: bytes, reason: str
) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Encoding": encoding})

    server.pages["/feed"] = page
    with pytest.raises(FetchError, match=reason):
        await fetcher.get(f"{server.url}/feed", trusted=True)


async def test_a_server_that_drips_for_ever_is_left(server: FeedServer) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b" ")
            await asyncio.sleep(0.02)

    server.pages["/feed"] = page
    async with Fetcher(timeout=0.3, stall=10) as fetcher:
        with pytest.raises(FetchError, match="did not answer in time"):
            await fetcher.get(f"{server.url}/feed", trusted=True)


async def test_a_server_that_falls_silent_is_left(server: FeedServer) -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"<rss>")
        await asyncio.Event().wait()
        return response

    server.pages["/feed"] = page
    async with Fetcher(timeout=10, stall=0.2) as fetcher:
        with pytest.raises(FetchError, match="did not answer in time"):
            await fetcher.get(f"{server.url}/feed", trusted=True)


RAW_ANSWERS = [
    (b"", "broke off without an answer"),
    (b"garbage\r\n\r\n", "answered with something that is no HTTP"),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", "broke off in the middle of its answer"),
    (b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 9, "broke off without an answer"),
]


@pytest.mark.parametrize(("answer", "words"), RAW_ANSWERS, ids=["nothing", "garbage", "short", "cut off"])
async def test_what_is_no_http_is_an_expected_failure_in_words(fetcher: Fetcher, answer: bytes, words: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        with pytest.raises(FetchError, match=f"^{words}$"):
            await fetcher.get(f"http://127.0.0.1:{port}/feed", trusted=True)


@pytest.mark.parametrize(
    "url", ["", "feed", "ftp://e.com/", "http://", "http://a b/", "http://[::1", "http://e.com:0x/"]
)
async def test_what_is_no_address_is_refused(fetcher: Fetcher, url: str) -> None:
    with pytest.raises(FetchError):
        await fetcher.get(url, trusted=True)


async def test_a_closed_port_and_an_unknown_name_are_told_apart(fetcher: Fetcher) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match=r"could not be reached \(connection refused\)"):
            await fetcher.get(f"http://127.0.0.1:{taken.getsockname()[1]}/", trusted=True)
    with pytest.raises(FetchError, match=r"no such host: nowhere\.invalid"):
        await fetcher.get("http://user:pw@nowhere.invalid/feed?token=t", trusted=True)
