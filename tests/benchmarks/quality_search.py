"""How good the order of results is: mean average precision over 41 long questions of the SMART TIME collection."""

from __future__ import annotations

import json
import lzma
import re
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import ParsedArticle
from newsbot.domain.rank import search_all
from tests.benchmarks.table import Row, data

NAME = "search: order of results"
DEPTH = 100  # results looked at for each query


def run() -> list[Row]:
    """Ours beside FTS5 with porter stemming, any word, ordered by bm25()."""
    articles = _articles()
    queries = {line[0]: line[1] for line in _lines("search/time_queries_1-41.tsv", 2)}
    relevant = defaultdict(set)
    for query, article, judgement in _lines("search/time_qrels_1-41.tsv", 3):
        if int(judgement) > 0:
            relevant[query].add(article)
    ours = _ours(articles, queries)
    theirs = _fts5(articles, queries)
    note = f"{len(articles)} articles, {len(queries)} queries"
    rows = []
    for what, measure in (("MAP", average_precision), ("precision of the first 5", precision)):
        mine, other = (_mean(measure, found, relevant) for found in (ours, theirs))
        rows.append(Row(what, mine, "FTS5 porter, OR, bm25()", other, "0..1", note))
    return rows


def average_precision(found: Sequence[str], relevant: set[str]) -> float:
    """The precision at each relevant article's rank, averaged over all relevant ones; unfound ones count 0."""
    ranks = [rank for rank, article in enumerate(found, 1) if article in relevant]
    return sum(number / rank for number, rank in enumerate(ranks, 1)) / len(relevant)


def precision(found: Sequence[str], relevant: set[str]) -> float:
    """The share of the first five that are relevant."""
    return len(relevant.intersection(found[:5])) / 5


def _mean(
    measure: Callable[[Sequence[str], set[str]], float],
    found: Mapping[str, Sequence[str]],
    relevant: Mapping[str, set[str]],
) -> float:
    return sum(measure(found[query], relevant[query]) for query in relevant) / len(relevant)


def _articles() -> dict[str, ParsedArticle]:
    with lzma.open(data("search/time_docs.jsonl.xz"), "rt", encoding="utf-8") as lines:
        return {d["id"]: ParsedArticle(d["id"], title=d["title"], text=d["text"]) for d in map(json.loads, lines)}


def _lines(name: str, fields: int) -> list[list[str]]:
    lines = data(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t", fields - 1) for line in lines if line]


def _ours(articles: Mapping[str, ParsedArticle], queries: Mapping[str, str]) -> dict[str, list[str]]:
    names = list(articles)
    found = search_all(list(articles.values()), queries.values(), Analyzer(), Lexicon.default(), DEPTH)
    return {query: [names[ranked.id] for ranked in best] for query, best in zip(queries, found, strict=True)}


def _fts5(articles: Mapping[str, ParsedArticle], queries: Mapping[str, str]) -> dict[str, list[str]]:
    conn = sqlite3.connect(":memory:")
    conn.execute("CREATE VIRTUAL TABLE f USING fts5(id UNINDEXED, title, text, tokenize='porter unicode61')")
    conn.executemany("INSERT INTO f VALUES (?, ?, ?)", [(a.guid, a.title, a.text) for a in articles.values()])
    sql = f"SELECT id FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT {DEPTH}"
    found = {}
    for query, text in queries.items():
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", text))
        found[query] = [row[0] for row in conn.execute(sql, (words,))]
    conn.close()
    return found
