"""Which stories concern a chat, through which orders and from when on; and which that wait do no more. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.domain.lessons import LEARNED, Narrow
from newsbot.domain.models import (
    Article,
    Chat,
    Match,
    Mute,
    Outcome,
    OutcomeState,
    Reason,
    Subscription,
)  # fmt: skip

SETTLE = timedelta(seconds=2)
"""An instant story waits this long, so that what arrives together is posted together."""

WEEK = timedelta(days=7)


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


def outdated(waiting: Outcome, orders: Iterable[Subscription], age: timedelta, now: datetime) -> bool:
    """Whether a story has waited longer than ``age`` (what comes once a week: and a week), so that it is no news."""
    brought = {reason.label for reason in waiting.reasons}
    weekly = any(order.when.kind == "weekly" and order.label in brought for order in orders)
    return waiting.at is not None and now - waiting.at > (age + WEEK if weekly else age)


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
