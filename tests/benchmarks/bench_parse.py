"""Parsing feeds to plain text, dates and pictures, against feedparser on the same documents in the same run.

Ours includes the guards, encodings, HTML to text; feedparser's includes its own clean-up of HTML.
"""

from __future__ import annotations

import io
import math
import tarfile
from collections.abc import Callable, Sequence

import feedparser

from newsbot.domain.parse import parse_feed
from newsbot.errors import ParseError
from tests.benchmarks.table import Row, Skip, data, median_of, seconds

NAME = "parse: feeds to articles"
URL = "https://example.org/feed"


def run(quick: bool = False) -> list[Row]:
    """Real feeds where there are any, a made one of 10,000 items, and what hostile documents cost us."""
    return [*_real(quick), _long(1_000 if quick else 10_000), *_hostile()]


def _real(quick: bool) -> list[Row]:
    try:
        documents = _documents(20 if quick else None)
    except Skip as why:
        return [Row("real feeds", math.nan, "feedparser", math.nan, "feeds/s", str(why))]
    megabytes = sum(map(len, documents)) / 1e6
    ours = median_of(3, lambda: _all(documents, _ours))
    theirs = seconds(lambda: _all(documents, _theirs))
    note = f"{len(documents)} feeds, {megabytes:.0f} MB"
    return [
        Row("real feeds", len(documents) / ours, "feedparser", len(documents) / theirs, "feeds/s", note),
        Row("real feeds", megabytes / ours, "feedparser", megabytes / theirs, "MB/s"),
    ]


def _long(items: int) -> Row:
    body = "".join(
        f"<item><guid>{n}</guid><title>Item {n}</title><link>https://example.org/{n}</link>"
        f"<description>&lt;p&gt;{'word ' * 60}&lt;/p&gt;</description></item>"
        for n in range(items)
    )
    document = f"<rss><channel><title>Long</title>{body}</channel></rss>".encode()
    ours, theirs = median_of(3, lambda: _ours(document)), median_of(3, lambda: _theirs(document))
    return Row(f"one feed of {items:,} items", items / ours, "feedparser", items / theirs, "items/s")


def _hostile() -> list[Row]:
    bombs = {
        "100,000 attributes": b"<rss " + b" ".join(b'a%d="1"' % n for n in range(100_000)) + b"/>",
        "1,000,000 levels": b"<rss><channel>" + b"<a>" * 1_000_000,
        "an item of 200,000 nested divs": b"<rss><channel><item><description><![CDATA["
        + b"<div>" * 200_000
        + b"]]></description></item></channel></rss>",
    }
    return [
        Row(f"hostile: {name}", seconds(lambda bomb=bomb: _ours(bomb)) * 1000, "–", math.nan, "ms")  # type: ignore[misc]
        for name, bomb in bombs.items()
    ]


def _documents(limit: int | None) -> list[bytes]:
    with tarfile.open(data("feeds/realworld.tar.xz")) as tar:
        files = (tar.extractfile(member) for member in tar.getmembers()[:limit])
        return [file.read() for file in files if file is not None]


def _all(documents: Sequence[bytes], read: Callable[[bytes], object]) -> None:
    for document in documents:
        read(document)


def _ours(document: bytes) -> None:
    try:
        parse_feed(document, URL)
    except ParseError:
        return


def _theirs(document: bytes) -> None:
    feedparser.parse(io.BytesIO(document))
