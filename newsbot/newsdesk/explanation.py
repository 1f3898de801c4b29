"""What is to be said of why a story was, or was not, posted: values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from newsbot.domain.missing import Missing
from newsbot.domain.models import (
    Article,
    Delivery,
    DeliveryState,
    DigestStory,
    Hold,
    Outcome,
    Step,
    Story,
    Subscription,
)  # fmt: skip
from newsbot.newsdesk.ways import Passage, retrying, way

Verdict = Literal["shown", "more", "waiting", "skipped", "uncovered", "judging", "silent", "old", "earlier"]
Standing = Literal[
    "", "queued", "sending", "retrying", "sent", "uncertain", "quarantined", "dropped", "withdrawn",
    "paused", "stopped", "resting",
]  # fmt: skip
"""How it is with what was to be posted: its delivery's state; taken back; or what keeps all posts from the chat: it is
paused, an admin has stopped posting, or the platform rests for a while. "" where none of that is known or matters."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An order that does not cover the article: ``missing`` of its topic, or what its own words leave out (None)."""

    order: Subscription
    missing: Missing | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of an article's story in a chat.

    ``verdict``: an outcome's state; or, with no outcome: "uncovered" (no order here covers it), "judging" (it has
    just arrived), "silent" (stored without announcing: it was there before the feed was), "old" (it was no news any
    more when it was read), "earlier" (covered now, but it came before the order). ``note`` is the outcome's;
    ``orders`` cover it as things are now; ``missed`` are some
    that come near and do not; ``told``: the story as posts tell it, where it was a story that was asked about.

    ``post`` shows or counts it, ``changes`` are the edits, replies and retracts of that, oldest first; ``steps`` are
    what else happened on the way; ``hold`` and ``paused`` keep all posts from the chat; ``withdrawn``: the story was
    taken back.
    """

    article: Article
    verdict: Verdict
    outcome: Outcome | None = None
    story: Story | None = None
    orders: tuple[Subscription, ...] = ()
    told: DigestStory | None = None
    missed: tuple[Missed, ...] = ()
    post: Delivery | None = None
    changes: tuple[Delivery, ...] = ()
    steps: tuple[Step, ...] = ()
    hold: Hold | None = None
    paused: str = ""
    withdrawn: bool = False

    @property
    def standing(self) -> Standing:
        """How it is with its post now, or with what keeps it from being posted."""
        if self.withdrawn:
            return "withdrawn"
        if self.verdict not in {"shown", "more", "waiting"}:
            return ""
        if self.post is not None and self.post.state is not DeliveryState.QUEUED:
            return _STANDINGS[self.post.state]
        return self._kept() or self._queued()

    def _kept(self) -> Standing:
        if self.hold is not None:
            return "resting" if self.hold.until else "stopped"
        return "paused" if self.paused else ""

    def _queued(self) -> Standing:
        if self.post is None:
            return ""
        return "retrying" if retrying(self.post) else "queued"

    @property
    def edits(self) -> list[Delivery]:
        """The changes of its post that went out, oldest first."""
        return [change for change in self.changes if change.kind == "edit" and change.state is DeliveryState.SENT]

    @property
    def growth(self) -> Literal["", "coming", "none"]:
        """Whether its post, which was out before the article was read, is still to be brought up to date by it, or is
        not; "" where the post was made with it or has been edited since."""
        read, sent = self.article.fetched, self.post.sent_at if self.post else None
        if read is None or sent is None or read <= sent or any(e.sent_at and e.sent_at >= read for e in self.edits):
            return ""
        under_way = {DeliveryState.QUEUED, DeliveryState.SENDING}
        return "coming" if any(c.kind == "edit" and c.state in under_way for c in self.changes) else "none"

    @property
    def way(self) -> tuple[Passage, ...]:
        """The whole way of it to the chat, moment by moment."""
        deliveries = (*((self.post,) if self.post else ()), *self.changes)
        return way(self.article, self.story, self.outcome, deliveries, self.steps)

    @property
    def headline(self) -> str:
        """The headline that a post about the story has, or the article's own where that was asked for."""
        return self.told.headline if self.told else self.article.title

    @property
    def url(self) -> str:
        """What the headline links to."""
        return self.told.url if self.told else self.article.url

    @property
    def note(self) -> str:
        """Why it waits or was left out, as the planner put it."""
        return self.outcome.note if self.outcome else ""


_STANDINGS: Mapping[DeliveryState, Standing] = {
    DeliveryState.SENDING: "sending",
    DeliveryState.SENT: "sent",
    DeliveryState.UNCERTAIN: "uncertain",
    DeliveryState.QUARANTINED: "quarantined",
    DeliveryState.DROPPED: "dropped",
}
