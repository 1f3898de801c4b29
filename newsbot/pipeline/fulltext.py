"""The text of an article's own page, for feeds that give no more than a teaser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import replace

import structlog

from newsbot.domain.models import Feed, ParsedArticle
from newsbot.domain.urls import host_of, is_web
from newsbot.errors import FeedError
from newsbot.pipeline.fetch import Fetched, Fetcher
from newsbot.pipeline.files import is_file
from newsbot.pipeline.workers import Workers

log = structlog.get_logger(__name__)

SHORT = 300
MAX_PAGES = 20
"""Pages read for one poll, the first of the document; a backlog's others keep the feed's text."""

AT_ONCE = 4
SECONDS = 90.0
ENOUGH_FAILURES = 3
_CUT_OFF = re.compile(
    r"(?:\.\.\.|…|\[…\]|\[\.\.\.\]|\[&hellip;\]|read more|continue reading|more\s*[»>→])\W*\Z", re.IGNORECASE
)


def wants_page(feed: Feed, article: ParsedArticle) -> bool:
    """Whether to read the article's page: always, or (for an admin's feeds) where the feed's text is a teaser."""
    if feed.full_text == "never" or is_file(feed.url) or not is_web(article.url):
        return False
    if feed.full_text == "always":
        return True
    return feed.from_config and (len(article.text) < SHORT or _CUT_OFF.search(article.text[-40:]) is not None)


class FullText:
    """Reads articles' pages. What fails keeps the feed's text; a feed whose pages keep failing is left in peace."""

    def __init__(self, fetcher: Fetcher, workers: Workers) -> None:
        self._fetcher, self._workers = fetcher, workers

    async def read(self, feed: Feed, articles: Sequence[ParsedArticle]) -> dict[str, ParsedArticle]:
        """The pages of the ``articles`` that want theirs, by guid; those that could not be read are left out."""
        wanted = [article for article in articles if wants_page(feed, article)][:MAX_PAGES]
        found: dict[str, ParsedArticle] = {}
        waiting = iter(wanted)
        failures = 0

        async def reader() -> None:
            nonlocal failures
            for article in waiting:
                if failures >= ENOUGH_FAILURES:
                    return
                page = await self._page(feed, article)
                if page is None:
                    failures += 1
                else:
                    found[article.guid] = page

        try:
            async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
                for _ in range(min(AT_ONCE, len(wanted))):
                    group.create_task(reader())
        except TimeoutError:
            log.info("reading pages took too long", feed=feed.label, read=len(found), wanted=len(wanted))
        return found

    async def _page(self, feed: Feed, article: ParsedArticle) -> ParsedArticle | None:
        """The page's article with what the feed said where the page says nothing; None when it has no more to say."""
        trusted = feed.from_config and host_of(article.url) == host_of(feed.url)
        try:
            answer = await self._fetcher.get(article.url, trusted=trusted)
            if not isinstance(answer, Fetched):
                return None
            page = await self._workers.extract(answer.body, answer.url)
        except FeedError as error:
            log.debug("a page was not read", feed=feed.label, host=host_of(article.url), reason=str(error))
            return None
        if len(page.text) <= len(article.text):
            return None
        return replace(
            article,
            text=page.text,
            published=article.published or page.published,
            authors=article.authors or page.authors,
            image=article.image or page.image,
            language=article.language or page.language,
        )
