"""What the bot says in a chat: an answer as messages, sent or put in the place of an earlier one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from telegram import Bot, InputFile, ReplyParameters
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, RetryAfter, TelegramError

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.errors import NewsbotError
from newsbot.locales import Words
from newsbot.platforms.telegram import render, wire
from newsbot.platforms.telegram.links import Aim, Links
from newsbot.platforms.telegram.message import PLATFORM, Key, Outgoing, address, is_shared
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.people import Moves
from newsbot.platforms.telegram.troubles import in_words, seconds
from newsbot.platforms.views import Attachment, Reply

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds that an answer waits for its turn; then it is dropped, and the person asks again
SLOW = 0.5  # seconds after which a chat is told that the bot is at work
TYPING = 4.0  # seconds; a chat action is shown for five: https://core.telegram.org/bots/api#sendchataction


class Presence(Moves, Protocol):
    """Learns what sending shows of a place."""

    async def reached(self, key: ChatKey) -> None:
        """A message stands there."""


class Voice:
    """Says what the desk answered. Refusals of Telegram are a line in the log: nobody is there to be told."""

    def __init__(self, bot: Bot, pace: Pace, clock: Clock, links: Links, presence: Presence) -> None:
        self._bot = bot
        self._pace = pace
        self._clock = clock
        self._links = links
        self._presence = presence

    async def say(
        self,
        to: ChatKey,
        reply: Reply,
        words: Words,
        *,
        reply_to: int | None = None,
        edit: int | None = None,
        place: ChatKey | None = None,
    ) -> None:
        """Show ``reply`` in a chat: as an answer to message ``reply_to``, or in the place of our message ``edit`` where
        that can still be changed. ``words`` are the asker's; ``place``: the channel or group that its buttons act on,
        where that is not ``to``."""
        try:
            messages = await self._messages(reply, words, place)
            await self._say(to, messages, reply_to, edit)
            if reply.attachment is not None:
                await self._upload(to, reply.attachment, None if messages else reply_to, silent=bool(messages))
        except TelegramError as error:
            log.info("an answer in %s was not shown: %s", to, in_words(error))

    async def _messages(self, reply: Reply, words: Words, place: ChatKey | None) -> Sequence[Outgoing]:
        messages = list(render.reply(reply, words))
        if place is not None:
            messages = [await self._links.placed(place, message) for message in messages]
        if messages and reply.onward:
            way = Key(reply.onward_label, url=await self._links.link(Aim(reply.onward)))
            messages[-1] = replace(messages[-1], keys=(*messages[-1].keys, (way,)), ask="")
        return messages

    async def _say(self, to: ChatKey, messages: Sequence[Outgoing], reply_to: int | None, edit: int | None) -> None:
        """The first one notifies as the chat likes; in a shared chat none does, nor do those that follow."""
        for n, message in enumerate(messages):
            if n == 0 and edit is not None and not message.ask and await self._edited(to, edit, message):
                continue
            silent = n > 0 or is_shared(to)
            await self._send(to, message, silent, reply_to if n == 0 else None)

    async def _edited(self, to: ChatKey, message_id: int, message: Outgoing) -> bool:
        """Whether the message could be changed: it may be too old, or gone, or stand in another place."""

        async def change(to: ChatKey) -> None:
            await wire.edit(self._bot, to, message_id, message)

        try:
            await self._in_turn(to, change)
        except (BadRequest, ChatMigrated) as error:
            log.info("message %s in %s cannot be changed: %s", message_id, to, in_words(error))
            return False
        return True

    async def _send(self, to: ChatKey, message: Outgoing, silent: bool, reply_to: int | None) -> None:
        async def post(at: ChatKey) -> None:
            await wire.send(self._bot, at, message, silent=silent, reply_to=reply_to if at == to else None)

        await self._post(to, post)

    async def _upload(self, to: ChatKey, file: Attachment, reply_to: int | None, *, silent: bool) -> None:
        """https://core.telegram.org/bots/api#senddocument"""

        async def post(at: ChatKey) -> None:
            answered = reply_to if at == to else None
            chat_id, thread_id = address(at)
            await self._bot.send_document(
                chat_id,
                InputFile(file.data, file.name),
                message_thread_id=thread_id,
                disable_notification=silent or is_shared(at),
                reply_parameters=ReplyParameters(answered, allow_sending_without_reply=True) if answered else None,
            )

        await self._post(to, post)

    async def _post(self, to: ChatKey, post: Callable[[ChatKey], Awaitable[None]]) -> None:
        """Where the chat is now: it may have moved."""
        try:
            sent = await self._in_turn(to, post)
        except ChatMigrated as error:
            await self._presence.moved(PLATFORM, to.native, str(error.new_chat_id))
            to = replace(to, native=str(error.new_chat_id))
            sent = await self._in_turn(to, post)
        if sent and is_shared(to):
            await self._reached(to)

    async def _in_turn(self, to: ChatKey, act: Callable[[ChatKey], Awaitable[None]]) -> bool:
        """Keep under Telegram's limits; what it refuses all the same is tried once more when it says. False when there
        are too many at once."""
        left = await self._turn(to)
        if left is None:
            log.info("an answer in %s was dropped: too many at once", to)
            return False
        try:
            await act(to)
        except RetryAfter as error:
            wait = seconds(error)
            self._pace.refused(to, wait, self._clock.now())
            if wait > PATIENCE:
                raise
            await self._clock.sleep(wait)
            await act(to)
        finally:
            self._pace.arrived(left, self._clock.now())
        return True

    async def _reached(self, to: ChatKey) -> None:
        """A place that was thought shut takes messages: posts are let go there, too."""
        try:
            await self._presence.reached(to)
        except NewsbotError as error:
            log.warning("posts in %s still wait: %s", to, error)

    async def _turn(self, to: ChatKey) -> datetime | None:
        """Wait until a message to ``to`` may leave: when it does; None when that is too long."""
        now = self._clock.now()
        wait = self._pace.delay(to, now, most=PATIENCE, urgent=True)
        if wait > PATIENCE:
            return None
        if wait > 0:
            await self._clock.sleep(wait)
        return now + timedelta(seconds=wait)

    @contextlib.asynccontextmanager
    async def working(self, to: ChatKey) -> AsyncIterator[None]:
        """Within it, a chat that waits for longer than half a second sees that the bot is typing."""
        shown = asyncio.create_task(self._typing(to), name=f"typing in {to}")
        try:
            yield
        finally:
            shown.cancel()
            await asyncio.gather(shown, return_exceptions=True)

    async def _typing(self, to: ChatKey) -> None:
        chat_id, thread_id = address(to)
        await self._clock.sleep(SLOW)
        while True:
            with contextlib.suppress(TelegramError):
                await self._bot.send_chat_action(chat_id, ChatAction.TYPING, message_thread_id=thread_id)
            await self._clock.sleep(TYPING)
