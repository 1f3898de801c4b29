"""The predicate: whether an article is about a topic.

It is when every facet of the topic is there and the anchor is there to stay: in the title, at the head of the text,
or again and again; not once in passing, nor in a list at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from newsbot.domain.analyze import AnalyzedArticle, fold
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Match
from newsbot.domain.query import Alias, Facet, TopicQuery
from newsbot.domain.query.parts import SHOUTED

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


def says(alias: Alias, article: AnalyzedArticle) -> bool:
    """Whether ``article`` has ``alias`` anywhere: all that a veto asks."""
    return bool(_hits_of(alias, article))


def phrase_hits(keys: Sequence[str], article: AnalyzedArticle) -> list[Hit]:
    """Where ``keys`` stand side by side, in order."""
    positions = article.positions
    at = positions.get(keys[0], ())
    if len(keys) == 1:
        return [(start, 1) for start in at]
    rest = [positions.get(key, ()) for key in keys[1:]]
    return [(start, len(keys)) for start in at if all(start + n in those for n, those in enumerate(rest, 1))]


def _hits_of(alias: Alias, article: AnalyzedArticle) -> list[Hit]:
    hits = phrase_hits(alias.keys, article) if alias.keys[0] in article.positions else []
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
