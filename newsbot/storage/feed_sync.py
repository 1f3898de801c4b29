"""How a config's feed finds its row, by slug or address, and what becomes of two rows that turn out to be one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import FeedSpec
from newsbot.storage.subscriptions import identity
from newsbot.storage.tables import feeds, subscriptions


def columns(spec: FeedSpec, now: datetime) -> dict[str, Any]:
    """The values of a new row for ``spec``."""
    return _wishes(spec) | {"next_poll": now, "added": now, "primed": False, "enabled": True}


def _wishes(spec: FeedSpec) -> dict[str, Any]:
    return {
        "slug": spec.slug,
        "url": spec.url,
        "name": spec.name,
        "category": spec.category,
        "every": spec.every,
        "full_text": spec.full_text,
        "language": spec.language,
        "headers": [list(header) for header in spec.headers],
        "new_feed": spec.new_feed,
    }


async def put(conn: AsyncConnection, spec: FeedSpec, now: datetime, slugs: Collection[str | None]) -> int:
    """Add or change the config's feed ``spec`` and return its id; ``slugs`` are those of all the config's feeds."""
    by_slug = (await conn.execute(select(feeds).where(feeds.c.slug == spec.slug))).first() if spec.slug else None
    by_url = (await conn.execute(select(feeds).where(feeds.c.url == spec.url))).first()
    if by_url is not None and by_url.slug != spec.slug and by_url.slug in slugs:
        # Two of the config's feeds trade addresses: the other one gets its own in its turn.
        await conn.execute(update(feeds).where(feeds.c.id == by_url.id).values(url=f"moving:{by_url.id}"))
        by_url = None
    row = by_slug or by_url
    if row is None:
        values = columns(spec, now) | {"from_config": True}
        return int((await conn.execute(insert(feeds).values(**values).returning(feeds.c.id))).scalar_one())
    if by_url is not None and by_url.id != row.id:
        await _merge(conn, by_url.id, row.id)
    values = _wishes(spec) | {"from_config": True, "private": False, "enabled": True}
    values["language"] = spec.language or row.language
    if row.url != spec.url:  # what we know of the old address tells nothing about the new one
        values |= {"etag": "", "last_modified": "", "body_hash": "", "failures": 0, "error": ""}
    if row.url != spec.url or not row.enabled:
        values["next_poll"] = now
    await conn.execute(update(feeds).where(feeds.c.id == row.id).values(**values))
    return int(row.id)


async def _merge(conn: AsyncConnection, old: int, new: int) -> None:
    """A person's feed ``old`` has the address that the config gives its feed ``new``: its subscribers move over."""
    retired = {"url": f"merged:{old}", "slug": None, "enabled": False, "from_config": False}
    await conn.execute(update(feeds).where(feeds.c.id == old).values(**retired))
    of_feed = subscriptions.c.what_kind == "feed"
    rows = (await conn.execute(select(subscriptions).where(of_feed, subscriptions.c.what_key == str(old)))).all()
    for row in rows:
        mark = identity("feed", str(new), row.query)
        same = (subscriptions.c.chat_id == row.chat_id) & (subscriptions.c.identity == mark)
        if (await conn.execute(select(subscriptions.c.id).where(same))).first():
            await conn.execute(delete(subscriptions).where(subscriptions.c.id == row.id))
        else:
            moved = {"what_ref": str(new), "what_key": str(new), "identity": mark}
            await conn.execute(update(subscriptions).where(subscriptions.c.id == row.id).values(**moved))
