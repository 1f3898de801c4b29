"""The web chat as a process would serve it, over stores that outlive it: stop it, start it again, nothing is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from newsbot.domain.models import Delivery
from newsbot.domain.ports import Sent, Transcript
from newsbot.platforms.web.bot import WebPlatform
from newsbot.platforms.web.send import WebSender
from newsbot.platforms.web.talk import WebChat
from newsbot.server import Server
from tests.fakes.desk import ScriptedDesk
from tests.fakes.sender import no_parts
from tests.fakes.transcript import MemoryTranscript

NOW = datetime(2026, 3, 2, 12, 30, tzinfo=UTC)


class FixedClock:
    """Implements the Clock port; time stands still unless told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class MemoryChats:
    """Implements the web chat's ChatList port."""

    def __init__(self) -> None:
        self._chats: dict[str, WebChat] = {}

    async def chats(self) -> Sequence[WebChat]:
        return list(self._chats.values())

    async def create(self, chat: WebChat) -> None:
        self._chats.setdefault(chat.native, chat)


class Served:
    """One web chat on one port. ``stop`` and ``start`` are a restart of the bot."""

    def __init__(self, password: str = "", transcript: Transcript | None = None) -> None:
        self.desk = ScriptedDesk()
        self.chats = MemoryChats()
        self.transcript = transcript or MemoryTranscript()
        self.clock = FixedClock()
        self.password = password
        self.port = 0

    async def start(self) -> None:
        self.web = WebPlatform(
            self.desk, self.chats, self.transcript, self.clock, password=self.password, secret="kept", beat=0.5
        )
        self.sender = WebSender(self.transcript, self.clock, self.web.poke)
        self.server = Server(port=self.port)
        self.server.add_routes(self.web.routes, on_stop=self.web.close)
        await self.server.start()
        self.port = self.server.port

    async def stop(self) -> None:
        await self.server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def deliver(self, delivery: Delivery) -> tuple[str, ...]:
        """Send it as the outbox does; returns the message ids."""
        outcome = await self.sender.send(delivery, no_parts)
        assert isinstance(outcome, Sent), outcome
        return outcome.message_ids
