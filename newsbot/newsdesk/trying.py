"""What a topic would do, explained: what is understood, what it matches, and what it only just does not."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsbot.domain.match import judged
from newsbot.domain.missing import Missing, lacking
from newsbot.domain.models import Article, TopicDefinition
from newsbot.domain.query import And, Facet, Filters, Or, SearchQuery, Term, TopicQuery, compile_topic, understood
from newsbot.newsdesk.matching import PREVIEW_DAYS, Preview, preview
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest

LOOKED_AT = 400  # articles that name the anchor, the newest of them, and as many that say every facet
BATCH = 100
MISSES = 10


@dataclass(frozen=True, slots=True)
class NearMiss:
    """An article that names what the topic is about, or says all that it asks for, and what kept it away."""

    article: Article
    missing: Missing


@dataclass(frozen=True, slots=True)
class Trial:
    """A topic tried: the ``query``, how it is ``understood``, what it ``preview``s, and the newest near ``misses``,
    those that say every facet first."""

    query: TopicQuery
    understood: str
    preview: Preview
    misses: tuple[NearMiss, ...]


class Trying:
    """Tries topics on the archive, for admins: private feeds are not left out."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def topic(self, text: str, days: int = PREVIEW_DAYS, misses: int = MISSES) -> Trial:
        """What the typed topic ``text`` would have matched in ``days``, and at most ``misses`` that are near. Raises
        QueryError for one with no words."""
        definition = TopicDefinition(query=text)
        query = compile_topic(definition, self._tools.analyzer, self._tools.lexicon)
        seen = await preview(self._tools, definition, days)
        taken = {found.article.id for found in seen.found}
        since = self._tools.now() - timedelta(days=days)
        near = await self._near(query, query.facets, since, taken, misses)
        if len(near) < misses and len(query.facets) > 1:
            taken |= {miss.article.id for miss in near}
            near += await self._near(query, query.facets[query.anchor :][:1], since, taken, misses - len(near))
        return Trial(query, understood(query), seen, tuple(near))

    async def _near(
        self, query: TopicQuery, facets: Sequence[Facet], since: datetime, taken: Collection[int], most: int
    ) -> list[NearMiss]:
        """The newest articles that say ``facets``, but those ``taken``, and what kept each away."""
        ids = [i for i in await self._saying(facets, since) if i not in taken]
        near: list[NearMiss] = []
        while ids and len(near) < most:
            articles = await self._tools.storage.articles.get(ids[:BATCH])
            near += await asyncio.to_thread(self._missed, query, articles)
            del ids[:BATCH]
        return near[:most]

    async def _saying(self, facets: Sequence[Facet], since: datetime) -> list[int]:
        """The newest articles that have some alias of each of ``facets``, newest first."""
        said = tuple(Or(tuple(Term((alias.keys,), alias.text) for alias in facet.aliases)) for facet in facets)
        wanted = SearchQuery("", And(said), Filters(after=since))
        page = await self._tools.storage.search.find(SearchRequest(wanted, LOOKED_AT, now=self._tools.now()))
        return [] if page.relaxed else sorted((hit.article_id for hit in page.hits), reverse=True)

    def _missed(self, query: TopicQuery, articles: Sequence[Article]) -> list[NearMiss]:
        found = []
        for article in sorted(articles, key=lambda a: -a.id):
            analyzed = self._tools.analyzer.article(article.title, article.text, article.language)
            judgement = judged(query, analyzed, self._tools.lexicon)
            if judgement.match is None and judgement.facets[query.anchor].words:
                found.append(NearMiss(article, lacking(query, analyzed, judgement)))
        return found
