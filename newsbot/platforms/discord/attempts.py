"""One attempt at a delivery, and whether an attempt before it may have left something that nobody knows of."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from discord.utils import snowflake_time

from newsbot.domain.models import Delivery
from newsbot.domain.ports import ChatGone, Clock, OnPart, RetryLater, SendOutcome, Unknown
from newsbot.platforms.discord.finding import Search

NONCE = timedelta(seconds=90)
"""For so long after the first request of a doubt a further one may begin and surely shows the same message. Discord
remembers a nonce for "the past few minutes" and gives no figure (https://docs.discord.com/developers/resources/message,
https://github.com/discord/discord-api-docs/pull/6647): two are taken for granted, of which a request may last half of
one."""
REMEMBERED = 10_000
SLACK = timedelta(seconds=1)
"""By how much a delivery may be due later than we said: what it takes to record that. Who tried it in between could not
before it was due, and waits for longer."""


@dataclass(slots=True)
class Attempt:
    """``sure``: nothing is out but what is known; ``since``: nothing else can be out that is older; ``begun``: the same
    by our own clock alone; ``searches``: what was read so far, by channel; ``hidden``: why what is out cannot be read,
    so that the nonce alone keeps it from being there twice; ``me``: the bot's user id; ``thread``: the forum's thread
    that is worked in just now, if it is one; ``left_out``: what was refused of it, in words."""

    delivery: Delivery
    sent: OnPart
    sure: bool
    since: datetime
    start: datetime
    begun: datetime
    searches: dict[str, Search] = field(default_factory=dict)
    hidden: Exception | None = None
    me: str = ""
    thread: str = ""
    left_out: list[str] = field(default_factory=list)

    def trust(self, now: datetime, hidden: Exception) -> None:
        """Rely on the nonce, since what is out is ``hidden``. Raises that when Discord may have forgotten it."""
        if not timedelta(0) <= now - self.begun < NONCE:
            raise hidden
        self.hidden = hidden

    def leave_out(self, words: str) -> None:
        """Discord took it without something."""
        if words not in self.left_out:
            self.left_out.append(words)

    @property
    def note(self) -> str:
        """All that was left out."""
        return "; ".join(self.left_out)


@dataclass(frozen=True, slots=True)
class _Left:
    """How an attempt left a delivery: nothing unknown is out that is older than ``begun``, and none at all where it is
    ``sure``, unless another process tried since: then it has another ``reason``, or is ``due`` at another time."""

    sure: bool
    reason: str
    due: datetime
    begun: datetime
    searches: dict[str, Search]

    def holds(self, delivery: Delivery) -> bool:
        """Whether nobody touched the delivery meanwhile."""
        due = delivery.not_before
        return due is not None and abs(due - self.due) < SLACK and delivery.reason == self.reason


class Memory:
    """How deliveries were left when they were put off: those that surely left nothing behind are not looked for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._left: OrderedDict[int, _Left] = OrderedDict()

    def attempt(self, delivery: Delivery, sent: OnPart) -> Attempt:
        """What is known at the start of an attempt."""
        now = self._clock.now()
        created = delivery.created or now - timedelta(days=1)
        since = max([created, *_times(delivery)])
        left = self._left.pop(delivery.id, None)
        if left is None:
            return Attempt(delivery, sent, _is_first(delivery), since, now, created)
        return Attempt(delivery, sent, left.sure and left.holds(delivery), since, now, left.begun, left.searches)

    def ended(self, attempt: Attempt, outcome: SendOutcome) -> None:
        """Remember how it ended."""
        if not isinstance(outcome, RetryLater | ChatGone | Unknown):
            return
        now, later = self._clock.now(), isinstance(outcome, RetryLater)
        sure = attempt.sure and not isinstance(outcome, Unknown)
        begun = now if sure else attempt.start if attempt.sure else attempt.begun
        due = now + timedelta(seconds=outcome.seconds or 0.0) if isinstance(outcome, RetryLater) else now
        self._left[attempt.delivery.id] = _Left(sure, outcome.reason, due, begun, attempt.searches if later else {})
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)


def _is_first(delivery: Delivery) -> bool:
    """Whether nobody can have tried it before: what an admin queued again has its count at 0 too, but a later turn."""
    if delivery.attempts > 1 or delivery.created is None:
        return False
    return delivery.not_before is None or delivery.not_before <= delivery.created


def _times(delivery: Delivery) -> list[datetime]:
    """When the known parts were posted, those of its own."""
    if delivery.kind != "post":
        return []
    numbers = [kept.rpartition("/")[2] for kept in delivery.message_ids]
    return [snowflake_time(int(number)) for number in numbers if number.isdecimal()]
