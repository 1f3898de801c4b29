"""A town with the bot in it: the strict Telegram, the real library, and a real desk over a real database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
import telegram
from telegram import Update

from newsbot.domain.models import Chat, ChatKey, Subscription
from newsbot.newsdesk import Asker, Rules
from newsbot.platforms.commands import Desk, Request
from newsbot.platforms.telegram.bot import TelegramPlatform, WebhookPlace
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.talk import Handler
from newsbot.platforms.telegram.wire import make_bot
from newsbot.platforms.views import Reply
from newsbot.server import Server
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.e2e.house import free_port
from tests.fakes.telegram import Chat as Place
from tests.fakes.telegram import Message, Person, TelegramServer
from tests.newsdesk.room import BATTERY, ROCKET, SU7, Room, open_room
from tests.platforms.telegram.running import Mode, Notes, without_menu

BOSS = "1999"
"""The user's number of the bot's own admin."""
Wanted = int | str | Callable[[Message], bool]
ALL = Rules(commands_per_minute=0)
MODES: tuple[Mode, ...] = ("polling", "webhook")
BY_POLLING = pytest.mark.parametrize("town", ["polling"], indirect=True)
"""Put above a test that does not run by webhook too; the reason stands beside it."""


class SlowDesk(Desk):
    """The real desk, held back by a test: while ``gate`` is unset, answers wait; ``reached`` tells of each."""

    def __init__(self, room: Room) -> None:
        super().__init__(room.newsdesk)
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Semaphore(0)
        self.worked = 0

    async def _held(self, work: Awaitable[Reply]) -> Reply:
        self.worked += 1
        self.reached.release()
        await self.gate.wait()
        return await work

    async def command(self, request: Request) -> Reply:
        return await self._held(super().command(request))

    async def press(self, request: Request, action: str) -> Reply:
        return await self._held(super().press(request, action))


class Town:
    """One running bot. ``bot`` is the library's, ``desk`` the real one, ``clock`` moves when the test says so.

    ``story`` is the newest one's id; ``server`` the bot's own web server, where a webhook comes in."""

    def __init__(self, tg: TelegramServer, room: Room, mode: Mode) -> None:
        self.tg = tg
        self.room = room
        self.story = 0
        self.clock = room.clock
        self.desk = SlowDesk(room)
        self.bot = make_bot(tg.token, tg.url, read_timeout=5.0, connect_timeout=5.0)
        self.handler: Handler | None = None
        port = free_port()  # Telegram is told the address before the server listens
        self.platform = TelegramPlatform(
            self.bot,
            self._handler,
            Notes(),
            self.clock,
            offered=lambda scope, language: (),
            tell_admins=_tell,
            webhook=WebhookPlace(f"http://127.0.0.1:{port}/telegram", "a-secret") if mode == "webhook" else None,
        )
        without_menu(self.platform)
        self.server = Server("127.0.0.1", port)
        self.server.add_routes(self.platform.routes)

    def _handler(self, me: telegram.User) -> Handler:
        pace = Pace(1e6, 1e6, 1e6)
        newsdesk = self.room.newsdesk
        self.handler = Handler(self.bot, self.desk, newsdesk.presence, newsdesk, pace, self.clock, me, {BOSS})
        return self.handler

    async def settled(self) -> None:
        """Wait until every update is answered."""
        await self.tg.queue.handled()

    async def said(
        self, chat: Place, work: Awaitable[object], wanted: int | str | Callable[[Message], bool]
    ) -> Message:
        """Do ``work``, and wait for the bot's new message in ``chat``."""
        before = max((message.id for message in chat.log), default=0)
        await work
        return await chat.wait_for(wanted, after=before)

    async def chat(self, native: int, thread: str = "") -> Chat | None:
        """What is stored of a chat."""
        return await self.room.storage.chats.find(ChatKey("telegram", str(native), thread))

    async def orders(self, native: int, thread: str = "") -> Sequence[Subscription]:
        """A chat's subscriptions."""
        chat = await self.chat(native, thread)
        return await self.room.storage.chats.subscriptions(chat.id) if chat else []

    async def labels(self, native: int, thread: str = "") -> list[str]:
        """What they are called."""
        return [order.label for order in await self.orders(native, thread)]

    async def handle(self, update: dict[str, object]) -> None:
        """Give the handler one update, as Telegram writes it."""
        assert self.handler is not None
        parsed = Update.de_json(update, self.bot)
        assert parsed is not None
        await self.handler.handle(parsed)

    async def rounds(self) -> None:
        """As app runs it."""
        while True:
            if not await self.platform.step():
                await asyncio.sleep(0.01)


async def _tell(key: str, lines: Sequence[str] | None) -> None:
    raise AssertionError((key, lines))


@contextlib.asynccontextmanager
async def open_town(
    tg: TelegramServer,
    storage: Storage,
    clock: ManualClock,
    rules: Rules = ALL,
    *,
    mode: Mode = "polling",
    stories: bool = True,
) -> AsyncIterator[Town]:
    """The bot, running over three feeds and, with ``stories``, three articles; updates come in by ``mode``."""
    room = await open_room(storage, clock, rules)
    town = Town(tg, room, mode)
    if stories:
        town.story = (await room.publish("motors", *SU7, hours=1)).story_id or 0
        await room.publish("volt", *BATTERY, hours=2)
        await room.publish("stars", *ROCKET, hours=3)
    if mode == "webhook":
        await town.server.start()
    await town.platform.start()
    task = asyncio.create_task(town.rounds())
    try:
        yield town
    finally:
        tg.queue.rested()  # or the poll that confirms is held for 3 seconds where the one before it asked for the same
        await town.platform.stop()
        await town.server.stop()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await town.bot.shutdown()


def asker(person: Person) -> Asker:
    """A person alone with the bot."""
    key = ChatKey("telegram", str(person.id))
    return Asker("telegram", str(person.id), key, private=key, language=person.language)
