"""The whole way of a story to a chat, moment by moment: what its rows tell, in one line of time. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsbot.domain.models import Article, Delivery, DeliveryState, Outcome, OutcomeState, Step, Story


@dataclass(frozen=True, slots=True)
class Passage:
    """One moment on the way: when, what and, for some, more of it (a feed's name, a planner's note, a platform's words,
    who did it). ``kind`` is a :data:`newsbot.domain.models.StepKind`, or one of "published", "stored" (``detail``: by
    which feed), "story" (it joined a story that was there), "planned" (it concerned the chat), "left_out" (``detail``:
    the note), "queued", "sent" (``detail``: what had to be left out), "edited", "replied", "retracted", "changing" and
    "answering" (when an edit or a reply that waits may go), "due" (when a story that waits may go), "next" (when what
    failed is tried again)."""

    at: datetime
    kind: str
    detail: str = ""
    delivery_id: int | None = None


_DONE = {"edit": "edited", "reply": "replied", "retract": "retracted", "post": "sent", "publish": "published_on"}
_COMING = {"edit": "changing", "reply": "answering"}


def arrival(article: Article, story: Story | None) -> Iterator[Passage]:
    """How an article came to be known."""
    if article.published is not None:
        yield Passage(article.published, "published")
    if article.fetched is not None:
        yield Passage(article.fetched, "stored", article.source)
        if story is not None and story.articles > 1 and story.first < article.fetched:
            yield Passage(article.fetched, "story")  # whose headline may be a secret of other chats


def concern(outcome: Outcome) -> Iterator[Passage]:
    """How it came to concern the chat, or not."""
    labels = ", ".join(reason.label for reason in outcome.reasons)
    if outcome.state is OutcomeState.SKIPPED:
        yield from [Passage(outcome.at, "left_out", outcome.note)] if outcome.at else ()
    elif outcome.at is not None and outcome.delivery_id is None:
        yield Passage(outcome.at, "planned", labels)
    if outcome.state is OutcomeState.WAITING and outcome.due is not None:
        yield Passage(outcome.due, "due", outcome.note)


def carried(deliveries: Iterable[Delivery]) -> Iterator[Passage]:
    """What became of a post, and of what was done to it."""
    for delivery in deliveries:
        if delivery.created is not None and delivery.kind == "post":
            yield Passage(delivery.created, "queued", delivery.digest.occasion, delivery.id)
        if delivery.sent_at is not None:
            yield Passage(delivery.sent_at, _DONE[delivery.kind], delivery.reason, delivery.id)
        elif delivery.kind in _COMING and delivery.state is DeliveryState.QUEUED and delivery.not_before is not None:
            yield Passage(delivery.not_before, _COMING[delivery.kind], delivery.reason, delivery.id)
        elif retrying(delivery) and delivery.not_before is not None:
            yield Passage(delivery.not_before, "next", delivery.reason, delivery.id)


def settled(deliveries: Iterable[Delivery], steps: Sequence[Step]) -> Iterator[Passage]:
    """The ends of deliveries of which no step tells."""
    told = {(step.delivery_id, step.kind) for step in steps}
    for delivery in deliveries:
        kind = {
            DeliveryState.UNCERTAIN: "uncertain", DeliveryState.QUARANTINED: "quarantined",
            DeliveryState.DROPPED: "dropped",
        }.get(delivery.state)  # fmt: skip
        if kind and delivery.updated is not None and (delivery.id, kind) not in told:
            yield Passage(delivery.updated, kind, delivery.reason, delivery.id)


def retrying(delivery: Delivery) -> bool:
    """Whether it failed before and is to be tried again."""
    return delivery.state is DeliveryState.QUEUED and delivery.attempts > 0 and bool(delivery.reason)


def way(
    article: Article | None,
    story: Story | None,
    outcome: Outcome | None,
    deliveries: Sequence[Delivery],
    steps: Sequence[Step],
) -> tuple[Passage, ...]:
    """All of it, in order of time; what comes at the same time in order of cause. ``deliveries``: the post and what was
    done to it."""
    made = [
        *(arrival(article, story) if article else ()),
        *(concern(outcome) if outcome else ()),
        *(passage for delivery in deliveries for passage in carried([delivery])),
        *(Passage(step.at, step.kind, step.detail, step.delivery_id) for step in steps),
        *settled(deliveries, steps),
    ]
    return tuple(sorted(dict.fromkeys(made), key=lambda passage: passage.at))
