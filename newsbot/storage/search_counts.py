"""How many articles there are, and how many have a word: what makes rare words weigh more.

Counting a common word walks its whole posting list, so such counts are remembered for a while; rare words are counted
anew each time, which is quick and exact.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Label, Select, func, select

from newsbot.storage.search_expression import Phrase
from newsbot.storage.search_rows import Span
from newsbot.storage.sql import chunks

COMMON = 5000
"""Counts from here on are remembered."""
KEPT_SECONDS = 300.0
MOST_KEPT = 20_000
_CHUNK = 100
_ALL = ""  # stands for all articles among the keys, which are never empty


@dataclass(frozen=True, slots=True)
class Tally:
    """How many articles a search has ``found``, how many ``documents`` there are, and how many have each key."""

    found: int
    documents: int
    frequencies: Mapping[str, int]


class Counts:
    """The counts of one database; several threads may ask."""

    def __init__(self, engine: ModuleType) -> None:
        self._engine = engine
        self._kept: dict[str, tuple[int, float]] = {}  # a count and when it was made

    def tally(self, conn: Connection, found: Select[Any], keys: Iterable[str]) -> Tally:
        """Count what ``found`` selects together with what ranking it needs, in one statement."""
        known, missing = self._known([_ALL, *keys])
        first, *others = chunks(missing, _CHUNK) if missing else [[]]
        counts = [_count(found), *(self._counting(key) for key in first)]
        total, *values = (conn.execute(select(*counts))).one()
        known |= self._keep(first, values)
        for chunk in others:
            known |= self._counted(conn, chunk)
        return Tally(total, known.pop(_ALL), known)

    def documents(self, conn: Connection) -> int:
        """How many articles the index holds."""
        return (self.frequencies(conn, [_ALL]))[_ALL]

    def frequencies(self, conn: Connection, keys: Iterable[str]) -> dict[str, int]:
        """How many articles have each of ``keys``."""
        known, missing = self._known(keys)
        for chunk in chunks(missing, _CHUNK):
            known |= self._counted(conn, chunk)
        return known

    def _counted(self, conn: Connection, keys: Sequence[str]) -> dict[str, int]:
        row = (conn.execute(select(*(self._counting(key) for key in keys)))).one()
        return self._keep(keys, row)

    def _counting(self, key: str) -> Label[Any]:
        return _count(self._engine.documents() if key == _ALL else self._engine.matching(Phrase((key,)), Span()))

    def _known(self, keys: Iterable[str]) -> tuple[dict[str, int], list[str]]:
        """The counts that are remembered, and the keys whose counts are not."""
        known: dict[str, int] = {}
        missing = []
        for key in dict.fromkeys(keys):
            count, made = self._kept.get(key, (0, -KEPT_SECONDS))
            if time.monotonic() - made < KEPT_SECONDS:
                known[key] = count
            else:
                missing.append(key)
        return known, missing

    def _keep(self, keys: Sequence[str], counts: Sequence[int]) -> dict[str, int]:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        found = dict(zip(keys, counts, strict=True))
        self._kept |= {key: (count, time.monotonic()) for key, count in found.items() if count >= COMMON}
        return found


def _count(selection: Select[Any]) -> Label[Any]:
    """The number of selected rows, as a column."""
    return select(func.count()).select_from(selection.subquery()).scalar_subquery().label(None)
