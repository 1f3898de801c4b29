"""Deliver: claim what is due on one platform, send it, settle what the platform answered. Rows are the truth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog

from newsbot.domain.models import NO_MESSAGE, Delivery, DeliveryState
from newsbot.domain.ports import (
    ChatGone,
    Clock,
    Moved,
    Over,
    Rejected,
    RetryLater,
    Sender,
    SendOutcome,
    Sent,
    Unknown,
)
from newsbot.domain.schedule import backoff
from newsbot.domain.waiting import Wait
from newsbot.pipeline.leadership import Leadership
from newsbot.storage import Storage
from newsbot.storage.leases import Fence
from newsbot.storage.outbox import PlannedDelivery

log = structlog.get_logger(__name__)

CLAIM = 30
"""Deliveries in flight at once."""
GIVE_UP = 12
"""After so many attempts that surely failed, a delivery is quarantined for an admin to look at."""
PATIENCE = 3.0
"""Seconds after which a slow answer holds up nobody else."""
FINISH = 15.0
"""Seconds that the end waits for what is in flight."""
DOUBTFUL = 3
"""So many unknown outcomes in a row are the platform's trouble: sending on would only make more of them."""

PUBLISH_DIGEST, PUBLISH_STORY = 3, 4
"""The priorities of what is passed on: after all else, and what holds many stories first."""

OnSettled = Callable[[Delivery, SendOutcome], None]
Parts = tuple[str, ...]


