"""Search over articles in memory: the same words, the same ranker and the same leniency as over a database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from newsbot.domain.analyze import AnalyzedArticle, Analyzer
from newsbot.domain.match import fits
from newsbot.domain.models import Article
from newsbot.domain.query import And, Not, Or, SearchQuery
from newsbot.domain.rank import Candidate, Ranked, rank, terms

MOST_LEFT_OUT = 8
"""In a query of more words, leaving out any one of them is not tried."""


class Shelf:
    """Articles to search. Their ids order equals: the greater comes first."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._articles: list[tuple[Article, AnalyzedArticle, Candidate]] = []
        self._frequencies: Counter[str] = Counter()

    def add(self, article: Article) -> None:
        """Put one more article on the shelf."""
        read = self._analyzer.article(article.title, article.text, article.language)
        keys = Candidate(article.id, " ".join(read.title_keys), " ".join(read.body_keys), article.published)
        self._articles.append((article, read, keys))
        self._frequencies.update(read.positions.keys())

    def find(self, query: SearchQuery, limit: int, now: datetime | None = None) -> list[Ranked]:
        """The best ``limit`` articles for ``query``: those with all of its words, then those with most, then with some.

        ``now`` is the time recency is measured from; None leaves it out.
        """
        found: dict[int, Ranked] = {}
        for demand in demands(query):
            fitting = [keys for article, read, keys in self._articles if self._fits(demand, article, read, now)]
            wanted, count = terms(query.node), len(self._articles)
            for ranked in rank(fitting, wanted, self._frequencies, count, now):
                found.setdefault(ranked.id, ranked)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    @staticmethod
    def _fits(query: SearchQuery, article: Article, read: AnalyzedArticle, now: datetime | None) -> bool:
        source = f"{article.source} {article.url}".strip()
        return fits(query, read, source=source, published=article.published, now=now)


def demands(query: SearchQuery) -> Iterator[SearchQuery]:
    """The query with ever fewer of its words: all, all but any one, any; what it excludes stays excluded."""
    wanted = tuple(node for node in query.node.nodes if not isinstance(node, Not))
    vetoes = tuple(node for node in query.node.nodes if isinstance(node, Not))
    yield query
    if 2 < len(wanted) <= MOST_LEFT_OUT:
        most = tuple(And(wanted[:left_out] + wanted[left_out + 1 :]) for left_out in range(len(wanted)))
        yield replace(query, node=And((Or(most), *vetoes)))
    if len(wanted) > 1:
        yield replace(query, node=And((Or(wanted), *vetoes)))
