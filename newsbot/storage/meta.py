"""Single values that outlive a run: the first start, counters."""

from __future__ import annotations

from sqlalchemy import select

from newsbot.storage.sql import Repository
from newsbot.storage.tables import meta


class Meta(Repository):
    """``storage.meta``: text by key."""

    async def get(self, key: str) -> str | None:
        """What stands under ``key``."""
        async with self._db.read() as conn:
            value: str | None = (await conn.execute(select(meta.c.value).where(meta.c.key == key))).scalar()
            return value

    async def set_default(self, key: str, value: str) -> str:
        """Put ``value`` where nothing stands, and return what stands: the first writer wins."""
        async with self._db.write() as conn:
            await conn.execute(self._insert(meta).values(key=key, value=value).on_conflict_do_nothing())
            return str((await conn.execute(select(meta.c.value).where(meta.c.key == key))).scalar_one())

    async def put(self, key: str, value: str) -> None:
        """Put ``value`` in place of whatever stood there."""
        statement = self._insert(meta).values(key=key, value=value)
        async with self._db.write() as conn:
            await conn.execute(
                statement.on_conflict_do_update(
                    index_elements=[meta.c.key], set_={"value": statement.excluded["value"]}
                )
            )
