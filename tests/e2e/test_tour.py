"""The transcript in the README is what a newcomer on Telegram sees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.tour import PROJECT, tour

SHOWN = "## The first ten minutes on Telegram"


def shown() -> list[str]:
    """The README's lines; "…" stands for what is left out there, or differs from day to day."""
    chapter = (PROJECT / "README.md").read_text(encoding="utf-8").partition(SHOWN)[2]
    block = chapter.partition("```\n")[2].partition("```")[0]
    return [" ".join(line.split()) for line in block.splitlines() if line.strip() not in {"", "…"}]


def is_like(written: str, said: str) -> bool:
    pattern = ".*".join(map(re.escape, written.split("…")))
    return re.fullmatch(pattern, " ".join(said.split())) is not None


@pytest.mark.parametrize("way", ["polling", "webhook"])
async def test_a_newcomers_first_ten_minutes_go_as_the_readme_shows_them(tmp_path: Path, way: str) -> None:
    said = iter(await tour(tmp_path, webhook=way == "webhook"))
    assert len(shown()) > 30
    for written in shown():
        assert any(is_like(written, line) for line in said), f"nobody said, at this place: {written}"
