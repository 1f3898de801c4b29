"""The way in by long polling. https://core.telegram.org/bots/api#getupdates"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, TelegramError

from newsbot.errors import PlatformError, TokenShared
from newsbot.platforms.telegram import wire
from newsbot.platforms.telegram.lanes import Lanes
from newsbot.platforms.telegram.troubles import host, said
from newsbot.platforms.telegram.updates import WANTED, read

log = logging.getLogger(__name__)

HOLD = 25  # seconds for which Telegram keeps a poll open that has nothing to bring
GLANCE = 0.6  # seconds after which we look for more while something is still being answered; over 0.5: see step
LIMIT = 100  # updates that one answer brings at most
NET = 10.0  # seconds beyond HOLD after which a poll is given up
CONFIRM = 4.0  # seconds for the last word at a stop: a poll that repeats the offset of a recent one is held for 3
TRIES = 2


class Polling:
    """Asks for updates. Telegram forgets an update when a later one is asked for, so that is done once it is answered.

    While something is being answered, what comes after it is looked for every ``glance`` seconds, and nothing is
    confirmed that would be lost if we died; but when an answer has room for nothing else, what is under way is let go.
    Ids start anew after a week of silence, so an offset is used only to confirm, and a poll that waits has none: then a
    stop has nothing to confirm. ``hold`` is how long Telegram shall keep a request open, in seconds.
    """

    def __init__(self, bot: Bot, lanes: Lanes, *, hold: int = HOLD, glance: float = GLANCE) -> None:
        self._bot, self._lanes, self._hold, self._glance = bot, lanes, hold, glance
        self._next: int | None = None  # the id after the last update that Telegram does not know to be answered
        self._asking: asyncio.Task[list[Any]] | None = None
        self._ended = asyncio.Event()

    async def set_up(self) -> None:
        """Take away a webhook that stands, as after a change of the config: Telegram allows one way at a time."""
        standing = await self._bot.get_webhook_info()
        if standing.url:
            log.warning("a webhook at %s is taken away: the config asks for long polling", host(standing.url))
            await self._bot.delete_webhook()

    async def step(self) -> bool:
        """Ask once, and wait a moment for the answers; whether to ask again at once. Raises PlatformError."""
        if self._lanes.full:
            await self._lanes.settle(self._glance)
            return True
        loop = asyncio.get_running_loop()
        since, held = loop.time(), self._lanes.held
        offset = self._next if held is None else held
        items = await self._ask(offset, self._hold if offset is None else 0)
        if items is None or self._ended.is_set():  # what came too late comes again
            return False
        if held is None:
            self._next = None
        new = self._take(items)
        # A poll that repeats an offset within half a second is given one update only, whatever else there is:
        # https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp, process_get_updates_query
        if not await self._lanes.settle(self._glance) and len(items) >= LIMIT:
            self._lanes.let_go()
        # a server that answers an idle poll at once must not make us spin
        return new or offset is not None or (not items and loop.time() - since > self._hold / 2)

    def _take(self, items: list[Any]) -> bool:
        ids = [i["update_id"] for i in items if isinstance(i, dict) and type(i.get("update_id")) is int]
        if items and not ids:
            raise PlatformError("Telegram's answer has updates without numbers")
        self._next = max([*ids, (self._next or 0) - 1]) + 1 or None
        new = False
        for item in items:
            update = read(item, self._bot)
            if update is not None and not self._lanes.knows(update.update_id):
                self._lanes.put(update)
                new = True
        return new

    async def _ask(self, offset: int | None, hold: int) -> list[Any] | None:
        """The updates from ``offset`` on; None when :meth:`stop` has ended the wait."""
        if self._ended.is_set():
            return None
        self._asking = asyncio.create_task(self._get(offset, hold, hold + NET))
        try:
            return await self._asking
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if self._ended.is_set() and task is not None and not task.cancelling():
                return None
            raise
        finally:
            self._asking = None

    async def _get(self, offset: int | None, hold: int, patience: float, limit: int = LIMIT) -> list[Any]:
        # By the library's plain request: its get_updates loses a whole batch, again and again, over one update
        # that it cannot read.
        wanted = {"limit": limit, "timeout": hold, "allowed_updates": json.dumps(WANTED)}
        query = urlencode(wanted if offset is None else {"offset": offset, **wanted})
        try:
            body = await wire.for_polls(self._bot).retrieve(
                f"{self._bot.base_url}/getUpdates?{query}", read_timeout=patience, pool_timeout=patience
            )
            items = json.loads(body)["result"]
        except Conflict as error:
            raise TokenShared(await self._rival(error)) from None
        except (ValueError, KeyError, TypeError, RecursionError):
            raise PlatformError("what answers at platforms.telegram.api_url is no Bot API server") from None
        if not isinstance(items, list):
            raise PlatformError("Telegram's answer is no list of updates")
        return items

    async def _rival(self, error: Conflict) -> str:
        """What is known of the other program."""
        if "webhook" not in error.message.lower():
            return said(error)
        standing = await self._bot.get_webhook_info()
        return f"it has set a webhook at {host(standing.url)} ({standing.ip_address or 'address unknown'})"

    def end(self) -> None:
        """Ask no more, and give up a request that waits."""
        self._ended.set()
        if self._asking is not None:
            self._asking.cancel()

    async def confirm(self, unanswered: int | None) -> None:
        """Tell Telegram what was answered: all before the update ``unanswered``, None for all that came."""
        if self._next is None:
            return
        offset = self._next if unanswered is None else unanswered
        for _ in range(TRIES):  # Telegram may still hold the poll that was just given up, and refuse another
            try:
                await self._get(offset, 0, CONFIRM, limit=1)
            except (TelegramError, PlatformError) as error:
                problem = said(error)
            else:
                self._next = None
                return
        log.warning("what was answered last could not be confirmed and may be answered again: %s", problem)
