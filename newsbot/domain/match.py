"""The percolator: which topics an article is about. One predicate, and an index that spares most of its calls.

An article is about a topic when every facet of it is there and the anchor is there to stay: in the title, at the
head of the text, or again and again; not once in passing, nor in a list at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from newsbot.domain.analyze import AnalyzedArticle, fold
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Match
from newsbot.domain.query import Alias, And, Facet, Filters, Not, Or, Prefix, SearchQuery, Term, TopicQuery
from newsbot.domain.query.parts import SHOUTED
from newsbot.domain.query.search import Node

Hit = tuple[int, int]
"""A facet in an article: the position of its first key, and how many keys it is."""

TITLE = 1.0
HEAD = 0.75  # within the first sentence or so
IN_LEAD = 0.45
AGAIN = 0.1  # for each further mention, up to three
MENTION = 0.15  # for each mention after the lead, in 300 words
MOST_OF_TEXT = 0.6  # what mentions after the lead come to at most

HEAD_KEYS = 40
SHARE_OF_LEAD = 0.4  # of a short text, so that a list at its end is no lead
LEAST_LEAD = 15
USUAL_KEYS = 300

ANCHOR = 0.45  # what the anchor must reach
OTHER = 0.3  # what each further facet must reach
ALL = 0.5  # what they must reach on average
NEAR = 30  # keys between the anchor and a facet that belong together
MOST_WORDS = 8


def matches(query: TopicQuery, article: AnalyzedArticle, lexicon: Lexicon, topic_id: int = 0) -> Match | None:
    """Whether ``article`` is about ``query``: the score (0..1) and the article's own words that made it, or None."""
    keys = article.positions.keys()
    if any(keys.isdisjoint(facet.firsts) for facet in query.facets):
        return None
    if query.languages and article.language not in query.languages:
        return None
    if any(says(alias, article) for alias in query.none):
        return None
    found: list[list[Hit]] = []
    for facet in query.facets:
        if not (hits := _hits(facet, article)):
            return None
        found.append(hits)
    score = _aboutness(query, found, article)
    return Match(topic_id, score, _words(found, article)) if score else None


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


def says(alias: Alias, article: AnalyzedArticle) -> bool:
    """Whether ``article`` has ``alias`` anywhere: all that a veto asks."""
    return bool(_hits_of(alias, article))


def fits(
    query: SearchQuery,
    article: AnalyzedArticle,
    *,
    source: str = "",
    published: datetime | None = None,
    now: datetime | None = None,
) -> bool:
    """Whether ``article`` answers a search, its aboutness aside: for subscriptions narrowed by a query.

    ``source`` is its feed's name, or name and address. Filters on what is not given (no ``source``, no ``published``,
    no ``now`` for "7d") are taken as met.
    """
    admits = admitted(query.filters, language=article.language, source=source, published=published, now=now)
    return admits and _holds(query.node, article)


def admitted(
    filters: Filters, *, language: str, source: str = "", published: datetime | None = None, now: datetime | None = None
) -> bool:
    """Whether an article passes a search's filters; the arguments are those of :func:`fits`."""
    if filters.languages and language not in filters.languages:
        return False
    if language in filters.not_languages:
        return False
    name = source.casefold()
    if name and filters.sources and not any(part in name for part in filters.sources):
        return False
    if name and any(part in name for part in filters.not_sources):
        return False
    return _in_time(filters, published, now)


def _in_time(filters: Filters, published: datetime | None, now: datetime | None) -> bool:
    if published is None:
        return True
    after, before = filters.window(now or published)
    return (after is None or published >= after) and (before is None or published < before)


def _holds(node: Node, article: AnalyzedArticle) -> bool:
    match node:
        case And():
            return all(_holds(part, article) for part in node.nodes)
        case Or():
            return any(_holds(part, article) for part in node.nodes)
        case Not():
            return not _holds(node.node, article)
        case _:
            return bool(_term_hits(node, article))


