"""How well summaries hold what an editor's holds, beside the lead, TextRank and chance at the same length.

ROUGE F1 against the editors' summaries of Inshorts (one article each) and of Multi-News (a story of several articles,
a summary three times as long as ours: compare, do not add). The weights were fitted on every second story; these are
the others. Boilerplate is counted over the half of the live feeds (by the hash of their names) that no rule was made
from, with patterns of this module, not the product's.
"""

from __future__ import annotations

import hashlib
import json
import lzma
import random
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest import MAX_SENTENCES, MAX_WORDS, Refrains, hear, sentences, summarise, words
from newsbot.domain.models import Article
from newsbot.domain.parse import parse_feed
from newsbot.errors import ParseError
from tests.benchmarks.rouge import rouge_lsum, rouge_n
from tests.benchmarks.table import Row, data
from tests.benchmarks.textrank import textrank

NAME = "Digests: summary sentences beside the lead, TextRank and chance"


def run(quick: bool = False) -> list[Row]:
    """ROUGE of both on both sets, and what the promises say about length."""
    rows = _boilerplate(quick)
    for name, stories in (("Inshorts", _inshorts()), ("Multi-News", _multinews())):
        few = stories[1::2][:50] if quick else stories[1::2]
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
    peers = {
        "lead": leads,
        "TextRank": [textrank(articles[0].text, MAX_WORDS, MAX_SENTENCES) for articles, _ in stories],
        "chance": [_chance(articles[0].text, MAX_WORDS) for articles, _ in stories],
    }
    rows = [
        Row(f"{name}, ROUGE-{label}", *_scores(ours, found, peer, gold, label), "F1 × 100", length)
        for peer, found in peers.items()
        for label in ("1", "2", "Lsum")
    ]
    over = sum(len(s) > MAX_SENTENCES or sum(map(words, s)) > MAX_WORDS for s in ours)
    return [*rows, Row(f"{name}, too long", float(over), "limit", 0.0, "summaries")]


def _scores(
    ours: Sequence[Sequence[str]],
    theirs: Sequence[Sequence[str]],
    peer: str,
    gold: Sequence[Sequence[str]],
    label: str,
) -> tuple[float, str, float]:
    def score(found: Sequence[Sequence[str]]) -> float:
        if label == "Lsum":
            return 100 * _mean([rouge_lsum(one, other) for one, other in zip(found, gold, strict=True)])
        n = int(label)
        return 100 * _mean([rouge_n(" ".join(o), " ".join(g), n) for o, g in zip(found, gold, strict=True)])

    return score(ours), peer, score(theirs)


def _lead(text: str, most: int) -> list[str]:
    """Whole sentences from the front while they fit; at least a piece of the first."""
    found: list[str] = []
    for sentence in sentences(text, "en"):
        if sum(map(words, found)) + words(sentence) > most:
            break
        found.append(sentence)
    return found or [" ".join(text.split()[:most])]


def _chance(text: str, most: int) -> list[str]:
    """Whole sentences at random while they fit, always the same ones."""
    told = list(sentences(text, "en"))
    random.Random(0).shuffle(told)
    found: list[str] = []
    for sentence in told:
        if len(found) < MAX_SENTENCES and sum(map(words, found)) + words(sentence) <= most:
            found.append(sentence)
    return found


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


# What a reader of a digest does not want, as a list made by hand from the sample that was read by eye.
_UNWANTED = re.compile(
    r"click here|read more|read also|also read|miss out|subscribe|newsletter|sign up|follow (?:us|me)|"
    r"all rights reserved|cookies|appeared first|first appeared|©|"
    r"^(?:by|photo|image|credit|source|advertisement)\b[^.]{0,60}$|"
    r"leave a comment|in the comments|share this|patreon|download (?:the|our) app|^\W*(?:tags?|filed under):|"
    r"\((?:reuters|ap|afp)\) ?[-–—]|https?://|thanks for reading|opens in (?:a )?new|haven[’']t read|affiliate link",
    re.IGNORECASE,
)


def _boilerplate(quick: bool) -> list[Row]:
    """The share of summary sentences on real feeds that hold one of the patterns; beside the lead's."""
    analyzer, refrains = Analyzer(), Refrains()
    articles = list(_held_out())[:: 5 if quick else 1]
    hear(articles, refrains)
    ours = [s for article in articles for s in summarise([article], analyzer, refrains=refrains).summary]
    lead = [s for article in articles for s in _lead(article.text, MAX_WORDS)[:MAX_SENTENCES]]
    shares = [100 * _mean([_UNWANTED.search(s) is not None for s in found]) for found in (ours, lead)]
    note = f"{len(ours)} sentences of {len(articles)} articles"
    return [Row("Live feeds, sentences with boilerplate", shares[0], "lead", shares[1], "%", note)]


def _held_out() -> Iterator[Article]:
    with tarfile.open(data("feeds/realworld.tar.xz")) as feeds:
        for number, member in enumerate(feeds):
            name, file = Path(member.name).name, feeds.extractfile(member) if member.isfile() else None
            if file is None or not int(hashlib.sha1(name.encode()).hexdigest(), 16) % 2:
                continue
            try:
                feed = parse_feed(file.read(), "")
            except ParseError:
                continue
            for place, told in enumerate(feed.articles):
                at = number * 1000 + place
                yield Article(
                    at, number, feed.title, told.title, told.text, language=feed.language[:2], authors=told.authors
                )


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
