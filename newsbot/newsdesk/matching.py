"""Topics and narrowing queries over the archive, by the one predicate that judges new articles too."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsbot.domain.match import fits, matches
from newsbot.domain.models import Article, Match, TopicDefinition
from newsbot.domain.query import TopicQuery, compile_topic, parse_search
from newsbot.errors import QueryError
from newsbot.newsdesk.tools import Tools

BATCH = 200  # articles looked at in one go, off the loop
PREVIEW_DAYS = 30


@dataclass(frozen=True, slots=True)
class Found:
    """An article that a topic matches."""

    article: Article
    match: Match


@dataclass(frozen=True, slots=True)
class Preview:
    """What a topic would have matched: ``found`` newest first, one for each article, within ``days``."""

    found: tuple[Found, ...]
    days: int
    looked_at: int

    def stories(self) -> list[Found]:
        """The newest article of each story."""
        seen: dict[int, Found] = {}
        for found in self.found:
            seen.setdefault(found.article.story_id or -found.article.id, found)
        return list(seen.values())

    def per_week(self, now: datetime) -> list[int]:
        """How many in each week, this one first, weeks counted back from ``now``."""
        weeks = Counter((now - (f.article.published or now)).days // 7 for f in self.found)
        return [weeks[n] for n in range((self.days + 6) // 7)]


def narrowing(tools: Tools, article: Article) -> Callable[[str], bool]:
    """Whether ``article`` fits a subscription's narrowing query, for :func:`newsbot.domain.plan.outcome`."""

    def narrowed(query: str) -> bool:
        try:
            asked = parse_search(query, tools.analyzer, tools.lexicon)
        except QueryError:
            return False
        analyzed = tools.analyzer.article(article.title, article.text, article.language)
        return fits(asked, analyzed, source=article.source, published=article.published, now=tools.now())

    return narrowed


async def preview(tools: Tools, definition: TopicDefinition, days: int = PREVIEW_DAYS, topic_id: int = 0) -> Preview:
    """Every stored article of the last ``days`` that the topic matches. Raises QueryError for one with no words."""
    query = compile_topic(definition, tools.analyzer, tools.lexicon)
    inside = await _scope(tools, definition)
    found: list[Found] = []
    looked_at = 0
    now = tools.now()
    async for batch in tools.storage.articles.scan(now - timedelta(days=days), now, BATCH):
        looked_at += len(batch)
        found += await asyncio.to_thread(_matched, tools, query, [a for a in batch if inside(a)], topic_id)
    return Preview(tuple(found), days, looked_at)


def _matched(tools: Tools, query: TopicQuery, articles: Sequence[Article], topic_id: int) -> list[Found]:
    found = []
    for article in articles:
        analyzed = tools.analyzer.article(article.title, article.text, article.language)
        match = matches(query, analyzed, tools.lexicon, topic_id)
        if match is not None:
            found.append(Found(article, match))
    return found


async def _scope(tools: Tools, definition: TopicDefinition) -> Callable[[Article], bool]:
    """Whether an article is from the feeds and categories that the topic is narrowed to."""
    if not definition.feeds:
        return lambda _: True
    wanted = set(definition.feeds)
    feeds = await tools.storage.feeds.all(include_disabled=True)
    inside = {feed.id for feed in feeds if {feed.category, feed.slug, feed.name} & wanted}
    return lambda article: article.feed_id in inside
