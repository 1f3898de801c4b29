"""`kill -9` at whatever moment, on servers that fail, and a start after it: nothing lost, nothing twice. The short form
of ``make torture``, over both databases."""

from __future__ import annotations

from pathlib import Path

from tests.torture.run import Plan, torture


async def test_a_bot_that_is_killed_under_load_on_failing_servers_loses_no_story_and_doubles_none_unaccounted_for(
    tmp_path: Path, database_url: str
) -> None:
    kills = 3 if database_url.startswith("sqlite") else 2  # each costs a start of the bot
    figures = await torture(tmp_path, database_url, Plan(kills, seed=kills, longest=3, pace=0.4, trouble=2, faults=4))
    print(figures)
    assert figures.broken == []
    assert figures.kills == kills
