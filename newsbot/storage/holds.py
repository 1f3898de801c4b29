"""Where posting is stopped."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Hold
from newsbot.storage.sql import Repository
from newsbot.storage.tables import holds


class Holds(Repository):
    """``storage.holds``."""

    async def hold(self, platform: str, reason: str, now: datetime, until: datetime | None = None) -> None:
        """Stop posting on ``platform`` ("" for all); with ``until`` it goes on by itself then. One without stays until
        somebody ends it: none with ``until`` takes its place."""
        new = self._insert(holds).values(platform=platform, reason=reason, since=now, until=until)
        fresh = {name: new.excluded[name] for name in ("reason", "since", "until")}
        weaker = or_(holds.c.until.is_not(None), new.excluded["until"].is_(None))
        async with self._db.write() as conn:
            await conn.execute(new.on_conflict_do_update(index_elements=[holds.c.platform], set_=fresh, where=weaker))

    async def end(self, platform: str) -> bool:
        """Let posting on ``platform`` ("" for the hold of all) go on; False when nothing held it."""
        async with self._db.write() as conn:
            ended = await conn.execute(delete(holds).where(holds.c.platform == platform))
            return bool(ended.rowcount)

    async def standing(self, now: datetime) -> list[Hold]:
        """The holds that stand, the one of all platforms first."""
        query = select(holds).where(_stands(now)).order_by(holds.c.platform)
        async with self._db.read() as conn:
            return [Hold(row.platform, row.reason, row.since, row.until) for row in await conn.execute(query)]


async def held(conn: AsyncConnection, platform: str, now: datetime) -> bool:
    """Whether nothing may be posted on ``platform`` just now."""
    query = select(holds.c.platform).where(holds.c.platform.in_(("", platform)), _stands(now)).limit(1)
    return (await conn.execute(query)).first() is not None


def _stands(now: datetime) -> Any:
    """A clock that is put back ends a hold that ends by itself (see :class:`newsbot.domain.waiting.Wait`)."""
    return or_(holds.c.until.is_(None), and_(holds.c.since <= now, holds.c.until > now))
