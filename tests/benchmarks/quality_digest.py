"""How well summaries hold what an editor's holds, beside the article's lead of the same length.

ROUGE F1 against the editors' summaries of Inshorts (one article each) and of Multi-News (a story of several articles,
a summary three times as long as ours: compare, do not add).
"""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest import MAX_SENTENCES, MAX_WORDS, sentences, summarise, words
from newsbot.domain.models import Article
from tests.benchmarks.rouge import rouge_lsum, rouge_n
from tests.benchmarks.table import Row, data

NAME = "Digests: summary sentences beside the lead"


def run(quick: bool = False) -> list[Row]:
    """ROUGE of both on both sets, and what the promises say about length."""
    rows: list[Row] = []
    for name, stories in (("Inshorts", _inshorts()), ("Multi-News", _multinews())):
        few = stories[:100] if quick else stories
        rows += _compare(name, few)
    return rows


def _compare(name: str, stories: Sequence[tuple[list[Article], str]]) -> list[Row]:
    analyzer = Analyzer()
    ours = [summarise(articles, analyzer).summary for articles, _ in stories]
    leads = [_lead(articles[0].text, MAX_WORDS) for articles, _ in stories]
    gold = [sentences(reference, "en") for _, reference in stories]
    length = (
        f"{_mean([sum(map(words, s)) for s in ours]):.0f} words beside {_mean([sum(map(words, s)) for s in leads]):.0f}"
    )
    rows = [
        Row(f"{name}, ROUGE-{label}", *_scores(ours, leads, gold, label), "F1 × 100", length)
        for label in ("1", "2", "Lsum")
    ]
    over = sum(len(s) > MAX_SENTENCES or sum(map(words, s)) > MAX_WORDS for s in ours)
    return [*rows, Row(f"{name}, too long", float(over), "limit", 0.0, "summaries")]


def _scores(
    ours: Sequence[Sequence[str]], leads: Sequence[Sequence[str]], gold: Sequence[Sequence[str]], label: str
) -> tuple[float, str, float]:
    def score(found: Sequence[Sequence[str]]) -> float:
        if label == "Lsum":
            return 100 * _mean([rouge_lsum(one, other) for one, other in zip(found, gold, strict=True)])
        n = int(label)
        return 100 * _mean([rouge_n(" ".join(o), " ".join(g), n) for o, g in zip(found, gold, strict=True)])

    return score(ours), "lead", score(leads)


def _lead(text: str, most: int) -> list[str]:
    """Whole sentences from the front while they fit; at least a piece of the first."""
    found: list[str] = []
    for sentence in sentences(text, "en"):
        if sum(map(words, found)) + words(sentence) > most:
            break
        found.append(sentence)
    return found or [" ".join(text.split()[:most])]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


def _inshorts() -> list[tuple[list[Article], str]]:
    rows = _rows(data("digest/inshorts_first_half.jsonl.xz"))
    return [([Article(1, 1, "", row["title"], row["text"], language="en")], row["summary"]) for row in rows]


def _multinews() -> list[tuple[list[Article], str]]:
    told: defaultdict[str, list[Article]] = defaultdict(list)
    for number, row in enumerate(_rows(data("stories/multinews_articles.jsonl.xz"))):
        told[row["story"]].append(Article(number, number, f"source {number}", "", row["text"], language="en"))
    summaries = {row["story"]: row["summary"] for row in _rows(data("stories/multinews_summaries.jsonl.xz"))}
    return [(articles, summaries[story]) for story, articles in told.items()]


def _rows(path: Path) -> list[dict[str, str]]:
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
