"""Article ids follow the published time: seconds since 1970, times 2**20, plus a counter.

So "newest first" is the order of the primary key, in the table and in the search index alike.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

BITS = 20
OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
_FULL = (1 << BITS) - 1

# For each wanted second, one look at the end of its range of the primary key.
_LAST = {
    "sqlite": text(
        "SELECT (SELECT max(id) FROM articles WHERE id >= s << 20 AND id < (s + 1) << 20) FROM "
        "(SELECT value AS s FROM json_each(:seconds)) AS wanted"
    ),
    "postgresql": text(
        "SELECT (SELECT max(id) FROM articles WHERE id >= s << 20 AND id < (s + 1) << 20) FROM "
        "(SELECT CAST(value AS bigint) AS s FROM json_array_elements_text(CAST(:seconds AS json))) AS wanted"
    ),
}


def clamped(published: datetime | None, now: datetime) -> datetime:
    """``published`` moved into 2000 to ``now``; an article without a date takes ``now``."""
    return now if published is None else min(max(published, OLDEST), now)


def first_id(moment: datetime) -> int:
    """The smallest id that an article published at ``moment`` (or later in its second) can have."""
    return int(moment.timestamp()) << BITS


async def allocate(conn: AsyncConnection, moments: Sequence[datetime]) -> list[int]:
    """A new id for each published time (already :func:`clamped`), in order; growing within a second."""
    wanted = [int(moment.timestamp()) for moment in moments]
    last = await _last(conn, set(wanted))
    ids = []
    for second in wanted:
        while last[second] & _FULL == _FULL:  # a million articles of one second: on into the next
            second += 1
            if second not in last:
                last |= await _last(conn, {second})
        last[second] += 1
        ids.append(last[second])
    return ids


async def _last(conn: AsyncConnection, seconds: Iterable[int]) -> dict[int, int]:
    """The highest id in use within each second (its first id counts as none)."""
    last = {second: second << BITS for second in seconds}
    rows = await conn.execute(_LAST[conn.dialect.name], {"seconds": json.dumps(list(last))})
    for found in rows.scalars():
        if found is not None:
            last[found >> BITS] = found
    return last
