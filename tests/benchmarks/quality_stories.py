"""How well articles are grouped into stories, beside copies found by shingles and TF-IDF with one threshold.

The sets are those halves that the weights were not fitted on: ECB+ topics 19 to 35, and the Multi-News stories of the
second half of a seeded shuffle. Measures: B-cubed (Bagga and Baldwin 1998) and pairwise F1, in one online pass.
"""

from __future__ import annotations

import json
import lzma
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

from newsbot.domain.analyze import Analyzer
from newsbot.domain.cluster import StoryIndex, features
from newsbot.domain.models import Article
from tests.benchmarks.table import Row, data

NAME = "Stories: which articles tell one event"

Labels = list[Hashable]
_WORD = re.compile(r"[^\W_]+")
_FITTED_TOPICS = 18


def run() -> list[Row]:
    """Each figure of ours beside both peers."""
    rows: list[Row] = []
    for name, articles, gold in _sets():
        ours = _ours(articles)
        peers = (("5-word shingles, Jaccard ≥ .5", _shingles(articles)), ("TF-IDF ≥ .3", _tfidf(articles)))
        for peer, theirs in peers:
            for measure, score in (("B-cubed", bcubed), ("pairwise", pairwise)):
                rows.append(Row(f"{name}, {measure}", score(ours, gold), peer, score(theirs, gold), "F1"))
        rows.append(
            Row(f"{name}, extra posts", _extra(ours, gold), "", math.nan, "of repeats", "a repeat begins a story")
        )
        rows.append(Row(f"{name}, swallowed", _swallowed(ours, gold), "", math.nan, "of stories", "none of it leads"))
    return rows


def bcubed(found: Sequence[Hashable], gold: Sequence[Hashable]) -> float:
    """B-cubed F1 of two labellings of the same articles."""
    both, ours, theirs = Counter(zip(found, gold, strict=True)), Counter(found), Counter(gold)
    pairs = list(zip(found, gold, strict=True))
    precision = sum(both[pair] / ours[pair[0]] for pair in pairs) / len(pairs)
    recall = sum(both[pair] / theirs[pair[1]] for pair in pairs) / len(pairs)
    return 2 * precision * recall / (precision + recall)


def pairwise(found: Sequence[Hashable], gold: Sequence[Hashable]) -> float:
    """F1 of the pairs of articles that are together in both labellings."""
    together = _pairs(list(zip(found, gold, strict=True)))
    total = _pairs(found) + _pairs(gold)
    return 2 * together / total if total else 1.0


def _pairs(labels: Sequence[Hashable]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def _extra(found: Sequence[Hashable], gold: Sequence[Hashable]) -> float:
    """Of the articles whose story was told before, how many began a new one."""
    known: set[Hashable] = set()
    begun: set[Hashable] = set()
    repeats = extra = 0
    for ours, story in zip(found, gold, strict=True):
        repeats += story in known
        extra += story in known and ours not in begun
        known.add(story)
        begun.add(ours)
    return extra / max(repeats, 1)


def _swallowed(found: Sequence[Hashable], gold: Sequence[Hashable]) -> float:
    """Of the true stories, how many never began one of ours."""
    leads: dict[Hashable, Hashable] = {}
    for ours, story in zip(found, gold, strict=True):
        leads.setdefault(ours, story)
    return 1 - len(set(leads.values()) & set(gold)) / len(set(gold))


def _ours(articles: Sequence[Article]) -> Labels:
    index, analyzer, labels = StoryIndex(), Analyzer(), []
    for number, article in enumerate(articles, 1):
        found = features(article, analyzer)
        story = index.assign(found) or number
        index.add(story, found)
        labels.append(story)
    return list(labels)


def _online(vectors: Sequence[dict[Hashable, float]], alike: Callable[[int, int], float], least: float) -> Labels:
    """Join the most alike earlier article's story when it is alike enough."""
    postings: defaultdict[Hashable, list[int]] = defaultdict(list)
    labels: Labels = []
    for number, vector in enumerate(vectors):
        near = {other for key in vector for other in postings[key]}
        best = max(((alike(number, other), -other) for other in near), default=(0.0, 0))
        labels.append(labels[-best[1]] if best[0] >= least else number)
        for key in vector:
            postings[key].append(number)
    return labels


def _shingles(articles: Sequence[Article]) -> Labels:
    sets = []
    for article in articles:
        words = _WORD.findall(f"{article.title} {article.text}".lower())[:250]
        sets.append(set(zip(*(words[i:] for i in range(5)), strict=False)) or {tuple(words)})
    vectors: list[dict[Hashable, float]] = [dict.fromkeys(one, 1.0) for one in sets]
    return _online(vectors, lambda a, b: len(sets[a] & sets[b]) / len(sets[a] | sets[b]), 0.5)


def _tfidf(articles: Sequence[Article]) -> Labels:
    """Cosine of TF-IDF with the whole set's frequencies: more than an online pass may know."""
    bags = [Counter(_WORD.findall(f"{a.title} {a.text}".lower())[:250]) for a in articles]
    frequency = Counter(word for bag in bags for word in bag)
    vectors: list[dict[Hashable, float]] = []
    for bag in bags:
        raw = {word: (1 + math.log(n)) * math.log(len(bags) / frequency[word]) for word, n in bag.items()}
        norm = math.sqrt(sum(weight * weight for weight in raw.values())) or 1.0
        vectors.append({word: weight / norm for word, weight in raw.items() if weight > 0})
    return _online(vectors, lambda a, b: sum(w * vectors[b].get(k, 0.0) for k, w in vectors[a].items()), 0.3)


def _sets() -> list[tuple[str, list[Article], Labels]]:
    """Name, articles in order of arrival, and their true stories."""
    ecb = [row for row in _rows(data("stories/ecbplus_topics_1-35.jsonl.xz")) if _topic(row["story"]) > _FITTED_TOPICS]
    random.Random(0).shuffle(ecb)
    news = _rows(data("stories/multinews_articles.jsonl.xz"))
    stories = sorted({row["story"] for row in news})
    random.Random(0).shuffle(stories)
    unseen = set(stories[len(stories) // 2 :])
    news = [row for row in news if row["story"] in unseen]
    headlines = [{**row, "text": ""} for row in ecb if len(row["title"].split()) > 5]
    named = (("ECB+ 19-35", ecb), ("Multi-News, second half", news), ("ECB+ 19-35, titles alone", headlines))
    return [(name, [_article(row) for row in rows], [row["story"] for row in rows]) for name, rows in named]


def _rows(path: Path) -> list[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _topic(story: str) -> int:
    return int("".join(filter(str.isdigit, story)))


def _article(row: dict[str, str]) -> Article:
    return Article(0, 0, "", row.get("title", ""), row.get("text", ""), language="en")
