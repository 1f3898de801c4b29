"""What an answer makes of a delivery, and what it says of its platform. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.domain.health import Health, Heard
from newsbot.domain.models import NO_MESSAGE, Delivery, DeliveryState
from newsbot.domain.ports import ChatGone, Moved, Over, Rejected, RetryLater, SendOutcome, Sent, Unknown
from newsbot.domain.schedule import backoff
from newsbot.storage.outbox import PlannedDelivery, Settlement

GIVE_UP = 12
"""After so many attempts that failed while others went through, a delivery is quarantined for an admin to look at."""
LONGEST = 86_400.0
"""Seconds that a platform may ask us to wait for."""
RESEND_SECONDS = 10.0
"""About how long after an unknown outcome a delivery is sent once more."""

PUBLISH_DIGEST, PUBLISH_STORY = 3, 4
"""The priorities of what is passed on: after all else, and what holds many stories first."""

CUT_OFF = "the bot stopped while sending"
NEVER_LEFT = "the bot could not begin to send it"

Parts = tuple[str, ...]
"""The messages of a delivery that are out."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a platform is sent to. ``idempotent``: a repeated send shows once; ``resend``: where it may show twice, one
    whose outcome is unknown is sent once more all the same."""

    idempotent: bool
    resend: bool = False

    def repeats(self, delivery: Delivery) -> bool:
        """Whether doing it twice shows no more than doing it once."""
        return self.idempotent or delivery.kind in {"edit", "retract", "publish"}


def heard(delivery: Delivery, answer: SendOutcome, manner: Manner) -> Heard | None:
    """What the answer says of its platform; None: nothing, since it is about this chat or a limit."""
    match answer:
        case RetryLater(tried=False) | RetryLater(limited=True) | RetryLater(whole_platform=True) | Unknown(final=True):
            return None
        case RetryLater(seconds=None, reached=reached):
            return "down" if reached else "unreachable"
        case RetryLater():
            return None
        case Unknown():
            return "down" if manner.repeats(delivery) else "unknown"
        case _:
            return "well"


def settlement(
    delivery: Delivery, answer: SendOutcome, parts: Parts, manner: Manner, health: Health, now: datetime
) -> Settlement:
    """What becomes of a delivery in flight that was answered so, after ``parts`` of it went out; ``health`` is its
    platform's, the answer included."""
    made = _settlement(delivery, answer, parts, manner, health, now)
    return replace(made, attempt=delivery.attempts, claimed=delivery.updated)


def _settlement(
    delivery: Delivery, answer: SendOutcome, parts: Parts, manner: Manner, health: Health, now: datetime
) -> Settlement:
    queued = Settlement(delivery.id, DeliveryState.QUEUED, message_ids=parts)
    match answer:
        case Sent(message_ids, publish, note):
            then = _publishing(delivery, now) if publish else None
            return Settlement(delivery.id, DeliveryState.SENT, note, message_ids, then=then)
        case RetryLater():
            return _again(delivery, answer, queued, health, now)
        case Unknown(reason, final) if not final and manner.repeats(delivery):
            return _again(delivery, RetryLater(reason), replace(queued, doubts=_doubts(delivery)), health, now)
        case Unknown(reason, final):
            return _doubted(delivery, reason, parts, now, resend=manner.resend and not final)
        case ChatGone(reason):
            return replace(queued, reason=reason)
        case Moved(to) if delivery.attempts < GIVE_UP:
            return replace(queued, reason=f"moved to {to}", message_ids=(NO_MESSAGE,) * len(parts), step="moved")
        case Moved(to):
            return _over(delivery, DeliveryState.QUARANTINED, f"moved to {to}, and on and on", parts)
        case Rejected(reason):
            return _over(delivery, DeliveryState.QUARANTINED, reason, parts)
        case Over(reason):
            lost = (NO_MESSAGE,) * max(1, len(delivery.message_ids))
            return _over(delivery, DeliveryState.DROPPED, reason, lost)


def cut_off(delivery: Delivery, manner: Manner, now: datetime) -> Settlement:
    """What becomes of one that somebody was sending who is no more: it may be out."""
    if manner.repeats(delivery):
        return Settlement(
            delivery.id,
            DeliveryState.QUEUED,
            CUT_OFF,
            doubts=_doubts(delivery),
            attempts=_uncounted(delivery),  # that we stopped is no failure of its own, however often
            step="retry",
            attempt=delivery.attempts,
        )
    return replace(_doubted(delivery, CUT_OFF, (), now, resend=manner.resend), attempt=delivery.attempts)


def never_left(delivery: Delivery) -> Settlement:
    """What becomes of one that was claimed, though we did not hear of it: nobody sent it."""
    attempts = max(0, delivery.attempts - 1)
    mine = Settlement(delivery.id, DeliveryState.QUEUED, NEVER_LEFT, attempts=attempts, attempt=delivery.attempts)
    return replace(mine, claimed=delivery.updated)


def _again(delivery: Delivery, answer: RetryLater, queued: Settlement, health: Health, now: datetime) -> Settlement:
    """Surely not accepted. It counts as an attempt only where it is the delivery's own failure."""
    told = answer.seconds is not None
    free = not answer.tried or answer.limited or answer.whole_platform
    own = not free and (told or health.blames)
    hopeless = not free and not told and health.outage.hopeless
    if hopeless or (own and not told and delivery.attempts >= GIVE_UP):
        return _over(delivery, DeliveryState.QUARANTINED, answer.reason, queued.message_ids)
    wait = asked(answer.seconds) if answer.seconds is not None else health.patience(delivery.attempts, delivery.id, now)
    attempts = delivery.attempts if own else _uncounted(delivery)
    step = "retry" if own or (not free and answer.reason != delivery.reason) else ""  # not each probe of an outage
    return replace(queued, reason=answer.reason, not_before=now + wait, attempts=attempts, step=step)


def _doubts(delivery: Delivery) -> int:
    """A post that may be out already, where it shows once: what takes it back must know."""
    return 1 if delivery.kind in {"post", "reply"} else 0


def asked(seconds: float | None) -> timedelta:
    """How long a platform asks us to wait, within reason: what is no number, or beyond a day, is a day."""
    wait = seconds or 0.0
    return timedelta(seconds=max(0.0, wait)) if wait <= LONGEST else timedelta(seconds=LONGEST)


def _uncounted(delivery: Delivery) -> int:
    """Its attempts without the last one, but never none: that it was tried before is known by them."""
    return max(1, delivery.attempts - 1)


def _doubted(delivery: Delivery, reason: str, parts: Parts, now: datetime, *, resend: bool) -> Settlement:
    """It may have arrived, and sending it again may show it twice: once that is a risk to take, not for ever."""
    if resend and delivery.doubts == 0:
        wait = backoff(1, str(delivery.id), base=RESEND_SECONDS)
        return Settlement(delivery.id, DeliveryState.QUEUED, reason, parts, now + wait, doubts=1, step="uncertain")
    return _over(delivery, DeliveryState.UNCERTAIN, reason, parts)


def _over(delivery: Delivery, state: DeliveryState, reason: str, parts: Parts) -> Settlement:
    return Settlement(delivery.id, state, reason, parts)


def _publishing(post: Delivery, now: datetime) -> PlannedDelivery:
    priority = PUBLISH_STORY if post.digest.occasion == "story" else PUBLISH_DIGEST
    return PlannedDelivery(post.chat_id, "publish", post.digest, priority, now, target=post.id)
