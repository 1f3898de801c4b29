"""Writes answers down, many in one transaction, and keeps what cannot be written just now: nothing is sent twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from newsbot.domain.models import Delivery
from newsbot.domain.ports import ChatGone, Clock, Moved, RetryLater, SendOutcome
from newsbot.errors import StorageError
from newsbot.storage import Storage
from newsbot.storage.outbox import Settlement

log = structlog.get_logger(__name__)

STUCK = timedelta(minutes=1)
"""How long an answer that no table takes waits for another try; the others do not wait for it."""

OnSettled = Callable[[Delivery, SendOutcome], None]


@dataclass(slots=True)
class _Entry:
    """``prepared``: what belongs to the answer but not to the delivery's row is written already."""

    delivery: Delivery
    answer: SendOutcome
    settlement: Settlement
    prepared: bool = False


class Ledger:
    """The answers of one platform on their way into the database. While some are written, more gather for the next
    transaction. ``on_settled`` hears of each when it is written."""

    def __init__(self, storage: Storage, clock: Clock, on_settled: OnSettled) -> None:
        self._storage, self._clock, self._on_settled = storage, clock, on_settled
        self._open: dict[int, _Entry] = {}
        self._stuck: dict[int, _Entry] = {}
        self._stuck_at: datetime | None = None
        self._writing: asyncio.Task[None] | None = None
        self._trouble: Exception | None = None

    def __contains__(self, delivery_id: int) -> bool:
        """Whether the answer to this delivery is known and not written yet."""
        return delivery_id in self._open or delivery_id in self._stuck

    def __len__(self) -> int:
        """How many answers are not written yet."""
        return len(self._open) + len(self._stuck)

    def add(self, delivery: Delivery, answer: SendOutcome, settlement: Settlement) -> None:
        """Write this down, as soon as may be."""
        self._open[delivery.id] = _Entry(delivery, answer, settlement)
        self._begin()

    async def flush(self) -> None:
        """Return when all is written, except what no table takes: that is tried again every minute.

        Raises what keeps it from being written; all is kept until it can be."""
        now = self._clock.now()
        if self._stuck_at is not None and not self._stuck_at <= now < self._stuck_at + STUCK:
            self._open |= self._stuck
            self._stuck, self._stuck_at = {}, None
        if self._open:
            self._begin()
        if self._writing is not None:
            await asyncio.wait([self._writing])  # which goes on when we are cancelled
        trouble, self._trouble = self._trouble, None
        if trouble is not None:
            raise trouble

    async def close(self) -> None:
        """Write what can be written now."""
        try:
            await self.flush()
        except Exception as error:
            log.error("answers could not be recorded", number=len(self), reason=str(error))

    def _begin(self) -> None:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())

    async def _write(self) -> None:
        self._trouble = None
        while self._open and not isinstance(self._trouble, StorageError):
            await self._write_down(list(self._open.values()))

    async def _write_down(self, entries: list[_Entry]) -> None:
        try:
            for entry in entries:
                await self._prepare(entry)
            await self._storage.outbox.settle_all([entry.settlement for entry in entries], self._clock.now())
        except StorageError as error:
            self._trouble = error
        except Exception as error:
            await self._one_by_one(entries, error)
        else:
            for entry in entries:
                self._written(entry)

    async def _one_by_one(self, entries: list[_Entry], error: Exception) -> None:
        """One of these cannot be written as it is. It waits, and the others are written without it."""
        if len(entries) > 1:
            for entry in entries:
                await self._write_down([entry])
            return
        (entry,) = entries
        log.error("an answer cannot be recorded", delivery=entry.delivery.id, exc_info=error)
        self._stuck[entry.delivery.id] = self._open.pop(entry.delivery.id)
        self._stuck_at, self._trouble = self._clock.now(), error

    async def _prepare(self, entry: _Entry) -> None:
        """Pause a chat that is gone and re-key one that moved, before its delivery is queued again. Doing it once more
        after a crash changes nothing."""
        if entry.prepared:
            return
        delivery = entry.delivery
        match entry.answer:
            case ChatGone(reason):
                await self._storage.chats.pause(delivery.chat_id, reason, since=delivery.updated)
            case Moved(to) if entry.settlement.step:
                await self._storage.chats.rekey(delivery.chat_id, to)
        entry.prepared = True

    def _written(self, entry: _Entry) -> None:
        del self._open[entry.delivery.id]
        answer = entry.answer
        if not isinstance(answer, RetryLater) or answer.tried or answer.limited:
            self._on_settled(entry.delivery, answer)
