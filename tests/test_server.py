"""The small web server over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter
from yarl import URL

from newsbot.errors import ListenError
from newsbot.server import Server, is_loopback


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def test_health_says_that_the_process_lives_and_ready_why_it_does_not_work(http: aiohttp.ClientSession) -> None:
    reason = "the database is locked"

    async def ready() -> str:
        return reason

    server = Server(port=0, ready=ready)
    await server.start()
    try:
        async with http.get(server.url + "/healthz") as answer:
            assert (answer.status, await answer.text()) == (200, "alive\n")
        async with http.get(server.url + "/readyz") as answer:
            assert (answer.status, await answer.text()) == (503, "the database is locked\n")
        reason = ""
        async with http.get(server.url + "/readyz") as answer:
            assert (answer.status, await answer.text()) == (200, "ready\n")
    finally:
        await server.stop()


async def test_metrics_are_those_of_the_registry_it_was_given(http: aiohttp.ClientSession) -> None:
    registry = CollectorRegistry()
    Counter("newsbot_polls", "Polls.", registry=registry).inc(3)
    server = Server(port=0, registry=registry)
    await server.start()
    try:
        async with http.get(server.url + "/metrics") as answer:
            assert answer.content_type == "text/plain"
            assert "newsbot_polls_total 3.0" in await answer.text()
    finally:
        await server.stop()


async def test_without_a_registry_there_are_no_metrics(http: aiohttp.ClientSession) -> None:
    server = Server(port=0)
    await server.start()
    try:
        async with http.get(server.url + "/metrics") as answer:
            assert answer.status == 404
    finally:
        await server.stop()


async def test_a_folder_is_served_and_nothing_outside_of_it(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "car.png").write_bytes(b"png")
    (tmp_path / "secret.txt").write_text("no")
    (tmp_path / "pictures" / "link.txt").symlink_to(tmp_path / "secret.txt")
    server = Server(port=0)
    server.add_folder("/pictures", tmp_path / "pictures")
    server.add_folder("/nothing", tmp_path / "missing")
    await server.start()
    try:
        for path, status in (("car.png", 200), ("link.txt", 404), ("%2e%2e/secret.txt", 404), ("", 403)):
            async with http.get(URL(f"{server.url}/pictures/{path}", encoded=True)) as answer:
                assert answer.status == status, path
        async with http.get(server.url + "/nothing/x") as answer:
            assert answer.status == 404
    finally:
        await server.stop()


async def test_a_taken_port_is_named_with_what_to_do() -> None:
    first = Server(port=0)
    await first.start()
    second = Server(port=first.port)
    try:
        with pytest.raises(ListenError, match=rf"127\.0\.0\.1:{first.port}: another program listens there"):
            await second.start()
    finally:
        await second.stop()
        await first.stop()


async def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(ListenError, match=r"192\.0\.2\.1:0: this machine has no such address"):
        await Server("192.0.2.1", 0).start()


async def test_stopping_ends_open_streams_by_their_hook(http: aiohttp.ClientSession) -> None:
    leaving, opened = asyncio.Event(), asyncio.Event()

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        opened.set()
        await leaving.wait()
        return response

    async def leave() -> None:
        leaving.set()

    server = Server(port=0)
    server.add_routes([web.get("/stream", stream)], on_stop=leave)
    await server.start()
    async with http.get(server.url + "/stream") as answer:
        await asyncio.wait_for(opened.wait(), 5)
        await asyncio.wait_for(server.stop(), 5)
        assert await answer.read() == b""
    await server.stop()  # twice does no harm


async def test_a_stopped_server_can_be_replaced_on_the_same_port(http: aiohttp.ClientSession) -> None:
    first = Server(port=0)
    await first.start()
    port = first.port
    async with http.get(first.url + "/healthz") as answer:
        assert answer.status == 200
    await first.stop()
    second = Server(port=port)
    await second.start()
    await second.stop()


@pytest.mark.parametrize(
    ("host", "only_here"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("[::1]", True), ("127.8.8.8", True),
     ("0.0.0.0", False), ("::", False), ("192.168.1.2", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_only_this_machines_own_addresses_count_as_loopback(host: str, only_here: bool) -> None:
    assert is_loopback(host) is only_here


def test_an_ipv6_address_is_bracketed_in_the_url() -> None:
    assert Server("::1", 8080).url == "http://[::1]:8080"
    assert Server("0.0.0.0", 8080).url == "http://127.0.0.1:8080"
