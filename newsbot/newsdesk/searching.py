"""Search over everything stored, a page at a time."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from newsbot.domain.models import Article, Chat
from newsbot.domain.query import And, Filters, SearchQuery, parse_filters, parse_search
from newsbot.domain.rank import snippet
from newsbot.domain.snippet import Snippet
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.browsing import newest
from newsbot.newsdesk.operators import check_operators
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest

PAGE = 5  # articles
LAST_PAGE = 2_000
TITLE, WIDTH = 200, 160  # characters of a title and a snippet


@dataclass(frozen=True, slots=True)
class Hit:
    """An article found, its title and the part of its text that answers the query, with the words marked."""

    article: Article
    title: Snippet
    snippet: Snippet


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search.

    ``page`` counts from 0; there are ``total`` articles, or at least so many where ``capped``. ``cursor`` is for the
    pages after it; ``relaxed``: no article has all the words. ``suggestion`` is a better spelling, "" for none.
    ``latest``: there were operators alone, and these are simply the newest.
    """

    text: str
    page: int
    hits: tuple[Hit, ...]
    total: int
    capped: bool = False
    more: bool = False
    cursor: str = ""
    relaxed: bool = False
    suggestion: str = ""
    latest: bool = False

    @property
    def first(self) -> int:
        """The number of the page's first article, from 1."""
        return self.page * PAGE + 1

    @property
    def pages(self) -> int:
        """How many pages there are, at least."""
        return max(1, -(-self.total // PAGE))


class Searching:
    """Finds stored articles."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def search(self, asker: Asker, text: str, page: int = 0, cursor: str = "") -> Results:
        """The articles that answer ``text``, best and newest first, in the chat's languages; by operators alone, the
        newest.

        ``cursor`` is an earlier page's. Raises QueryError when ``text`` has no words to look for, BadRequest for
        an operator whose value no article can have.
        """
        tools = self._tools
        page = min(max(page, 0), LAST_PAGE)
        await check_operators(tools, text)
        chat = await tools.known(asker)
        if filters := parse_filters(text):
            return await self._latest(chat, text, filters, page, cursor)
        query = parse_search(text, tools.analyzer, tools.lexicon)
        languages, own = chat.settings.languages, await tools.own_feeds(chat)
        request = SearchRequest(query, PAGE, page * PAGE, cursor, languages, own, now=tools.now())
        result = await tools.storage.search.find(request)
        articles = await tools.storage.articles.get([hit.article_id for hit in result.hits])
        hits = await asyncio.to_thread(lambda: tuple(self._hit(query, article) for article in articles))
        found = Results(text, page, hits, result.total, result.capped, result.more, result.cursor, result.relaxed)
        return replace(found, suggestion=await self._suggestion(text)) if result.relaxed or not hits else found

    async def _latest(self, chat: Chat, text: str, filters: Filters, page: int, cursor: str) -> Results:
        """``cursor`` is when the first page was asked for."""
        now = self._tools.now()
        asked = int(cursor[:15]) / 1000 if cursor.isascii() and cursor.isdecimal() else now.timestamp()
        until = datetime.fromtimestamp(min(asked, now.timestamp()), UTC)
        own = await self._tools.own_feeds(chat)
        found, capped = await newest(self._tools, filters, until, chat.settings.languages, own)
        shown, query = found[page * PAGE :][:PAGE], SearchQuery(text, And(()), filters)
        hits = await asyncio.to_thread(lambda: tuple(self._hit(query, article) for article in shown))
        more = len(found) > (page + 1) * PAGE
        return Results(text, page, hits, len(found), capped, more, str(int(until.timestamp() * 1000)), latest=True)

    def _hit(self, query: SearchQuery, article: Article) -> Hit:
        analyzer = self._tools.analyzer
        title = snippet(article.title, query, analyzer, TITLE)
        return Hit(article, title, snippet(article.text, query, analyzer, WIDTH))

    async def _suggestion(self, text: str) -> str:
        """``text`` with each plain word that no article has in place of one, spelled alike, that some have.

        What stands with a colon was meant as an operator, known to us or not, and stays as it is.
        """
        storage, better = self._tools.storage, text
        meant = [range(*found.span()) for found in re.finditer(r"\S*:\S*", text)]
        words = [t for t in self._tools.analyzer.tokens(text) if t.text.isalpha() and len(t.text) > 3]
        for token in reversed([t for t in words if not any(t.start in span for span in meant)]):
            if (await storage.search.frequencies([token.key])).get(token.key):
                continue
            near = await storage.search.suggest(token.key, 1)
            if near:
                better = better[: token.start] + near[0] + better[token.end :]
        return better if better != text else ""
