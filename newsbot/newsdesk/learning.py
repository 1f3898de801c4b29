"""What follows learn from 👍 and 👎 under the posts that they brought, and how that is seen and taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from newsbot.domain.analyze import AnalyzedArticle
from newsbot.domain.lessons import (
    LONGEST_WORD,
    MOST_WITHOUT,
    against,
    allowed,
    candidates,
    left_out,
    mark_of,
    marked,
    offered,
    telling,
    unmarked,
    unwanted,
)
from newsbot.domain.models import Article, Lessons, Mark, Subscription, What
from newsbot.domain.plan import seen_by
from newsbot.domain.query import TopicQuery, compile_topic
from newsbot.errors import BadRequest, NotFound, QueryError
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.tools import Tools

PRAISED = 20  # praised stories that are looked at again before a word is left out by itself
LATEST = 30  # articles of the topic that tell whether a word is too common in it for that
SHARE = 5  # a word that is in one of so many of them is


@dataclass(frozen=True, slots=True)
class Learned:
    """A follow after a lesson. ``mark`` is what is thought of the story now, None when it was taken back.

    ``offered`` are words of the story to leave out; ``left_out`` those that were left out by themselves just now;
    ``restored`` those that come again, since the praised story has them.
    """

    order: Subscription
    mark: Mark | None = None
    offered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


class Learning:
    """Teaches the follows of chats. In a shared chat only its admins do."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def mark(self, asker: Asker, story_id: int, topic_id: int, *, good: bool) -> Learned:
        """Praise a story that a topic brought to the asker's chat, or not; the same again takes it back. What others'
        private feeds tell of it has no say.

        Raises Forbidden, NotFound for what has ended or is gone.
        """
        must_run_chat(asker)
        orders = await self._on(asker, topic_id)
        stored = (await self._tools.storage.articles.of_stories([story_id])).get(story_id, ())
        articles = seen_by(stored, await self._tools.own_feeds(await self._tools.known(asker)))
        if not articles:
            raise NotFound("story_gone")
        known = mark_of(orders[0].lessons, story_id)
        if known is not None and known.good == good:
            return await self._taught(orders, lambda old: unmarked(old, story_id))
        fresh = Mark(story_id, good, await self._telling(articles, topic_id))
        return await (self._praise if good else self._blame)(orders, fresh, articles)

    async def leave_out(self, asker: Asker, subscription_id: int, word: str) -> Learned:
        """Let an order go without a word from now on. Raises Forbidden, NotFound, BadRequest for a word of the topic
        itself, for one that a praised story has, and when there are too many."""
        order = await self._own(asker, subscription_id)
        analyzer = self._tools.analyzer
        if not analyzer.phrase(word) or len(word) > LONGEST_WORD or not word.isprintable():
            raise BadRequest("button_too_old")
        if await self._of_topic(order, word):
            raise BadRequest("lesson_own_word", word=word)
        if any(unwanted([word], article) for article in await self._praised(order.lessons)):
            raise BadRequest("lesson_praised_word", word=word)
        if len(order.lessons.without) >= MOST_WITHOUT:
            raise BadRequest("lesson_too_many", limit=MOST_WITHOUT)
        return await self._taught(await self._alike(order), lambda old: left_out(old, [word], analyzer))

    async def allow(self, asker: Asker, subscription_id: int, words: Sequence[str]) -> Learned:
        """Let stories with these words come again. Raises Forbidden, NotFound."""
        order = await self._own(asker, subscription_id)
        return await self._taught(await self._alike(order), lambda old: allowed(old, words, self._tools.analyzer))

    async def undo(self, asker: Asker, subscription_id: int, story_id: int, words: Sequence[str] = ()) -> Learned:
        """Take back what was thought of a story, and the words left out with it. Raises Forbidden, NotFound."""
        order = await self._own(asker, subscription_id)
        analyzer, alike = self._tools.analyzer, await self._alike(order)
        return await self._taught(alike, lambda old: unmarked(allowed(old, words, analyzer), story_id))

    async def learned(self, asker: Asker, subscription_id: int) -> Learned:
        """What an order has learned. Raises Forbidden, NotFound."""
        return self._shown(await self._own(asker, subscription_id))

    # --- lessons -----------------------------------------------------------------------------------

    async def _praise(self, orders: Sequence[Subscription], mark: Mark, articles: Sequence[Article]) -> Learned:
        """Its words come again, if they were left out."""
        analyzer, said = self._tools.analyzer, await self._analyzed(articles)
        without = {word for order in orders for word in order.lessons.without}
        restored = tuple(sorted(word for word in without if any(unwanted([word], article) for article in said)))
        done = await self._taught(orders, lambda old: marked(allowed(old, restored, analyzer), mark))
        return replace(done, mark=mark, restored=restored)

    async def _blame(self, orders: Sequence[Subscription], mark: Mark, articles: Sequence[Article]) -> Learned:
        """What it has in common with others that were not wanted is left out."""
        analyzer = self._tools.analyzer
        before = orders[0].lessons
        common = await self._speaking(orders[0], marked(before, mark), articles[0].title)
        done = await self._taught(orders, lambda old: left_out(marked(old, mark), common, analyzer))
        fresh = tuple(word for word in done.order.lessons.without if word not in before.without)
        return replace(done, mark=mark, left_out=fresh)

    async def _speaking(self, order: Subscription, learned: Lessons, headline: str) -> tuple[str, ...]:
        """The words of ``headline`` to leave out by themselves: none that a praised story has, none that is common in
        the topic."""
        analyzer = self._tools.analyzer
        titled = analyzer.article(headline, "")
        words = [word for word in against(learned, analyzer) if unwanted([word], titled)]
        if not words:
            return ()
        praised, others = await self._praised(learned), await self._others(order, learned)

        def fits(word: str) -> bool:
            often = sum(bool(unwanted([word], article)) for article in others)
            return often * SHARE <= len(others) and not any(unwanted([word], article) for article in praised)

        return tuple(word for word in words if fits(word))

    async def _taught(self, orders: Sequence[Subscription], change: Callable[[Lessons], Lessons]) -> Learned:
        taught = await self._tools.storage.chats.teach([order.id for order in orders], change)
        if not taught:
            raise NotFound("subscription_gone")
        self._tools.wake.notify("plan")
        return self._shown(taught[0])

    def _shown(self, order: Subscription) -> Learned:
        """An order with the words that its owner's latest complaint offers."""
        blamed = next((mark for mark in reversed(order.lessons.marks) if not mark.good), None)
        return Learned(order, None, offered(order.lessons, blamed, self._tools.analyzer) if blamed else ())

    # --- what is looked at ---------------------------------------------------------------------------

    async def _on(self, asker: Asker, topic_id: int) -> list[Subscription]:
        """The orders of the asker's chat for a topic. Raises NotFound when there is none."""
        chat = await self._tools.known(asker)
        found = [o for o in await self._tools.orders(chat) if o.what == What("topic", str(topic_id))]
        if not found:
            raise NotFound("subscription_gone")
        return found

    async def _own(self, asker: Asker, subscription_id: int) -> Subscription:
        """An order for a topic of the asker's chat, or of their private one. Raises Forbidden, NotFound."""
        storage = self._tools.storage
        found = await storage.chats.subscription(subscription_id)
        chat = await storage.chats.get(found.chat_id) if found and found.what.kind == "topic" else None
        if found is None or chat is None or chat.key not in {asker.chat, asker.private_chat}:
            raise NotFound("subscription_gone")
        if chat.key == asker.chat:
            must_run_chat(asker)
        return found

    async def _alike(self, order: Subscription) -> list[Subscription]:
        """The orders of the same chat for the same topic: they learn together."""
        return [o for o in await self._tools.storage.chats.subscriptions(order.chat_id) if o.what == order.what]

    async def _telling(self, articles: Sequence[Article], topic_id: int) -> tuple[str, ...]:
        """The telling words of a story's first article."""
        query = await self._query(topic_id)
        (first,) = await self._analyzed(articles[:1])
        words = await asyncio.to_thread(candidates, first, query)
        search = self._tools.storage.search
        often = await search.frequencies(sorted({key for word in words for key in self._tools.analyzer.phrase(word)}))
        return telling(words, first, often, await search.documents())

    async def _query(self, topic_id: int) -> TopicQuery | None:
        topic = await self._tools.storage.topics.get(topic_id)
        try:
            return compile_topic(topic.definition, self._tools.analyzer, self._tools.lexicon) if topic else None
        except QueryError:
            return None

    async def _of_topic(self, order: Subscription, word: str) -> bool:
        """Whether ``word`` is the topic's own, so that without it nothing would come."""
        query = await self._query(int(order.what.ref))
        keys = self._tools.analyzer.phrase(word)
        return query is not None and any(keys == alias.keys for facet in query.facets for alias in facet.aliases)

    async def _praised(self, learned: Lessons) -> list[AnalyzedArticle]:
        ids = [mark.story_id for mark in learned.marks if mark.good][-PRAISED:]
        told = await self._tools.storage.articles.of_stories(ids)
        return await self._analyzed([article for articles in told.values() for article in articles[:1]])

    async def _others(self, order: Subscription, learned: Lessons) -> list[AnalyzedArticle]:
        """The topic's newest articles that nobody complained about."""
        bad = {mark.story_id for mark in learned.marks if not mark.good}
        newest = await self._tools.storage.articles.latest(order.what, LATEST)
        return await self._analyzed([article for article in newest if article.story_id not in bad])

    async def _analyzed(self, articles: Sequence[Article]) -> list[AnalyzedArticle]:
        analyzer = self._tools.analyzer
        return await asyncio.to_thread(lambda: [analyzer.article(a.title, a.text, a.language) for a in articles])
