"""Why a story was, or was not, posted here."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from newsbot.domain import plan
from newsbot.domain.digest import summarise
from newsbot.domain.lessons import narrowing
from newsbot.domain.match import matches
from newsbot.domain.missing import Missing, missing
from newsbot.domain.models import (
    Article,
    Chat,
    Delivery,
    DeliveryState,
    DigestStory,
    Hold,
    Match,
    Outcome,
    OutcomeState,
    Step,
    Story,
    Subscription,
)  # fmt: skip
from newsbot.domain.query import compile_topic
from newsbot.domain.urls import canonical
from newsbot.errors import NotFound, QueryError
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.tools import Tools
from newsbot.newsdesk.ways import Passage, retrying, way

Verdict = Literal["shown", "more", "waiting", "skipped", "uncovered", "judging", "silent", "earlier"]
Standing = Literal[
    "", "queued", "sending", "retrying", "sent", "uncertain", "quarantined", "dropped", "withdrawn",
    "paused", "stopped", "resting",
]  # fmt: skip
"""How it is with what was to be posted: its delivery's state; taken back; or what keeps all posts from the chat: it is
paused, an admin has stopped posting, or the platform rests for a while. "" where none of that is known or matters."""

MOST_MISSED = 3
"""Orders of which is told why they do not cover an article."""


@dataclass(frozen=True, slots=True)
class Missed:
    """An order that does not cover the article: ``missing`` of its topic, or what its own words leave out (None)."""

    order: Subscription
    missing: Missing | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of an article's story in a chat.

    ``verdict``: an outcome's state; or, with no outcome: "uncovered" (no order here covers it), "judging" (it has
    just arrived), "silent" (stored without announcing: it was there before the feed was), "earlier" (covered now,
    but it came before the order). ``note`` is the outcome's; ``orders`` cover it as things are now; ``missed`` are some
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


class Explaining:
    """Answers "why"."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def link(self, asker: Asker, url: str) -> Explanation:
        """Why the article at ``url`` was, or was not, posted in the asker's chat. Raises NotFound."""
        chat = await self._tools.known(asker)
        stored = await self._tools.storage.articles.by_url(url, canonical(url))
        found = plan.seen_by(stored, await self._tools.own_feeds(chat))
        if not found:
            raise NotFound("no_such_article", url=url)
        explained = [await self._explain(chat, article) for article in found]
        return min(explained, key=lambda e: e.outcome is None)

    async def story(self, asker: Asker, story_id: int) -> Explanation:
        """Why a story was, or was not, posted in the asker's chat. Raises NotFound."""
        chat = await self._tools.known(asker)
        stored = (await self._tools.storage.articles.of_stories([story_id])).get(story_id, ())
        found = plan.seen_by(stored, await self._tools.own_feeds(chat))
        if not found:
            raise NotFound("story_gone")
        outcome = await self._outcome(chat, story_id)
        came = next((a for a in found if outcome and a.id == outcome.article_id), found[0])
        explained, told = await self._explain(chat, came), await self._told(chat, found)
        return replace(explained, told=told)

    async def _told(self, chat: Chat, articles: Sequence[Article]) -> DigestStory:
        """The story as the chat's posts tell it: a muted source has no say in that, if there are others."""
        mutes = await self._tools.storage.chats.mutes(chat.id) if chat.id else []
        muted = {mute.ref for mute in mutes if mute.kind == "source"}
        shown = [a for a in articles if str(a.feed_id) not in muted] or list(articles)
        return await asyncio.to_thread(summarise, shown, self._tools.analyzer)

    async def _explain(self, chat: Chat, article: Article) -> Explanation:
        if article.story_id is None:
            return Explanation(article, "judging")
        story = (await self._tools.storage.articles.stories([article.story_id])).get(article.story_id)
        outcome = await self._outcome(chat, article.story_id)
        orders, missed = await self._orders(chat, article, article.story_id)
        verdict = _verdict(article, outcome, covered=bool(orders))
        found = Explanation(article, verdict, outcome, story, orders, missed=missed)
        return await self._delivered(chat, found, article.story_id)

    async def _delivered(self, chat: Chat, found: Explanation, story_id: int) -> Explanation:
        """``found`` with what became of the post, where it came so far."""
        storage, outcome = self._tools.storage, found.outcome
        withdrawn = bool(await storage.articles.withdrawn([story_id]))
        if outcome is None:
            return replace(found, withdrawn=withdrawn)
        post = await storage.outbox.get(outcome.delivery_id) if outcome.delivery_id else None
        holds = await storage.holds.standing(self._tools.now())
        return replace(
            found,
            withdrawn=withdrawn,
            post=post,
            changes=tuple(await storage.outbox.of_target(post.id)) if post else (),
            steps=tuple(await storage.outbox.steps(chat.id, story_id)),
            hold=next((hold for hold in holds if hold.platform in ("", chat.key.platform)), None),
            paused=chat.paused,
        )

    async def _outcome(self, chat: Chat, story_id: int) -> Outcome | None:
        return (await self._tools.storage.outbox.outcomes(chat.id, [story_id])).get(story_id) if chat.id else None

    async def _orders(
        self, chat: Chat, article: Article, story_id: int
    ) -> tuple[tuple[Subscription, ...], tuple[Missed, ...]]:
        """The chat's orders that cover the article now, and some that come near: those whose topic, or whose own
        words, keep them from it."""
        orders = await self._tools.orders(chat)
        topics = {int(o.what.ref) for o in orders if o.what.kind == "topic"}
        hits, misses = await self._matches(article, topics)
        judged = plan.Judged(article, story_id, hits)
        narrow = narrowing(article, self._tools.analyzer, self._tools.lexicon, self._tools.now())
        near = [o for o in orders if plan.covers(o, judged)]
        covering = tuple(o for o in near if not narrow(o))
        missed = [Missed(o, None) for o in near if o not in covering]
        missed += [
            Missed(o, misses[int(o.what.ref)]) for o in orders if o.what.kind == "topic" and int(o.what.ref) in misses
        ]
        return covering, tuple(missed[:MOST_MISSED])

    async def _matches(self, article: Article, topic_ids: set[int]) -> tuple[dict[int, Match], dict[int, Missing]]:
        """Of the topics, those that match the article, and what kept the others from it."""
        tools = self._tools
        analyzed = tools.analyzer.article(article.title, article.text, article.language)
        hits: dict[int, Match] = {}
        misses: dict[int, Missing] = {}
        for topic in await tools.storage.topics.some(sorted(topic_ids)):
            try:
                query = compile_topic(topic.definition, tools.analyzer, tools.lexicon)
            except QueryError:
                continue
            if match := matches(query, analyzed, tools.lexicon, topic.id):
                hits[topic.id] = match
            elif lacking := missing(query, analyzed, tools.lexicon):
                misses[topic.id] = lacking
        return hits, misses


def _verdict(article: Article, outcome: Outcome | None, *, covered: bool) -> Verdict:
    if outcome is not None:
        states: dict[OutcomeState, Verdict] = {
            OutcomeState.SHOWN: "shown",
            OutcomeState.MORE: "more",
            OutcomeState.WAITING: "waiting",
            OutcomeState.SKIPPED: "skipped",
        }
        return states[outcome.state]
    if not covered:
        return "uncovered"
    return "earlier" if article.announce else "silent"
