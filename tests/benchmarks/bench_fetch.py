"""Fetching what has not changed (304) from many hosts on loopback: our Fetcher against httpx, in the same run.

The servers run in a process of their own, so that only the clients compete for this one's core. Each listens on a port
of its own, and each address 127.0.0.x is a host of its own to the clients, as far as the system has them.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence

import httpx

from newsbot.pipeline.fetch import Fetcher, NotModified
from tests.benchmarks.table import Row

NAME = "fetch: 304s from many hosts"
HOSTS, ROUNDS, AT_ONCE = 200, 10, 50
ETAG = '"1"'

# Answers every request with 304 and keeps the connection, as cheaply as Python can.
_SERVERS = """
import asyncio, sys
ANSWER = b'HTTP/1.1 304 Not Modified\\r\\nETag: "1"\\r\\nContent-Length: 0\\r\\n\\r\\n'
class Answer(asyncio.Protocol):
    def connection_made(self, transport): self.transport, self.seen = transport, b""
    def data_received(self, data):
        self.seen += data
        while (end := self.seen.find(b"\\r\\n\\r\\n")) >= 0:
            self.seen = self.seen[end + 4:]
            self.transport.write(ANSWER)
async def main(hosts):
    loop = asyncio.get_running_loop()
    servers = []
    for n in range(hosts):
        host = f"127.0.0.{n % 250 + 1}" if sys.platform == "linux" else "127.0.0.1"
        servers.append(await loop.create_server(Answer, host, 0))
    print(*(f"{s.sockets[0].getsockname()[0]}:{s.sockets[0].getsockname()[1]}" for s in servers), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
asyncio.run(main(int(sys.argv[1])))
"""


def run(quick: bool = False) -> list[Row]:
    """Requests a second, ours and httpx's at its defaults."""
    hosts, rounds = (40, 3) if quick else (HOSTS, ROUNDS)
    servers = subprocess.Popen(
        [sys.executable, "-c", _SERVERS, str(hosts)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with servers:
        assert servers.stdout is not None
        urls = [f"http://{place}/feed.xml" for place in servers.stdout.readline().split()] * rounds
        ours, theirs = asyncio.run(_ours(urls)), asyncio.run(_httpx(urls[: len(urls) // 4]))
        servers.communicate()
    note = f"{hosts} hosts, {AT_ONCE} at once"
    return [Row("conditional GET", ours, "httpx", theirs, "requests/s", note)]


async def _rate(urls: Sequence[str], get: Callable[[str], Awaitable[None]]) -> float:
    """Requests a second with ``AT_ONCE`` under way."""
    waiting = iter(urls)

    async def client() -> None:
        for url in waiting:
            await get(url)

    loop = asyncio.get_running_loop()
    start = loop.time()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(client())
    return len(urls) / (loop.time() - start)


async def _ours(urls: Sequence[str]) -> float:
    async with Fetcher() as fetcher:

        async def get(url: str) -> None:
            assert isinstance(await fetcher.get(url, trusted=True, etag=ETAG), NotModified)

        return await _rate(urls, get)


async def _httpx(urls: Sequence[str]) -> float:
    async with httpx.AsyncClient() as client:

        async def get(url: str) -> None:
            assert (await client.get(url, headers={"If-None-Match": ETAG})).status_code == 304

        return await _rate(urls, get)
