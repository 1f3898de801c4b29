"""One leader for each loop: a lease with an epoch that fences off the leaders before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.errors import LeadershipLost
from newsbot.storage.columns import EPOCH
from newsbot.storage.sql import Repository
from newsbot.storage.tables import leases


@dataclass(frozen=True, slots=True)
class Fence:
    """A leader's right to write: the lease's name, and the epoch under which it was acquired."""

    name: str
    epoch: int


async def check(conn: AsyncConnection, fence: Fence | None) -> None:
    """Raises LeadershipLost unless ``fence`` still stands; while this transaction runs nobody can take over."""
    if fence is None:
        return
    row = select(leases.c.epoch).where(leases.c.name == fence.name).with_for_update(read=True)
    if (await conn.execute(row)).scalar() != fence.epoch:
        raise LeadershipLost(f"another process leads {fence.name}")


class Leases(Repository):
    """``storage.leases``: who leads which loop."""

    async def acquire(self, name: str, owner: str, now: datetime, ttl_seconds: float) -> int | None:
        """Take or renew the lease for ``ttl_seconds``: its epoch, or None while another owner holds it.

        The epoch grows each time that the lease passes to another owner."""
        until = now + timedelta(seconds=ttl_seconds)
        first = self._insert(leases).values(name=name, owner=owner, epoch=0, until=EPOCH).on_conflict_do_nothing()
        async with self._db.write() as conn:
            await conn.execute(first)
            row = (await conn.execute(select(leases).where(leases.c.name == name).with_for_update())).one()
            if row.owner != owner and row.until > now:
                return None
            epoch = int(row.epoch) if row.owner == owner and row.epoch else int(row.epoch) + 1
            await conn.execute(
                update(leases).where(leases.c.name == name).values(owner=owner, epoch=epoch, until=until)
            )
            return epoch

    async def release(self, name: str, owner: str) -> None:
        """Give the lease back, so that another need not wait for its end; nothing when it is not ours."""
        async with self._db.write() as conn:
            await conn.execute(update(leases).where(leases.c.name == name, leases.c.owner == owner).values(until=EPOCH))

    async def holder(self, name: str, now: datetime) -> str | None:
        """Who holds the lease; None when it is free: nobody took it, or it was given back or ran out."""
        held = select(leases.c.owner).where(leases.c.name == name, leases.c.until > now)
        async with self._db.read() as conn:
            found: str | None = (await conn.execute(held)).scalar()
            return found
