"""Background work gives way to answers, but not for ever."""

from __future__ import annotations

import asyncio
import threading

from newsbot.pipeline.courtesy import Courtesy

PATIENCE = 10.0


async def test_nobody_waits_while_nobody_is_answered() -> None:
    courtesy = Courtesy()
    with courtesy.answering(), courtesy.answering():
        pass
    async with asyncio.timeout(PATIENCE):
        for _ in range(1000):
            courtesy.give_way()
            await courtesy.let_pass()


async def test_work_on_the_loop_waits_for_the_answer() -> None:
    courtesy, done = Courtesy(), asyncio.Event()

    async def work() -> None:
        await courtesy.let_pass()
        done.set()

    with courtesy.answering():
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        assert not done.is_set()
    async with asyncio.timeout(PATIENCE):
        await task


async def test_work_goes_on_though_there_is_always_somebody_to_answer() -> None:
    courtesy, worked = Courtesy(), threading.Event()

    def work() -> None:
        for _ in range(20):
            courtesy.give_way()
        worked.set()

    with courtesy.answering():
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(work)
            await courtesy.let_pass()
    assert worked.is_set()
