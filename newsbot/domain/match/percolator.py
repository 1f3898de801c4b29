"""The percolator: an index of topics that spares most calls of the predicate."""

from __future__ import annotations

from collections.abc import Mapping

from newsbot.domain.analyze import AnalyzedArticle
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match.about import matches
from newsbot.domain.models import Match
from newsbot.domain.query import TopicQuery


class Matcher:
    """Topics by a key that each of their matches must hold. Adding and removing one is cheap; not for many threads.

    ``frequencies`` is how many articles of an archive hold each key. It only makes matching faster.
    """

    def __init__(
        self, queries: Mapping[int, TopicQuery], lexicon: Lexicon, frequencies: Mapping[str, int] | None = None
    ) -> None:
        self._lexicon, self._frequencies = lexicon, dict(frequencies or {})
        self._queries: dict[int, TopicQuery] = {}
        self._by_key: dict[str, set[int]] = {}
        for topic_id, query in queries.items():
            self.add(topic_id, query)

    def __len__(self) -> int:
        return len(self._queries)

    def add(self, topic_id: int, query: TopicQuery) -> None:
        """Match ``query`` from now on, in place of what ``topic_id`` stood for."""
        self.remove(topic_id)
        self._queries[topic_id] = query
        for key in self._handles(query):
            self._by_key.setdefault(key, set()).add(topic_id)

    def remove(self, topic_id: int) -> None:
        """Match a topic no longer; nothing happens when there is none."""
        query = self._queries.pop(topic_id, None)
        for key in self._handles(query) if query else ():
            topics = self._by_key[key]
            topics.discard(topic_id)
            if not topics:
                del self._by_key[key]

    def match(self, article: AnalyzedArticle) -> list[Match]:
        """Every topic that ``article`` is about, by id: just those that :func:`matches` says."""
        likely: set[int] = set()
        for key in article.positions.keys() & self._by_key.keys():
            likely |= self._by_key[key]
        found = (matches(self._queries[topic_id], article, self._lexicon, topic_id) for topic_id in sorted(likely))
        return [match for match in found if match is not None]

    def _handles(self, query: TopicQuery) -> set[str]:
        """The rarest key of each alias of the rarest facet, the anchor of equals: a match holds at least one."""
        frequency = self._frequencies
        rarest = [
            {min(alias.keys, key=lambda key: (frequency.get(key, 0), -len(key), key)) for alias in facet.aliases}
            for facet in query.facets
        ]
        common = [sum(frequency.get(key, 0) for key in keys) for keys in rarest]
        return rarest[min(range(len(rarest)), key=lambda at: (common[at], at != query.anchor))]
