"""`kill -9` at whatever moment, on servers that fail, and a start after it: nothing lost, nothing twice. The short form
of ``make torture``, over both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.torture.run import Plan, torture

TELEGRAM = ("drop_before", "drop_after", "flood", "errors", "errors_done", "migrate", "late", "slow")
DISCORD = ("drop_before", "drop_after", "limited", "errors", "errors_done", "forbidden", "late", "slow")


@pytest.mark.timeout(240)
async def test_a_bot_that_is_killed_under_load_on_failing_servers_loses_no_story_and_doubles_none_unaccounted_for(
    tmp_path: Path, database_url: str
) -> None:
    plan = Plan(2, seed=2, longest=2, pace=0.4, trouble=2)
    figures = await torture(tmp_path, database_url, plan)
    print(figures)
    assert figures.broken == []
    assert figures.kills == plan.kills
    assert figures.cut["telegram"] + figures.cut["discord"] > 0
    met = [f"Telegram: {each}" for each in TELEGRAM] + [f"Discord: {each}" for each in DISCORD]
    assert [each for each in met if not figures.faults[each]] == []
    assert figures.counts["edits seen (telegram)"] and figures.counts["edits seen (discord)"]
