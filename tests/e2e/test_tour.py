"""The transcripts in the README are what newcomers see."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.e2e import discord_tour, tour
from tests.e2e.tour import PROJECT

TOURS = {
    "## The first ten minutes on Telegram": tour.tour,
    "## An admin's first ten minutes on Discord": discord_tour.tour,
}


def shown(title: str) -> list[str]:
    """The README's lines; "…" stands for what is left out there, or differs from day to day."""
    chapter = (PROJECT / "README.md").read_text(encoding="utf-8").partition(title)[2]
    block = chapter.partition("```\n")[2].partition("```")[0]
    return [" ".join(line.split()) for line in block.splitlines() if line.strip() not in {"", "…"}]


def is_like(written: str, said: str) -> bool:
    pattern = ".*".join(map(re.escape, written.split("…")))
    return re.fullmatch(pattern, " ".join(said.split())) is not None


@pytest.mark.parametrize(("title", "play"), TOURS.items(), ids=["telegram", "discord"])
async def test_the_first_ten_minutes_go_as_the_readme_shows_them(
    tmp_path: Path, title: str, play: Callable[[Path], Awaitable[list[str]]]
) -> None:
    said = iter(await play(tmp_path))
    assert len(shown(title)) > 30
    for written in shown(title):
        assert any(is_like(written, line) for line in said), f"nobody said, at this place: {written}"
