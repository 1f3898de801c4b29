"""Search over one SQLite file: a page of ten with snippets, against FTS5's own ranking and tantivy, in the same run.

The articles are of 300 words drawn by Zipf's law, so that the commonest word stands in nearly all of them.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import tantivy
from sqlalchemy import insert

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import FeedSpec
from newsbot.domain.query import parse_search
from newsbot.domain.rank import snippet
from newsbot.storage import Storage
from newsbot.storage.article_ids import first_id
from newsbot.storage.rows import IndexRow
from newsbot.storage.search import SearchRequest, index_articles
from newsbot.storage.tables import articles
from tests.benchmarks.table import Row, percentile, seconds

NAME = "search: one page with snippets"
ARTICLES, QUICK_ARTICLES = 100_000, 10_000
BATCH = 1000
WORDS, VOCABULARY = 300, 200_000
START = datetime(2024, 1, 1, tzinfo=UTC)
EVERY = 300  # seconds between articles
ASKED = 30  # queries of each kind
# By rank in Zipf's order: how often a word occurs.
KINDS = {
    "the commonest word": [f"w{n}" for n in range(1, 4)],
    "middling words": [f"w{n}" for n in range(300, 300 + ASKED)],
    "rare words": [f"w{n}" for n in range(50_000, 50_000 + ASKED)],
    "two common words": [f"w{n} w{n + 7}" for n in range(1, 1 + ASKED)],
    "two middling words": [f"w{n} w{n + 7}" for n in range(300, 300 + ASKED)],
}

Made = tuple[int, str, str]
"""An article's number, title and text."""
Ask = Callable[[str], object]


def made(count: int) -> Iterator[list[Made]]:
    """Generated articles, in batches; the same for every run."""
    random = np.random.default_rng(7)
    odds = 1 / np.arange(1, VOCABULARY + 1)
    steps = np.cumsum(odds / odds.sum())
    for start in range(0, count, BATCH):
        drawn = np.searchsorted(steps, random.random((BATCH, WORDS + 8)))
        words = [[f"w{n}" for n in row] for row in drawn]
        yield [(start + i, " ".join(row[:8]), " ".join(row[8:])) for i, row in enumerate(words)]


def timed(ask: Ask, queries: Sequence[str]) -> tuple[float, float]:
    """The median and 99th percentile in milliseconds of asking; everything once before, so that caches are warm."""
    for query in queries:
        ask(query)
    times = [seconds(lambda q=query: ask(q)) * 1000 for query in queries for _ in range(3)]  # type: ignore[misc]
    return percentile(times, 50), percentile(times, 99)


def run(quick: bool) -> list[Row]:
    """Build all three and ask each the same."""
    count = QUICK_ARTICLES if quick else ARTICLES
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        ours = Ours(runner, Path(folder), count)
        fts, other = fts5(Path(folder), count), tantivy_index(Path(folder), count)
        gc.collect()
        gc.freeze()  # search is measured, not the collector's walk through the analyzer's dictionaries (0.1 s)
        rows = []
        for kind, queries in KINDS.items():
            mine = timed(ours.ask, queries)
            for peer, ask in (("FTS5 bm25()", fts), ("tantivy", other)):
                theirs = timed(ask, queries)
                rows.append(Row(f"{kind}, p50", mine[0], peer, theirs[0], "ms", f"{count:,} articles"))
                rows.append(Row(f"{kind}, p99", mine[1], peer, theirs[1], "ms"))
        ours.close()
        gc.unfreeze()
    return rows


class Ours:
    """The bot's own search, over its own tables."""

    def __init__(self, runner: asyncio.Runner, folder: Path, count: int) -> None:
        self._runner = runner
        self._analyzer, self._lexicon = Analyzer(), Lexicon.default()
        self._storage = runner.run(Storage.open(f"sqlite:///{folder / 'ours.db'}"))
        runner.run(self._fill(count))
        self._now = datetime.fromtimestamp(START.timestamp() + count * EVERY, UTC)

    async def _fill(self, count: int) -> None:
        feed = await self._storage.feeds.add(FeedSpec("https://example.org/feed"), START)
        for batch in made(count):
            numbered = [(first_id(START) + ((n * EVERY) << 20), title, text) for n, title, text in batch]
            async with self._storage._db.write() as conn:
                await conn.execute(insert(articles), [_row(i, feed.id, title, text) for i, title, text in numbered])
                await index_articles(conn, [IndexRow(i, feed.id, "en", title, text) for i, title, text in numbered])

    def ask(self, words: str) -> object:
        """One page, as the Newsdesk makes it."""
        return self._runner.run(self._page(words))

    async def _page(self, words: str) -> object:
        query = parse_search(words, self._analyzer, self._lexicon)
        found = await self._storage.search.find(SearchRequest(query, now=self._now))
        shown = await self._storage.articles.get([hit.article_id for hit in found.hits])
        return [snippet(article.text, query, self._analyzer) for article in shown]

    def close(self) -> None:
        """Give the file back."""
        self._runner.run(self._storage.close())


def _row(article_id: int, feed_id: int, title: str, text: str) -> dict[str, object]:
    empty = dict.fromkeys(("guid", "url", "canonical_url", "image", "fingerprint"), "")
    values = {"id": article_id, "feed_id": feed_id, "key": str(article_id), "title": title, "text": text}
    times = dict.fromkeys(("fetched", "seen"), START)
    return {**empty, **values, **times, "language": "en", "authors": [], "announce": False, "state": 2}


def fts5(folder: Path, count: int) -> Ask:
    """SQLite's own full-text search: its ranking, its snippets."""
    conn = sqlite3.connect(folder / "fts5.db")
    conn.execute("CREATE VIRTUAL TABLE f USING fts5(title, text, tokenize='porter unicode61')")
    for batch in made(count):
        conn.executemany("INSERT INTO f (rowid, title, text) VALUES (?, ?, ?)", batch)
    conn.commit()
    sql = "SELECT rowid, title, snippet(f, 1, '[', ']', '…', 30) FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT 10"
    return lambda words: conn.execute(sql, (words,)).fetchall()


def tantivy_index(folder: Path, count: int) -> Ask:
    """Tantivy, with its own snippets."""
    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("id", stored=True)
    schema.add_text_field("title", stored=True, tokenizer_name="en_stem")
    schema.add_text_field("text", stored=True, tokenizer_name="en_stem")
    (folder / "tantivy").mkdir()
    built = schema.build()
    index = tantivy.Index(built, path=str(folder / "tantivy"))
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    for batch in made(count):
        for number, title, text in batch:
            writer.add_document(tantivy.Document(id=number, title=title, text=text))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()

    def ask(words: str) -> object:
        query = index.parse_query(" AND ".join(words.split()), ["title", "text"])
        searcher = index.searcher()
        shown = tantivy.SnippetGenerator.create(searcher, query, built, "text")
        found = searcher.search(query, 10).hits
        return [shown.snippet_from_doc(searcher.doc(address)).to_html() for _, address in found]

    return ask
