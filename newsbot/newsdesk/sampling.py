"""What a new standing order begins with: the topic's past found; for an instant one the newest story at once, for a
scheduled one what its first digest would have held, had it been placed long before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.domain import plan
from newsbot.domain.lessons import narrowing
from newsbot.domain.models import Article, Chat, Match, NewFeed, Outcome, OutcomeState, Subscription, WhenKind
from newsbot.errors import QueryError
from newsbot.newsdesk.matching import PREVIEW_DAYS, Preview, preview
from newsbot.newsdesk.tools import Tools

SAMPLE_DAYS = timedelta(days=7)
SAMPLE_ARTICLES = 300  # newest ones that are looked at for a sample
PERIODS: Mapping[WhenKind, timedelta] = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
}
"""What one digest covers."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What an order began with: ``stories`` that come at once, or once the chat is no longer ``held``; of a topic, the
    ``preview`` of its past."""

    stories: int = 0
    preview: Preview | None = None
    held: plan.Held | None = None


class Sampling:
    """Begins orders. Stories go the way of all stories: recorded as waiting, for the planner to compose."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def begin(self, chat: Chat, order: Subscription, *, sample: bool) -> Begun:
        """Store what the order's topic matched before it was matched live; then, with ``sample``, let the chat have
        what the config grants a new order: at once, or with the first digest."""
        past = await self._past(order)
        matches = {found.article.id: found.match for found in past.found} if past else {}
        seen = past.seen_by(await self._tools.own_feeds(chat)) if past else None
        wanted = await self._wanted(order) if sample else "none"
        if wanted == "none":
            return Begun(preview=seen)
        if order.next_due is not None:
            await self._fill(chat, order, matches, order.next_due)
            return Begun(preview=seen)
        now = self._tools.now()
        most = 1 if wanted == "latest" else SAMPLE_ARTICLES
        outcomes = await self._recent(chat, order, matches, now - SAMPLE_DAYS, most)
        if outcomes:
            await self._tools.storage.outbox.record([], [replace(outcome, due=now) for outcome in outcomes])
            self._tools.wake.notify("plan")
        return Begun(len(outcomes), seen, await self._held(chat))

    async def _fill(self, chat: Chat, order: Subscription, matches: Mapping[int, Match], due: datetime) -> None:
        """Let what is out already of the first digest's period wait for it: nobody shall be promised a digest that
        does not come."""
        outcomes = await self._recent(chat, order, matches, due - PERIODS[order.when.kind], SAMPLE_ARTICLES)
        if outcomes:
            await self._tools.storage.outbox.record([], outcomes)

    async def _held(self, chat: Chat) -> plan.Held | None:
        now = self._tools.now()
        bounds = plan.bounds_of(chat, self._tools.rules.defaults)
        posted = await self._tools.storage.outbox.posted_since(chat.id, bounds.since(now))
        return plan.held(bounds, posted, now)

    async def _past(self, order: Subscription) -> Preview | None:
        """A topic's matches of the last month, stored, so that it can be read back; None for other orders."""
        if order.what.kind != "topic":
            return None
        topic = await self._tools.storage.topics.get(int(order.what.ref))
        if topic is None:
            return None
        try:
            seen = await preview(self._tools, topic.definition, PREVIEW_DAYS, topic.id)
        except QueryError:  # a ready-made topic without words: the config's check names it
            return None
        await self._tools.storage.articles.add_matches(topic.id, [(f.article.id, f.match) for f in seen.found])
        return seen

    async def _wanted(self, order: Subscription) -> NewFeed:
        if order.what.kind == "feed" and (feed := await self._tools.storage.feeds.get(int(order.what.ref))):
            return feed.new_feed
        return self._tools.rules.defaults.new_feed

    async def _recent(
        self, chat: Chat, order: Subscription, matches: Mapping[int, Match], since: datetime, most: int
    ) -> list[Outcome]:
        """Up to ``most`` stories that came ``since``, newest first, that the chat has not met."""
        storage, now = self._tools.storage, self._tools.now()
        own = await self._tools.own_feeds(chat)
        found = await storage.articles.latest(order.what, SAMPLE_ARTICLES, since=since, own=own)
        known = await storage.outbox.outcomes(chat.id, [a.story_id for a in found if a.story_id is not None])
        mutes = await storage.chats.mutes(chat.id)
        made: dict[int, Outcome] = {}
        for article in found:
            story_id = article.story_id
            if story_id is None or story_id in known or story_id in made:
                continue
            judged = plan.Judged(article, story_id, _of_topic(order, article, matches))
            narrow = narrowing(article, self._tools.analyzer, self._tools.lexicon, now)
            outcome = plan.outcome(chat, [order], mutes, judged, now, narrow)
            if outcome is not None and outcome.state is not OutcomeState.SKIPPED:
                made[story_id] = outcome
            if len(made) == most:
                break
        return list(made.values())


def _of_topic(order: Subscription, article: Article, matches: Mapping[int, Match]) -> dict[int, Match]:
    """The topic's match of an article that its matches led us to; without words where it was matched long before."""
    if order.what.kind != "topic":
        return {}
    topic_id = int(order.what.ref)
    return {topic_id: matches.get(article.id) or Match(topic_id, 1.0, ())}
