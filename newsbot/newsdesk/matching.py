"""Topics and narrowing queries over the archive, by the one predicate that judges new articles too."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.domain.match import matches
from newsbot.domain.models import Article, Match, TopicDefinition
from newsbot.domain.plan import seen_by
from newsbot.domain.query import And, Filters, SearchQuery, TopicQuery, asked, compile_topic
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest

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

    def seen_by(self, own: Collection[int]) -> Preview:
        """What of it a chat may see that subscribes to the feeds ``own``."""
        return replace(self, found=tuple(f for f in self.found if seen_by([f.article], own)))

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


async def preview(tools: Tools, definition: TopicDefinition, days: int = PREVIEW_DAYS, topic_id: int = 0) -> Preview:
    """Every stored article of the last ``days`` that the topic matches. Raises QueryError for one with no words.

    The index names all that say every facet; of these the predicate decides, article by article.
    """
    query = compile_topic(definition, tools.analyzer, tools.lexicon)
    inside = await _scope(tools, definition)
    found: list[Found] = []
    async for ids in _saying(tools, query, tools.now() - timedelta(days=days)):
        articles = [article for article in await tools.storage.articles.get(ids) if inside(article)]
        found += await asyncio.to_thread(_matched, tools, query, articles, topic_id)
    found.sort(key=lambda f: -f.article.id)
    return Preview(tuple(found), days)


async def _saying(tools: Tools, query: TopicQuery, since: datetime) -> AsyncIterator[list[int]]:
    """The articles since then that have some alias of every facet, each once, in no order."""
    wanted = SearchQuery("", And(tuple(map(asked, query.facets))), Filters(after=since))
    cursor, offset, more = "", 0, True
    while more:
        page = await tools.storage.search.find(SearchRequest(wanted, BATCH, offset, cursor, now=tools.now()))
        if page.relaxed:
            return
        yield [hit.article_id for hit in page.hits]
        cursor, offset, more = page.cursor, offset + BATCH, page.more


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
