"""The topics: ready-made ones from the config, and those that people typed."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Topic, TopicDefinition
from newsbot.storage import codec
from newsbot.storage.sql import Repository, bounded, counter, each_chunk
from newsbot.storage.tables import subscriptions, topics

VERSION = "topics.version"
"""The counter in ``meta`` that grows whenever the followed topics may have changed."""


def topic_of(row: Any) -> Topic:
    """The Topic of a row of the table."""
    return Topic(row.id, row.name, codec.decode(TopicDefinition, row.definition), row.slug, row.enabled)


class Topics(Repository):
    """``storage.topics``."""

    async def sync(self, specs: Sequence[tuple[str, str, TopicDefinition]], now: datetime) -> None:
        """Make the config's topics what ``specs`` (slug, name, definition) says: new ones are added, changed ones keep
        their followers, those that are gone are disabled, returning ones enabled again."""
        async with self._db.write() as conn:
            await self._db.serialise(conn, "topics")
            rows = {row.slug: row for row in await conn.execute(select(topics).where(topics.c.slug.is_not(None)))}
            changes = [await _put(conn, rows.get(spec[0]), spec, now) for spec in specs]
            gone = [row.id for slug, row in rows.items() if row.enabled and slug not in {spec[0] for spec in specs}]
            if gone:
                await conn.execute(update(topics).where(topics.c.id.in_(gone)).values(enabled=False))
            if gone or any(changes):
                await self._bump(conn, VERSION)

    async def ensure(self, name: str, definition: TopicDefinition, key: str, now: datetime) -> Topic:
        """The typed topic whose canonical form is ``key``: the one that somebody typed before, or a new one."""
        mark = bounded(f"typed:{key}")
        row = {"key": mark, "name": name, "definition": codec.encode(definition), "enabled": True, "created": now}
        async with self._db.write() as conn:
            made = await conn.execute(self._insert(topics).values(**row).on_conflict_do_nothing())
            if made.rowcount:
                await self._bump(conn, VERSION)
            return topic_of((await conn.execute(select(topics).where(topics.c.key == mark))).one())

    async def get(self, topic_id: int) -> Topic | None:
        """The topic with this id, disabled or not."""
        async with self._db.read() as conn:
            row = (await conn.execute(select(topics).where(topics.c.id == topic_id))).first()
            return topic_of(row) if row else None

    async def some(self, topic_ids: Sequence[int]) -> builtins.list[Topic]:
        """The topics with these ids, disabled or not, in order of id."""
        async with self._db.read() as conn:
            rows = await each_chunk(conn, topic_ids, lambda chunk: select(topics).where(topics.c.id.in_(chunk)))
        return sorted(map(topic_of, rows), key=lambda topic: topic.id)

    async def find(self, text: str) -> Topic | None:
        """The topic that ``text`` names by slug or name, in any case: enabled ones first, the config's before typed."""
        wanted = text.strip().casefold()
        named = [t for t in await self.all() if wanted in {(t.slug or "").casefold(), t.name.casefold()}]
        best = sorted(named, key=lambda t: (not t.enabled, t.slug is None, (t.slug or "").casefold() != wanted, t.id))
        return best[0] if wanted and best else None

    async def all(self) -> builtins.list[Topic]:
        """Every topic, disabled ones too, in order of id."""
        async with self._db.read() as conn:
            return [topic_of(row) for row in await conn.execute(select(topics).order_by(topics.c.id))]

    async def followed(self) -> builtins.list[Topic]:
        """The topics to match: the config's, and the typed ones that some chat subscribes to; no disabled ones."""
        refs = select(subscriptions.c.what_key).where(subscriptions.c.what_kind == "topic")
        wanted = or_(topics.c.slug.is_not(None), cast(topics.c.id, String).in_(refs))
        async with self._db.read() as conn:
            rows = await conn.execute(select(topics).where(topics.c.enabled, wanted).order_by(topics.c.id))
            return [topic_of(row) for row in rows]

    async def version(self) -> int:
        """A number that grows whenever :meth:`followed` may have changed."""
        async with self._db.read() as conn:
            return await counter(conn, VERSION)


async def _put(conn: AsyncConnection, row: Any, spec: tuple[str, str, TopicDefinition], now: datetime) -> bool:
    """Add or change a config's topic; whether that changed anything."""
    slug, name, definition = spec
    wish = {"name": name, "definition": codec.encode(definition), "enabled": True}
    if row is None:
        key = bounded(f"slug:{slug}")
        await conn.execute(insert(topics).values(**wish, slug=slug, key=key, created=now))
        return True
    if (row.name, row.definition, row.enabled) == tuple(wish.values()):
        return False
    await conn.execute(update(topics).where(topics.c.id == row.id).values(**wish))
    return True
