"""Matching one article of 400 words against many follows: ours, ahocorasick_rs, and the predicate on every follow.

ahocorasick_rs finds the follows' words and a dictionary then counts which follows have all of theirs: less than we
answer, for it knows neither inflections nor what an article is about. Every figure is the median of several articles;
all three look at the same articles and follows in turn.
"""

from __future__ import annotations

import random
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import ahocorasick_rs

from newsbot.domain.analyze import AnalyzedArticle, Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import Matcher, matches
from newsbot.domain.models import Match, TopicDefinition
from newsbot.domain.query import TopicQuery, compile_topic
from tests.benchmarks.table import Row, seconds

NAME = "Matching a 400-word article"

SIZES = (1_000, 10_000, 100_000)
ARTICLES = 21
WORDS = 400
PAST = 1_000  # articles that the document frequencies come from
BRUTE = 3  # articles that the slow peer is given
SYLLABLES = [c + v for c in "bdfgklmnprstvz" for v in "aeiou"]

T = TypeVar("T")


def run(quick: bool = False) -> list[Row]:
    """Milliseconds for an article: its analysis, then matching it against more and more follows."""
    chance, analyzer = random.Random(7), Analyzer()
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4)))) for _ in range(40_000)]
    texts = [_text(vocabulary, chance) for _ in range(ARTICLES)]
    past = [_text(vocabulary, chance) for _ in range(PAST)]
    known = Counter(key for text in past for key in set(analyzer.keys(text)))
    lexicon = Lexicon.default()
    articles = [analyzer.article(text[:60], text) for text in texts]
    rows = [_analysis(analyzer, texts)]
    for size in SIZES[: 2 if quick else 3]:
        topics = [_topic(vocabulary, chance) for _ in range(size)]
        queries = {n: compile_topic(TopicDefinition(topic), analyzer, lexicon) for n, topic in enumerate(topics)}
        rows += _matching(topics, queries, texts, articles, Matcher(queries, lexicon, known), lexicon)
    return rows


def _text(vocabulary: Sequence[str], chance: random.Random) -> str:
    """Words that are the rarer the later they come in the vocabulary, as in any language (Zipf's law)."""
    return " ".join(vocabulary[int(len(vocabulary) ** chance.random()) - 1] for _ in range(WORDS))


def _topic(vocabulary: Sequence[str], chance: random.Random) -> str:
    """One to three words of the vocabulary's rarer part: people follow what is worth a word."""
    return " ".join(chance.choices(vocabulary[200:], k=chance.choice((1, 2, 2, 3))))


def _each(items: Sequence[T], fn: Callable[[T], object]) -> float:
    """The median time of ``fn`` over ``items``, in milliseconds."""
    return statistics.median(seconds(partial(fn, item)) for item in items) * 1e3


def _analysis(analyzer: Analyzer, texts: Sequence[str]) -> Row:
    ours = _each(texts, lambda text: analyzer.article(text[:60], text))
    plain = _each(texts, lambda text: text.lower().split())
    return Row("analyze, caches warm", ours, "lower().split()", plain, "ms", "the least any analyzer does")


def _matching(
    topics: Sequence[str],
    queries: dict[int, TopicQuery],
    texts: Sequence[str],
    articles: Sequence[AnalyzedArticle],
    matcher: Matcher,
    lexicon: Lexicon,
) -> list[Row]:
    automaton, what = _automaton(topics), f"{len(topics):,} follows"
    ours = _each(articles, matcher.match)
    theirs = _each(texts, automaton)
    brute = _each(articles[:BRUTE], lambda one: _brute(queries, one, lexicon))
    same = all(_brute(queries, one, lexicon) == matcher.match(one) for one in articles[:BRUTE])
    add = _each(range(100), lambda n: matcher.add(n, queries[n]))
    return [
        Row(what, ours, "ahocorasick_rs", theirs, "ms", "finds follows with all words somewhere"),
        Row(what, ours, "brute force", brute, "ms", "same result" if same else "RESULTS DIFFER"),
        Row(f"{what}: replace one", add, "–", float("nan"), "ms"),
    ]


def _automaton(topics: Sequence[str]) -> Callable[[str], list[int]]:
    """Which topics have all their words in a text, by ahocorasick_rs."""
    wanted = [set(topic.split()) for topic in topics]
    patterns = sorted(set().union(*wanted))
    places = {word: at for at, word in enumerate(patterns)}
    following: list[list[int]] = [[] for _ in patterns]
    for n, words in enumerate(wanted):
        for word in words:
            following[places[word]].append(n)
    automaton = ahocorasick_rs.AhoCorasick(patterns, matchkind=ahocorasick_rs.MatchKind.Standard)

    def match(text: str) -> list[int]:
        found = {hit[0] for hit in automaton.find_matches_as_indexes(text.lower(), overlapping=True)}
        counts = Counter(n for at in found for n in following[at])
        return [n for n, count in counts.items() if count == len(wanted[n])]

    return match


def _brute(queries: dict[int, TopicQuery], article: AnalyzedArticle, lexicon: Lexicon) -> list[Match]:
    return [found for n, query in queries.items() if (found := matches(query, article, lexicon, n))]
