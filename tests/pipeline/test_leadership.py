from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from newsbot.domain.models import Delivery
from newsbot.domain.ports import OnPart, SendOutcome
from newsbot.pipeline.leadership import TTL, Leadership, is_dead, this_process
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.sender import FakeSender
from tests.pipeline.house import House


class SlowSender(FakeSender):
    """Takes two leases' time to send."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        for _ in range(6):
            await self._clock.asleep()
            self._clock.advance(TTL.total_seconds() / 3)
        await self._clock.asleep()
        return await super().send(delivery, sent)


async def test_who_takes_long_to_send_keeps_the_lead_for_as_long(storage: Storage, clock: ManualClock) -> None:
    house = House(storage, clock, sender=SlowSender(clock))
    rival = Leadership(storage, "deliver:web", "elsewhere:2", clock)
    await house.subscribe(await house.chat())
    await house.bring(await house.feed(), ("Quito aqueduct springs a leak", "Engineers closed a valve."))
    await house.think()
    clock.advance(3)
    await house.think()
    start = clock.now()
    house.outbox._patience = 30.0  # so that one round waits for all of it
    assert await house.outbox.step()
    assert clock.now() - start >= 2 * TTL
    assert await rival.hold() is None


async def test_a_lease_that_was_lost_is_not_written_under(storage: Storage, clock: ManualClock) -> None:
    mine, rival = (Leadership(storage, "judge", owner, clock) for owner in ("here:1", "elsewhere:2"))
    first = await mine.hold()
    await storage.leases.release("judge", "here:1")  # as if it had run out
    assert await rival.hold() is not None
    async with mine.led():
        await clock.asleep()
        clock.advance(TTL.total_seconds() / 3)
        while clock.sleepers or mine._fence is not None:
            await storage.ping()
    assert first is not None and await mine.hold() is None


def test_only_a_process_of_this_place_is_called_dead() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    place = this_process().rpartition(":")[0]
    assert not is_dead(this_process())
    assert is_dead(f"{place}:{gone.pid}")
    assert not is_dead(f"{socket.gethostname()}/1:{gone.pid}")


@pytest.mark.skipif(not Path("/proc/self/ns/pid").exists(), reason="namespaces of processes are Linux's")
def test_containers_of_one_name_are_two_places() -> None:
    assert f"/{Path('/proc/self/ns/pid').stat().st_ino}:" in this_process()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only Linux tells a zombie apart")
def test_a_killed_process_is_dead_though_its_parent_has_not_noticed() -> None:
    place = this_process().rpartition(":")[0]
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert not is_dead(f"{place}:{child.pid}")
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and left unreaped
        assert is_dead(f"{place}:{child.pid}")
