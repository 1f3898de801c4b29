"""HTML to text and pictures, feeds of a page, the article of a page; in time that grows with the input only."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.extract import content_of, extract_page, feed_links, plain, text_of
from newsbot.errors import ParseError
from tests.corpora import members


def test_text_keeps_paragraphs_and_drops_what_a_reader_does_not_see() -> None:
    html = """<nav>Menu</nav><p>Solid&nbsp;state <b>batt</b>eries<script>track()</script></p><style>p{}</style>
    <ul><li>One</li><li>Two</li></ul>Line<br>break<table><tr><td>a</td><td>b</td></tr></table>"""
    assert text_of(html) == "Solid state batteries\nOne\nTwo\nLine\nbreak\na b"


def test_plain_text_is_left_alone_but_for_its_blanks() -> None:
    assert text_of("5 < 7,  Q&amp;A \x00\u200b now") == "5 < 7, Q&A now"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&amp;amp;T buys", "AT&T buys"),
        ("A <b>bold</b>\n move", "A bold move"),
        ("&lt;video&gt; in HTML", "<video> in HTML"),
        ("3 < 4 & 5", "3 < 4 & 5"),
        ("", ""),
    ],
)
def test_titles_lose_their_markup_and_double_escapes(title: str, expected: str) -> None:
    assert plain(title) == expected


def test_the_first_picture_is_none_of_the_trackers() -> None:
    html = """<img src="https://t.example/pixel.gif?u=1"><img src="/1.png" width="1" height="1">
    <img src="data:image/png,x"><p>Text<img src="photo.jpg" width="640"></p>"""
    assert content_of(html, "https://e.com/a/b")[1] == "https://e.com/a/photo.jpg"


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="<>/&;'\"= abdpilnv!-\x00\x1e\ufeff", max_size=300))
def test_any_text_gives_text_without_control_characters(html: str) -> None:
    text, image = content_of(html, "https://e.com/")
    assert not re.search(r"[\x00-\x09\x0b-\x1f]|\n\n|^\s|\s$", text)
    assert image == "" or image.startswith("https://")
    assert "\n" not in plain(html)


@pytest.mark.parametrize(
    "bomb",
    ["<div>" * 200_000, "<div></x>" * 90_000, "<b><p>" * 90_000, "<table><td></div><div>" * 40_000, "&" * 900_000,
     "<" * 900_000, "<!--" * 200_000, "<svg><math>" * 80_000, "<a b=" * 150_000],
    ids=lambda bomb: bomb[:12],
)  # fmt: skip
def test_hostile_html_costs_no_more_than_its_length(bomb: str) -> None:
    start = time.perf_counter()
    text_of(bomb)
    feed_links(bomb, "https://e.com/")
    assert time.perf_counter() - start < 5


def test_a_page_names_its_feeds_declared_ones_first() -> None:
    html = """<base href="https://cdn.example/x/"><a href="/blog/feed/">RSS</a><a href="/feedback">write</a>
    <link rel="alternate" type="application/atom+xml" href="atom"><link rel="stylesheet" href="feed.css">
    <link rel="alternate" type="application/rss+xml" href="/rss"><link rel="alternate" hreflang="de" href="/de">"""
    assert feed_links(html, "https://e.com/") == [
        "https://cdn.example/x/atom",
        "https://cdn.example/rss",
        "https://cdn.example/blog/feed/",
    ]


STORY = " ".join(f"The council decided in its meeting number {n} to open the harbour again." for n in range(12))
PAGE = f"""<html lang="en-GB"><head><title>Harbour opens | Courier</title>
<link rel="canonical" href="/harbour"><meta property="og:image" content="/ship.jpg">
<script type="application/ld+json">{{"@graph": [{{"@type": "WebSite"}}, {{"@type": ["NewsArticle"], "headline":
"Harbour opens", "datePublished": "2026-01-03T10:00:00+01:00", "author":
[{{"name": "Ada"}}, {{"name": "Bo"}}]}}]}}</script>
</head><body><nav><a href="/">Home</a></nav><article><h1>Harbour opens</h1><p>{STORY}</p></article></body></html>"""


def test_a_page_gives_its_article_with_what_the_publisher_states() -> None:
    article = extract_page(PAGE.encode(), "https://e.com/harbour?utm_source=x")
    assert article.title == "Harbour opens"
    assert article.url == article.guid == "https://e.com/harbour"
    assert article.published == datetime(2026, 1, 3, 9, 0, tzinfo=UTC)
    assert article.authors == ("Ada", "Bo")
    assert (article.language, article.image) == ("en", "https://e.com/ship.jpg")
    assert "meeting number 11" in article.text
    assert "Home" not in article.text


@pytest.mark.parametrize("page", [b"", b"<html></html>", b"\x00\xff\xfe", b"<p>"])
def test_a_page_without_an_article_is_refused_with_the_reason(page: bytes) -> None:
    with pytest.raises(ParseError, match="page"):
        extract_page(page, "https://e.com/")


@pytest.mark.corpus
def test_the_words_of_real_news_pages_are_found() -> None:
    pages = dict(members("extract/scrapinghub181.tar.xz"))
    truth = json.loads(next(data for name, data in pages.items() if name.endswith("ground-truth.json")))
    scores = []
    for name, data in list(pages.items())[:60]:
        key = name.rpartition("/")[2].removesuffix(".html.gz")
        if key in truth:
            found = extract_page(gzip.decompress(data), truth[key].get("url", "")).text
            scores.append(overlap(found, truth[key]["articleBody"]))
    assert len(scores) > 20
    assert sum(scores) / len(scores) > 0.9


def overlap(found: str, wanted: str) -> float:
    """F1 over runs of four words."""
    one, other = (
        Counter(zip(*(words[i:] for i in range(4)), strict=False)) for words in (found.split(), wanted.split())
    )
    shared = sum((one & other).values())
    return 2 * shared / max(1, sum(one.values()) + sum(other.values()))
