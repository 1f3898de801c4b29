"""Search results in order: one ranker for SQLite, PostgreSQL and articles in memory.

The databases only find candidates; what an article is worth is decided here, from its keys (the analyzer's terms,
joined by blanks) and the query's terms. The measure is BM25F (Robertson and Zaragoza 2009, "The Probabilistic
Relevance Framework") with the title as the heavier field, a little for words that stand side by side or in the
lead, and a blend of recency.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.query import And, Node, Not, Or, Prefix, SearchQuery, parse_search
from newsbot.domain.query import Term as Asked
from newsbot.domain.snippet import Run, Snippet, cut
from newsbot.errors import QueryError

K1 = 1.6  # how soon more of the same word stops counting
B = 0.75  # how much long articles are discounted
SHORTEST = 0.5  # a bare headline gains no more than this over an article of usual length
TITLE = 2.5  # a word in the title counts as this many in the text
LEAD = 0.5  # extra occurrences for a word within the first LEAD_CHARS of the keys
LEAD_CHARS = 400
BESIDE = 0.2  # share of the rarer word's weight for two words of the query side by side
OTHER = 0.6  # what a word of the same meaning counts, beside the word that was typed
PART = 0.4  # share of each word of a name, where the whole name may be found too
MANY = 8  # spellings in a query from which an article's words are looked up before they are counted
RECENCY = 0.6  # what a brand-new article gains over a very old one
HALF_LIFE_DAYS = 7.0
LEAST_IDF = 0.25  # words in most articles keep a trace of weight


@dataclass(frozen=True, slots=True)
class Term:
    """One demand of a query: any of ``phrases``, each a run of keys; a single word is a run of one. The first is what
    was typed, the others mean the same.

    ``weight`` scales its share of the score. ``title``: only the title counts. ``prefix``: the last key of each run
    stands for every key that begins so.
    """

    phrases: tuple[tuple[str, ...], ...]
    weight: float = 1.0
    title: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article to rank: its keys, :func:`padded`, and when it was published (None: recency is left out)."""

    id: int
    title: str
    body: str
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's id and what it is worth; the greater the better, 0 for no word in common."""

    id: int
    score: float


@dataclass(frozen=True, slots=True)
class _Needle:
    """A term made ready: the strings to count in padded keys, each with its first key ("" where any may begin it) and
    its share, and the weight of one full hit."""

    texts: tuple[tuple[str, str, float], ...]
    weight: float
    title: bool


def idf(documents: int, frequency: int) -> float:
    """The weight of a word that ``frequency`` of ``documents`` articles have; never below a small floor."""
    frequency = min(max(frequency, 0), documents)
    return max(LEAST_IDF, math.log((documents - frequency + 0.5) / (frequency + 0.5)))


def padded(keys: str) -> str:
    """Keys joined by blanks, so that ``" key "`` finds each whole key: neighbours share no blank. "" for none."""
    words = keys.split()
    return f" {'  '.join(words)} " if words else ""


def frequency_of(term: Term, frequencies: Mapping[str, int], documents: int) -> int:
    """About how many articles satisfy a term: a phrase as its rarest key, alternatives added up."""
    return min(documents, sum(min(frequencies.get(key, 0) for key in phrase) for phrase in term.phrases if phrase))


def recency(published: datetime | None, now: datetime | None) -> float:
    """The factor 1 .. 1 + RECENCY for an article's age at ``now``; the future counts as now."""
    if published is None or now is None:
        return 1.0
    days = max(0.0, (now - published).total_seconds() / 86400)
    return 1.0 + RECENCY * math.exp2(-days / HALF_LIFE_DAYS)


class Scorer:
    """A query made ready to score many candidates.

    ``frequencies`` holds how many of ``documents`` articles have each key; ``average`` is the usual length of an
    article's padded text in characters; ``now`` is the time recency is measured from (None leaves it out).
    """

    def __init__(
        self,
        terms: Sequence[Term],
        frequencies: Mapping[str, int],
        documents: int,
        average: float,
        now: datetime | None = None,
    ) -> None:
        self._needles = [
            _Needle(
                tuple(_needle(p, term.prefix, OTHER if n else 1.0) for n, p in enumerate(term.phrases) if p),
                term.weight * idf(documents, frequency_of(term, frequencies, documents)),
                term.title,
            )
            for term in terms
        ]
        self._many = sum(len(needle.texts) for needle in self._needles) > MANY
        self._pairs = [
            (left.texts[0][1] + right.texts[0][1], min(left.weight, right.weight))
            for left, right in itertools.pairwise(needle for needle in self._needles if needle.texts)
        ]
        self._average = max(average, 1.0)
        self._now = now

    def score(self, candidate: Candidate) -> float:
        """What the candidate is worth to the query; 0 when it has none of its words."""
        title, body = candidate.title, candidate.body
        length = max(SHORTEST, 1 - B + B * len(body) / self._average)
        words = {"", *title.split(), *body.split()} if self._many else None
        total = sum([needle.weight * _saturated(_hits(needle, title, body, words), length) for needle in self._needles])
        if not total:
            return 0.0
        beside = sum([w * _saturated(TITLE * title.count(p) + body.count(p), length) for p, w in self._pairs])
        return (total + BESIDE * beside) * recency(candidate.published, self._now)


