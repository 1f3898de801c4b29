"""Delivery of updates to a webhook: https://core.telegram.org/bots/api#setwebhook."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import aiohttp

from tests.fakes.telegram.errors import ApiError, Json, bad
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.updates import Update

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Webhook:
    """One POST an update, in order for each chat, again and again until the answer is 2xx.

    ``pause`` is the time in seconds between attempts; ``attempts`` counts all POSTs.
    """

    def __init__(self, server: TelegramServer) -> None:
        self.url = ""
        self.secret = ""
        self.pause = 0.05
        self.attempts = 0
        self.error = ""
        self.error_at = 0
        self._server = server
        self._most = 40
        self._task: asyncio.Task[None] | None = None

    def set(self, params: Params) -> bool:
        """setWebhook; an empty url removes it. Telegram demands https, which loopback has not."""
        url = params.text("url")
        secret = params.text("secret_token")
        if not url:
            return self.delete(params)
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise bad("secret token contains unallowed characters")
        self._server.queue.allow(params.json("allowed_updates"))
        self._end(params)
        new = (url, secret, params.number("max_connections", 40))
        if new != (self.url, self.secret, self._most):
            self.error = ""
        self.url, self.secret, self._most = new
        self._server.queue.webhook = True
        self._server.queue.terminate("terminated by setWebhook request")
        self._task = asyncio.create_task(self._deliver())
        return True

    def delete(self, params: Params) -> bool:
        """deleteWebhook; updates that wait are kept for getUpdates unless told otherwise."""
        self._end(params)
        self.url = self.secret = self.error = ""
        self._server.queue.webhook = False
        return True

    def info(self) -> Json:
        """https://core.telegram.org/bots/api#webhookinfo."""
        found: Json = {"url": self.url, "has_custom_certificate": False}
        found["pending_update_count"] = len(self._server.queue.pending)
        if self.url:
            found["max_connections"] = self._most
        if self._server.queue.allowed:
            found["allowed_updates"] = sorted(self._server.queue.allowed)
        if self.error:
            found |= {"last_error_date": self.error_at, "last_error_message": self.error}
        return found

    async def stop(self) -> None:
        """End all that goes on."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _end(self, params: Params) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        if params.flag("drop_pending_updates"):
            self._server.queue.drop()

    async def _deliver(self) -> None:
        posts: dict[int, asyncio.Task[None]] = {}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(60)) as session:
            try:
                while True:
                    for update in self._server.queue.first_of_places(set(posts)):
                        posts[update.place] = asyncio.create_task(self._post(session, update, posts))
                    await self._server.queue.change()
            finally:
                for task in posts.values():
                    task.cancel()
                await asyncio.gather(*posts.values(), return_exceptions=True)

    async def _post(self, session: aiohttp.ClientSession, update: Update, posts: dict[int, asyncio.Task[None]]) -> None:
        """Deliver ``update``; its place in ``posts`` is free afterwards."""
        accepted = await self._accepted(session, update)
        while not accepted:
            await asyncio.sleep(self.pause)
            accepted = await self._accepted(session, update)
        posts.pop(update.place)
        self._server.queue.done(update)

    async def _accepted(self, session: aiohttp.ClientSession, update: Update) -> bool:
        """Whether the bot took it. It may answer with a call (https://core.telegram.org/bots/api#making-requests-when-
        getting-updates), which nobody hears the result of."""
        self.attempts += 1
        headers = {HEADER: self.secret} if self.secret else {}
        try:
            async with session.post(self.url, json=update.json(), headers=headers, allow_redirects=False) as response:
                if response.status // 100 == 2:
                    await self._called(response)
                    return True
                self._fail(f"Wrong response from the webhook: {response.status} {response.reason}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            self._fail(f"Connection failed: {type(error).__name__}")
        return False

    def _fail(self, what: str) -> None:
        """Remembered until another webhook is set, even when later updates arrive."""
        self.error, self.error_at = what, int(self._server.now().timestamp())

    async def _called(self, response: aiohttp.ClientResponse) -> None:
        if response.content_type != "application/json":
            return
        body = await response.json()
        if isinstance(body, dict) and "method" in body:
            try:
                await self._server.perform(str(body.pop("method")), body)
            except ApiError as error:
                self._fail(error.description)
