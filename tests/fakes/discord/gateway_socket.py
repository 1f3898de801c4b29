"""One WebSocket connection to the gateway: https://discord.com/developers/docs/events/gateway#connections."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fakes.discord.errors import Json
from tests.fakes.discord.sessions import Session

if TYPE_CHECKING:
    from tests.fakes.discord.gateway import Gateway

UNKNOWN_ERROR, UNKNOWN_OPCODE, DECODE_ERROR, NOT_AUTHENTICATED, AUTHENTICATION_FAILED = range(4000, 4005)
ALREADY_AUTHENTICATED, INVALID_SEQ, RATE_LIMITED, TIMED_OUT = 4005, 4007, 4008, 4009
INVALID_SHARD, SHARDING_REQUIRED, INVALID_VERSION, INVALID_INTENTS, DISALLOWED_INTENTS = range(4010, 4015)
HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS, INVALID_SESSION, HELLO, ACK = (
    1,
    2,
    3,
    4,
    6,
    7,
    8,
    9,
    10,
    11,
)
MOST_BYTES = 4096
"""Of one payload that a bot sends: #sending-events."""
MOST_SENT, PER_SECONDS = 120, 60.0
"""#rate-limiting"""


class Closed(Exception):
    """The connection ends with ``code``."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(code, why)
        self.code = code
        self.why = why


class Connection:
    """What one client and the gateway say to each other. ``silent``: nothing is sent any more, though it stays open."""

    def __init__(self, gateway: Gateway, request: web.Request) -> None:
        self.gateway = gateway
        self.silent = False
        self.session: Session | None = None
        self._request = request
        self._socket = web.WebSocketResponse(compress=False, timeout=1.0)
        self._zlib = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        self._out: asyncio.Queue[str | Closed] = asyncio.Queue()
        self._sent: deque[float] = deque()
        self._closing = False
        self._beat: asyncio.TimerHandle | None = None

    async def serve(self) -> web.StreamResponse:
        """From the hello to the end."""
        await self._socket.prepare(self._request)
        writer = asyncio.create_task(self._write())
        try:
            self._check_address()
            self.send({"op": HELLO, "d": {"heartbeat_interval": round(self.gateway.heartbeat_interval * 1000)}})
            self._expect_beat()
            async for message in self._socket:
                if message.type in (WSMsgType.TEXT, WSMsgType.BINARY):
                    self._receive(message.data)
        except Closed as end:
            self.close(end.code, end.why)
        finally:
            await self._end(writer)
        return self._socket

    def send(self, payload: Json) -> None:
        """Send what is no event."""
        self.send_text(json.dumps({"op": 0, "d": None, "s": None, "t": None} | payload, separators=(",", ":")))

    def send_text(self, text: str) -> None:
        """Send a payload as it is."""
        self._out.put_nowait(text)

    def close(self, code: int, why: str) -> None:
        """Close it behind what is still to be sent."""
        self._closing = True
        self._out.put_nowait(Closed(code, why))

    def drop(self) -> None:
        """Break it, as networks do."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _write(self) -> None:
        while True:
            item = await self._out.get()
            if isinstance(item, Closed):
                self.gateway.closed.append((item.code, item.why))
                await self._socket.close(code=item.code, message=item.why.encode())
                return
            if self.silent or self._socket.closed:
                continue
            if self._zlib is None:
                await self._socket.send_str(item)
            else:
                await self._socket.send_bytes(self._zlib.compress(item.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))

    async def _end(self, writer: asyncio.Task[None]) -> None:
        if self._beat is not None:
            self._beat.cancel()
        self.gateway.lost(self, None if self._closing else self._socket.close_code)
        if not self._closing:
            writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)

    def _check_address(self) -> None:
        query = self._request.query
        if query.get("v") != "10":
            raise Closed(INVALID_VERSION, "Invalid API version.")
        if query.get("encoding") != "json" or query.get("compress", "zlib-stream") != "zlib-stream":
            raise Closed(DECODE_ERROR, "strict: this gateway speaks json, plain or as zlib-stream")

    def _expect_beat(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
        loop, wait = asyncio.get_running_loop(), self.gateway.heartbeat_interval * 2
        self._beat = loop.call_later(wait, self.close, UNKNOWN_ERROR, "no heartbeat came")

    def _receive(self, data: str | bytes) -> None:
        payload = _decoded(data)
        op, inner = payload.get("op"), payload.get("d")
        if op != HEARTBEAT:
            self._limit()
        if op == HEARTBEAT:
            self._expect_beat()
            if not self.silent:
                self.send({"op": ACK})
        elif op in (IDENTIFY, RESUME):
            self._begin(op, inner)
        elif self.session is None:
            raise Closed(NOT_AUTHENTICATED, "Not authenticated.")
        elif op == PRESENCE and isinstance(inner, dict):
            self.session.presence = inner
        else:
            raise Closed(
                UNKNOWN_OPCODE, f"Unknown opcode {op!r} (strict: nor has a news bot a use for voice or members)."
            )

    def _limit(self) -> None:
        now = asyncio.get_running_loop().time()
        self._sent.append(now)
        while self._sent[0] < now - PER_SECONDS:
            self._sent.popleft()
        if len(self._sent) > MOST_SENT:
            raise Closed(RATE_LIMITED, "You are sending too fast.")

    def _begin(self, op: int, inner: Any) -> None:
        if self.session is not None:
            raise Closed(ALREADY_AUTHENTICATED, "Already authenticated.")
        if not isinstance(inner, dict):
            raise Closed(DECODE_ERROR, "Error while decoding payload.")
        if inner.get("token") != self.gateway.dc.token:
            raise Closed(AUTHENTICATION_FAILED, "Authentication failed.")
        if op == IDENTIFY:
            self.gateway.identify(self, inner)
        else:
            self.gateway.resume(self, inner)


def _decoded(data: str | bytes) -> Json:
    if len(data.encode() if isinstance(data, str) else data) > MOST_BYTES:
        raise Closed(DECODE_ERROR, "Payload is too large.")
    try:
        payload = json.loads(data)
    except ValueError:
        payload = None
    if not isinstance(payload, dict):
        raise Closed(DECODE_ERROR, "Error while decoding payload.")
    return payload