def _needle(phrase: Sequence[str], prefix: bool, share: float) -> tuple[str, str, float]:
    text = padded(" ".join(phrase))
    return ("", text.rstrip(" "), share) if prefix else (phrase[0], text, share)


def _hits(needle: _Needle, title: str, body: str, words: AbstractSet[str] | None) -> float:
    """Occurrences of a term, weighed by where they stand. ``words``: those of the article, to skip all others."""
    total = 0.0
    for first, text, share in needle.texts:
        if words is not None and first not in words:
            continue
        total += share * TITLE * title.count(text)
        if not needle.title and (inside := body.count(text)):
            total += share * (inside + (LEAD if body.find(text) < LEAD_CHARS else 0))
    return total


def _saturated(hits: float, length: float) -> float:
    return hits * (K1 + 1) / (hits + K1 * length) if hits else 0.0


def rank(
    candidates: Iterable[Candidate],
    terms: Sequence[Term],
    frequencies: Mapping[str, int],
    documents: int,
    now: datetime | None = None,
) -> list[Ranked]:
    """The candidates, best first; equals newest (greatest id) first. Candidates with score 0 stay, at the end."""
    those = list(candidates)
    average = sum(len(c.body) for c in those) / len(those) if those else 1.0
    scorer = Scorer(terms, frequencies, documents, average, now)
    ranked = [Ranked(c.id, scorer.score(c)) for c in those]
    return sorted(ranked, key=lambda r: (-r.score, -r.id))


# --- queries -------------------------------------------------------------------------------------


def terms(node: Node, weight: float = 1.0) -> tuple[Term, ...]:
    """What a query's ``node`` asks for, vetoes left out, for ranking. The words of a name count less than the name."""
    match node:
        case Asked():
            return (Term(node.phrases, weight, node.title),)
        case Prefix():
            return (Term(((node.text,),), weight, node.title, prefix=True),)
        case And():
            return tuple(term for part in node.nodes for term in terms(part, weight))
        case Or():
            parts = ((part, weight * PART if isinstance(part, And) else weight) for part in node.nodes)
            return tuple(term for part, share in parts for term in terms(part, share))
        case Not():
            return ()


def snippet(text: str, query: SearchQuery, analyzer: Analyzer, width: int = 200) -> Snippet:
    """The part of ``text`` that answers ``query`` best, about ``width`` columns of it, its words marked."""
    runs = [
        Run(phrase, number, term.prefix) for number, term in enumerate(terms(query.node)) for phrase in term.phrases
    ]
    return cut(text, runs, analyzer, width)


class Searchable(Protocol):
    """What ranking in memory needs of an article."""

    @property
    def title(self) -> str:
        """The headline."""

    @property
    def text(self) -> str:
        """The text, plain."""

    @property
    def published(self) -> datetime | None:
        """When, if known."""


def search_all(
    articles: Sequence[Searchable],
    queries: Iterable[str],
    analyzer: Analyzer,
    lexicon: Lexicon,
    limit: int = 100,
) -> Iterator[list[Ranked]]:
    """For each query the best ``limit`` articles by their place in ``articles``, best first, with no database.

    Relevance alone counts: any word will do, and time is left out. A query without words finds nothing.
    """
    candidates = [
        Candidate(-at, padded(analyzer.search_terms(a.title)), padded(analyzer.search_terms(a.text)), a.published)
        for at, a in enumerate(articles)
    ]
    having: dict[str, list[int]] = {}
    for at, candidate in enumerate(candidates):
        for key in {*candidate.title.split(), *candidate.body.split()}:
            having.setdefault(key, []).append(at)
    for text in queries:
        try:
            wanted = terms(parse_search(text, analyzer, lexicon).node)
        except QueryError:
            yield []
            continue
        yield _best(candidates, wanted, having)[:limit]


def _best(candidates: Sequence[Candidate], wanted: Sequence[Term], having: Mapping[str, Sequence[int]]) -> list[Ranked]:
    frequencies = {key: len(having.get(key, ())) for term in wanted for phrase in term.phrases for key in phrase}
    ranked = rank(candidates, wanted, frequencies, len(candidates))
    return [Ranked(-found.id, found.score) for found in ranked if found.score]
