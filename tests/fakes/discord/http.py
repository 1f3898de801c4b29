"""HTTP on loopback: /api/v10 and, at /gateway/, whatever the gateway puts there."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from aiohttp import BodyPartReader, hdrs, web

from tests.fakes.discord.errors import ApiError, Json, invalid, refusal, unauthorized
from tests.fakes.discord.faults import Fault
from tests.fakes.discord.rates import RateLimited
from tests.fakes.discord.routes import Answer, Request, Route, Upload, major

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer

Socket = Callable[[web.Request], Awaitable[web.StreamResponse]]
API = "/api/v10"
INVALID_STATUSES = (401, 403, 429)
MOST_BYTES = 30 * 1024 * 1024
_PLAIN = {400: "400: Bad Request", 401: "401: Unauthorized", 403: "403: Forbidden", 404: "404: Not Found"}


class Transport:
    """The web server of a :class:`DiscordServer`. ``socket`` answers at /gateway/."""

    def __init__(self, dc: DiscordServer) -> None:
        self.port = 0
        self.socket: Socket = _no_gateway
        self._dc = dc
        self._runner: web.AppRunner | None = None
        self._late: set[asyncio.Task[None]] = set()

    @property
    def host(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    async def open(self, port: int = 0, more: list[web.RouteDef] | None = None) -> None:
        """Serve on 127.0.0.1; port 0 is any free one, or after :meth:`close` the one it had."""
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", API + "/{path:.*}", self.answer)
        app.router.add_get("/gateway/", self._upgrade)
        app.router.add_get("/attachments/{place}/{id}/{name}", self._dc.attachments.serve)
        app.add_routes(more or [])
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port or self.port).start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Stop serving; what is open breaks."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _upgrade(self, request: web.Request) -> web.StreamResponse:
        return await self.socket(request)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One call, or what a fault makes of it."""
        path = "/" + request.match_info["path"]
        fault = self._dc.faults.take(request.method, path)
        if fault.drop == "before":
            if fault.hold is not None:
                await fault.hold.wait()
            return _broken(request)
        body, files = await _given(request)
        if fault.late:
            self._later(fault.late, request, path, body, files)
            return _broken(request)
        if self._dc.rates.banned:
            return web.Response(status=429, text="error code: 1015", content_type="text/plain")
        if fault.status and not fault.done:
            answer, headers = _faulty(fault), dict(fault.headers)
        else:
            answer, headers = await self._answer(request, path, body, files)
        self._note(request.method, path, body, answer.status, headers)
        if fault.hold is not None:
            await fault.hold.wait()
        if fault.drop == "after":
            return _broken(request)
        return _response(_faulty(fault) if fault.status else answer, headers | fault.headers)

    async def _answer(
        self, request: web.Request, path: str, body: object, files: dict[int, Upload]
    ) -> tuple[Answer, dict[str, str]]:
        headers: dict[str, str] = {}
        try:
            route, params = self._dc.routes.find(request.method, path)
            self._admit(request, route)
            bucket = self._dc.rates.spend(route.name, major(params))
            headers = self._dc.rates.headers(bucket)
            given, told = _object(body), dict(request.headers)
            call = Request(self._dc, request.method, path, params, request.query, given, body, files, told)
            return _answer_of(await route.handler(call)), headers
        except RateLimited as refused:
            return Answer(429, refused.body()), headers | refused.headers
        except ApiError as refused:
            return Answer(refused.status, refused.body()), headers
        except Exception as error:  # told when the server closes; the bot sees what it would see of Discord's bugs
            self._dc.broken.append(error)
            return Answer(500, {"message": "500: Internal Server Error", "code": 0}), headers

    def _later(self, seconds: float, request: web.Request, path: str, body: object, files: dict[int, Upload]) -> None:
        async def perform() -> None:
            await asyncio.sleep(seconds)
            await self._answer(request, path, body, files)

        task = asyncio.create_task(perform())
        self._late.add(task)
        task.add_done_callback(self._late.discard)

    def _admit(self, request: web.Request, route: Route) -> None:
        """Check who calls; https://discord.com/developers/docs/reference#authentication and #user-agent."""
        named = request.headers.get(hdrs.USER_AGENT, "").startswith("DiscordBot (")
        if route.signed and not named:  # discord.py answers interactions without
            raise ApiError(400, 0, "strict: a User-Agent of the form DiscordBot ($url, $versionNumber) is asked for")
        if route.signed and request.headers.get(hdrs.AUTHORIZATION) != f"Bot {self._dc.token}":
            raise unauthorized()
        if route.counted:
            self._dc.rates.spend_global()

    def _note(self, method: str, path: str, body: object, status: int, headers: Mapping[str, str]) -> None:
        """Remember a call; 429s of scope "shared" do no harm: /topics/rate-limits#invalid-request-limit."""
        invalid = status in INVALID_STATUSES and headers.get("X-RateLimit-Scope") != "shared"
        if invalid:
            self._dc.rates.invalid()
        self._dc.note(method, path, body if isinstance(body, dict) else {}, status, invalid=invalid)


async def _no_gateway(request: web.Request) -> web.StreamResponse:
    raise web.HTTPNotFound


def _answer_of(result: object) -> Answer:
    if isinstance(result, Answer):
        return result
    return Answer(204) if result is None else Answer(200, result)


def _object(body: object) -> Json:
    """The body if it is an object; ApiError when it could not be read."""
    if isinstance(body, ApiError):
        raise body
    return body if isinstance(body, dict) else {}


def _faulty(fault: Fault) -> Answer:
    if fault.body is not None:
        return Answer(fault.status, fault.body)
    if fault.status == 429:
        return Answer(429, {"message": "You are being rate limited.", "retry_after": 0.05, "global": False})
    words = _PLAIN.get(fault.status)
    return Answer(fault.status, {"message": words, "code": 0} if words else "upstream connect error")


def _response(answer: Answer, headers: dict[str, str]) -> web.Response:
    """discord.py reads JSON only when the type is exactly application/json, and takes a 429 without Via for a ban."""
    always = {"Via": "1.1 google", "Server": "cloudflare", **headers}
    if answer.status == 204:
        return web.Response(status=204, headers=always)
    if isinstance(answer.body, str):
        return web.Response(status=answer.status, text=answer.body, headers=always, content_type="text/plain")
    text = json.dumps(answer.body).encode()
    return web.Response(status=answer.status, body=text, headers=always | {hdrs.CONTENT_TYPE: "application/json"})


def _broken(request: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _given(request: web.Request) -> tuple[object, dict[int, Upload]]:
    """The JSON of a body, which may be the payload_json of a form, and its files; an ApiError instead of bad JSON.

    https://discord.com/developers/docs/reference#uploading-files
    """
    try:
        if request.content_type == "multipart/form-data":
            return await _form(request)
        text = await request.text()
        if not text:
            return {}, {}
        if request.content_type != "application/json":
            return invalid((), "CONTENT_TYPE_INVALID", 'Expected "Content-Type" header to be application/json'), {}
        return json.loads(text), {}
    except (json.JSONDecodeError, UnicodeDecodeError):
        return refusal(50109), {}
    except asyncio.IncompleteReadError:
        return refusal(50109), {}


async def _form(request: web.Request) -> tuple[object, dict[int, Upload]]:
    body: object = {}
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        content = bytes(await part.read(decode=True))
        if name == "payload_json":
            body = json.loads(content)
        elif number := re.fullmatch(r"files\[(\d+)\]", name):
            kind = part.headers.get(hdrs.CONTENT_TYPE, "application/octet-stream")
            files[int(number[1])] = Upload(part.filename or "", content, kind)
    return body, files
