"""The way in by webhook, on the bot's own web server. https://core.telegram.org/bots/api#setwebhook"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web
from telegram import Bot, WebhookInfo

from newsbot.domain.ports import Clock
from newsbot.errors import TokenShared
from newsbot.platforms.telegram.lanes import Lanes
from newsbot.platforms.telegram.rivals import TellAdmins
from newsbot.platforms.telegram.troubles import host, shorten
from newsbot.platforms.telegram.updates import WANTED, read

log = logging.getLogger(__name__)

LONGEST_ANSWER = 5.0  # seconds for which a request waits for its answer
LARGEST = 512 * 1024  # bytes of an update
MOST = 500  # updates under way, beyond which a request is sent away for now
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
        self._look_at = datetime.min.replace(tzinfo=UTC)
        self._failed_at: datetime | None = None
        self._failing = False  # at the last look, since the one before
        self.path = urlsplit(url).path or "/"
        self.secret = ""
        self.open = False

    async def set_up(self) -> None:
        """Ask Telegram to bring updates. That tells it the secret too, so it is done at every start."""
        await self._bot.set_webhook(self._url, secret_token=self.secret, allowed_updates=WANTED)

    async def step(self) -> bool:
        """Every minute, look whether the webhook still stands and works. Always False: updates come by themselves."""
        if self._clock.now() >= self._look_at:
            self._look_at = self._clock.now() + LOOK
            await self._look()
        return False

    async def _look(self) -> None:
        standing = await self._bot.get_webhook_info()
        if not standing.url:
            log.warning("another program has taken away the webhook; it is set again")
            await self.set_up()
        elif standing.url != self._url:
            address = standing.ip_address or "address unknown"
            raise TokenShared(f"it has set a webhook at {host(standing.url)} ({address})")
        else:
            failed, before = standing.last_error_date, self._failed_at
            self._failed_at = failed
            if failed != before and failed is not None and not self._failing:
                await self._tell_failing(standing)
            self._failing = failed != before and failed is not None

    async def _tell_failing(self, standing: WebhookInfo) -> None:
        what = shorten(standing.last_error_message or "?")
        waiting = standing.pending_update_count
        log.warning("Telegram could not bring an update to %s: %s (%d waiting)", host(self._url), what, waiting)
        if waiting:
            await self._tell_admins("telegram_webhook_fails", [what])

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
        if len(self._lanes) >= MOST:
            return web.Response(status=503, headers={"Retry-After": "5"})
        update = read(await _body(request), self._bot)
        task = self._lanes.put(update) if update is not None else None
        if task is not None:
            await asyncio.wait([task], timeout=self._longest)
            if task.done() and task.cancelled():
                return web.Response(status=503)
        return web.Response()


async def _body(request: web.Request) -> object:
    """What was sent, as JSON; None for what is none."""
    try:
        body = await request.read()
        return json.loads(body) if len(body) <= LARGEST else None
    except (ValueError, RecursionError, web.HTTPRequestEntityTooLarge):
        return None
