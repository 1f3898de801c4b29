"""The queue of updates and how a bot gets them: https://core.telegram.org/bots/api#getting-updates."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.errors import Json, conflict

KINDS = (
    "message", "edited_message", "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result",
    "callback_query", "my_chat_member", "chat_member", "message_reaction", "message_reaction_count",
    "chat_join_request", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "chat_boost",
    "removed_chat_boost", "business_connection", "business_message", "edited_business_message",
    "deleted_business_messages", "purchased_paid_media", "managed_bot", "guest_message",
)  # fmt: skip
_UNLESS_NAMED = {"chat_member", "message_reaction", "message_reaction_count"}
_TERMINATED = "terminated by other getUpdates request; make sure that only one bot instance is running"
AT_ONCE = 0.5
"""A poll that repeats the offset of one that began within these seconds gets one update only."""
HURRIED = 3
"""A poll that repeats the offset of one that began within these seconds is held for as many."""
_WEBHOOK = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@dataclass(frozen=True, slots=True)
class Update:
    """One update; those of one ``place`` are delivered in order."""

    id: int
    kind: str
    payload: Json
    place: int

    def json(self) -> Json:
        """The documented Update."""
        return {"update_id": self.id, self.kind: self.payload}


class Queue:
    """Updates that no bot has confirmed yet. ``made`` holds all that there ever were."""

    def __init__(self) -> None:
        self.pending: list[Update] = []
        self.made: list[Update] = []
        self.allowed: set[str] = set()
        self.webhook = False
        self.polls = 0
        """How many polls are held at this moment."""
        self._next = 700_000_001
        self._poll: asyncio.Future[str] | None = None
        self._asked: tuple[int, float] = (-1, -100.0)
        self._changed = asyncio.Event()

    def put(self, kind: str, payload: Json, place: int) -> Update | None:
        """Queue an update, unless the bot did not ask for its kind."""
        assert kind in KINDS
        if kind not in self.allowed if self.allowed else kind in _UNLESS_NAMED:
            return None
        update = Update(self._next, kind, payload, place)
        self._next += 1
        self.made.append(update)
        self.pending.append(update)
        self.changed()
        return update

    def changed(self) -> None:
        """Wake those who wait for updates, or for the queue to be empty."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def change(self) -> None:
        """Wait until something is queued or done with."""
        await self._changed.wait()

    async def handled(self, timeout: float = 10.0) -> None:
        """Wait until a bot has confirmed every update."""
        async with asyncio.timeout(timeout):
            while self.pending:
                await self.change()

    def done(self, update: Update) -> None:
        """The bot has it."""
        if update in self.pending:
            self.pending.remove(update)
        self.changed()

    def drop(self) -> None:
        """Forget all."""
        self.pending.clear()
        self.changed()

    def allow(self, kinds: list[str] | None) -> None:
        """Remember what the bot wants from now on: None leaves it as it was, an empty list is the default."""
        if kinds is not None:
            self.allowed = {kind for kind in kinds if kind in KINDS}

    def terminate(self, reason: str) -> None:
        """Answer a held poll with 409 "terminated by ``reason``"."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(reason)

    async def poll(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """getUpdates: a second poll ends the first one with 409, https://core.telegram.org/bots/api#getupdates.

        One that comes in haste is slowed down, as process_get_updates_query in
        https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp does it.
        """
        if self.webhook:
            raise conflict(_WEBHOOK)
        limit, timeout = self._slowed(offset, limit, timeout)
        self.terminate(_TERMINATED)
        self._confirm(offset)
        if not self.pending and timeout:
            await self._held(timeout)
        return [update.json() for update in self.pending[:limit]]

    def rested(self) -> None:
        """As if the bot had not asked for a while."""
        self._asked = (-1, -100.0)

    def _slowed(self, offset: int, limit: int, timeout: float) -> tuple[int, float]:
        """The limit and the timeout that a poll gets."""
        now = asyncio.get_running_loop().time()
        (before, since), self._asked = self._asked, (offset, now)
        if offset != before:
            return limit, timeout
        held = HURRIED if timeout < HURRIED and now < since + HURRIED else timeout
        return 1 if now < since + AT_ONCE else limit, held

    def _confirm(self, offset: int) -> None:
        before = len(self.pending)
        if offset > 0:
            self.pending = [update for update in self.pending if update.id >= offset]
        elif offset < 0:
            self.pending = self.pending[offset:]
        if len(self.pending) != before:
            self.changed()

    async def _held(self, timeout: float) -> None:
        mine = self._poll = asyncio.get_running_loop().create_future()
        self.polls += 1
        self.changed()
        try:
            async with asyncio.timeout(timeout):
                while not self.pending and not mine.done():
                    await self._either(mine)
        except TimeoutError:
            pass
        finally:
            self.polls -= 1
            self.changed()
        if mine.done():
            raise conflict(mine.result())

    async def _either(self, mine: asyncio.Future[str]) -> None:
        change: asyncio.Future[Any] = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait([change, mine], return_when=asyncio.FIRST_COMPLETED)
        finally:
            change.cancel()

    def first_of_places(self, busy: set[int]) -> Iterator[Update]:
        """The oldest update of every place that is not ``busy``."""
        seen = set(busy)
        for update in list(self.pending):
            if update.place not in seen:
                seen.add(update.place)
                yield update
