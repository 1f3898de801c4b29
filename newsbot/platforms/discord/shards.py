"""One connection to the gateway, kept up: https://docs.discord.com/developers/events/gateway#connections"""

from __future__ import annotations

import asyncio
import logging
import random
import zlib
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from newsbot.domain.ports import Clock
from newsbot.domain.schedule import backoff
from newsbot.platforms.discord.closings import FATAL, why
from newsbot.platforms.discord.sessions import NoStartsLeft, Starts

if TYPE_CHECKING:
    from newsbot.platforms.discord.client import Gateway

log = logging.getLogger(__name__)

CLOSE_SECONDS = 2.0
"""How long a close waits for Discord's; the library waits for half a minute, during which the shard hears nothing."""
STEADY = timedelta(seconds=30)
"""A connection that held for so long was a good one: the next is tried at once."""
CEILING = 60.0  # seconds between two tries at most
RESUMING = 5.0
"""The same while the session can be resumed: that costs none of the day's starts, and who presses a button meanwhile is
only answered if we are back within 3 s."""
AGAIN = (1.0, 5.0)
"""Seconds to wait before a session that Discord ended is started anew:
https://docs.discord.com/developers/events/gateway#resuming"""
OPEN_SECONDS = 20.0  # until a new connection has said hello
RESUMES = 3
"""Tries to resume a session, after which a new one is started: the place that keeps it may be down."""
LEFT = 1000  # ends the session
CUT = 4000  # the session may be resumed
OVER = frozenset({4007, 4009})
"""Discord ended the connection, and with it the session:
https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes"""


class Line(DiscordWebSocket):
    """One socket. It is closed whatever ends it, also while it is being opened."""

    async def poll_event(self) -> None:
        """Take in one message. Raises ReconnectWebSocket, ConnectionClosed, and what a broken connection raises."""
        try:
            async with asyncio.timeout(self._max_heartbeat_timeout) as silence:
                await super().poll_event()
        except (ReconnectWebSocket, discord.ConnectionClosed):
            if self.socket.close_code in OVER:
                self.session_id = None
            raise
        except BaseException as error:
            await self.close(LEFT if isinstance(error, asyncio.CancelledError) else CUT)
            if silence.expired():
                raise ReconnectWebSocket(self.shard_id) from None
            raise

    async def received_message(self, msg: Any, /) -> None:
        """Have one message handled. What a handler raises is logged: the next message is not its fault."""
        try:
            await super().received_message(msg)
        except (ReconnectWebSocket, discord.ConnectionClosed, zlib.error, OSError):
            raise
        except Exception:
            log.exception("an event from Discord could not be taken in")

    async def send_as_json(self, data: Any) -> None:
        """Say something."""
        try:
            await super().send_as_json(data)
        except BaseException:
            await self.close(CUT)
            raise

    async def close(self, code: int = CUT) -> None:
        """Close, and wait a moment for Discord to do so too."""
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await super().close(code)


class Shard:
    """One shard's connection, resumed or started anew whenever it breaks. ``changed``: it is up, or failed again."""

    def __init__(self, client: Gateway, number: int, starts: Starts, clock: Clock, changed: Callable[[], None]) -> None:
        self.number = number
        self.up = asyncio.Event()
        """Set while events come."""
        self.failures = 0
        """How often in a row it could not be connected, or broke soon."""
        self.problem: Exception | None = None
        """Why it broke last."""
        self._client, self._starts, self._clock, self._changed = client, starts, clock, changed
        self._line: Line | None = None
        self._resumes = 0
        self._since = clock.now()

    async def run(self) -> NoReturn:
        """Until cancelled. Raises discord.ConnectionClosed for what no reconnection mends."""
        while True:
            try:
                problem = await self._life()
                self._broke(problem)
            finally:
                self.up.clear()
            if wait := self._pause(problem):
                await self._clock.sleep(wait)

    async def _life(self) -> Exception:
        try:
            await self._listen(await self._open())
        except discord.ConnectionClosed as error:
            if error.code in FATAL:
                raise
            return error
        except (ReconnectWebSocket, NoStartsLeft, OSError, aiohttp.ClientError, zlib.error) as error:
            return error

    @property
    def _can_resume(self) -> bool:
        return self._line is not None and self._line.session_id is not None and self._resumes < RESUMES

    async def _open(self) -> Line:
        last = self._line
        if last is None or not self._can_resume:
            self._line, self._resumes = None, 0
            async with self._starts.turn(self.number), asyncio.timeout(OPEN_SECONDS):
                return await Line.from_client(self._client, shard_id=self.number)
        self._resumes += 1
        async with asyncio.timeout(OPEN_SECONDS):
            return await Line.from_client(
                self._client,
                shard_id=self.number,
                gateway=last.gateway,
                session=last.session_id,
                sequence=last.sequence,
                resume=True,
            )

    async def _listen(self, line: Line) -> NoReturn:
        self._line, before = line, line.sequence
        while True:
            await line.poll_event()
            if line.sequence != before and not self.up.is_set():
                self._since, self._resumes = self._clock.now(), 0
                self.up.set()
                self._changed()

    def _broke(self, problem: Exception) -> None:
        self.problem = problem
        if self.up.is_set() and self._clock.now() - self._since >= STEADY:
            self.failures = 0
        self.failures += 1
        log.log(
            logging.WARNING if self.failures > 1 else logging.INFO,
            "shard %d lost its connection to Discord: %s",
            self.number,
            why(problem),
        )
        if self.failures > 1:
            self._changed()

    def _pause(self, problem: Exception) -> float:
        """Seconds until the next try."""
        if isinstance(problem, NoStartsLeft):
            return max(0.0, (problem.until - self._clock.now()).total_seconds())
        wait = 0.0
        if self.failures > 1:
            most = RESUMING if self._can_resume else CEILING
            wait = backoff(self.failures - 1, f"shard {self.number}", base=1, ceiling=most).total_seconds()
        if isinstance(problem, ReconnectWebSocket) and not problem.resume:
            return max(wait, random.uniform(*AGAIN))
        return wait


async def together(*works: Coroutine[Any, Any, NoReturn]) -> NoReturn:
    """Run them until one raises, and raise that."""
    try:
        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None
    raise AssertionError("they never end by themselves")
