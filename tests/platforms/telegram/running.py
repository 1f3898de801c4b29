"""The Telegram platform as app runs it, over a strict server, with answers that a test can hold back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, cast

from aiohttp import web
from telegram import Bot, Update, User

from newsbot.domain.waiting import Wait
from newsbot.errors import NewsbotError
from newsbot.locales import Words
from newsbot.platforms.commands import MENUS
from newsbot.platforms.telegram.bot import TelegramPlatform, WebhookPlace
from newsbot.platforms.telegram.wire import make_bot
from newsbot.platforms.views import CommandInfo, Scope
from tests.clock import ManualClock
from tests.fakes.telegram import TelegramServer

Mode = Literal["polling", "webhook"]
Door = Callable[[web.Request], Awaitable[web.StreamResponse]]
PAUSE = 0.01  # seconds between rounds that found nothing


class Notes:
    """A notebook in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def put(self, key: str, value: str) -> None:
        self.kept[key] = value

    async def set_default(self, key: str, value: str) -> str:
        return self.kept.setdefault(key, value)


def name(update: Update) -> str:
    """What a test calls an update: its text, data or query."""
    if update.callback_query:
        return update.callback_query.data or ""
    if update.inline_query:
        return update.inline_query.query
    if update.my_chat_member:
        return update.my_chat_member.new_chat_member.status
    return (update.effective_message.text if update.effective_message else None) or ""


class Answers:
    """Answers updates at once, but for those ``held`` until the test opens them."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.done: list[str] = []
        self.updates: list[Update] = []
        self.me: User | None = None
        self._gates: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()

    def __call__(self, me: User) -> Answers:
        self.me = me
        return self

    async def handle(self, update: Update) -> None:
        self.updates.append(update)
        self.begun.append(name(update))
        self._change()
        if gate := self._gates.get(name(update)):
            await gate.wait()
        self.done.append(name(update))
        self._change()

    def hold(self, *names: str) -> None:
        for each in names:
            self._gates[each] = asyncio.Event()

    def open(self, *names: str) -> None:
        for each in names:
            self._gates[each].set()

    async def until(self, condition: Callable[[Answers], bool], timeout: float = 8.0) -> None:
        async with asyncio.timeout(timeout):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    async def get(self, *names: str) -> None:
        """Wait until all of these are answered."""
        await self.until(lambda answers: set(names) <= set(answers.done))

    def _change(self) -> None:
        self._changed.set()


def without_menu(platform: TelegramPlatform) -> None:
    """Let it tell Telegram no lists of commands: that costs dozens of calls."""
    platform._menu_rest = Wait(until=datetime.max.replace(tzinfo=UTC))


def offered(scope: Scope, language: str) -> Sequence[CommandInfo]:
    """What the desk offers, without a desk."""
    words = Words(language or "en")
    return [CommandInfo(each, f"/{each}", words(f"help_{each}")) for each in MENUS[scope]]


class Proxy:
    """What stands in front of the bot's web server; without a bot behind it, it answers 502."""

    def __init__(self) -> None:
        self.running: Running | None = None
        self.route: Door | None = None
        self.url = ""
        self.statuses: list[int] = []
        self._answered = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def answers(self, count: int) -> None:
        """Wait until ``count`` requests were answered."""
        async with asyncio.timeout(8):
            while len(self.statuses) < count:
                self._answered.clear()
                await self._answered.wait()

    async def __aenter__(self) -> Proxy:
        app = web.Application()
        app.router.add_post("/telegram", self._pass_on)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/telegram"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        if self.running is not None:
            for route in self.running.platform.routes:
                assert isinstance(route, web.RouteDef) and route.path == "/telegram" and route.method == "POST"
                self.route = cast("Door", route.handler)
        answer = await self.route(request) if self.route else web.Response(status=502)
        self.statuses.append(answer.status)
        self._answered.set()
        return answer


class Running:
    """One process of the bot. ``told`` is what the admins were told, ``errors`` what rounds raised."""

    def __init__(
        self,
        tg: TelegramServer,
        proxy: Proxy,
        mode: Mode,
        answers: Answers,
        clock: ManualClock,
        *,
        notes: Notes | None = None,
        secret: str = "",
        menu: bool = False,
    ) -> None:
        self.tg, self.proxy, self.answers = tg, proxy, answers
        self.told: list[tuple[str, list[str] | None]] = []
        self.errors: list[NewsbotError] = []
        self.bot: Bot = make_bot(tg.token, tg.url, read_timeout=5.0, connect_timeout=5.0)
        self.platform = TelegramPlatform(
            self.bot,
            answers,
            notes or Notes(),
            clock,
            offered=offered,
            tell_admins=self._tell,
            webhook=WebhookPlace(proxy.url, secret) if mode == "webhook" else None,
        )
        if not menu:
            without_menu(self.platform)
        self._task: asyncio.Task[None] | None = None
        self._changed = asyncio.Event()
        self._rounds_done = 0

    async def _tell(self, key: str, lines: Sequence[str] | None) -> None:
        self.told.append((key, lines if lines is None else list(lines)))
        self._changed.set()

    async def until(self, condition: Callable[[Running], bool], timeout: float = 8.0) -> None:
        async with asyncio.timeout(timeout):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    async def rounds(self, more: int = 2) -> None:
        """Wait until a round that began after now has ended."""
        end = self._rounds_done + more
        await self.until(lambda running: running._rounds_done >= end)

    async def __aenter__(self) -> Running:
        self.proxy.running = self
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _run(self) -> None:
        while True:
            try:
                more = await self.platform.step()
            except NewsbotError as error:
                self.errors.append(error)
                more = False
            self._rounds_done += 1
            self._changed.set()
            if not more:
                await asyncio.sleep(PAUSE)

    async def set_up(self) -> None:
        """Wait until updates can come."""
        async with asyncio.timeout(8):
            while not self.platform._set_up:
                changes = asyncio.create_task(self.tg.queue.change()), asyncio.create_task(self._changed.wait())
                self._changed.clear()
                await asyncio.wait(changes, return_when=asyncio.FIRST_COMPLETED)
                for change in changes:
                    change.cancel()

    async def stop(self) -> None:
        """As app does it."""
        if self._task is None:
            return
        await self.platform.stop()
        await self._end()

    async def die(self) -> None:
        """As a process that is killed: nothing is waited for, nothing confirmed."""
        menu = self.platform._menu_task
        if menu is not None:
            menu.cancel()
        await self._end()
        await self.platform._lanes.finish(0)

    async def _end(self) -> None:
        assert self._task is not None
        task, self._task = self._task, None
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        if self.proxy.running is self:
            self.proxy.running = self.proxy.route = None
        await self.bot.shutdown()
