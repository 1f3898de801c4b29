"""One leader for each loop, over all processes: a lease in the database, renewed now and then, with a fencing epoch."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from newsbot.domain.ports import Clock
from newsbot.errors import StorageError
from newsbot.storage import Storage
from newsbot.storage.leases import Fence

log = structlog.get_logger(__name__)

TTL = timedelta(seconds=30)


def this_process() -> str:
    """Who holds a lease: ``host/namespace:pid``."""
    return f"{_place()}:{os.getpid()}"


def _place() -> str:
    """Where a process's number names it: the machine, and on Linux the namespace of its processes, since containers
    may share a name of their host."""
    try:
        return f"{socket.gethostname()}/{Path('/proc/self/ns/pid').stat().st_ino}"
    except OSError:
        return socket.gethostname()


def is_dead(owner: str) -> bool:
    """Whether ``owner`` was a process of this machine that is no more; False where that cannot be told."""
    place, _, pid = owner.rpartition(":")
    if place != _place() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _is_zombie(pid)


def _is_zombie(pid: str) -> bool:
    """Whether a process has ended and only waits for its parent to notice (proc(5): the state behind the name)."""
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[0]
            in "ZX"
        )
    except (OSError, IndexError):
        return False


class Leadership:
    """This process's claim to lead one loop. A dead process's claim on the same machine is taken over at once."""

    def __init__(self, storage: Storage, name: str, owner: str, clock: Clock) -> None:
        self._storage, self._name, self._owner, self._clock = storage, name, owner, clock
        self._fence: Fence | None = None
        self._renew_at: datetime | None = None

    async def hold(self) -> Fence | None:
        """The fence to write under, None while another process leads. A new epoch means: trust no memory."""
        now = self._clock.now()
        if self._fence is not None and self._renew_at is not None and now < self._renew_at:
            return self._fence
        epoch = await self._acquire(now)
        self._fence = None if epoch is None else Fence(self._name, epoch)
        self._renew_at = now + TTL / 2
        return self._fence

    @asynccontextmanager
    async def led(self) -> AsyncIterator[Fence | None]:
        """:meth:`hold` for a block: the lease is renewed for as long as the block takes."""
        fence = await self.hold()
        keeping = asyncio.create_task(self._keep()) if fence is not None else None
        try:
            yield fence
        finally:
            if keeping is not None:
                keeping.cancel()
                await asyncio.gather(keeping, return_exceptions=True)

    async def _keep(self) -> None:
        """Renew until cancelled. A lease that was lost all the same is noticed by the write under its fence."""
        while True:
            await self._clock.sleep(TTL.total_seconds() / 3)
            try:
                epoch = await self._acquire(self._clock.now())
            except StorageError as error:
                log.warning("a lease could not be renewed", lease=self._name, reason=str(error))
                continue
            if self._fence is None or epoch != self._fence.epoch:
                self._fence = None
                return

    async def _acquire(self, now: datetime) -> int | None:
        leases = self._storage.leases
        epoch = await leases.acquire(self._name, self._owner, now, TTL.total_seconds())
        if epoch is not None:
            return epoch
        holder = await leases.holder(self._name, now)
        if holder is None or not is_dead(holder):
            return None
        await leases.release(self._name, holder)
        return await leases.acquire(self._name, self._owner, now, TTL.total_seconds())

    async def release(self) -> None:
        """Let another process lead at once."""
        self._fence = self._renew_at = None
        await self._storage.leases.release(self._name, self._owner)
