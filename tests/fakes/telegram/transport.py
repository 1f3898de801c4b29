"""HTTP on loopback: calls come in as forms, multipart bodies, JSON or query strings, answers go out as JSON.

https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.telegram import methods
from tests.fakes.telegram.errors import ApiError, Json, bad
from tests.fakes.telegram.params import Params, params

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer


class Transport:
    """The web server of a :class:`TelegramServer`."""

    def __init__(self, server: TelegramServer) -> None:
        self.url = ""
        self.port = 0
        self._server = server
        self._runner: web.AppRunner | None = None
        self._late: set[asyncio.Task[None]] = set()

    async def open(self, port: int = 0, routes: Iterable[web.RouteDef] = ()) -> None:
        """Serve on 127.0.0.1; port 0 is any free one, or after :meth:`close` the one it had."""
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self.answer)
        app.router.add_get("/file/bot{token}/{path}", self._server.files.serve)
        app.add_routes(routes)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port or self.port).start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"

    async def close(self) -> None:
        """Stop serving; held polls break."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call, or what a fault makes of it."""
        method = request.match_info["method"]
        try:
            self._admit(request.match_info["token"])
            given = params(method, await _given(request))
            self._server.note(method, given)
            return await self._perform(request, method, given)
        except ApiError as error:
            return web.json_response(error.body(), status=error.code)

    def _admit(self, token: str) -> None:
        if token != self._server.token:
            raise ApiError(401, "Unauthorized") if ":" in token else ApiError(404, "Not Found")

    async def _perform(self, request: web.Request, method: str, given: Params) -> web.StreamResponse:
        fault = self._server.faults.take(method, given)
        if fault.error is not None:
            self._server.rates.refusals += fault.error.code == 429
            raise fault.error
        if fault.status:
            if fault.done:
                await methods.call(self._server, method, given)
            return web.Response(status=fault.status, text=fault.body, content_type=fault.content_type)
        if fault.late:
            self._later(fault.late, method, given)
        if fault.drop_before and fault.until is not None:
            await fault.until.wait()
        if fault.drop_before or fault.late:
            return _broken(request)
        result = await methods.call(self._server, method, given)
        if fault.until is not None:
            await fault.until.wait()
        if fault.drop_after:
            return _broken(request)
        return web.json_response({"ok": True, "result": result})

    def _later(self, seconds: float, method: str, given: Params) -> None:
        async def perform() -> None:
            await asyncio.sleep(seconds)
            with contextlib.suppress(ApiError):
                await methods.call(self._server, method, given)

        task = asyncio.create_task(perform())
        self._late.add(task)
        task.add_done_callback(self._late.discard)


def _broken(request: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _given(request: web.Request) -> Json:
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except json.JSONDecodeError:
            raise bad("can't parse request body as JSON") from None
        return found | dict(body)
    for name, value in (await request.post()).items():
        found[name] = (value.filename, value.file.read()) if isinstance(value, web.FileField) else value
    return found
