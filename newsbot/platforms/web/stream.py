"""Live changes for open pages: server-sent events over the transcript's revisions.

https://html.spec.whatwg.org/multipage/server-sent-events.html; the event id is the rev, so a page that comes back
says what it has seen and misses nothing. Rows are the truth: a lost hint costs one heartbeat.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from newsbot.domain.ports import Message, Transcript, Wake
from newsbot.errors import StorageError

PAGE = 200  # messages in one read
MOST_STREAMS = 64
RETRY_MILLISECONDS = 1000


class Stream:
    """All open pages. ``beat`` and ``look`` are seconds: between heartbeats, and between looks at the table."""

    def __init__(
        self,
        transcript: Transcript,
        present: Callable[[Message], Mapping[str, Any]],
        *,
        beat: float = 15.0,
        look: float = 2.0,
    ) -> None:
        self._transcript = transcript
        self._present = present
        self._beat = beat
        self._look = look
        self._changed = asyncio.Event()
        self._open: dict[web.StreamResponse, None] = {}  # in order of their opening
        self._chats = self._resets = 0
        self.closing = False

    def poke(self, *, chats: bool = False, reset: bool = False) -> None:
        """Have every page look now; ``chats``: the list of chats changed too; ``reset``: messages are gone for good."""
        self._chats += chats
        self._resets += reset
        self._changed.set()
        self._changed = asyncio.Event()

    def close(self) -> None:
        """End every stream; pages come back by themselves."""
        self.closing = True
        self.poke()

    async def watch(self, wake: Wake) -> None:
        """Poke whenever the transcript grew, by whichever process. Runs until cancelled."""
        known = -1
        while True:
            await wake.wait("transcript", self._look)
            with contextlib.suppress(StorageError):  # busy just now: the next look sees it
                newest = await self._transcript.last_rev()
                if newest != known:
                    known = newest
                    self.poke()

    async def serve(self, request: web.Request, since: int, headers: Mapping[str, str]) -> web.StreamResponse:
        """Answer with everything after rev ``since``, then with what comes, until the page or we leave.

        A page that vanished shows only at the next write, so the oldest stream gives way to one too many.
        """
        response = web.StreamResponse(
            headers={
                **headers,
                "Content-Type": "text/event-stream",
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",
            }
        )
        self._open[response] = None
        if len(self._open) > MOST_STREAMS:
            del self._open[next(iter(self._open))]
            self.poke()
        try:
            await response.prepare(request)
            await response.write(f"retry: {RETRY_MILLISECONDS}\n\n".encode())
            await self._feed(response, since)
        except (ConnectionError, StorageError):
            pass  # the page left, or the database is away: it comes back and says what it has seen
        finally:
            self._open.pop(response, None)
        return response

    async def _feed(self, response: web.StreamResponse, rev: int) -> None:
        if rev > await self._transcript.last_rev():  # another database than the page knew
            await response.write(_event("reset"))
            rev = 0
        chats, resets = self._chats, self._resets
        while not self.closing and response in self._open:
            changed = self._changed  # before reading: what comes between reading and waiting sets this very event
            if resets != self._resets:
                resets = self._resets
                await response.write(_event("reset"))
            if chats != self._chats:
                chats = self._chats
                await response.write(_event("chats"))
            messages = await self._transcript.since(rev, PAGE)
            for message in messages:
                await response.write(_event("message", self._present(message), message.rev))
                rev = message.rev
            if len(messages) < PAGE and not await _within(changed, self._beat):
                await response.write(_event("beat"))


async def _within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _event(name: str, data: Mapping[str, Any] | None = None, rev: int | None = None) -> bytes:
    identity = "" if rev is None else f"id: {rev}\n"
    return f"{identity}event: {name}\ndata: {json.dumps(data or {})}\n\n".encode()
