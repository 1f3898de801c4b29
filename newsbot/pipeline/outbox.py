"""Deliver: claim what is due on one platform, send it, settle what the platform answered. Rows are the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from newsbot.domain.models import Delivery, DeliveryState
from newsbot.domain.ports import (
    ChatGone,
    Clock,
    Moved,
    Rejected,
    RetryLater,
    Sender,
    SendOutcome,
    Sent,
    Unknown,
)
from newsbot.domain.schedule import backoff
from newsbot.pipeline.leadership import Leadership
from newsbot.storage import Storage
from newsbot.storage.leases import Fence

log = structlog.get_logger(__name__)

CLAIM = 30
GIVE_UP = 12
"""After so many attempts that surely failed, a delivery is quarantined for an admin to look at."""

OnSettled = Callable[[Delivery, SendOutcome], None]


class Outbox:
    """One platform's loop. ``on_settled`` hears of every answer (the terminal, the metrics)."""

    def __init__(self, storage: Storage, sender: Sender, clock: Clock, owner: str, on_settled: OnSettled) -> None:
        self._storage, self._sender, self._clock, self._on_settled = storage, sender, clock, on_settled
        self.leadership = Leadership(storage, f"deliver:{sender.platform}", owner, clock)
        self._fence: Fence | None = None
        self._held_until: datetime | None = None

    @property
    def platform(self) -> str:
        """The platform it sends to."""
        return self._sender.platform

    async def step(self) -> bool:
        """Send one batch; False when nothing was due or the platform asked us to wait."""
        now = self._clock.now()
        if self._held_until is not None and now < self._held_until:
            return False
        async with self.leadership.led() as fence:
            return fence is not None and await self._step(fence, now)

    async def _step(self, fence: Fence, now: datetime) -> bool:
        if fence != self._fence:
            await self._recover(now)
            self._fence = fence
        claimed = await self._storage.outbox.claim(self._sender.platform, now, CLAIM, fence)
        if not claimed:
            return False
        # Not a TaskGroup: one answer that cannot be recorded must not cut off the sends beside it.
        ends = await asyncio.gather(*map(self._deliver, claimed), return_exceptions=True)
        for error in ends:
            if error is not None:
                self._fence = None  # what could not be recorded is still "sending": the next step takes it up
                raise error
        return True

    async def _recover(self, now: datetime) -> None:
        """What is still ``sending`` when we become the one active sender was cut off between send and record."""
        state = DeliveryState.QUEUED if self._sender.idempotent else DeliveryState.UNCERTAIN
        for delivery in await self._storage.outbox.sending(self._sender.platform):
            await self._storage.outbox.settle(delivery.id, state, "the bot stopped while sending", now=now)
            log.warning("a send was cut off", delivery=delivery.id, state=state.value)

    async def _deliver(self, delivery: Delivery) -> None:
        async def sent(message_ids: tuple[str, ...]) -> None:
            await self._storage.outbox.progress(delivery.id, message_ids)

        try:
            answer = await self._sender.send(delivery, sent)
        except Exception as error:  # a sender's bug must not take the other deliveries down
            log.exception("a sender failed", delivery=delivery.id)
            answer = Unknown(f"{type(error).__name__}: {error}")
        await self._settle(delivery, answer)
        self._on_settled(delivery, answer)

    async def _settle(self, delivery: Delivery, answer: SendOutcome) -> None:
        now = self._clock.now()
        settle = self._storage.outbox.settle
        match answer:
            case Sent(message_ids):
                await settle(delivery.id, DeliveryState.SENT, "", message_ids=message_ids, now=now)
            case RetryLater(reason, seconds, whole_platform):
                await self._retry(delivery, reason, seconds, whole_platform, now)
            case Unknown(reason) if self._sender.idempotent:
                await self._retry(delivery, reason, None, False, now)
            case Unknown(reason):
                await settle(delivery.id, DeliveryState.UNCERTAIN, reason, now=now)
            case ChatGone(reason):
                await self._storage.chats.pause(delivery.chat_id, reason)
                await settle(delivery.id, DeliveryState.QUEUED, reason, now=now)
            case Moved(to):
                await self._storage.chats.rekey(delivery.chat_id, to)
                await settle(delivery.id, DeliveryState.QUEUED, f"moved to {to}", now=now)
            case Rejected(reason):
                await settle(delivery.id, DeliveryState.QUARANTINED, reason, now=now)

    async def _retry(
        self, delivery: Delivery, reason: str, seconds: float | None, whole_platform: bool, now: datetime
    ) -> None:
        if delivery.attempts >= GIVE_UP and seconds is None:
            await self._storage.outbox.settle(delivery.id, DeliveryState.QUARANTINED, reason, now=now)
            return
        wait = backoff(delivery.attempts, str(delivery.id)) if seconds is None else timedelta(seconds=seconds)
        if whole_platform:
            self._held_until = now + wait
        await self._storage.outbox.settle(delivery.id, DeliveryState.QUEUED, reason, not_before=now + wait, now=now)