def _term_hits(term: Term | Prefix, article: AnalyzedArticle) -> list[Hit]:
    if isinstance(term, Term):
        hits = [hit for phrase in term.phrases for hit in _phrase(phrase, article)]
    else:
        starts = [key for key in article.positions if key.startswith(term.text)]
        hits = [(at, 1) for key in starts for at in article.positions[key]]
    return [hit for hit in hits if hit[0] < article.body] if term.title else hits


def _phrase(keys: Sequence[str], article: AnalyzedArticle) -> list[Hit]:
    positions = article.positions
    at = positions.get(keys[0], ())
    if len(keys) == 1:
        return [(start, 1) for start in at]
    rest = [positions.get(key, ()) for key in keys[1:]]
    return [(start, len(keys)) for start in at if all(start + n in those for n, those in enumerate(rest, 1))]


def _hits_of(alias: Alias, article: AnalyzedArticle) -> list[Hit]:
    hits = _phrase(alias.keys, article) if alias.keys[0] in article.positions else []
    if hits and alias.shouted and article.language in (*SHOUTED[alias.keys[0]], ""):
        return [hit for hit in hits if (said := article.surface(*hit)) != said.lower()]
    return hits


def _hits(facet: Facet, article: AnalyzedArticle) -> list[Hit]:
    """Where a facet is said, in order; of two that overlap the longer."""
    hits = [hit for alias in facet.aliases for hit in _hits_of(alias, article)]
    apart: list[Hit] = []
    for start, length in sorted(hits, key=lambda hit: (hit[0], -hit[1])):
        if not apart or start >= sum(apart[-1]):
            apart.append((start, length))
    return apart


def _aboutness(query: TopicQuery, found: Sequence[Sequence[Hit]], article: AnalyzedArticle) -> float:
    """The score, 0 when the article is not about the query."""
    strengths = [_strength(hits, article) for hits in found]
    anchor = strengths[query.anchor]
    others = [strength for at, strength in enumerate(strengths) if at != query.anchor]
    mean = sum(strengths) / len(strengths)
    if anchor < ANCHOR or mean < ALL or any(strength < OTHER for strength in others):
        return 0.0
    if not all(_together(found[query.anchor], hits, article) for hits in found):
        return 0.0
    return round(min(1.0, mean), 4)


def _strength(hits: Sequence[Hit], article: AnalyzedArticle) -> float:
    """How much of the article a facet is: 0..1."""
    size = len(article.body_keys)
    lead = article.body + min(article.lead, max(LEAST_LEAD, int(size * SHARE_OF_LEAD)))
    first = hits[0][0]
    again = AGAIN * min(len(hits) - 1, 3)
    if first < article.body:
        return TITLE
    untitled = TITLE if not article.title_keys and first < article.body + LEAST_LEAD else 0.0
    if first < min(lead, article.body + HEAD_KEYS):
        return min(TITLE, max(untitled, HEAD + again))
    if first < lead:
        return IN_LEAD + again
    return min(MOST_OF_TEXT, MENTION * len(hits) / max(1.0, size / USUAL_KEYS))


def _together(anchor: Sequence[Hit], hits: Sequence[Hit], article: AnalyzedArticle) -> bool:
    """Whether a facet is said near the anchor somewhere; what heads the article is near everything in its lead."""
    lead = article.body + article.lead
    if anchor[0][0] < lead and hits[0][0] < lead:
        return True
    return any(abs(here[0] - there[0]) <= NEAR for here in anchor for there in hits)


def _words(found: Iterable[Iterable[Hit]], article: AnalyzedArticle) -> tuple[str, ...]:
    """What was said, as it was written: for each facet in turn, without repeats."""
    words: dict[str, str] = {}
    for hits in found:
        for start, length in hits:
            if len(words) >= MOST_WORDS:
                break
            said = article.surface(start, length)
            words.setdefault(fold(said.casefold()), said)
    return tuple(words.values())
