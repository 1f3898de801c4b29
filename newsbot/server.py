"""The one small web server: health, metrics, and the routes that others hand in. It knows no other room."""

from __future__ import annotations

import errno
import ipaddress
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from newsbot.errors import ListenError

Ready = Callable[[], Awaitable[str]]
OnStop = Callable[[], Awaitable[None]]

BODY_LIMIT = 1024 * 1024  # bytes; a Telegram update is far smaller, and so is everything our page sends
CLOSING_SECONDS = 2.0  # how long a stop waits for answers in flight before it cuts them
_IN_WORDS = {
    errno.EADDRINUSE: "another program listens there already (is a newsbot running?); free it or change server.listen",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "ports below 1024 need a privilege; choose a higher one",
}


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server that listens on ``host`` (a name or an address)."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def is_taken(error: ListenError) -> bool:
    """Whether another program, perhaps another newsbot, has the address."""
    return isinstance(error.__cause__, OSError) and error.__cause__.errno == errno.EADDRINUSE


async def _always_ready() -> str:
    return ""


class Server:
    """An HTTP server on one address.

    ``host`` and ``port`` (0: one that is free); ``registry``: what ``/metrics`` shows, None for no such page;
    ``ready``: answers "" when the process can do its work, or why not (the text of a 503 at ``/readyz``).
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 8080,
        *,
        registry: CollectorRegistry | None = None,
        ready: Ready = _always_ready,
    ) -> None:
        self._host = host
        self._port = port
        self._registry = registry
        self._ready = ready
        self._on_stop: list[OnStop] = []
        self._runner: web.AppRunner | None = None
        self._app = web.Application(client_max_size=BODY_LIMIT)
        self._app.add_routes([web.get("/healthz", _alive), web.get("/readyz", self._readiness)])
        if registry is not None:
            self._app.add_routes([web.get("/metrics", self._metrics)])

    def add_routes(self, routes: Iterable[web.AbstractRouteDef], *, on_stop: OnStop | None = None) -> None:
        """Serve ``routes`` too; only before :meth:`start`. ``on_stop`` ends what they hold open, such as streams."""
        self._app.add_routes(routes)
        if on_stop is not None:
            self._on_stop.append(on_stop)

    def add_folder(self, prefix: str, folder: Path) -> None:
        """Serve the files of ``folder`` under ``prefix`` (no listing, no links out of it), where there is one."""
        if folder.is_dir():
            self._app.router.add_static(prefix, folder)

    async def start(self) -> None:
        """Listen. Raises :class:`newsbot.errors.ListenError` with the reason in words."""
        runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=CLOSING_SECONDS, handle_signals=False)
        await runner.setup()
        try:
            # reuse_port stays off, so that a second process is told instead of sharing the requests
            await web.TCPSite(runner, self._host, self._port, reuse_address=True).start()
        except OSError as error:
            await runner.cleanup()
            # Python 3.13 skips addresses that the machine lacks and then fails with no number
            why = _IN_WORDS.get(error.errno or errno.EADDRNOTAVAIL, error.strerror or str(error))
            raise ListenError(f"cannot listen on {self._host}:{self._port}: {why}") from error
        self._runner = runner

    async def stop(self) -> None:
        """End open streams, let answers in flight finish for a moment, and close. Harmless when not started."""
        runner, self._runner = self._runner, None
        if runner is None:
            return
        for ending in self._on_stop:
            await ending()
        await runner.cleanup()

    @property
    def port(self) -> int:
        """The port in use: the one that was found free where 0 was asked for."""
        if self._runner is not None and self._runner.addresses:
            return int(self._runner.addresses[0][1])
        return self._port

    @property
    def url(self) -> str:
        """Where a browser on this machine finds the server, such as ``http://127.0.0.1:8080``."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(self._host, self._host)  # noqa: S104 - read, not bound
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}"

    async def _readiness(self, _request: web.Request) -> web.Response:
        reason = await self._ready()
        return web.Response(text=(reason or "ready") + "\n", status=503 if reason else 200)

    async def _metrics(self, _request: web.Request) -> web.Response:
        assert self._registry is not None  # noqa: S101 - the route exists only with a registry
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="alive\n")
