"""Telegram as a whole: what app starts, feeds and stops."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from aiohttp import web
from telegram import Bot, Update, User
from telegram.error import RetryAfter, TelegramError

from newsbot.domain.ports import Clock
from newsbot.domain.waiting import Wait
from newsbot.errors import NewsbotError, PlatformError, TokenShared
from newsbot.platforms.telegram.lanes import Lanes
from newsbot.platforms.telegram.menu import Menu, Notebook, Offered
from newsbot.platforms.telegram.polling import Polling
from newsbot.platforms.telegram.rivals import Rivals, TellAdmins
from newsbot.platforms.telegram.troubles import in_words, seconds, trouble
from newsbot.platforms.telegram.updates import Way
from newsbot.platforms.telegram.webhook import Webhook

log = logging.getLogger(__name__)

SECRET = "telegram_webhook_secret"  # noqa: S105 - the name of a note
FINISH_SECONDS = 5.0
"""How long a stop waits for what is being answered."""
MENU_EVERY = timedelta(hours=1)
MENU_AGAIN = timedelta(minutes=1)  # after an answer that never came
LONGEST_REST = 86400.0  # seconds


class Handler(Protocol):
    """Answers updates."""

    async def handle(self, update: Update) -> None:
        """Answer one. What it raises is logged, and the update counts as answered."""


@dataclass(frozen=True, slots=True)
class WebhookPlace:
    """Where Telegram shall bring updates: a public https ``url``, and the ``secret`` that it repeats each time ("": one
    is made up and kept)."""

    url: str
    secret: str = ""


class TelegramPlatform:
    """Telegram. :meth:`start` in every process, then :meth:`step` again and again in the one that leads, :meth:`stop`
    at the end; hand :attr:`routes` to the server of every process. The ``bot`` is the caller's to shut down.

    ``handler_for`` makes what answers updates, once Telegram has said who the bot is; ``offered`` lists the commands
    worth listing in a place; ``language`` is shown to people whose language we do not speak; ``bot_admins`` are users'
    numbers; ``webhook`` None: long polling.
    """

    def __init__(
        self,
        bot: Bot,
        handler_for: Callable[[User], Handler],
        notebook: Notebook,
        clock: Clock,
        *,
        offered: Offered,
        tell_admins: TellAdmins,
        language: str = "en",
        bot_admins: Collection[str] = (),
        webhook: WebhookPlace | None = None,
    ) -> None:
        self._bot, self._handler_for, self._notebook, self._clock = bot, handler_for, notebook, clock
        self._handler: Handler | None = None
        self._lanes = Lanes(self._handle)
        self._place = webhook
        self._webhook = Webhook(bot, self._lanes, webhook.url, clock, tell_admins) if webhook else None
        self._way: Way = self._webhook or Polling(bot, self._lanes)
        self._rivals = Rivals(clock, tell_admins)
        self._menu = Menu(bot, notebook, clock, offered, language=language, bot_admins=bot_admins)
        self._menu_task: asyncio.Task[None] | None = None
        self._menu_rest = self._rest = Wait()
        self._starting = asyncio.Lock()
        self._set_up = self._stopped = False

    @property
    def routes(self) -> list[web.AbstractRouteDef]:
        """The webhook's way in; none with long polling."""
        return [web.post(self._webhook.path, self._webhook.receive)] if self._webhook else []

    async def start(self) -> None:
        """Meet Telegram: learn who the bot is, and have the webhook's secret. Harmless when that is done.

        Raises TokenRefused, and PlatformError when Telegram cannot be asked: then try again.
        """
        async with self._starting:
            if self._handler is not None or self._stopped:
                return
            self._handler = self._handler_for(await self._meet())
            if self._webhook is not None and self._place is not None:
                made_up = secrets.token_urlsafe(32)  # 1 to 256 of A-Z, a-z, 0-9, _ and -
                self._webhook.secret = self._place.secret or await self._notebook.set_default(SECRET, made_up)
                self._webhook.open = True

    async def _meet(self) -> User:
        try:
            await self._bot.initialize()
        except TelegramError as error:
            raise trouble(error) from None
        except (LookupError, TypeError, ValueError, AttributeError):
            raise PlatformError("what answers at platforms.telegram.api_url is no Bot API server") from None
        return self._bot.bot

    async def step(self) -> bool:
        """One round: with long polling, wait for updates and have them answered; with a webhook, look now and then
        whether it stands. The first round sets up the way in. Returns whether to go on at once.

        Raises PlatformError, among them TokenShared and TokenRefused.
        """
        if self._stopped or self._rest.lasts(self._clock.now()):
            return False
        try:
            return await self._step()
        except RetryAfter as error:
            self._rest = self._for(timedelta(seconds=min(seconds(error), LONGEST_REST)))
            return False
        except (TelegramError, TokenShared) as error:
            problem = trouble(error) if isinstance(error, TelegramError) else error
            if isinstance(problem, TokenShared) and not await self._rivals.met(str(problem)):
                return False
            raise problem from None

    async def _step(self) -> bool:
        await self.start()
        if not self._set_up:
            await self._way.set_up()
            self._set_up = True
        self._tend_menu()
        more = await self._way.step()
        await self._rivals.quiet()
        return more

    async def stop(self) -> None:
        """End a pending long poll at once, give what is being answered 5 seconds, and confirm what was answered."""
        self._stopped = True
        self._way.end()
        if self._menu_task is not None:
            self._menu_task.cancel()
            await asyncio.gather(self._menu_task, return_exceptions=True)
        unanswered = await self._lanes.finish(FINISH_SECONDS)
        await self._way.confirm(unanswered)

    async def _handle(self, update: Update) -> None:
        if self._handler is not None:
            await self._handler.handle(update)

    # --- the menu, beside everything else ---

    def _tend_menu(self) -> None:
        if self._menu_rest.lasts(self._clock.now()) or (self._menu_task is not None and not self._menu_task.done()):
            return
        self._menu_rest = self._for(MENU_EVERY)
        self._menu_task = asyncio.create_task(self._tell_menu(), name="telegram menu")

    def _for(self, time: timedelta) -> Wait:
        now = self._clock.now()
        return Wait(now, now + time)

    async def _tell_menu(self) -> None:
        try:
            await self._menu.refresh()
        except TelegramError as error:
            self._menu_rest = self._for(MENU_AGAIN)
            log.warning("the list of commands could not be told to Telegram: %s", in_words(error))
        except NewsbotError as error:
            self._menu_rest = self._for(MENU_AGAIN)
            log.warning("the list of commands could not be told to Telegram: %s", error)
        except Exception:
            log.exception("the list of commands could not be told to Telegram")
