"""``newsbot try``: the documented formats, from every kind of file, in the order given."""

from __future__ import annotations

import gzip
import json
import lzma
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import ROOT, Call, Result, environment

PAGE = """<!DOCTYPE html><html lang="en"><head><title>A ferry on batteries - The Courier</title>
<meta property="article:published_time" content="2026-01-02T03:04:05Z"><meta name="author" content="Edith Marlow">
</head><body><nav><a href="/">Home</a><a href="/news">News</a></nav><article><h1>A ferry on batteries</h1>
<p>The first large ferry that runs on batteries alone has crossed the strait between the two islands this Sunday.</p>
<p>It carried four hundred passengers and sixty cars, and it needed an hour and five minutes for the crossing.</p>
<p>Passengers noticed the quiet first, and a second ship of the same type is to follow in the month of May.</p>
</article></body></html>"""

ARTICLES: list[dict[str, Any]] = [
    {
        "id": "a1",
        "title": "Xiaomi's electric car starts in 2024",
        "text": "Xiaomi will build its electric car from 2024. Profit was $700 million.",
        "published": "2026-01-02T03:04:05Z",
        "story": "s1",
    },
    {"id": 2, "title": "Wheat is cheap", "text": "Wheat costs 212 crowns a tonne this week.", "published": 1767323045},
    {"id": "empty", "title": None},
    {"id": "a1b", "title": "Xiaomi EV set for 2024", "text": "Xiaomi builds an EV in 2024.", "story": "s1"},
]


