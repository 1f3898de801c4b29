"""The bot's own limits: requests leave evenly, invalid ones are counted, first messages come at a careful pace."""

from __future__ import annotations

import asyncio
from datetime import datetime

import pytest

from newsbot.platforms.discord.pace import CEILING, FIRST, PATIENCE, UNASKED, NotYet, Pace
from tests.clock import ManualClock


async def departures(pace: Pace, number: int) -> list[datetime]:
    """When so many requests that all come at once leave."""
    left: list[datetime] = []

    async def leave() -> None:
        await pace.turn()
        left.append(pace.clock.now())

    await asyncio.gather(*(leave() for _ in range(number)))
    return left


async def test_no_second_has_more_requests_than_the_rate() -> None:
    clock = ManualClock(flowing=True)
    pace = Pace(clock)
    left = [moment for _ in range(4) for moment in await departures(pace, 60)]
    seconds = [(moment - left[0]).total_seconds() for moment in left]
    assert all(later - earlier > 0.999 for earlier, later in zip(seconds, seconds[46:], strict=False))
    assert seconds[-1] == pytest.approx(239 / 45, abs=0.2)


async def test_what_a_busy_process_held_up_does_not_leave_in_one_burst() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    going = asyncio.gather(*(pace.turn() for _ in range(40)))
    await clock.asleep()
    clock.advance(10)
    for _ in range(20):
        await asyncio.sleep(0)
    assert clock.sleepers == 1  # the line moves on, but at its pace
    for _ in range(2000):
        clock.advance(0.001)
        await asyncio.sleep(0)
    await going


async def test_who_stands_too_far_back_in_the_line_is_told_when_to_come_again() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    waiting = [asyncio.create_task(pace.turn()) for _ in range(int(PATIENCE * 45) + 1)]
    await clock.asleep()
    with pytest.raises(NotYet) as told:
        await pace.turn()
    assert told.value.retry_after > PATIENCE
    assert not told.value.everywhere
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    clock.advance(1)
    await pace.turn()


async def test_a_hold_is_everybodys_and_ends() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    pace.hold(30)
    clock.advance(10)
    with pytest.raises(NotYet) as told:
        await pace.turn()
    assert (told.value.retry_after, told.value.everywhere) == (20, True)
    clock.advance(20)
    await pace.turn()


async def test_a_hold_that_comes_while_others_stand_in_line_keeps_them_back() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    await pace.turn()
    waiting = asyncio.create_task(pace.turn())
    await clock.asleep()
    pace.hold(30)
    clock.advance(1)
    with pytest.raises(NotYet):
        await waiting


async def test_invalid_requests_are_counted_and_stop_before_discord_shuts_the_machine_out() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    for number in range(CEILING - 1):
        pace.answered((401, 403, 429)[number % 3])
        clock.advance(0.01)
    for status, scope in ((200, ""), (404, ""), (429, "shared")):
        pace.answered(status, scope)
    await pace.turn()
    pace.answered(403)
    assert pace.invalid == CEILING
    with pytest.raises(NotYet) as told:
        await pace.turn()
    assert told.value.everywhere
    clock.advance(told.value.retry_after)
    await pace.turn()
    clock.advance(minutes=10)
    assert pace.invalid == 0


def test_people_who_never_had_a_message_get_their_first_one_after_another() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    pace.knock("1")
    waits: dict[str, float] = {}
    for person in ("2", "3", "2"):
        with pytest.raises(NotYet) as told:
            pace.knock(person)
        waits[person] = told.value.retry_after
    assert waits == {"2": FIRST, "3": 2 * FIRST}
    pace.knock("1")  # once more for the next part
    clock.advance(FIRST)
    pace.knock("2")


def test_few_people_in_a_day_are_written_to_who_are_not_talking_to_the_bot() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    for number in range(UNASKED):
        pace.knock(f"1{number}", asked=False)
        clock.advance(FIRST)
    with pytest.raises(NotYet) as told:
        pace.knock("2", asked=False)
    pace.knock("3")
    clock.advance(told.value.retry_after)
    pace.knock("2", asked=False)


async def test_a_clock_that_is_put_back_holds_up_nobody() -> None:
    clock = ManualClock()
    pace = Pace(clock)
    pace.hold(5)
    clock.advance(10)
    await pace.turn()
    pace.knock("1")
    pace.answered(403)
    clock.advance(days=-1)
    await pace.turn()
    pace.knock("2")
    assert pace.invalid == 0
