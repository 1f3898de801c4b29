"""Why a story was, or was not, posted here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from newsbot.domain import plan
from newsbot.domain.digest import summarise
from newsbot.domain.lessons import narrowing
from newsbot.domain.match import matches
from newsbot.domain.models import Article, Chat, DigestStory, Match, Outcome, OutcomeState, Story, Subscription
from newsbot.domain.query import compile_topic
from newsbot.domain.urls import canonical
from newsbot.errors import NotFound, QueryError
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.tools import Tools

Verdict = Literal["shown", "more", "waiting", "skipped", "uncovered", "judging", "silent", "earlier"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What became of an article's story in a chat.

    ``verdict``: an outcome's state; or, with no outcome: "uncovered" (no order here covers it), "judging" (it has
    just arrived), "silent" (stored without announcing: it was there before the feed was), "earlier" (covered now,
    but it came before the order). ``note`` is the outcome's; ``orders`` cover it as things are now; ``told``: the
    story as posts tell it, where it was a story that was asked about.
    """

    article: Article
    verdict: Verdict
    outcome: Outcome | None = None
    story: Story | None = None
    orders: tuple[Subscription, ...] = ()
    told: DigestStory | None = None

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
        orders = await self._covering(chat, article, article.story_id)
        verdict = _verdict(article, outcome, covered=bool(orders))
        return Explanation(article, verdict, outcome, story, orders)

    async def _outcome(self, chat: Chat, story_id: int) -> Outcome | None:
        return (await self._tools.storage.outbox.outcomes(chat.id, [story_id])).get(story_id) if chat.id else None

    async def _covering(self, chat: Chat, article: Article, story_id: int) -> tuple[Subscription, ...]:
        """The chat's orders that cover the article now."""
        orders = await self._tools.orders(chat)
        judged = plan.Judged(article, story_id, await self._matches(article, orders))
        narrow = narrowing(article, self._tools.analyzer, self._tools.lexicon, self._tools.now())
        return tuple(o for o in orders if plan.covers(o, judged) and not narrow(o))

    async def _matches(self, article: Article, orders: list[Subscription]) -> dict[int, Match]:
        tools = self._tools
        analyzed = tools.analyzer.article(article.title, article.text, article.language)
        found: dict[int, Match] = {}
        for topic_id in {int(o.what.ref) for o in orders if o.what.kind == "topic"}:
            topic = await tools.storage.topics.get(topic_id)
            if topic is None:
                continue
            try:
                query = compile_topic(topic.definition, tools.analyzer, tools.lexicon)
            except QueryError:
                continue
            if match := matches(query, analyzed, tools.lexicon, topic_id):
                found[topic_id] = match
        return found


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
