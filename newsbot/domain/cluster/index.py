"""The recent stories, and which of them a new article tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from newsbot.domain.cluster.evidence import Idf, Story, margin
from newsbot.domain.cluster.features import Features

WINDOW = timedelta(days=4)
"""A story takes no more articles when its last one is older than this."""

MOST_STORIES = 40_000
"""Stories remembered at once; the oldest is forgotten first."""

_PROBES = 32  # of its keys that are looked up: the rarest and most frequent in it
_POSTINGS = 300  # newest stories followed for each key
_CANDIDATES = 12  # stories weighed


class StoryIndex:
    """The recent stories, in memory. Not safe for threads; its owner keeps it to one at a time."""

    def __init__(self, window: timedelta = WINDOW, most: int = MOST_STORIES) -> None:
        self._window = window
        self._most = most
        self._stories: dict[int, Story] = {}
        self._postings: defaultdict[str, list[int]] = defaultdict(list)
        self._copies: dict[bytes, int] = {}

    def __len__(self) -> int:
        """How many stories are remembered."""
        return len(self._stories)

    def assign(self, article: Features) -> int | None:
        """The story that ``article`` tells, or None for a new one. Nothing is changed: see :meth:`add`."""
        copied = self._copies.get(article.copy) if article.copy else None
        if copied is not None and self._stories[copied].is_near(article, self._window):
            return copied
        idf = Idf(self._postings, len(self._stories))
        candidates = self._candidates(article, idf.weigh(article))
        margins = [(margin(article, self._stories[story], idf), story) for story in candidates]
        best = max(margins, default=(-1.0, 0), key=lambda entry: entry[0])
        return best[1] if best[0] >= 0 else None

    def add(self, story: int, article: Features) -> None:
        """Remember that ``article`` tells ``story`` (its id; an unknown one begins a story)."""
        kept = self._stories.setdefault(story, Story())
        known = set(kept.keys)
        kept.add(article)
        fresh = [key for key in article.keys if key not in known]
        kept.keys += fresh
        for key in fresh:
            self._postings[key].append(story)
        if article.copy and article.copy not in self._copies:
            self._copies[article.copy] = story
            kept.copies.append(article.copy)
        if len(self._stories) > self._most:
            self._drop(set(islice(self._stories, max(1, self._most // 20))))

    def forget(self, before: datetime) -> None:
        """Forget the stories whose last article is from before ``before``; those without a time stay."""
        self._drop({s for s, kept in self._stories.items() if kept.last is not None and kept.last < before})

    def _drop(self, stories: set[int]) -> None:
        gone = [self._stories.pop(story) for story in stories]
        for key in {key for kept in gone for key in kept.keys}:
            left = [story for story in self._postings[key] if story not in stories]
            if left:
                self._postings[key] = left
            else:
                del self._postings[key]
        for copy in (copy for kept in gone for copy in kept.copies):
            self._copies.pop(copy, None)

    def _candidates(self, article: Features, weights: Mapping[str, float]) -> list[int]:
        """The stories that share most of the article's weightiest keys."""
        found: defaultdict[int, float] = defaultdict(float)
        for key in sorted(weights, key=lambda key: (-weights[key], key))[:_PROBES]:
            for story in self._postings.get(key, [])[-_POSTINGS:]:
                found[story] += weights[key] ** 2
        ordered = sorted(found, key=lambda story: (-found[story], story))
        near = (story for story in ordered if self._stories[story].is_near(article, self._window))
        return list(islice(near, _CANDIDATES))
