"""The outbox in figures, for /status and for metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.storage.lines import POSTS, SENDING
from newsbot.storage.sql import Repository
from newsbot.storage.tables import OPEN, chats, deliveries, lines

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

STATES = ("queued", "sending", "uncertain", "quarantined")


@dataclass(frozen=True, slots=True)
class Figures:
    """A platform's outbox: ``depth``, deliveries in each state that is not over (without what is posted already and
    only waits to be published); when the post that has been due for longest was planned (None: none is due); how many
    deliveries went out in the last minute and hour."""

    depth: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    oldest: datetime | None = None
    sent_minute: int = 0
    sent_hour: int = 0


class Counting(Repository):
    """The part of ``storage.outbox`` that counts."""

    async def figures(self, now: datetime) -> dict[str, Figures]:
        """The figures of each platform that has chats."""
        async with self._db.read() as conn:
            platforms = (await conn.execute(select(chats.c.platform).distinct())).scalars().all()
            depth = await _depth(conn)
            return {
                platform: Figures(
                    dict.fromkeys(STATES, 0) | depth.get(platform, {}),
                    await _oldest(conn, platform, now),
                    await _sent(conn, platform, now - MINUTE),
                    await _sent(conn, platform, now - HOUR),
                )
                for platform in sorted(platforms)
            }


async def _depth(conn: AsyncConnection) -> dict[str, dict[str, int]]:
    d = deliveries.c
    query = select(d.platform, d.state, func.count()).where(text(f"{OPEN} AND priority < 3"))
    found: dict[str, dict[str, int]] = {}
    for platform, state, number in await conn.execute(query.group_by(d.platform, d.state)):
        found.setdefault(platform, {})[state] = number
    return found


async def _oldest(conn: AsyncConnection, platform: str, now: datetime) -> datetime | None:
    """Of what may go now and what is in flight: behind that the others of its chat wait."""
    line, d = lines.c, deliveries.c
    first = select(line.created).where(line.platform == platform, text("priority < 2"), line.due <= now)
    flying = select(func.min(d.created)).where(d.platform == platform, d.state == SENDING, d.lane == POSTS)
    moments = [
        (await conn.execute(first.order_by(line.due, line.delivery_id).limit(1))).scalar(),
        (await conn.execute(flying)).scalar(),
    ]
    return min((moment for moment in moments if moment is not None), default=None)


async def _sent(conn: AsyncConnection, platform: str, since: datetime) -> int:
    d = deliveries.c
    query = select(func.count()).select_from(deliveries).where(d.platform == platform, d.sent_at > since)
    return int((await conn.execute(query)).scalar_one())