class Outbox:
    """One platform's loop. ``on_settled`` hears of every answer (the terminal, the metrics).

    ``resend``: where a repeated send may show twice, one whose outcome is unknown is sent once more all the same;
    otherwise, and the second time, it is uncertain until an admin decides. ``patience``: seconds that a round waits for
    answers before it looks for more to send.
    """

    def __init__(
        self,
        storage: Storage,
        sender: Sender,
        clock: Clock,
        owner: str,
        on_settled: OnSettled,
        *,
        resend: bool = False,
        patience: float = PATIENCE,
    ) -> None:
        self._storage, self._sender, self._clock, self._on_settled = storage, sender, clock, on_settled
        self._resend, self._patience = resend, patience
        self.leadership = Leadership(storage, f"deliver:{sender.platform}", owner, clock)
        self._fence: Fence | None = None
        self._flying: set[asyncio.Task[None]] = set()
        self._unrecorded: dict[int, tuple[Delivery, SendOutcome, Parts]] = {}
        self._rest = Wait()
        self._unknown = self._holds = 0  # since the last clear answer

    @property
    def platform(self) -> str:
        """The platform it sends to."""
        return self._sender.platform

    async def step(self) -> bool:
        """Send what is due, as much as may be in flight; False when nothing was, or the platform asked us to wait.

        What takes long is still in flight afterwards. Raises what kept an answer from being recorded."""
        if not self._flying and self._held():
            return False
        async with self.leadership.led() as fence:
            return fence is not None and await self._step(fence)

    async def close(self, timeout: float = FINISH) -> None:
        """Wait for what is in flight, and cut off what is there after ``timeout`` seconds."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=timeout)
        for task in self._flying:
            task.cancel()
        await asyncio.gather(*self._flying, return_exceptions=True)
        self._flying = set()

    async def _step(self, fence: Fence) -> bool:
        if fence != self._fence:
            await self._land(at_most=0)
            await self._recover(self._clock.now())
            self._fence = fence
        if not self._held():
            await self._take_off(fence)
        if not self._flying:
            return False
        await self._land(at_most=CLAIM // 2 if len(self._flying) == CLAIM else 0, patience=self._patience)
        return True

    async def _take_off(self, fence: Fence) -> None:
        most = CLAIM if self._unknown < DOUBTFUL else 1  # one to see whether the platform is well again
        if len(self._flying) >= most:
            return
        room = most - len(self._flying)
        claimed = await self._storage.outbox.claim(self._sender.platform, self._clock.now(), room, fence)
        self._flying |= {asyncio.create_task(self._deliver(delivery)) for delivery in claimed}

    async def _land(self, at_most: int, patience: float | None = None) -> None:
        """Wait until ``at_most`` are in flight, for ``patience`` seconds; raise what kept an answer from its record."""
        errors: list[BaseException] = []
        try:
            async with asyncio.timeout(patience):
                while len(self._flying) > at_most:
                    await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
                    errors += self._reap()
        except TimeoutError:
            pass
        except asyncio.CancelledError:
            for task in self._flying:
                task.cancel()
            raise
        if errors:
            self._fence = None  # what could not be recorded is still "sending": the next step takes it up
            raise errors[0]

    def _reap(self) -> list[BaseException]:
        done = {task for task in self._flying if task.done()}
        self._flying -= done
        return [error for error in (task.exception() for task in done) if error]

    async def _recover(self, now: datetime) -> None:
        """What is still ``sending`` when we become the one active sender was cut off between send and record;
        where only its record failed, the answer is known all the same."""
        for delivery in await self._storage.outbox.sending(self._sender.platform):
            known = self._unrecorded.get(delivery.id)
            if known is not None and known[0].attempts == delivery.attempts:
                await self._answered(*known)
                continue
            log.warning("a send was cut off", delivery=delivery.id)
            reason = "the bot stopped while sending"
            if self._repeats(delivery):
                await self._storage.outbox.settle(delivery.id, DeliveryState.QUEUED, reason, now=now)
            else:
                await self._doubt(delivery, reason, (), now)
        self._unrecorded.clear()

    async def _deliver(self, delivery: Delivery) -> None:
        parts: Parts = ()

        async def sent(message_ids: Parts) -> None:
            nonlocal parts
            parts = message_ids
            await self._record(delivery, message_ids)

        try:
            answer = await self._sender.send(delivery, sent)
        except Exception as error:  # a sender's bug must not take the other deliveries down
            log.exception("a sender failed", delivery=delivery.id)
            answer = Unknown(f"{type(error).__name__}: {error}")
        self._heed(answer, self._clock.now())
        await self._answered(delivery, answer, parts)

    async def _answered(self, delivery: Delivery, answer: SendOutcome, parts: Parts) -> None:
        """Record an answer. One that cannot be recorded just now is kept, and is recorded when we recover."""
        self._unrecorded[delivery.id] = (delivery, answer, parts)
        await self._settle(delivery, answer, parts)
        del self._unrecorded[delivery.id]
        if not isinstance(answer, RetryLater) or answer.tried:
            self._on_settled(delivery, answer)

    async def _record(self, delivery: Delivery, message_ids: Parts) -> None:
        try:
            await self._storage.outbox.progress(delivery.id, message_ids)
        except (
            Exception
        ):  # it went out all the same, and the others shall follow; the answer to the whole brings it along
            log.exception("a part could not be recorded", delivery=delivery.id)

    async def _settle(self, delivery: Delivery, answer: SendOutcome, parts: Parts) -> None:
        now = self._clock.now()
        settle = partial(self._storage.outbox.settle, delivery.id, now=now)
        match answer:
            case Sent(message_ids, publish):
                then = _publishing(delivery, now) if publish else None
                await settle(DeliveryState.SENT, message_ids=message_ids, then=then)
            case RetryLater():
                await self._retry(delivery, answer, parts, now)
            case Unknown(reason) if self._repeats(delivery):
                await self._retry(delivery, RetryLater(reason), parts, now)
            case Unknown(reason):
                await self._doubt(delivery, reason, parts, now)
            case ChatGone(reason):
                await self._storage.chats.pause(delivery.chat_id, reason, since=delivery.updated)
                await settle(DeliveryState.QUEUED, reason, message_ids=parts)
            case Moved(to) if delivery.attempts < GIVE_UP:
                await self._storage.chats.rekey(delivery.chat_id, to)
                left = (NO_MESSAGE,) * len(parts)
                await settle(DeliveryState.QUEUED, f"moved to {to}", message_ids=left)
            case Moved(to):
                await settle(DeliveryState.QUARANTINED, f"moved to {to}, and on and on", message_ids=parts)
            case Rejected(reason):
                await settle(DeliveryState.QUARANTINED, reason, message_ids=parts)
            case Over(reason):
                lost = (NO_MESSAGE,) * max(1, len(delivery.message_ids))
                await settle(DeliveryState.DROPPED, reason, message_ids=lost)

    async def _retry(self, delivery: Delivery, answer: RetryLater, parts: Parts, now: datetime) -> None:
        settle = partial(self._storage.outbox.settle, delivery.id, reason=answer.reason, message_ids=parts, now=now)
        if delivery.attempts >= GIVE_UP and answer.seconds is None:
            await settle(DeliveryState.QUARANTINED)
            return
        known = answer.seconds is not None
        wait = timedelta(seconds=answer.seconds or 0) if known else backoff(delivery.attempts, str(delivery.id))
        if answer.whole_platform:
            self._hold(now + wait)
        # Not below one: by its attempts a post keeps later ones of its chat behind it.
        attempts = delivery.attempts if answer.tried else max(1, delivery.attempts - 1)
        await settle(DeliveryState.QUEUED, not_before=now + wait, attempts=attempts)

    async def _doubt(self, delivery: Delivery, reason: str, parts: Parts, now: datetime) -> None:
        """It may have arrived, and sending it again may show it twice: once that is a risk to take, not for ever."""
        settle = partial(self._storage.outbox.settle, delivery.id, reason=reason, message_ids=parts, now=now)
        if self._resend and delivery.doubts == 0:
            wait = backoff(1, str(delivery.id), base=10)
            await settle(DeliveryState.QUEUED, not_before=now + wait, doubts=1)
        else:
            await settle(DeliveryState.UNCERTAIN)
            log.warning("nobody knows whether a delivery arrived", delivery=delivery.id, reason=reason)

    def _repeats(self, delivery: Delivery) -> bool:
        """Whether doing it twice shows no more than doing it once."""
        return self._sender.idempotent or delivery.kind in {"edit", "retract", "publish"}

    # --- holding the platform --------------------------------------------------------------------

    def _held(self) -> bool:
        return self._rest.lasts(self._clock.now())

    def _hold(self, until: datetime) -> None:
        now = self._clock.now()
        self._rest = Wait(now, max(until, self._rest.until) if self._rest.lasts(now) else until)

    def _heed(self, answer: SendOutcome, now: datetime) -> None:
        """Outcomes that stay unknown, one after the other, make the whole platform wait, longer each time."""
        if isinstance(answer, RetryLater):
            return
        if not isinstance(answer, Unknown):
            self._unknown = self._holds = 0
            return
        self._unknown += 1
        if self._unknown >= DOUBTFUL and not self._sender.idempotent and not self._held():
            self._holds += 1
            self._hold(now + backoff(self._holds, self.platform, base=5, ceiling=300))
            log.error("unknown outcomes pile up", platform=self.platform, number=self._unknown)


def _publishing(post: Delivery, now: datetime) -> PlannedDelivery:
    priority = PUBLISH_STORY if post.digest.occasion == "story" else PUBLISH_DIGEST
    return PlannedDelivery(post.chat_id, "publish", post.digest, priority, now, target=post.id)
