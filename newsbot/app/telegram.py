"""Telegram, given what it needs of the other rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog
from aiohttp import web
from telegram import Update, User
from telegram.error import TelegramError

from newsbot.app.houses import Admins, Task
from newsbot.app.newsroom import Newsroom
from newsbot.app.orders import learn_name
from newsbot.config import Config
from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Sender
from newsbot.pipeline.courtesy import Courtesy
from newsbot.pipeline.leadership import Leadership
from newsbot.platforms.commands import Desk
from newsbot.platforms.telegram.alerts import Alerts
from newsbot.platforms.telegram.bot import TelegramPlatform, WebhookPlace
from newsbot.platforms.telegram.looking import Look, look
from newsbot.platforms.telegram.message import PLATFORM
from newsbot.platforms.telegram.notices import Notices
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.send import TelegramSender
from newsbot.platforms.telegram.talk import Handler
from newsbot.platforms.telegram.wire import make_bot

log = structlog.get_logger(__name__)

ASK_AGAIN = timedelta(minutes=5)
"""When to look again for a channel that the config names and that is not there yet."""
TELLING = 10.0
"""Seconds between two looks for what people are to be told."""


class Polite:
    """A handler before whom background work gives way."""

    def __init__(self, handler: Handler, courtesy: Courtesy) -> None:
        self._handler, self._courtesy = handler, courtesy

    async def handle(self, update: Update) -> None:
        """Answer one."""
        with self._courtesy.answering():
            await self._handler.handle(update)


class TelegramHouse:
    """One process's share of Telegram: its sender, its webhook's routes, and the loop of the one that leads."""

    def __init__(self, room: Newsroom, met: Callable[[str], None] = lambda _: None) -> None:
        """``met`` is told the bot's address once Telegram has said who it is."""
        config = room.config.platforms.telegram
        self._room = room
        self._bot = make_bot(config.token.get_secret_value(), config.api_url, config.proxy)
        pace = Pace(config.rate.global_, config.rate.chat, config.rate.group_per_minute)
        self.sender: Sender = TelegramSender(self._bot, pace, room.clock)
        desk, admins = Desk(room.newsdesk), Admins(room, PLATFORM)

        def handler_for(me: User) -> Polite:
            met(f"https://t.me/{me.username}")
            presence = room.newsdesk.presence
            handler = Handler(self._bot, desk, presence, room.newsdesk, pace, room.clock, me, admins)
            return Polite(handler, room.courtesy)

        self._platform = TelegramPlatform(
            self._bot,
            handler_for,
            room.storage.meta,
            room.clock,
            offered=desk.menu,
            tell_admins=room.newsdesk.tell_admins,
            language=room.config.language,
            bot_admins=admins,
            webhook=webhook_of(room.config),
        )
        self._notices = Notices(self._bot, room.newsdesk.servers, room.newsdesk.presence, pace, room.clock)
        self._alerts = Alerts(self._bot, pace, room.clock, admins)
        self._leads = False
        self._leadership = Leadership(room.storage, PLATFORM, room.owner, room.clock)
        self._learned: Config | None = None
        self._unknown: set[ChatKey] = set()
        self._ask_again = room.clock.now()

    @property
    def resends(self) -> bool:
        """Whether a send whose outcome stayed unknown is sent once more."""
        return self._room.config.platforms.telegram.on_uncertain == "resend"

    @property
    def routes(self) -> list[web.AbstractRouteDef]:
        """The webhook's way in, for the server of every process."""
        return self._platform.routes

    @property
    def tasks(self) -> list[Task]:
        """The loops of the one that leads, and what tells admins of trouble."""
        return [
            Task(PLATFORM, self.step, "chat"),
            Task(f"{PLATFORM}:tell", self._tell, "chat", TELLING),
            Task(f"{PLATFORM}:alert", self._alerts.step, "deliver", TELLING),
        ]

    async def alert(self, key: str, lines: Sequence[str] | None) -> None:
        """Have the bot's admins on Telegram told of the trouble ``key``, once until it is over (None)."""
        await self._alerts.alert(key, lines)

    async def _tell(self) -> bool:
        return self._leads and await self._notices.step()

    async def step(self) -> bool:
        """One round of the loop. Raises PlatformError where Telegram cannot be worked with just now."""
        await self._platform.start()
        async with self._leadership.led() as fence:
            self._leads = fence is not None
            if fence is None:
                return False
            await self._learn_names()
            return await self._platform.step()

    async def _learn_names(self) -> None:
        """Find out the numbers of the channels that the config calls by name: for each config that comes into force,
        and again now and then for those that are not there yet."""
        config, now = self._room.config, self._room.clock.now()
        if config is self._learned and not (self._unknown and now >= self._ask_again):
            return
        if config is not self._learned:
            wanted = (spec.chat for spec in config.subscription_specs())
            self._unknown = {chat for chat in wanted if chat.platform == PLATFORM and chat.native.startswith("@")}
        self._learned, self._ask_again = config, now + ASK_AGAIN
        for chat in sorted(self._unknown, key=str):
            try:
                found = await self._bot.get_chat(chat.native)
            except TelegramError as error:
                log.warning("a chat that the config names cannot be found", chat=str(chat), reason=error.message)
            else:
                await learn_name(self._room.storage, chat, str(found.id))
                self._unknown.discard(chat)

    async def stop(self) -> None:
        """Take no more updates, and finish what is being answered."""
        await self._platform.stop()
        await self._leadership.release()

    async def close(self) -> None:
        """Leave Telegram, once nothing more is sent."""
        await self._bot.shutdown()


def webhook_of(config: Config) -> WebhookPlace | None:
    """Where the config wants updates brought; None for long polling."""
    webhook = config.platforms.telegram.webhook
    return WebhookPlace(webhook.url, webhook.secret.get_secret_value()) if webhook else None


async def check(config: Config) -> Look:
    """What Telegram says of the config's token and webhook."""
    own = config.platforms.telegram
    bot = make_bot(own.token.get_secret_value(), own.api_url, own.proxy)
    return await look(bot, api_url=own.api_url, webhook_url=own.webhook.url if own.webhook else "")
