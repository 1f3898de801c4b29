"""The predicate: whether an article is about a topic.

It is when every facet of the topic is there and the anchor is there to stay: in the title, at the head of the text,
or again and again; not once in passing, nor in a list at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from newsbot.domain.analyze import AnalyzedArticle
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match.saying import Hit, beside, hits, says, words
from newsbot.domain.models import Match
from newsbot.domain.query import TopicQuery

TITLE = 1.0
OPENING = 0.75  # among the first words of the text
HEAD = 0.65  # within the first sentences
IN_LEAD = 0.5
AGAIN = 0.1  # for each further mention in 300 words, up to three
MENTION = 0.2  # for each mention after the lead, in 300 words
MOST_OF_TEXT = 0.8  # what mentions after the lead come to at most
SHORTLY = 0.3  # anywhere in a text that is no longer than a lead
TEASER = 0.05  # what such a text lacks: a line under a headline names much that the article is not about

OPENING_KEYS = 12
HEAD_KEYS = 40
SHARE_OF_LEAD = 0.4  # of a short text, so that a list at its end is no lead
LEAST_LEAD = 15
USUAL_KEYS = 300

ALONE = 0.75  # what the one thing that a topic names must reach
ANCHOR = 0.45  # what the anchor of several must reach
OTHER = 0.3  # what each further facet must reach
ALL = 0.7  # what they must reach on average
NEAR = 30  # keys between the anchor and a facet that belong together

_YEAR = re.compile(r"(?:19|20)\d\d")

Reason = Literal["", "words", "language", "veto", "year", "passing", "apart"]
"""Why an article does not match: a facet that nothing says; an unwanted language; a veto; another year than the
topic's; all is said, but only in passing; or far apart. "" where it matches."""


@dataclass(frozen=True, slots=True)
class FacetFound:
    """How much of an article (0..1) a facet is, and the article's own ``words`` for it."""

    label: str
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What :func:`judged` found: the match, or the reason that there is none, and each facet of the topic."""

    match: Match | None
    reason: Reason
    facets: tuple[FacetFound, ...]


def matches(query: TopicQuery, article: AnalyzedArticle, lexicon: Lexicon, topic_id: int = 0) -> Match | None:
    """Whether ``article`` is about ``query``: the score (0..1) and the article's own words that made it, or None."""
    keys = article.positions.keys()
    if any(keys.isdisjoint(facet.firsts) for facet in query.facets):
        return None
    return told(query, [hits(facet, article) for facet in query.facets], article, topic_id)


def told(query: TopicQuery, said: list[list[Hit]], article: AnalyzedArticle, topic_id: int = 0) -> Match | None:
    """:func:`matches`, for who knows already where each facet of ``query`` is ``said``."""
    found = beside(query, said, article)
    score, _ = _aboutness(query, found, article) if all(found) else (0.0, "words")
    return Match(topic_id, score, words(found, article)) if score and not _barred(query, article) else None


def judged(query: TopicQuery, article: AnalyzedArticle, lexicon: Lexicon, topic_id: int = 0) -> Judgement:
    """What :func:`matches` says of ``article``, and why."""
    found = beside(query, [hits(facet, article) for facet in query.facets], article)
    facets = tuple(
        FacetFound(facet.label, strength(said[0][0], len(said), article) if said else 0.0, words([said], article))
        for facet, said in zip(query.facets, found, strict=True)
    )
    if not all(found):
        return Judgement(None, "words", facets)
    if barred := _barred(query, article):
        return Judgement(None, barred, facets)
    score, reason = _aboutness(query, found, article)
    return Judgement(Match(topic_id, score, words(found, article)) if score else None, reason, facets)


def _barred(query: TopicQuery, article: AnalyzedArticle) -> Literal["", "language", "veto"]:
    if query.languages and article.language not in query.languages:
        return "language"
    return "veto" if any(says(alias, article) for alias in query.none) else ""


def _aboutness(query: TopicQuery, found: Sequence[Sequence[Hit]], article: AnalyzedArticle) -> tuple[float, Reason]:
    """The score, 0 with the reason when the article is not about the query."""
    strengths = [strength(said[0][0], len(said), article) for said in found]
    mean = sum(strengths) / len(strengths)
    enough = ALL if len(strengths) > 1 + len(query.beside) else ALONE
    if mean < enough or strengths[query.anchor] < ANCHOR or min(strengths) < OTHER:
        return 0.0, "passing"
    if not all(_together(found[query.anchor], said, article) for said in found):
        return 0.0, "apart"
    if query.year and _of_other_years(query.year, found[query.anchor], article):
        return 0.0, "year"
    return round(min(1.0, mean), 4), ""


def strength(first: int, times: int, article: AnalyzedArticle) -> float:
    """How much of the article a facet is that is said so many ``times`` and ``first`` at this position: 0..1.

    Never less when it is said earlier or more often: the index of topics relies on it.
    """
    first, size = first - article.body, len(article.body_keys)
    if first < 0:
        return TITLE
    long = max(1.0, size / USUAL_KEYS)
    again = AGAIN * min((times - 1) / long, 3)
    lead = min(article.lead, max(LEAST_LEAD, int(size * SHARE_OF_LEAD)))
    if first >= lead:
        spread = MENTION * times / long
        return min(MOST_OF_TEXT, max(spread, SHORTLY) if size <= article.lead else spread)
    if not article.title_keys and first < LEAST_LEAD:
        return TITLE
    place = OPENING if first < OPENING_KEYS else HEAD if first < HEAD_KEYS else IN_LEAD
    return min(TITLE, place + again - (TEASER if size <= article.lead and article.title_keys else 0.0))


def _together(anchor: Sequence[Hit], said: Sequence[Hit], article: AnalyzedArticle) -> bool:
    """Whether a facet is said near the anchor somewhere; what heads the article is near everything in its lead."""
    lead = article.body + article.lead
    if anchor[0][0] < lead and said[0][0] < lead:
        return True
    return any(abs(here[0] - there[0]) <= NEAR for here in anchor for there in said)


def _of_other_years(year: str, anchor: Sequence[Hit], article: AnalyzedArticle) -> bool:
    """Whether the anchor is dated to other years only: "World Cup 2022" is not the one of 2026."""
    if year in article.positions:
        return False
    keys = (*article.title_keys, "", *article.body_keys)
    beside = (
        key for start, length in anchor for key in (*keys[max(0, start - 2) : start], *keys[start + length :][:2])
    )
    return any(_YEAR.fullmatch(key) for key in beside)
