"""The words that stored articles have: to widen a prefix, and to help with a misspelling."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, Text, column, func, select, table

from newsbot.storage.search_expression import keys_of

WIDEST = 200
"""Words that a prefix stands for, the shortest first."""
LOOKED_AT = 4000
"""Words compared with a misspelt one, at most, for each way its beginning may be spelt."""

_LAST = "\U0010ffff"
_word = table("search_words", column("word", Text)).c.word


def widen(conn: Connection, prefix: str) -> list[str]:
    """The words that begin with ``prefix``, itself included where it is one; at most :data:`WIDEST`."""
    statement = _beginning(prefix).order_by(func.length(_word), _word).limit(WIDEST)
    return list((conn.execute(statement)).scalars())


def near(conn: Connection, key: str) -> list[tuple[str, int]]:
    """Words within one edit of ``key`` (two for long keys), and how many edits; ``key`` itself is left out.

    Only words that begin like it are looked at, the beginning misspelt in the usual ways included.
    """
    key = "".join(keys_of(key))
    if len(key) < 3:
        return []
    most = 2 if len(key) > 5 else 1
    found: dict[str, int] = {}
    for start in dict.fromkeys((key[:3], key[:2], key[1] + key[0], key[0] + key[2], key[1:3])):
        lengths = func.length(_word).between(len(key) - most, len(key) + most)
        statement = _beginning(start).where(lengths).order_by(_word).limit(LOOKED_AT)
        for word in (conn.execute(statement)).scalars():
            # Each edit changes at most two letters of the set: a cheap look before the careful one.
            if word not in found and len(set(word) ^ set(key)) <= 2 * most:
                found[word] = edits(key, word, most)
    return [(word, n) for word, n in found.items() if 0 < n <= most]


def _beginning(prefix: str) -> Select[Any]:
    return select(_word).where(_word >= prefix, _word < prefix + _LAST)


def edits(one: str, other: str, most: int) -> int:
    """How many insertions, deletions, changes and swaps of neighbours lead from one word to the other
    (optimal string alignment); ``most + 1`` where it is more than ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