def lines(items: Iterable[Mapping[str, Any]]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def records(result: Result) -> list[dict[str, Any]]:
    assert result.status == 0, result.err
    return [json.loads(line) for line in result.out.splitlines()]


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    path = tmp_path / "articles.jsonl"
    path.write_text(lines(ARTICLES), encoding="utf-8")
    return path


def topics(tmp_path: Path, *items: Mapping[str, Any]) -> Path:
    path = tmp_path / "topics.jsonl"
    path.write_text(lines(items), encoding="utf-8")
    return path


# --- parse and extract -----------------------------------------------------------------------------


def test_parse_gives_a_line_for_each_file_with_its_articles(call: Call) -> None:
    (line,) = records(call("try", "parse", ROOT / "seeds/circuit-letter.json"))
    assert list(line) == ["file", "title", "link", "language", "articles", "error"]
    assert (line["title"], line["language"], line["error"]) == ("Circuit Letter", "en", None)
    assert list(line["articles"][0]) == ["guid", "url", "title", "text", "published", "authors", "image"]
    assert "<p>" not in line["articles"][0]["text"]


def test_parse_names_what_is_no_feed_and_goes_on(call: Call, tmp_path: Path) -> None:
    (tmp_path / "page.xml").write_text("<html><body>x", encoding="utf-8")
    feed = '<rss><channel><title>T</title><item><title>x</title><pubDate>Tue, 03 Nov 2026 10:00:00 +0100</pubDate></item></channel></rss>'  # fmt: skip  # noqa: E501
    (tmp_path / "feed.xml").write_text(feed, encoding="utf-8")
    bad, good = records(call("try", "parse", tmp_path / "page.xml", tmp_path / "feed.xml"))
    assert bad["error"]
    assert bad["articles"] == []
    assert good["articles"][0]["published"] == "2026-11-03T09:00:00Z"


def test_parse_of_a_missing_file_is_named_in_its_line_and_fails(call: Call, tmp_path: Path) -> None:
    result = call("try", "parse", tmp_path / "no.xml", ROOT / "seeds/paper-kite.xml")
    assert result.status == 1
    first, second = (json.loads(line) for line in result.out.splitlines())
    assert "No such file" in first["error"]
    assert second["error"] is None


@pytest.mark.parametrize(("name", "pack"), [("p.html", bytes), ("p.html.gz", gzip.compress), ("p.xz", lzma.compress)])
def test_extract_reads_the_article_of_a_page_packed_or_not(call: Call, tmp_path: Path, name: str, pack: Any) -> None:
    (tmp_path / name).write_bytes(pack(PAGE.encode()))
    (line,) = records(call("try", "extract", tmp_path / name, "--url", "https://courier.example/ferry"))
    assert list(line) == ["file", "title", "text", "published", "authors", "language", "image"]
    assert line["title"] == "A ferry on batteries"
    assert line["published"] == "2026-01-02T03:04:05Z"
    assert (line["authors"], line["language"]) == (["Edith Marlow"], "en")
    assert "crossed the strait" in line["text"]
    assert "Home" not in line["text"]


# --- match -----------------------------------------------------------------------------------------


def test_match_gives_a_line_for_each_match_with_its_words(call: Call, tmp_path: Path, articles: Path) -> None:
    file = topics(
        tmp_path,
        {"id": "typed", "query": "Xiaomi EV"},
        {"id": 7, "all": [["Xiaomi", "小米"], ["EV", "electric car"]], "none": ["phone"]},
        {"id": "wheat", "any": ["wheat", "barley"]},
        {"id": "veto", "all": [["Xiaomi"]], "none": ["profit"]},
    )
    found = records(call("try", "match", "--topics", file, "--articles", articles))
    assert [(line["article"], line["topic"]) for line in found] == [
        ("a1", "typed"),
        ("a1", 7),
        (2, "wheat"),
        ("a1b", "typed"),
        ("a1b", 7),
        ("a1b", "veto"),
    ]
    assert list(found[0]) == ["article", "topic", "score", "matched"]
    assert found[0]["matched"][0] == "Xiaomi"
    assert all(0 < line["score"] <= 1 for line in found)


def test_a_topic_without_words_is_named_and_the_others_go_on(call: Call, tmp_path: Path, articles: Path) -> None:
    result = call("try", "match", "-t", topics(tmp_path, {"id": "none"}, {"id": "w", "query": "wheat"}), "-a", articles)
    assert "topic none: " in result.err
    assert [line["topic"] for line in records(result)] == ["w"]


# --- stories and digests -----------------------------------------------------------------------------


def test_stories_has_one_line_for_each_article_in_input_order(call: Call, articles: Path) -> None:
    told = records(call("try", "stories", "--articles", articles))
    assert [line["article"] for line in told] == ["a1", 2, "empty", "a1b"]
    assert told[0]["story"] != told[1]["story"]
    assert list(told[0]) == ["article", "story"]


def test_an_article_told_twice_word_by_word_is_one_story(call: Call, tmp_path: Path) -> None:
    text = json.loads((ROOT / "seeds/circuit-letter.json").read_text(encoding="utf-8"))["items"][2]["content_html"]
    path = tmp_path / "a.jsonl"
    path.write_text(lines({"id": n, "title": "The same", "text": text} for n in "ab"), encoding="utf-8")
    one, other = records(call("try", "stories", "-a", path))
    assert one["story"] == other["story"]


def test_digest_makes_one_for_each_article(call: Call, articles: Path) -> None:
    made = records(call("try", "digest", "--articles", articles))
    assert [line["article"] for line in made] == ["a1", 2, "empty", "a1b"]
    assert list(made[0]) == ["article", "headline", "summary", "facts"]
    assert made[0]["headline"] == "Xiaomi's electric car starts in 2024"
    assert made[0]["summary"][0] == "Xiaomi will build its electric car from 2024."
    assert {"value": "$700 million", "sentence": "Profit was $700 million."} in made[0]["facts"]


def test_digest_by_story_makes_one_for_each_story_in_order_of_their_first_article(call: Call, articles: Path) -> None:
    made = records(call("try", "digest", "--by-story", "--articles", articles))
    assert [line["story"] for line in made] == ["s1", None, None]
    assert list(made[0]) == ["story", "headline", "summary", "facts"]


# --- search ------------------------------------------------------------------------------------------


def test_search_ranks_the_articles_of_each_query(call: Call, tmp_path: Path, articles: Path) -> None:
    queries = tmp_path / "q.tsv"
    queries.write_text("q1\tXiaomi car\n\nq2\twheat price\nq3\tzyzzyva\n", encoding="utf-8")
    found = records(call("try", "search", "-a", articles, "-q", queries))
    assert list(found[0]) == ["query", "article", "rank", "score"]
    assert {line["article"] for line in found if line["query"] == "q1"} == {"a1", "a1b"}
    assert [line["article"] for line in found if line["query"] == "q2"] == [2]
    assert found[0]["rank"] == 1
    assert found[0]["score"] >= found[1]["score"]
    assert "query q3: nothing found" in call("try", "search", "-a", articles, "-q", queries).err
    assert len(records(call("try", "search", "-a", articles, "-q", queries, "--limit", "1"))) == 2


# --- files of every kind -----------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "pack"), [("a.jsonl.gz", gzip.compress), ("a.jsonl.xz", lzma.compress)])
def test_packed_articles_give_what_plain_ones_give(
    call: Call, tmp_path: Path, articles: Path, name: str, pack: Any
) -> None:
    (tmp_path / name).write_bytes(pack(articles.read_bytes()))
    assert call("try", "digest", "-a", tmp_path / name) == call("try", "digest", "-a", articles)


@pytest.mark.parametrize(
    ("content", "where", "why"),
    [
        (b'{"id": 1}\nnonsense\n', ":2: ", "not JSON"),
        (b"[1]\n", ":1: ", "an object in braces is wanted"),
        (b"\n\n{\n", ":3: ", "not JSON"),
        (b"[" * 100_000, ":1: ", "not JSON"),
    ],
)
def test_a_bad_line_is_named_with_its_number(call: Call, tmp_path: Path, content: bytes, where: str, why: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    result = call("try", "stories", "-a", path)
    assert result.status == 1
    assert f"{path}{where}" in result.err
    assert why in result.err
    assert len(result.err.splitlines()) == 1


def test_a_broken_archive_and_a_missing_file_are_one_line(call: Call, tmp_path: Path) -> None:
    (tmp_path / "a.xz").write_bytes(b"no archive")
    (tmp_path / "b.gz").write_bytes(gzip.compress(b'{"id": 1}\n' * 1000)[:-10])
    for name in ("a.xz", "b.gz", "c.jsonl"):
        result = call("try", "stories", "-a", tmp_path / name)
        assert result.status == 1
        assert result.err.startswith(f"newsbot: {tmp_path / name}: ")


def test_odd_fields_are_read_as_well_as_can_be(call: Call, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    odd = [{"title": 5, "text": ["x"], "published": "never", "lang": 3}, {"id": {"a": 1}, "text": "\ud800 x"}, {}]
    path.write_text("".join(json.dumps(item) + "\n" for item in odd), encoding="utf-8")
    made = records(call("try", "digest", "-a", path))
    assert [line["article"] for line in made] == [1, {"a": 1}, 3]


def test_standard_input_is_read_and_a_reader_that_leaves_early_is_no_failure(tmp_path: Path) -> None:
    article = json.dumps({"id": 1, "title": "x", "text": "y " * 200}) + "\n"
    command = [sys.executable, "-m", "newsbot", "try", "stories", "--articles", "-"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(article)
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["article"] == 1  # before the input ends: it streams
        process.stdout.close()
        process.stdin.write(article * 20)
        process.stdin.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=60) == 0


def test_concepts_of_a_config_count_only_when_it_is_named(call: Call, tmp_path: Path) -> None:
    config = tmp_path / "n.yaml"
    config.write_text("concepts: [[flurbel, wheat]]\n", encoding="utf-8")
    articles = tmp_path / "a.jsonl"
    articles.write_text(lines([ARTICLES[1]]), encoding="utf-8")
    file = topics(tmp_path, {"id": "t", "query": "flurbel"})
    assert records(call("try", "match", "-t", file, "-a", articles)) == []
    assert len(records(call("try", "match", "-t", file, "-a", articles, "--config", config))) == 1
