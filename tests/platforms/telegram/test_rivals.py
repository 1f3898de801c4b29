"""Another program with the same token is told of once, when it is sure, and its end is told too."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from newsbot.platforms.telegram.rivals import Rivals
from tests.clock import ManualClock


@pytest.fixture
def told() -> list[tuple[str, list[str] | None]]:
    return []


@pytest.fixture
def rivals(clock: ManualClock, told: list[tuple[str, list[str] | None]]) -> Rivals:
    async def tell(key: str, lines: Sequence[str] | None) -> None:
        told.append((key, lines if lines is None else list(lines)))

    return Rivals(clock, tell)


async def test_one_encounter_may_be_a_poll_of_our_own(rivals: Rivals, told: list[object]) -> None:
    assert not await rivals.met("terminated")
    assert told == []


async def test_encounters_far_apart_are_no_rival(rivals: Rivals, clock: ManualClock, told: list[object]) -> None:
    for _ in range(3):
        assert not await rivals.met("terminated")
        clock.advance(hours=1)
    assert told == []


async def test_a_rival_is_explained_once_and_its_end_too(
    rivals: Rivals, clock: ManualClock, told: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        await rivals.met("terminated")
        clock.advance(30)
        await rivals.quiet()
    assert told == [("telegram_conflict", ["terminated"])]
    assert caplog.text.count("another program") == 1 and "@BotFather" in caplog.text
    clock.advance(minutes=5)
    await rivals.quiet()
    await rivals.quiet()
    assert told[1:] == [("telegram_conflict", None)]
    assert not await rivals.met("terminated")
