"""The way in by webhook, on the bot's own web server. https://core.telegram.org/bots/api#setwebhook"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, WebhookInfo

from newsbot.domain.ports import Clock
from newsbot.domain.waiting import Wait
from newsbot.errors import TokenShared
from newsbot.platforms.telegram.lanes import Lanes
from newsbot.platforms.telegram.rivals import TellAdmins
from newsbot.platforms.telegram.troubles import host, shorten
from newsbot.platforms.telegram.updates import WANTED, read

log = logging.getLogger(__name__)

LONGEST_ANSWER = 5.0  # seconds for which a request waits for its answer
QUICK = 1.0  # the same for a press or an inline query: Telegram brings a person's next one only after it
LARGEST = 512 * 1024  # bytes of an update
LOOK = timedelta(minutes=1)  # between looks whether the webhook stands
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header


class Webhook:
    """Lets Telegram bring updates. ``secret`` is what Telegram repeats in a header of each request."""

    def __init__(
        self,
        bot: Bot,
        lanes: Lanes,
        url: str,
        clock: Clock,
        tell_admins: TellAdmins,
        *,
        longest: float = LONGEST_ANSWER,
    ) -> None:
        self._bot, self._lanes, self._url, self._clock = bot, lanes, url, clock
        self._tell_admins, self._longest = tell_admins, longest
        self._looked = Wait()
        self._failed_at = clock.now()  # Telegram remembers what failed before our start, as while we were away
        self._told = False
        self.path = urlsplit(url).path or "/"
        self.secret = ""
        self.open = False

    async def set_up(self) -> None:
        """Ask Telegram to bring updates. That tells it the secret too, so it is done at every start."""
        await self._bot.set_webhook(self._url, secret_token=self.secret, allowed_updates=WANTED)

    async def step(self) -> bool:
        """Every minute, look whether the webhook still stands and works. Always False: updates come by themselves."""
        now = self._clock.now()
        if not self._looked.lasts(now):
            self._looked = Wait(now, now + LOOK)
            await self._look()
        return False

    async def _look(self) -> None:
        standing = await self._bot.get_webhook_info()
        if not standing.url:
            await self.set_up()
            raise TokenShared("it takes away the webhook, which is set again")
        if standing.url != self._url:
            address = standing.ip_address or "address unknown"
            raise TokenShared(f"it has set a webhook at {host(standing.url)} ({address})")
        await self._look_at_failures(standing)

    async def _look_at_failures(self, standing: WebhookInfo) -> None:
        failed, waiting = standing.last_error_date, standing.pending_update_count
        failing = failed is not None and failed > self._failed_at
        if failed is not None and failing:
            self._failed_at = failed
        if failing and waiting and not self._told:
            what = shorten(standing.last_error_message or "?")
            log.warning("Telegram could not bring an update to %s: %s (%d waiting)", host(self._url), what, waiting)
            await self._tell_admins("telegram_webhook_fails", [what])
            self._told = True
        elif self._told and not failing and not waiting:
            log.warning("Telegram brings updates to %s again", host(self._url))
            await self._tell_admins("telegram_webhook_fails", None)
            self._told = False

    def end(self) -> None:
        """Send requests away; Telegram brings them again."""
        self.open = False

    async def confirm(self, unanswered: int | None) -> None:
        """Nothing to do: each request was answered for itself."""

    async def receive(self, request: web.Request) -> web.Response:
        """One update: 200 when it was answered or is rubbish, neither of which shall come again; 503 when it shall."""
        if not self.open:
            return web.Response(status=503, headers={"Retry-After": "5"})
        if not hmac.compare_digest(request.headers.get(SECRET_HEADER, "").encode(), self.secret.encode()):
            return web.Response(status=403)
        if self._lanes.full:
            return web.Response(status=503, headers={"Retry-After": "5"})
        update = read(await _body(request), self._bot)
        task = self._lanes.put(update) if update is not None else None
        if task is not None:
            pressed = update is not None and (update.callback_query or update.inline_query)
            await asyncio.wait([task], timeout=min(QUICK, self._longest) if pressed else self._longest)
            if self._lanes.waits(task):  # so that it is not lost if we die before its turn
                return web.Response(status=503, headers={"Retry-After": "1"})
        return web.Response()


async def _body(request: web.Request) -> object:
    """What was sent, as JSON; None for what is none."""
    try:
        body = await request.read()
        return json.loads(body) if len(body) <= LARGEST else None
    except (ValueError, RecursionError, web.HTTPRequestEntityTooLarge):
        return None
