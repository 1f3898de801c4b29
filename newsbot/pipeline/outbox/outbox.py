"""One platform's loop: who is in flight, and when nobody may be."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from newsbot.domain.models import Delivery, DeliveryState
from newsbot.domain.ports import Clock, OnPart, Sender, SendOutcome, Unknown
from newsbot.errors import LeadershipLost
from newsbot.pipeline.leadership import Leadership
from newsbot.pipeline.outbox.ledger import Ledger, OnSettled
from newsbot.pipeline.outbox.verdicts import Manner, Parts, cut_off, never_left, settlement
from newsbot.pipeline.outbox.watch import Alert, Watch, tell_nobody
from newsbot.storage import Storage
from newsbot.storage.leases import Fence

log = structlog.get_logger(__name__)

IN_FLIGHT = 30
"""Deliveries in flight at once: enough for 30 a second where an answer takes up to a second."""
AHEAD = 12
"""Deliveries that may wait in the sender for their turn: enough for a steady pace, and few enough that a new post,
which goes before all that is not claimed yet, comes within a second."""
PATIENCE = 0.25
"""Seconds after which slow answers hold up nobody else, such as a new post to an idle chat."""
MINUTE = timedelta(minutes=1)
"""For no longer do platforms count what was sent."""
FINISH = 15.0
"""Seconds that the end waits for what is in flight."""


class Outbox:
    """One platform's loop. ``on_settled`` hears of every answer when it is recorded (the terminal, the metrics).

    ``resend``: where a repeated send may show twice, one whose outcome is unknown is sent once more all the same;
    otherwise, and the second time, it is uncertain until an admin decides. ``in_flight``: deliveries at once.
    ``alert`` tells the bot's admins of a platform in trouble. ``patience``: seconds that a round waits for answers
    before it looks for more to send.
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
        in_flight: int = IN_FLIGHT,
        alert: Alert = tell_nobody,
        patience: float = PATIENCE,
    ) -> None:
        self._storage, self._sender, self._clock = storage, sender, clock
        self._most, self._patience = in_flight, patience
        self._manner = Manner(sender.idempotent, resend)
        self._ledger = Ledger(storage, clock, on_settled)
        self._watch = Watch(storage, sender.platform, clock, self._manner, alert)
        self.leadership = Leadership(storage, f"deliver:{sender.platform}", owner, clock)
        self._fence: Fence | None = None
        self._unheard = False  # a claim may have been made that we know nothing of
        self._flying: dict[asyncio.Task[None], int] = {}

    @property
    def platform(self) -> str:
        """The platform it sends to."""
        return self._sender.platform

    async def step(self) -> bool:
        """Send what is due, as much as may be in flight; False when nothing was, or the platform is to be left alone.

        What takes long is still in flight afterwards. Raises what keeps answers from being recorded: they are kept, and
        nothing is sent until they are."""
        await self._ledger.flush()
        async with self.leadership.led() as fence:
            return fence is not None and await self._step(fence)

    async def close(self, timeout: float = FINISH) -> None:
        """Wait for what is in flight, and cut off what is there after ``timeout`` seconds."""
        if self._flying:
            await asyncio.wait(self._flying, timeout=timeout)
        for task in self._flying:
            task.cancel()
        await asyncio.gather(*self._flying, return_exceptions=True)
        self._flying = {}
        await self._ledger.close()

    async def _step(self, fence: Fence) -> bool:
        if fence != self._fence:
            await self._take_over(fence)
        elif self._unheard:
            await self._take_back(fence)
        await self._watch.tend()
        room = min(self._watch.places(self._most) - len(self._flying), AHEAD - self._sender.waiting)
        if room > 0:
            await self._take_off(fence, room)
        if not self._flying:
            return False
        await self._land(at_most=len(self._flying) * 3 // 4, patience=self._patience)
        return True

    # --- taking over -----------------------------------------------------------------------------

    async def _take_over(self, fence: Fence) -> None:
        """What is still ``sending`` when we become the one active sender was cut off between send and record."""
        await self._land(at_most=0)
        now = self._clock.now()
        lost = [each for each in await self._storage.outbox.sending(self.platform) if each.id not in self._ledger]
        for delivery in lost:
            log.warning("a send was cut off", delivery=delivery.id)
        if self._fence is None:  # what this process sent itself is known
            self._sender.recall(await self._storage.outbox.lately(self.platform, now - MINUTE, now))
        await self._storage.outbox.settle_all([cut_off(each, self._manner, now) for each in lost], now, fence)
        await self._watch.begin()
        self._fence, self._unheard = fence, False

    async def _take_back(self, fence: Fence) -> None:
        """The database did not tell what became of a claim: what it took has not been sent by anybody."""
        flying = set(self._flying.values())
        sending = await self._storage.outbox.sending(self.platform)
        mine = [never_left(each) for each in sending if each.id not in flying and each.id not in self._ledger]
        await self._storage.outbox.settle_all(mine, self._clock.now(), fence)
        self._unheard = False

    # --- in flight -------------------------------------------------------------------------------

    async def _take_off(self, fence: Fence, room: int) -> None:
        self._unheard = True
        try:
            claimed = await self._storage.outbox.claim(self.platform, self._clock.now(), room, fence)
        except LeadershipLost:
            self._unheard = False  # nothing was written
            raise
        self._unheard = False
        self._flying |= {asyncio.create_task(self._deliver(each)): each.id for each in claimed}

    async def _land(self, at_most: int, patience: float | None = None) -> None:
        """Wait until ``at_most`` are in flight, for ``patience`` seconds, and have the answers recorded."""
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
            self._fence = None  # who knows what was sent
            raise errors[0]
        await self._ledger.flush()

    def _reap(self) -> list[BaseException]:
        done = [task for task in self._flying if task.done()]
        for task in done:
            del self._flying[task]
        return [error for task in done if (error := task.exception())]

    async def _deliver(self, delivery: Delivery) -> None:
        parts: Parts = ()

        async def sent(message_ids: Parts) -> None:
            nonlocal parts
            parts = message_ids
            await self._record(delivery, message_ids)

        answer = await self._send(delivery, sent)
        health = self._watch.answered(delivery, answer)
        what = settlement(delivery, answer, parts, self._manner, health, self._clock.now())
        if what.state is DeliveryState.UNCERTAIN:
            log.warning("nobody knows whether a delivery arrived", delivery=delivery.id, reason=what.reason)
        self._ledger.add(delivery, answer, what)

    async def _send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        try:
            return await self._sender.send(delivery, sent)
        except Exception as error:  # a sender's bug must not take the other deliveries down
            log.exception("a sender failed", delivery=delivery.id)
            return Unknown(f"{type(error).__name__}: {error}")

    async def _record(self, delivery: Delivery, message_ids: Parts) -> None:
        try:
            await self._storage.outbox.progress(delivery.id, message_ids, delivery.attempts)
        except Exception:  # it went out all the same, and the others shall follow; the answer to the whole brings it
            log.exception("a part could not be recorded", delivery=delivery.id)
