"""What a search looks for, as both databases are asked: keys, phrases and marks under AND, OR and NOT.

Nothing here is any database's syntax; each engine writes its own from these, every key quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from newsbot.domain.rank import padded
from newsbot.storage.columns import storable

LONGEST_KEY = 100
MOST_CHARACTERS = 200_000
"""Of one article's keys: PostgreSQL's tsvector holds a megabyte, and nobody reads on so far."""

MARK = "\ue000"
"""Begins every mark (feed, language); taken out of all keys, so that no text can pretend to be a mark."""

_UNFIT = re.compile(f"[\0-\x08\x0e-\x1f\x7f{MARK}]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of keys, side by side in the title or in the text; of one key mostly. ``title``: only there."""

    keys: tuple[str, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """Articles that bear any of these marks."""

    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Both:
    """Articles that every part wants."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Articles that any part wants; there are always some parts."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Articles that ``part`` does not want."""

    part: Expression


Expression = Phrase | Marked | Both | Either | Without

ALL_MARK = f"{MARK}*"
EVERYTHING = Marked((ALL_MARK,))
NOTHING = Marked((f"{MARK}-",))
"""A mark that no article bears."""


def keys_of(text: str) -> list[str]:
    """The keys in ``text`` (joined by blanks) as they are stored: in bounds, and free of what no database holds."""
    clean = _UNFIT.sub("", storable(text[:MOST_CHARACTERS])).lower()
    return [key for key in clean.split() if len(key) <= LONGEST_KEY]


def feed_mark(feed_id: int) -> str:
    """The mark of a feed's articles."""
    return f"{MARK}f{feed_id}"


def language_mark(language: str) -> str:
    """The mark of a language's articles, regions and scripts aside; "" is the unknown language's own."""
    return f"{MARK}l{re.split('[-_]', ''.join(keys_of(language)))[0]}"


def marks_of(feed_id: int, language: str) -> list[str]:
    """All the marks of an article."""
    return [ALL_MARK, feed_mark(feed_id), language_mark(language)]


def both(parts: Iterable[Expression]) -> Expression:
    """AND; everything when there are no parts."""
    those = tuple(dict.fromkeys(parts))
    return those[0] if len(those) == 1 else Both(those) if those else EVERYTHING


def either(parts: Iterable[Expression]) -> Expression:
    """OR; nothing when there are no parts."""
    those = tuple(dict.fromkeys(parts))
    return those[0] if len(those) == 1 else Either(those) if those else NOTHING


def holds(expression: Expression, title: str, body: str) -> bool:
    """Whether an article with these padded keys is wanted, marks aside: they are the database's to judge."""
    match expression:
        case Phrase():
            run = padded(" ".join(expression.keys))
            return run in title or (not expression.title and run in body)
        case Both():
            return all(holds(part, title, body) for part in expression.parts)
        case Either():
            return any(holds(part, title, body) for part in expression.parts)
        case Without():
            return not holds(expression.part, title, body)
        case Marked():
            return expression == EVERYTHING
