"""The browser's chat and the web server under it, given what they need of the other rooms."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from aiohttp import web

from newsbot.app.metrics import Metrics
from newsbot.app.newsroom import Newsroom
from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock, Sender
from newsbot.errors import StorageError
from newsbot.platforms.commands import Desk
from newsbot.platforms.web.bot import WebPlatform
from newsbot.platforms.web.send import PLATFORM, WebSender
from newsbot.platforms.web.talk import WebChat
from newsbot.server import Server
from newsbot.storage import Storage


class StoredChats:
    """The web's chats among all chats of the database."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    async def chats(self) -> Sequence[WebChat]:
        """The web's chats, the private one first."""
        known = await self._storage.chats.all(PLATFORM)
        ordered = sorted(known, key=lambda chat: (chat.kind != "private", chat.id))
        return [WebChat(chat.key.native, chat.title or chat.key.native, chat.kind) for chat in ordered]

    async def create(self, chat: WebChat) -> None:
        """Add ``chat``; one that is there already stays as it is."""
        await self._storage.chats.ensure(ChatKey(PLATFORM, chat.native), chat.kind, chat.title, self._clock.now())


def web_sender(room: Newsroom, poke: Callable[[], None]) -> Sender:
    """The web chat's way out; ``poke`` tells open pages to look."""
    return WebSender(room.storage.transcript, room.clock, poke)


class WebChatHouse:
    """The server with its routes, and the web platform where the config wants one."""

    def __init__(self, server: Server, platform: WebPlatform | None, room: Newsroom) -> None:
        self._server, self._platform, self._room = server, platform, room

    @classmethod
    async def build(
        cls, room: Newsroom, metrics: Metrics, routes: Sequence[web.AbstractRouteDef] = (), *, chat: bool
    ) -> WebChatHouse:
        """Wire the server that the config asks for, with other platforms' ``routes`` and the web ``chat`` if that is
        this process's; it does not listen yet."""
        config = room.config
        host, _, port = (config.server.listen if config.server else "127.0.0.1:0").rpartition(":")
        server = Server(host.strip("[]"), int(port), registry=metrics.registry, ready=lambda: readiness(room))
        server.add_routes(routes)
        platform = await _platform(room) if chat and config.web_enabled else None
        if platform is not None:
            server.add_folder("/seeds/pictures", config.root / "seeds" / "pictures")
            server.add_routes(platform.routes, on_stop=platform.close)
        return cls(server, platform, room)

    @property
    def url(self) -> str | None:
        """The web chat's address, None without one."""
        return self._server.url if self._platform else None

    def poke(self) -> None:
        """Tell open pages to look now."""
        if self._platform is not None:
            self._platform.poke()

    async def start(self) -> None:
        """Listen. Raises ListenError."""
        await self._server.start()

    async def stop(self) -> None:
        """End streams and stop listening."""
        await self._server.stop()

    async def watch(self) -> None:
        """Follow what other processes write; until cancelled."""
        if self._platform is not None:
            await self._platform.watch(self._room.wake)


async def _platform(room: Newsroom) -> WebPlatform:
    secret = await room.storage.meta.set_default("web_secret", secrets.token_hex(32))
    return WebPlatform(
        Desk(room.newsdesk),
        StoredChats(room.storage, room.clock),
        room.storage.transcript,
        room.clock,
        password=room.config.platforms.web.password.get_secret_value(),
        secret=secret,
    )


async def readiness(room: Newsroom) -> str:
    """ "" when the database answers and no loop waits for it or keeps failing; else why not."""
    try:
        await room.storage.ping()
    except StorageError as error:
        return f"database: {error}"
    return "; ".join(
        f"{loop.name}: {loop.health.error}" for loop in room.loops if loop.health.waits or loop.health.failures > 2
    )
