"""What of a chat's waiting stories is posted now, one by one or as one digest, and what waits on. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.domain.models import Occasion, Outcome, Subscription
from newsbot.domain.plan.absence import AWAY
from newsbot.domain.plan.bounds import BUSY_POSTS, Bounds, Held, evening, recent
from newsbot.domain.plan.fanning import SETTLE
from newsbot.domain.schedule import quiet_until

BURST = 3
"""So many stories at once are posted one by one; more become one digest, and one only within the busy window."""

LATE = timedelta(minutes=2)
"""A story that was due so long ago was held up by what its chat had to get before: what comes then comes together."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A waiting story with what its importance is judged by. ``updated`` is its latest article's time."""

    outcome: Outcome
    sources: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """One delivery to be: the stories shown, in order, and those counted as "N more"."""

    occasion: Occasion
    shown: tuple[Outcome, ...]
    more: tuple[Outcome, ...] = ()


def called(post: Post, orders: Iterable[Subscription]) -> tuple[str, ...]:
    """The roles that a post calls: those of the orders that brought its stories, each once."""
    brought = {reason.label for outcome in post.shown for reason in outcome.reasons}
    return tuple(dict.fromkeys(o.ping for o in orders if o.ping and o.label in brought and not o.paused))


@dataclass(frozen=True, slots=True)
class Composition:
    """What to do with a chat's waiting stories: posts to make, and stories to ``hold``, why and until when."""

    posts: tuple[Post, ...] = ()
    hold: tuple[Outcome, ...] = ()
    held: Held | None = None


def by_importance(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The most important first: told by more sources, matched by more subscriptions, newer."""
    return sorted(candidates, key=lambda c: (-c.sources, -len(c.outcome.reasons), -c.updated.timestamp()))


def compose(
    bounds: Bounds,
    waiting: Iterable[Candidate],
    posted: Sequence[datetime],
    occasion: Occasion,
    now: datetime,
    *,
    paced: bool = True,
    away: bool = False,
) -> Composition:
    """What to post in a chat now. ``posted``: when its posts since ``bounds.since(now)`` were planned; ``occasion``: of
    its schedule; ``away``: the bot is just back. Not ``paced``: nobody would post later what a rush makes wait.

    Nothing is posted within quiet hours: what was due comes as one digest after them. Once the day's posts are posted,
    what comes instantly or hourly waits for one digest in the evening. What was held up, or came while the bot was
    away, comes as one digest, and so does whatever a schedule brings due; more than a few instant stories at once, or
    after many posts, become one too.
    """
    candidates = {c.outcome.story_id: c for c in waiting}
    due = [candidates[o.story_id] for o in due_now([c.outcome for c in candidates.values()], now)]
    if not due:
        return Composition()
    if until := quiet_until(bounds.quiet, bounds.zone, now):
        return _hold(due, Held("quiet", until))
    gathered = _gathered(due, now, away=away) if paced else _rested(due)
    urgent = all(c.outcome.urgent for c in due)
    bounded = (urgent or occasion == "hourly") and gathered in {None, "quiet"}
    room = bounds.room(posted, now) if bounded else BURST
    if room == 0:
        return _hold(due, Held("ceiling", evening(bounds.zone, now)))
    if gathered or not urgent:
        return Composition((_digest(gathered or occasion, due, bounds.max_items),))
    return _instant(due, recent(posted, now) if paced else (), room, bounds.max_items, now)


def _gathered(due: Sequence[Candidate], now: datetime, *, away: bool) -> Occasion | None:
    """Why what is due comes as one digest, however little it is; None when it need not."""
    return "catchup" if away or _late(due, now) >= AWAY else _rested(due)


def _rested(due: Sequence[Candidate]) -> Occasion | None:
    notes = {c.outcome.note for c in due}
    return "evening" if "ceiling" in notes else "quiet" if "quiet" in notes else None


def _late(due: Iterable[Candidate], now: datetime) -> timedelta:
    return max((now - c.outcome.due for c in due if c.outcome.due), default=timedelta(0))


def _instant(
    due: Sequence[Candidate], rush: Sequence[datetime], room: int, max_items: int, now: datetime
) -> Composition:
    if len(rush) >= BUSY_POSTS or (rush and len(due) > BURST):
        return _hold(due, Held.busy(rush))
    if len(due) > min(BURST, room) or _late(due, now) > LATE:
        return Composition((_digest("burst", due, max_items),))
    ordered = sorted(due, key=lambda c: c.updated)
    return Composition(tuple(Post("story", (c.outcome,)) for c in ordered))


def _hold(due: Iterable[Candidate], held: Held) -> Composition:
    return Composition(hold=tuple(c.outcome for c in due), held=held)


def _digest(occasion: Occasion, candidates: Iterable[Candidate], max_items: int) -> Post:
    ordered = [c.outcome for c in by_importance(candidates)]
    if len(ordered) == 1:
        occasion = "story"
    return Post(occasion, tuple(ordered[:max_items]), tuple(ordered[max_items:]))


def due_now(waiting: Sequence[Outcome], now: datetime) -> list[Outcome]:
    """The waiting stories of a chat whose time has come. With them go instant ones that have not settled yet: each
    would be the next post within seconds."""

    def is_due(outcome: Outcome, at: datetime) -> bool:
        return outcome.due is None or outcome.due <= at

    if not any(is_due(outcome, now) for outcome in waiting):
        return []
    return [outcome for outcome in waiting if is_due(outcome, now + SETTLE if outcome.urgent else now)]


def due_anew(waiting: Iterable[Outcome], orders: Sequence[Subscription], now: datetime) -> list[Outcome]:
    """The waiting stories that are due at another moment since quiet hours, the posts of a day, the time zone or the
    time of an order are others, as they are now. What was due is due at once: should it have to wait still, it is held
    again."""
    made = [(o, _due_anew(o, orders, now)) for o in waiting]
    return [new for old, new in made if new != old]


def _due_anew(story: Outcome, orders: Sequence[Subscription], now: datetime) -> Outcome:
    if story.note == "quiet":
        return replace(story, due=now)
    if story.note == "ceiling":
        return replace(story, due=now, note="")  # it is not evening yet
    labels = {reason.label for reason in story.reasons}
    live = [order for order in orders if order.label in labels and not order.paused]
    if story.urgent or not live or (story.due is not None and story.due <= now):
        return story
    if any(order.when.kind == "instant" for order in live):
        return replace(story, due=now, urgent=True)
    return replace(story, due=min((order.next_due for order in live if order.next_due), default=now))
