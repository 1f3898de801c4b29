"""One attempt at a delivery, and whether an attempt before it may have left something that nobody knows of."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from discord.utils import snowflake_time

from newsbot.domain.models import Delivery
from newsbot.domain.ports import ChatGone, Clock, OnPart, RetryLater, SendOutcome

YOUNG = timedelta(minutes=2)
"""A delivery that is older at its first attempt may be one that was queued again by an admin, with its count at 0."""
REMEMBERED = 10_000


@dataclass(slots=True)
class Attempt:
    """``sure``: nothing is out but what is known; ``since``: nothing of it can be out that is older; ``me``: the bot's
    user id; ``thread``: the forum's thread that is worked in just now, if it is one."""

    delivery: Delivery
    sent: OnPart
    sure: bool
    since: datetime
    me: str = ""
    thread: str = ""


class Memory:
    """Which deliveries surely left nothing behind when they were put off: they are not looked for.

    An attempt that another process makes in between counts too, so that its number tells whether the memory holds.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._next: OrderedDict[int, int] = OrderedDict()

    def attempt(self, delivery: Delivery, sent: OnPart) -> Attempt:
        """What is known at the start of an attempt."""
        now = self._clock.now()
        created = delivery.created or now - timedelta(days=1)
        fresh = delivery.attempts <= 1 and (delivery.created is None or now - created < YOUNG)
        remembered = self._next.pop(delivery.id, None) == delivery.attempts
        return Attempt(delivery, sent, fresh or remembered, max([created, *_times(delivery)]))

    def ended(self, attempt: Attempt, outcome: SendOutcome) -> None:
        """Remember how it ended."""
        if not attempt.sure or not isinstance(outcome, RetryLater | ChatGone):
            return
        tries = attempt.delivery.attempts
        uncounted = isinstance(outcome, RetryLater) and not outcome.tried
        self._next[attempt.delivery.id] = (max(1, tries - 1) if uncounted else tries) + 1
        if len(self._next) > REMEMBERED:
            self._next.popitem(last=False)


def _times(delivery: Delivery) -> list[datetime]:
    """When the known parts were posted, those of its own."""
    if delivery.kind != "post":
        return []
    numbers = [kept.rpartition("/")[2] for kept in delivery.message_ids]
    return [snowflake_time(int(number)) for number in numbers if number.isdecimal()]
