"""The way out for deliveries: a digest becomes messages, each at its turn, and Telegram's answers become outcomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from telegram import Bot, Message
from telegram.error import BadRequest, RetryAfter, TelegramError

from newsbot.domain.models import NO_MESSAGE, ChatKey, Delivery
from newsbot.domain.ports import ChatGone, Clock, OnPart, Over, Rejected, RetryLater, SendOutcome, Sent, Unknown
from newsbot.locales import Words
from newsbot.platforms.telegram import html, render, wire
from newsbot.platforms.telegram.answers import is_gone, outcome_of
from newsbot.platforms.telegram.message import PLATFORM, Outgoing, address
from newsbot.platforms.telegram.pace import Pace

log = structlog.get_logger(__name__)

PATIENCE = 1.5
"""Seconds that a message waits for its turn in place; with longer to wait it goes back to the outbox."""
SHORT = 0.2
"""Seconds that the next in line waits with all others behind it: a gap between two messages, not one chat's limit."""


NO_TOPICS = "the topics of this group were switched off"


class _NotYet(Exception):
    """The turn of this chat comes after so many ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class TelegramSender:
    """Implements :class:`newsbot.domain.ports.Sender` over the Bot API, which has no idempotency keys."""

    platform = PLATFORM
    idempotent = False

    def __init__(self, bot: Bot, pace: Pace, clock: Clock) -> None:
        self._bot, self._pace, self._clock = bot, pace, clock
        self._line = asyncio.Lock()  # who waits for the bot's own turn, first come first served
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """How many messages wait for their turn."""
        return self._waiting

    def recall(self, sent: Sequence[tuple[ChatKey, datetime]]) -> None:
        """What another process sent just now counts for the limits."""
        for chat, when in sent:
            self._pace.recall(chat, when, self._clock.now())

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        """Post, edit, reply or retract; the outcome is :class:`Sent`, or why not."""
        try:
            address(delivery.chat)
        except ValueError:
            return ChatGone(f"{delivery.chat.native!r} is no chat of Telegram's")
        try:
            return await self._send(delivery, sent)
        except _NotYet as wait:
            return RetryLater("pace", wait.seconds, tried=False)
        except TelegramError as error:
            return self._outcome(error, delivery.chat)
        except Exception as error:  # such as an answer that the library cannot read
            log.exception("a send ended unexpectedly", delivery=delivery.id)
            return Unknown(f"{type(error).__name__}: {error}")

    async def _send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        match delivery.kind:
            case "post":
                return await self._post(delivery, sent)
            case "reply":
                return await self._reply(delivery)
            case "edit":
                return await self._edit(delivery)
            case "retract":
                return await self._retract(delivery)
            case "publish":
                return Rejected("nobody follows a chat from elsewhere")

    async def _post(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        """Each part as a message, from the first that is not out yet. Only the first of all makes a sound.

        Where a group has no topics any more, Telegram puts what is for one of them among all else, without a word."""
        parts = render.post(delivery.digest, delivery.id)
        ids, notes = list(delivery.message_ids), []
        for part in parts[len(ids) :]:
            posted, note = await self._say(delivery, part, silent=delivery.digest.silent or bool(ids))
            notes.append(note)
            ids.append(str(posted.message_id))
            astray = delivery.chat.thread and posted.message_thread_id is None
            if astray or len(ids) < len(parts):
                await sent(tuple(ids))
            if astray:
                return ChatGone(NO_TOPICS)
        return Sent(tuple(ids), note=_noted(notes))

    async def _reply(self, delivery: Delivery) -> SendOutcome:
        """One message, whatever there is to say: its ``message_ids`` are those of what it replies to."""
        part, *_ = render.post(delivery.digest, delivery.id, most=1)
        first = next(iter(_numbers(delivery.message_ids)), None)
        posted, note = await self._say(delivery, part, silent=delivery.digest.silent, reply_to=first)
        return Sent((str(posted.message_id),), note=note)

    async def _edit(self, delivery: Delivery) -> SendOutcome:
        """New content for as many messages as there were; those that are not needed any more are deleted, and what
        somebody deleted stays so."""
        ids = delivery.message_ids
        target = delivery.id if delivery.target is None else delivery.target  # buttons speak of the post itself
        parts = render.post(delivery.digest, target, updated=self._clock.now(), most=max(1, len(ids)))
        kept = [await self._put(delivery, each, part) for each, part in zip(ids, parts, strict=False)]
        await self._remove(delivery, _numbers(ids[len(parts) :]))
        left, notes = tuple(each for each, _ in kept), [note for _, note in kept]
        return Sent(left, note=_noted(notes)) if any(left) else Over("the message to edit is gone")

    async def _put(self, delivery: Delivery, message_id: str, part: Outgoing) -> tuple[str, str]:
        """Put ``part`` in the place of a message; its id, or NO_MESSAGE when there is none any more, and what had to be
        left out."""
        if not message_id.isdecimal():
            return NO_MESSAGE, ""
        try:
            async with self._turn(delivery.chat):
                note = await wire.edit(self._bot, delivery.chat, int(message_id), part)
        except BadRequest as error:
            if not is_gone(error):
                raise
            return NO_MESSAGE, ""
        return message_id, note

    async def _retract(self, delivery: Delivery) -> SendOutcome:
        await self._remove(delivery, _numbers(delivery.message_ids))
        return Sent(delivery.message_ids)

    async def _remove(self, delivery: Delivery, ids: Sequence[int]) -> None:
        """Delete messages. After 48 hours Telegram does not let bots (https://core.telegram.org/bots/api#deletemessage)
        but still lets them change what a message says."""
        for message_id in ids:
            try:
                async with self._turn(delivery.chat):
                    await wire.delete(self._bot, delivery.chat, message_id)
            except BadRequest as error:
                if "can't be deleted" not in error.message.lower():
                    raise
                await self._put(delivery, str(message_id), _withdrawn(delivery))

    async def _say(
        self, delivery: Delivery, part: Outgoing, *, silent: bool, reply_to: int | None = None
    ) -> tuple[Message, str]:
        async with self._turn(delivery.chat):
            return await wire.post(self._bot, delivery.chat, part, silent=silent, reply_to=reply_to)

    def _outcome(self, error: TelegramError, to: ChatKey) -> SendOutcome:
        outcome = outcome_of(error, to)
        if isinstance(error, RetryAfter) and isinstance(outcome, RetryLater):
            everywhere = self._pace.refused(to, outcome.seconds or 0.0, self._clock.now())
            log.warning("Telegram wants fewer messages", chat=str(to), seconds=outcome.seconds, everywhere=everywhere)
            return replace(outcome, whole_platform=everywhere, limited=True)
        return outcome

    @asynccontextmanager
    async def _turn(self, to: ChatKey) -> AsyncIterator[None]:
        """A block that sends one message to ``to``, once it may leave. Raises _NotYet when that is not soon."""
        self._waiting += 1
        try:
            left = await self._left(to)
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._pace.arrived(left, self._clock.now())

    async def _left(self, to: ChatKey) -> datetime:
        """Return when a message to ``to`` leaves."""
        until = self._clock.now() + timedelta(seconds=PATIENCE)
        wait = self._pace.delay(to, self._clock.now(), most=-1.0)
        while True:
            if self._clock.now() + timedelta(seconds=wait) > until:
                raise _NotYet(wait)
            if wait > SHORT:
                await self._clock.sleep(wait)
            wait, left = await self._in_line(to)
            if left is not None:
                return left

    async def _in_line(self, to: ChatKey) -> tuple[float, datetime | None]:
        """Wait behind those who came before: when it left, or the seconds that it must wait out of the line."""
        async with self._line:
            while wait := self._pace.delay(to, now := self._clock.now()):
                if wait > SHORT:
                    return wait, None
                await self._clock.sleep(wait)
        return 0.0, now


def _numbers(message_ids: Sequence[str]) -> list[int]:
    return [int(text) for text in message_ids if text.isdecimal()]


def _noted(notes: Sequence[str]) -> str:
    return "; ".join(dict.fromkeys(filter(None, notes)))


def _withdrawn(delivery: Delivery) -> Outgoing:
    return Outgoing(html.escape(Words(delivery.digest.language)("withdrawn")))
