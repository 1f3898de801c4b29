"""How well typed topics tell what an article is about: macro precision, recall and F1.

Reuters-21578: editors gave its stories codes, and a code is typed here as a reader would ("acq": mergers and
acquisitions). Topics are drawn into two halves by seed; what the predicate and the lexicon fixed by looking was fixed
on the first, and the second is reported. Only stories with a code count, for of the others many were never looked at.
The peers read the same keys: all typed words anywhere, and the cosine of TF-IDF with the threshold that is best for
macro F1 on the first half.
"""

from __future__ import annotations

import json
import lzma
import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsbot.domain.analyze import AnalyzedArticle, Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import Matcher
from newsbot.domain.models import TopicDefinition
from newsbot.domain.query import compile_topic
from tests.benchmarks.table import Row, data

NAME = "topics: what an article is about"

SEED = 7
TYPED = {
    "earn": "company earnings", "acq": "mergers and acquisitions", "money-fx": "currency market", "grain": "grain",
    "crude": "crude oil", "trade": "foreign trade", "interest": "interest rates", "ship": "shipping",
    "wheat": "wheat", "corn": "corn", "oilseed": "oilseeds", "sugar": "sugar", "dlr": "US dollar",
    "gnp": "economic growth", "coffee": "coffee", "veg-oil": "vegetable oil", "gold": "gold",
    "money-supply": "money supply", "nat-gas": "natural gas", "livestock": "livestock", "soybean": "soybeans",
    "cpi": "inflation", "bop": "balance of payments", "copper": "copper", "reserves": "foreign reserves",
    "cocoa": "cocoa", "jobs": "unemployment", "rice": "rice", "iron-steel": "steel", "cotton": "cotton",
    "alum": "aluminium", "yen": "yen", "ipi": "industrial production", "gas": "gasoline", "rubber": "rubber",
    "barley": "barley", "zinc": "zinc", "palm-oil": "palm oil", "silver": "silver", "rapeseed": "rapeseed",
    "sorghum": "sorghum", "tin": "tin", "wpi": "wholesale prices", "hog": "hogs", "orange": "orange juice",
    "retail": "retail sales", "housing": "housing starts",
}  # fmt: skip
"""Codes of twenty stories and more, as people would type them."""

THRESHOLDS = [n / 100 for n in range(4, 61, 2)]


@dataclass(frozen=True, slots=True)
class Score:
    """Macro averages over topics, each 0..1."""

    precision: float
    recall: float
    f1: float


Found = Mapping[str, set[int]]
"""For each topic the articles, by their place."""


def run() -> list[Row]:
    """Ours on the reported half of the Reuters topics, beside keyword AND and TF-IDF."""
    analyzer = Analyzer()
    articles, gold = _reuters(analyzer)
    tuned, reported = halves(sorted(TYPED))
    queries = {code: TYPED[code] for code in reported}
    index = Weights(articles)
    ours = macro(matched(queries, articles, analyzer), gold)
    words = macro({code: index.holding(analyzer.keys(text)) for code, text in queries.items()}, gold)
    best = max(THRESHOLDS, key=lambda least: macro(_near(tuned, index, analyzer, least), gold).f1)
    cosine = macro(_near(reported, index, analyzer, best), gold)
    note = f"{len(queries)} of {len(TYPED)} topics, {len(articles)} stories"
    rows = []
    for what in ("precision", "recall", "f1"):
        mine = getattr(ours, what)
        rows.append(Row(f"Reuters, {what}", mine, "all words", getattr(words, what), "0..1", note))
        rows.append(Row(f"Reuters, {what}", mine, "TF-IDF cosine", getattr(cosine, what), "0..1", note))
    return rows


def halves(topics: Sequence[str]) -> tuple[list[str], list[str]]:
    """The topics to tune on, and those to report."""
    mixed = random.Random(SEED).sample(topics, len(topics))
    return sorted(mixed[: len(mixed) // 2]), sorted(mixed[len(mixed) // 2 :])


def macro(found: Found, gold: Found) -> Score:
    """Precision, recall and F1 of each topic of ``found``, averaged; a topic that finds nothing is precise."""
    scores = [_score(found[topic], gold.get(topic, set())) for topic in found]
    return Score(*(sum(values) / len(scores) for values in zip(*scores, strict=True)))


def _score(found: set[int], true: set[int]) -> tuple[float, float, float]:
    hits = len(found & true)
    precision, recall = hits / len(found) if found else 1.0, hits / len(true) if true else 1.0
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def matched(queries: Mapping[str, str], articles: Sequence[AnalyzedArticle], analyzer: Analyzer) -> dict[str, set[int]]:
    """What each typed topic of ``queries`` matches."""
    lexicon, names = Lexicon.default(), list(queries)
    compiled = {n: compile_topic(TopicDefinition(queries[name]), analyzer, lexicon) for n, name in enumerate(names)}
    matcher, found = Matcher(compiled, lexicon), {name: set[int]() for name in names}
    for at, article in enumerate(articles):
        for match in matcher.match(article):
            found[names[match.topic_id]].add(at)
    return found


class Weights:
    """TF-IDF weights of articles' keys, for the peers."""

    def __init__(self, articles: Sequence[AnalyzedArticle]) -> None:
        counts = [Counter((*article.title_keys, *article.body_keys)) for article in articles]
        often = Counter(key for count in counts for key in count)
        self._idf = {key: math.log(len(articles) / n) for key, n in often.items()}
        self._lists: dict[str, list[tuple[int, float]]] = {}
        for at, count in enumerate(counts):
            weights = {key: (1 + math.log(n)) * self._idf[key] for key, n in count.items()}
            length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
            for key, weight in weights.items():
                self._lists.setdefault(key, []).append((at, weight / length))

    def holding(self, keys: Iterable[str]) -> set[int]:
        """The articles with all of ``keys``."""
        return set.intersection(*({at for at, _ in self._lists.get(key, ())} for key in keys))

    def near(self, keys: Sequence[str], least: float) -> set[int]:
        """The articles whose cosine to ``keys`` is ``least`` or more."""
        asked = {key: self._idf.get(key, 0.0) for key in keys}
        length = math.sqrt(sum(weight**2 for weight in asked.values())) or 1.0
        found = Counter[int]()
        for key, weight in asked.items():
            for at, share in self._lists.get(key, ()):
                found[at] += weight / length * share  # type: ignore[assignment]  # a Counter adds floats as well
        return {at for at, cosine in found.items() if cosine >= least}


def _near(codes: Sequence[str], index: Weights, analyzer: Analyzer, least: float) -> dict[str, set[int]]:
    return {code: index.near(analyzer.keys(TYPED[code]), least) for code in codes}


def _reuters(analyzer: Analyzer) -> tuple[list[AnalyzedArticle], dict[str, set[int]]]:
    """The coded stories, and for each code its stories."""
    articles: list[AnalyzedArticle] = []
    gold: dict[str, set[int]] = {}
    with lzma.open(data("articles/reuters21578.jsonl.xz"), "rt", encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            for code in record["topics"]:
                gold.setdefault(code, set()).add(len(articles))
            if record["topics"]:
                articles.append(analyzer.article(record["title"], record["text"], "en"))
    return articles, gold
