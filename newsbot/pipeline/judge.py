"""Judge: gives each new article its story and the topics that it matches. One leader at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from newsbot.domain.analyze import Analyzer
from newsbot.domain.cluster import StoryIndex, features
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import Matcher
from newsbot.domain.models import Article, Feed, Match, Topic
from newsbot.domain.ports import Clock, Wake
from newsbot.domain.query import TopicQuery, compile_topic
from newsbot.errors import QueryError
from newsbot.pipeline.courtesy import Courtesy
from newsbot.pipeline.leadership import Leadership
from newsbot.storage import Storage
from newsbot.storage.articles import Verdict
from newsbot.storage.leases import Fence

log = structlog.get_logger(__name__)

BATCH = 200
MEMORY = timedelta(days=5)
"""How far back the index of stories reaches when it is built anew."""

MEMORY_ARTICLES = 20_000
COUNTED = 500
"""Keys of topics whose articles are counted when topics are loaded: some tenths of a second."""


class Judge:
    """The loop's state: the index of recent stories and the matcher, both rebuilt from rows when in doubt.

    ``judged`` counts the articles since the start.
    """

    def __init__(
        self,
        storage: Storage,
        analyzer: Analyzer,
        lexicon: Lexicon,
        clock: Clock,
        wake: Wake,
        owner: str,
        courtesy: Courtesy | None = None,
    ) -> None:
        self._storage, self._analyzer, self._lexicon = storage, analyzer, lexicon
        self._clock, self._wake, self._courtesy = clock, wake, courtesy or Courtesy()
        self.leadership = Leadership(storage, "judge", owner, clock)
        self._fence: Fence | None = None
        self.judged = 0
        self._stories: StoryIndex | None = None
        self._topics: dict[int, Topic] = {}
        self._topics_version = -1
        self._matcher = Matcher({}, lexicon)
        self._frequencies: dict[str, int] = {}

    async def step(self) -> bool:
        """Judge one batch of new articles; False when there was none or another process leads."""
        async with self.leadership.led() as fence:
            return fence is not None and await self._step(fence)

    async def _step(self, fence: Fence) -> bool:
        now = self._clock.now()
        if fence != self._fence:
            self._fence, self._stories = fence, None
        articles = await self._storage.articles.new(BATCH)
        if not articles:
            return False
        stories = await self._prepare(now)
        await self._judge(articles, stories, fence, now)
        self.judged += len(articles)
        self._wake.notify("plan")
        return True

    def adopt(self, lexicon: Lexicon) -> None:
        """Judge by a new lexicon from the next batch on."""
        self._lexicon, self._topics_version = lexicon, -1

    async def _judge(self, articles: Sequence[Article], stories: StoryIndex, fence: Fence, now: datetime) -> None:
        feeds = {feed.id: feed for feed in await self._storage.feeds.all(include_disabled=True)}
        try:
            verdicts = await asyncio.to_thread(self._verdicts, articles, stories, feeds, now)
            await self._storage.articles.judge(verdicts, fence)
        except BaseException:
            self._stories = None  # it may hold stories that were never stored
            raise

    async def _prepare(self, now: datetime) -> StoryIndex:
        version = await self._storage.topics.version()
        if version != self._topics_version:
            await self._load_topics()
            self._topics_version = version
        if self._stories is None:
            past = await self._storage.articles.recent(now - MEMORY, MEMORY_ARTICLES)
            self._stories = await asyncio.to_thread(self._remember, past)
        self._stories.forget(now - MEMORY)
        return self._stories

    async def _load_topics(self) -> None:
        self._topics = {topic.id: topic for topic in await self._storage.topics.followed()}
        queries = {}
        for topic in self._topics.values():
            try:
                queries[topic.id] = compile_topic(topic.definition, self._analyzer, self._lexicon)
            except QueryError as error:
                log.warning("a topic matches nothing", topic=topic.name, reason=str(error))
        self._matcher = Matcher(queries, self._lexicon, await self._count(queries.values()))

    async def _count(self, queries: Iterable[TopicQuery]) -> Mapping[str, int]:
        """How common the topics' keys are in the archive, the shortest first, for short words are common; what
        is there is counted once, and a bounded number at a time, for it only makes matching faster."""
        aliases = (alias for query in queries for facet in query.facets for alias in facet.aliases)
        new = {key for alias in aliases for key in alias.keys} - self._frequencies.keys()
        counts = await self._storage.search.frequencies(sorted(new, key=len)[:COUNTED])
        self._frequencies.update((key, count) for key, count in counts.items() if count)
        return self._frequencies

    def _remember(self, past: Sequence[Article]) -> StoryIndex:
        stories = StoryIndex()
        for article in past:
            if article.story_id is not None:
                stories.add(article.story_id, features(article, self._analyzer))
        return stories

    def _verdicts(
        self, articles: Sequence[Article], stories: StoryIndex, feeds: Mapping[int, Feed], now: datetime
    ) -> list[Verdict]:
        return [self._guarded(article, stories, feeds.get(article.feed_id), now) for article in articles]

    def _guarded(self, article: Article, stories: StoryIndex, feed: Feed | None, now: datetime) -> Verdict:
        """One article that upsets our code must not hold up those behind it: loud, and a story of its own."""
        self._courtesy.give_way()
        try:
            return self._verdict(article, stories, feed, now)
        except Exception:
            log.exception("an article could not be judged", article=article.id, title=article.title)
            return Verdict(article.id, article.id, article.title, article.language, (), now)

    def _verdict(self, article: Article, stories: StoryIndex, feed: Feed | None, now: datetime) -> Verdict:
        found = features(article, self._analyzer)
        story = stories.assign(found) or article.id  # a story is named by its first article
        stories.add(story, found)
        analyzed = self._analyzer.article(article.title, article.text, article.language)
        matches = tuple(m for m in self._matcher.match(analyzed) if self._in_scope(m, feed))
        return Verdict(article.id, story, article.title, analyzed.language, matches, now)

    def _in_scope(self, match: Match, feed: Feed | None) -> bool:
        scope = self._topics[match.topic_id].definition.feeds
        if not scope:
            return True
        return feed is not None and bool({feed.category, feed.slug, feed.name} & set(scope))
