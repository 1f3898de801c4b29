"""Why a story was, or was not, posted here."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from newsbot.domain import plan
from newsbot.domain.digest import summarise
from newsbot.domain.lessons import LEARNED, narrowing
from newsbot.domain.match import judged
from newsbot.domain.missing import Missing, lacking
from newsbot.domain.models import Article, Chat, DigestStory, Match, Outcome, OutcomeState, Subscription
from newsbot.domain.query import compile_topic
from newsbot.domain.urls import canonical
from newsbot.errors import NotFound, QueryError
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.explanation import Explanation, Missed, Verdict
from newsbot.newsdesk.tools import Tools

MOST_MISSED = 3
"""Orders of which is told why they do not cover an article."""


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
        verdict = _verdict(article, outcome, self._tools.rules.defaults.news_age, covered=bool(orders))
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
        missed = [Missed(o, _narrowed(narrow(o))) for o in near if o not in covering]
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
            found = judged(query, analyzed, tools.lexicon, topic.id)
            if found.match:
                hits[topic.id] = found.match
            else:
                misses[topic.id] = lacking(query, analyzed, found)
        return hits, misses


def _narrowed(why: str) -> Missing | None:
    """What an order has learned to leave out, None where its own words keep the article away."""
    return Missing("veto", (why.removeprefix(LEARNED),)) if why.startswith(LEARNED) else None


def _verdict(article: Article, outcome: Outcome | None, news_age: timedelta, *, covered: bool) -> Verdict:
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
    if article.announce:
        return "earlier"
    late = article.published and article.fetched and article.fetched - article.published > news_age
    return "old" if late else "silent"
