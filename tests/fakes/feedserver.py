"""A web server on loopback that serves feeds and pages as tests want them, well or badly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FeedServer:
    """``pages`` are answered by path: bytes with status 200, or a handler's answer; all else is 404.

    ``requests`` holds what was asked, in order.
    """

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Handler] = {}
        self.requests: list[web.Request] = []
        self.url = ""
        self.port = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The answer of the page at the request's path."""
        self.requests.append(request)
        page = self.pages.get(request.path)
        if page is None:
            return web.Response(status=404)
        if isinstance(page, bytes):
            return web.Response(body=page, content_type="text/html" if page.startswith(b"<html") else "text/xml")
        return await page(request)

    def asked(self, path: str) -> int:
        """How often ``path`` was asked for."""
        return sum(request.path == path for request in self.requests)


@asynccontextmanager
async def feed_server() -> AsyncIterator[FeedServer]:
    """A server that runs for the block."""
    server = FeedServer()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.port = runner.addresses[0][1]
        server.url = f"http://127.0.0.1:{server.port}"
        yield server
    finally:
        await runner.cleanup()


def status(code: int, **headers: str) -> Handler:
    """Answers with a status and headers (``Retry_After="5"``)."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=code, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return answer


def rss(*titles: str, link: str = "https://e.com/", text: str = "") -> bytes:
    """A feed with an item for each title, dated from 2026-01-15 11:00 UTC backwards by the minute."""
    items = "".join(
        f"<item><title>{title}</title><guid>{title}</guid><link>{link}{n}</link><description>{text}</description>"
        f"<pubDate>Thu, 15 Jan 2026 10:{59 - n % 60:02d}:00 GMT</pubDate></item>"
        for n, title in enumerate(titles)
    )
    return f"<rss version='2.0'><channel><title>News</title><link>https://e.com/</link>{items}</channel></rss>".encode()
