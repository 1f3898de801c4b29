from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
import structlog

from newsbot.errors import LeadershipLost, StorageError, StorageFull
from newsbot.pipeline.clockwork import LocalWake, Loop, SystemClock


async def test_a_wake_up_call_before_the_wait_is_not_lost() -> None:
    wake = LocalWake()
    await wake.wait("judge", 0.001)
    wake.notify("judge")
    async with asyncio.timeout(1):
        await wake.wait("judge", 60)


async def test_one_call_wakes_every_platforms_sender() -> None:
    wake = LocalWake()
    waiting = [asyncio.create_task(wake.wait(f"deliver:{name}", 60)) for name in ("web", "telegram")]
    await asyncio.sleep(0)
    wake.notify("deliver")
    async with asyncio.timeout(1):
        await asyncio.gather(*waiting)


@pytest.mark.parametrize(
    "error", [StorageFull("the disk is full"), LeadershipLost("another leads"), ValueError("a bug")]
)
async def test_a_failing_round_never_ends_the_loop_and_a_database_that_is_back_is_told(error: Exception) -> None:
    wake, done = LocalWake(), asyncio.Event()
    rounds = 0

    async def step() -> bool:
        nonlocal rounds
        rounds += 1
        if rounds == 1:
            wake.notify("judge")
            raise error
        done.set()
        return False

    loop = Loop("judge", step, SystemClock(), wake, pause=60)
    with structlog.testing.capture_logs() as events:
        async with asyncio.TaskGroup() as group:
            group.create_task(loop.run())
            async with asyncio.timeout(5):
                await done.wait()
            loop.stop()
    assert rounds >= 2 and loop.health.failures == 0
    back = [e for e in events if e["event"] == "the database answers again"]
    assert [(e["loop"], e["log_level"]) for e in back] == (
        [("judge", "info")] if isinstance(error, StorageError) else []
    )
    assert loop.health.last_good is not None and loop.health.last_good <= datetime.now(UTC)


async def test_a_stopped_loop_finishes_its_round_and_ends() -> None:
    wake, entered, leave = LocalWake(), asyncio.Event(), asyncio.Event()
    finished: list[bool] = []

    async def step() -> bool:
        entered.set()
        await leave.wait()
        finished.append(True)
        return True

    loop = Loop("plan", step, SystemClock(), wake)
    task = asyncio.create_task(loop.run())
    await entered.wait()
    loop.stop()
    leave.set()
    async with asyncio.timeout(1):
        await task
    assert finished == [True]
