"""File feeds: where they may lie, the times that stand for offsets, and what waits for its time."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsbot.domain.models import ParsedArticle, ParsedFeed
from newsbot.errors import FetchError
from newsbot.pipeline.files import filled, path_of, read, released

START = datetime(2026, 1, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        (b"{{-3h}}", b"2026-01-03T09:00:00Z"),
        (b"{{+40s}}", b"2026-01-03T12:00:40Z"),
        (b"{{ -2d4h30m }}", b"2026-01-01T07:30:00Z"),
        (b"{{+1w}}", b"2026-01-10T12:00:00Z"),
        (b"{{3h}}", b"{{3h}}"),
        (b"{{-3 bananas}}", b"{{-3 bananas}}"),
        (b"{{-999999w}}", b"{{-999999w}}"),
    ],
)
def test_placeholders_become_times_and_anything_else_stays(written: bytes, moment: bytes) -> None:
    assert filled(b"<d>" + written + b"</d>", START) == b"<d>" + moment + b"</d>"


@given(st.binary(max_size=60))
def test_no_file_breaks_the_filling(data: bytes) -> None:
    filled(b"{{" + data + b"}}", START)


async def test_a_file_is_read_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "a b.xml").write_bytes(b"{{+1s}}")
    assert await read("file:seeds/a%20b.xml", tmp_path, START) == b"2026-01-03T12:00:01Z"
    assert path_of(f"file://{tmp_path}/x.xml", tmp_path) == tmp_path / "x.xml"


@pytest.mark.parametrize("url", ["file:../secret.xml", "file:seeds/../../secret.xml", "file:link.xml"])
async def test_a_relative_file_stays_within_the_root(tmp_path: Path, url: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.xml").write_bytes(b"x")
    (root / "link.xml").symlink_to(tmp_path / "secret.xml")
    with pytest.raises(FetchError, match="outside"):
        await read(url, root, START)


@pytest.mark.parametrize("url", ["file:none.xml", "file:", "file:folder", "file:pipe", "file:a%00b"])
async def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path, url: str) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FetchError):
        await read(url, tmp_path, START)


def test_what_is_dated_ahead_waits_and_says_until_when() -> None:
    ages = [timedelta(hours=-1), timedelta(0), timedelta(seconds=40), timedelta(seconds=20)]
    feed = ParsedFeed(
        articles=(*(ParsedArticle(str(age), published=START + age) for age in ages), ParsedArticle("undated"))
    )
    shown, release = released(feed, START)
    assert [article.guid for article in shown.articles] == [str(ages[0]), str(ages[1]), "undated"]
    assert release == START + timedelta(seconds=20)
    everything, none = released(feed, START + timedelta(minutes=1))
    assert (everything, none) == (feed, None)
