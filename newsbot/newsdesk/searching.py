"""Search over everything stored, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass

from newsbot.domain.models import Article
from newsbot.domain.query import SearchQuery, parse_search
from newsbot.domain.rank import Snippet, snippet
from newsbot.errors import QueryError
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest

PAGE = 5  # articles
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found, its title and the part of its text that answers the query, with the words marked."""

    article: Article
    title: Snippet
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search. ``page`` counts from 0; ``total`` may be an estimate beyond what was ranked.

    ``suggestion`` is a better spelling of the query, "" for none.
    """

    text: str
    hits: tuple[Hit, ...]
    total: int
    page: int
    suggestion: str = ""

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


class Searching:
    """Finds stored articles."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def search(self, text: str, page: int = 0) -> Results:
        """The articles that answer ``text``, best and newest first. Raises QueryError when it has no words."""
        tools = self._tools
        page = min(max(page, 0), LAST_PAGE)
        query = parse_search(text, tools.analyzer, tools.lexicon)
        request = SearchRequest(query, limit=PAGE, offset=page * PAGE, now=tools.now())
        result = await tools.storage.search.find(request)
        articles = {a.id: a for a in await tools.storage.articles.get([hit.article_id for hit in result.hits])}
        hits = tuple(self._hit(query, articles[hit.article_id]) for hit in result.hits if hit.article_id in articles)
        return Results(text, hits, result.total_estimate, page)

    def _hit(self, query: SearchQuery, article: Article) -> Hit:
        return Hit(article, snippet(article.title, query), snippet(article.text, query))
