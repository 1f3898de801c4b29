"""What the names in a config stand for: feeds by id, name or address, topics by id or name, and categories."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from newsbot.config.model import FeedEntry, TopicEntry
from newsbot.domain.models import What

_EVERYTHING = {"everything", "all", "*", ""}


def feed_slugs(feeds: Sequence[FeedEntry]) -> tuple[str, ...]:
    """The id of each feed, in order: its own, else made from its name or its host, and never the same twice."""
    taken = {feed.id.casefold() for feed in feeds if feed.id}
    slugs = []
    for feed in feeds:
        slug = feed.id or _free(_made(feed), taken)
        taken.add(slug.casefold())
        slugs.append(slug)
    return tuple(slugs)


def _made(feed: FeedEntry) -> str:
    if feed.url.startswith("file:"):
        source = feed.name or feed.url.rpartition("/")[2].partition(".")[0]
    else:
        source = feed.name or (urlsplit(feed.url).hostname or "").removeprefix("www.")
    plain = unicodedata.normalize("NFKD", source).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:56] or "feed"


def _free(slug: str, taken: Iterable[str]) -> str:
    used, number, candidate = set(taken), 2, slug
    while candidate in used:
        candidate, number = f"{slug}-{number}", number + 1
    return candidate


class Names:
    """Looks up what a subscription or a topic names; upper and lower case are the same."""

    def __init__(self, feeds: Sequence[FeedEntry], topics: Sequence[TopicEntry]) -> None:
        self._feeds: dict[str, str] = {}
        for feed, slug in zip(feeds, feed_slugs(feeds), strict=True):
            for name in (slug, feed.name, feed.url):
                self._feeds.setdefault(name.casefold(), slug)
        self._topics: dict[str, str] = {}
        for name, topic in [(t.id, t) for t in topics] + [(t.name, t) for t in topics]:
            self._topics.setdefault(name.casefold(), topic.id)
        self._categories = {feed.category.casefold(): feed.category for feed in feeds if feed.category}
        self._feeds.pop("", None)
        self._topics.pop("", None)

    def what(self, text: str) -> What | None:
        """What ``text`` covers, with a feed's or topic's config id as ``ref``; None when nothing is called so."""
        name = text.strip().casefold()
        if name in _EVERYTHING:
            return What()
        if name in self._categories:
            return What("category", self._categories[name])
        if name in self._feeds:
            return What("feed", self._feeds[name])
        return What("topic", self._topics[name]) if name in self._topics else None

    def feeds_or_category(self, text: str) -> str | None:
        """The category or feed id that ``text`` names; None when there is none."""
        name = text.strip().casefold()
        return self._categories.get(name) or self._feeds.get(name)

    def categories_and_feeds(self) -> list[str]:
        """Every name that a topic's ``feeds`` may hold."""
        return [*self._categories.values(), *self._feeds]

    def everything(self) -> list[str]:
        """Every name that a subscription may have as ``what``."""
        return ["everything", *self.categories_and_feeds(), *self._topics]
