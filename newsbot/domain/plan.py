"""What goes to which chat, and in what form: fan-out of articles to subscriptions, and of stories to posts. Pure.

Two decisions, both over plain values:

- :func:`outcome` : does this article's story concern this chat, through which subscriptions, and from when on?
- :func:`compose` : of the stories that wait in a chat, which are posted now, one by one or as one digest?
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsbot.domain.lessons import LEARNED, Narrow
from newsbot.domain.models import (
    Article,
    Chat,
    Match,
    Mute,
    Occasion,
    Outcome,
    OutcomeState,
    Reason,
    Subscription,
)  # fmt: skip
from newsbot.domain.schedule import quiet_until

SETTLE = timedelta(seconds=2)
"""An instant story waits this long, so that what arrives together is posted together."""

BURST = 3
"""So many stories at once are posted one by one; more become one digest, and one only within the window below."""

BUSY_WINDOW = timedelta(minutes=10)
BUSY_POSTS = 6
"""After so many posts within the window, a chat's instant stories wait for it to pass and come as one digest."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An article with its story and the topics that it matches: what the planner works on."""

    article: Article
    story_id: int
    matches: Mapping[int, Match]


def covers(subscription: Subscription, judged: Judged) -> Reason | None:
    """Why ``subscription`` (its narrowing query aside) covers the article; None when it does not."""
    what, article = subscription.what, judged.article
    match what.kind:
        case "everything":
            hit = True
        case "category":
            hit = article.category.casefold() == what.ref.casefold()
        case "feed":
            hit = str(article.feed_id) == what.ref
        case "topic":
            found = judged.matches.get(int(what.ref))
            return Reason(subscription.label, found.words, found.topic_id) if found else None
    return Reason(subscription.label) if hit else None


def own_feeds(subscriptions: Iterable[Subscription]) -> set[int]:
    """The feeds that a chat subscribes to as such: of the private ones, it is shown these and no others."""
    return {int(s.what.ref) for s in subscriptions if s.what.kind == "feed"}


def seen_by(articles: Iterable[Article], own: Collection[int]) -> list[Article]:
    """The tellings of a story that are no secret to a chat: of private feeds only its ``own`` are."""
    return [article for article in articles if not article.private or article.feed_id in own]


def veto(chat: Chat, mutes: Iterable[Mute], judged: Judged, reasons: Sequence[Reason]) -> str:
    """Why a story that a chat's subscriptions cover is kept from it all the same; "" when it is not."""
    wanted = chat.settings.languages
    if wanted and judged.article.language and judged.article.language not in wanted:
        return f"language:{judged.article.language}"
    muted = {(mute.kind, mute.ref) for mute in mutes}
    if ("source", str(judged.article.feed_id)) in muted:
        return "muted:source"
    if ("story", str(judged.story_id)) in muted:
        return "muted:story"
    if reasons and all(r.topic_id is not None and ("topic", str(r.topic_id)) in muted for r in reasons):
        return "muted:topic"
    return ""


def lapsed(
    chat: Chat,
    waiting: Outcome,
    subscriptions: Iterable[Subscription],
    mutes: Sequence[Mute],
    told: Iterable[tuple[Article, Narrow]],
) -> str:
    """Why a story that waits is kept from the chat after all: what brought it has ended or rests ("ended"), or all
    its tellings (``told``) have become unwanted; "" when it is not. A wish counts at once, not from the next story on.
    """
    brought = {reason.label for reason in waiting.reasons}
    live = [s for s in subscriptions if s.label in brought and not s.paused]
    if not live:
        return "ended"
    notes = [
        veto(chat, mutes, Judged(article, waiting.story_id, {}), waiting.reasons) or _unlearned(live, narrow)
        for article, narrow in told
    ]
    return notes[0] if notes and all(notes) else ""


def _unlearned(orders: Iterable[Subscription], narrow: Narrow) -> str:
    """What all of the orders have learned to leave an article out for; "" when one of them has not. What they were
    narrowed by from the beginning has had its say."""
    notes = [narrow(replace(order, query="")) for order in orders]
    return notes[0] if all(notes) else ""


def outcome(
    chat: Chat,
    subscriptions: Sequence[Subscription],
    mutes: Iterable[Mute],
    judged: Judged,
    now: datetime,
    narrow: Narrow,
) -> Outcome | None:
    """What becomes of the article's story in ``chat``; None when none of its subscriptions covers it. What a private
    feed brings, other subscriptions cover only where one is to the feed itself.

    ``narrow`` tells whether a subscription, narrowed by its query and its lessons, wants the article.
    """
    if not seen_by([judged.article], own_feeds(subscriptions)):
        return None
    asked = [(s, r, narrow(s)) for s in subscriptions if (r := covers(s, judged))]
    covering = [(s, r) for s, r, note in asked if not note]
    if not covering:
        return _left_out(chat, [(r, note) for _, r, note in asked if note.startswith(LEARNED)], judged, now)
    reasons = tuple(dict.fromkeys(reason for _, reason in covering))
    made = Outcome(chat.id, judged.story_id, judged.article.id, reasons, at=now)
    if note := veto(chat, mutes, judged, reasons):
        return replace(made, state=OutcomeState.SKIPPED, note=note)
    urgent = any(s.when.kind == "instant" for s, _ in covering)
    due = now + SETTLE if urgent else min((s.next_due for s, _ in covering if s.next_due), default=now)
    return replace(made, due=due, urgent=urgent)


