"""The newest articles within filters: what a search by operators alone asks for, such as ``lang:zh``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from newsbot.domain.match import admitted
from newsbot.domain.models import Article
from newsbot.domain.plan import seen_by
from newsbot.domain.query import Filters
from newsbot.newsdesk.tools import Tools

MOST = 100  # articles that are found
LOOKED_AT = 5_000  # newest ones of the filters' time that are looked at


async def newest(
    tools: Tools, filters: Filters, now: datetime, languages: Sequence[str], own: Collection[int]
) -> tuple[list[Article], bool]:
    """Up to MOST articles within ``filters`` that were there by ``now``, newest first, and whether there may be
    more. ``languages`` are the chat's, ``own`` the private feeds that it may see."""
    feeds = await tools.storage.feeds.all(include_disabled=True)
    names = {f.id: " ".join(part for part in (f.slug, f.name, f.title, f.url) if part) for f in feeds}
    after, before = filters.window(now)
    found, looked, first = list[Article](), 0, datetime.fromtimestamp(0, UTC)
    since, until = max(after or first, first), max(min(before or now, now), first)
    async for batch in tools.storage.articles.scan(since, until):
        looked += len(batch)
        for article in seen_by(batch, own):
            if (article.fetched or now) > now or not _spoken(article.language, languages):
                continue
            name, published = names.get(article.feed_id, article.source), article.published
            if admitted(filters, language=article.language, source=name, published=published, now=now):
                found.append(article)
        if len(found) > MOST or looked >= LOOKED_AT:
            return found[:MOST], True
    return found, False


def _spoken(language: str, languages: Sequence[str]) -> bool:
    return not (languages and language) or language in languages