def _left_out(chat: Chat, taught: Sequence[tuple[Reason, str]], judged: Judged, now: datetime) -> Outcome | None:
    """The record of what comes no longer for what subscriptions have learned; None when they learned nothing of it."""
    if not taught:
        return None
    reasons = tuple(dict.fromkeys(reason for reason, _ in taught))
    note = taught[0][1]
    return Outcome(chat.id, judged.story_id, judged.article.id, reasons, OutcomeState.SKIPPED, note, at=now)


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
    """What to do with a chat's waiting stories: posts to make, and stories to ``hold`` ``until``, with a note."""

    posts: tuple[Post, ...] = ()
    hold: tuple[Outcome, ...] = ()
    until: datetime | None = None
    note: str = ""


def by_importance(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The most important first: told by more sources, matched by more subscriptions, newer."""
    return sorted(candidates, key=lambda c: (-c.sources, -len(c.outcome.reasons), -c.updated.timestamp()))


def _digest(occasion: Occasion, candidates: Iterable[Candidate], max_items: int) -> Post:
    ordered = [c.outcome for c in by_importance(candidates)]
    if len(ordered) == 1:
        occasion = "story"
    return Post(occasion, tuple(ordered[:max_items]), tuple(ordered[max_items:]))


def _recent(posted: Iterable[datetime], now: datetime) -> list[datetime]:
    return sorted(at for at in posted if at > now - BUSY_WINDOW)


def _instant(due: Sequence[Candidate], posted: Sequence[datetime], max_items: int, now: datetime) -> Composition:
    rested = any(c.outcome.note == "quiet" for c in due)
    recent = _recent(posted, now)
    if len(recent) >= BUSY_POSTS or (recent and len(due) > BURST and not rested):
        return Composition(hold=tuple(c.outcome for c in due), until=recent[0] + BUSY_WINDOW, note="busy")
    if rested or len(due) > BURST:
        return Composition((_digest("quiet" if rested else "burst", due, max_items),))
    ordered = sorted(due, key=lambda c: c.updated)
    return Composition(tuple(Post("story", (c.outcome,)) for c in ordered))


def compose(
    chat: Chat,
    waiting: Iterable[Candidate],
    posted: Sequence[datetime],
    zone: ZoneInfo,
    max_items: int,
    occasion: Occasion,
    now: datetime,
) -> Composition:
    """What to post in ``chat`` now. ``posted``: when its latest posts were planned; ``occasion``: of its schedule.

    Nothing is posted within quiet hours: what was due comes as one digest after them. Whatever a schedule brings due
    is one digest; more than a few instant stories at once, or after many posts, become one too.
    """
    candidates = {c.outcome.story_id: c for c in waiting}
    due = [candidates[o.story_id] for o in due_now([c.outcome for c in candidates.values()], now)]
    if not due:
        return Composition()
    if until := quiet_until(chat.settings.quiet, zone, now):
        return Composition(hold=tuple(c.outcome for c in due), until=until, note="quiet")
    if all(c.outcome.urgent for c in due):
        return _instant(due, posted, max_items, now)
    rested = any(c.outcome.note == "quiet" for c in due)
    return Composition((_digest("quiet" if rested else occasion, due, max_items),))


@dataclass(frozen=True, slots=True)
class Held:
    """Why what is due in a chat waits ("quiet", "busy"), and until when."""

    note: str
    until: datetime


def held(chat: Chat, posted: Sequence[datetime], zone: ZoneInfo, now: datetime) -> Held | None:
    """What an instant story that becomes due now will wait for; None when it comes at once."""
    if until := quiet_until(chat.settings.quiet, zone, now):
        return Held("quiet", until)
    recent = _recent(posted, now)
    return Held("busy", recent[0] + BUSY_WINDOW) if len(recent) >= BUSY_POSTS else None


def due_anew(waiting: Iterable[Outcome], orders: Sequence[Subscription], now: datetime) -> list[Outcome]:
    """The waiting stories that are due at another moment since quiet hours, the time zone or the time of an order are
    others, as they are now. What was due is due at once: should hours be quiet still, it is held again."""
    made = [(o, _due_anew(o, orders, now)) for o in waiting]
    return [new for old, new in made if new != old]


def _due_anew(story: Outcome, orders: Sequence[Subscription], now: datetime) -> Outcome:
    if story.note == "quiet":
        return replace(story, due=now)
    labels = {reason.label for reason in story.reasons}
    live = [order for order in orders if order.label in labels and not order.paused]
    if story.urgent or not live or (story.due is not None and story.due <= now):
        return story
    if any(order.when.kind == "instant" for order in live):
        return replace(story, due=now, urgent=True)
    return replace(story, due=min((order.next_due for order in live if order.next_due), default=now))


def due_now(waiting: Sequence[Outcome], now: datetime) -> list[Outcome]:
    """The waiting stories of a chat whose time has come. With them go instant ones that have not settled yet: each
    would be the next post within seconds."""

    def is_due(outcome: Outcome, at: datetime) -> bool:
        return outcome.due is None or outcome.due <= at

    if not any(is_due(outcome, now) for outcome in waiting):
        return []
    return [outcome for outcome in waiting if is_due(outcome, now + SETTLE if outcome.urgent else now)]
