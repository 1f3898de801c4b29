"""Pieces of text laid out as messages, and buttons as keyboards, within Telegram's limits. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from newsbot.platforms.telegram.html import (
    ENTITIES,
    UNITS,
    Run,
    Runs,
    cut,
    entities,
    markup,
    safe,
    shortened,
    size,
    visible,
    web_url,
)
from newsbot.platforms.telegram.message import Key, Outgoing
from newsbot.platforms.views import Button

KEYS = 100  # of a keyboard
DATA = 64  # bytes
LABEL = 64  # characters
PART_KEYS = 60  # of one part, so that those of the whole answer still find room on the last one
WIDTHS = ((3, 8), (7, 4), (12, 3), (18, 2))  # columns that a label has where so many share a row of a phone's keyboard

Rows = tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never torn apart: an entry, a story, a paragraph. ``tight``: it follows the one before with no empty
    line between them; ``keys`` are its own."""

    runs: Runs
    tight: bool = False
    keys: tuple[Key, ...] = ()
    rows: Rows = ()


def pack(pieces: Iterable[Piece]) -> tuple[Outgoing, ...]:
    """``pieces`` in as few messages as hold them in their order, each with its pieces' keys."""
    parts: list[list[Piece]] = []
    for piece in pieces:
        piece = replace(piece, runs=cut(piece.runs))
        if not any(visible(run.text) for run in piece.runs):
            continue
        if parts and _fits([*parts[-1], piece]):
            parts[-1].append(piece)
        else:
            parts.append([piece])
    return tuple(Outgoing(markup(_joined(part)), _keys(part)) for part in parts)


def _fits(part: Sequence[Piece]) -> bool:
    runs = _joined(part)
    keys = sum(len(piece.keys) + sum(map(len, piece.rows)) for piece in part)
    return size(runs) <= UNITS and entities(runs) <= ENTITIES and keys <= PART_KEYS


def _joined(part: Sequence[Piece]) -> Runs:
    runs: list[Run] = []
    for n, piece in enumerate(part):
        if n:
            runs.append(Run("\n" if piece.tight else "\n\n"))
        runs += piece.runs
    return tuple(runs)


def _keys(part: Sequence[Piece]) -> Rows:
    numbers = keyboard([tuple(key for piece in part for key in piece.keys)])
    return (*(row for piece in part for row in piece.rows), *numbers)


def with_keys(parts: tuple[Outgoing, ...], rows: Rows) -> tuple[Outgoing, ...]:
    """``parts`` whose last one has ``rows`` below its own keys, as many as a keyboard holds."""
    if not parts:
        return parts
    kept: list[tuple[Key, ...]] = []
    for row in (*parts[-1].keys, *rows):
        if sum(map(len, kept)) + len(row) <= KEYS:
            kept.append(row)
    return (*parts[:-1], replace(parts[-1], keys=tuple(kept)))


def keys_of(buttons: Iterable[Button]) -> tuple[Key, ...]:
    """Those of ``buttons`` that Telegram can show: with a label, and an action of 64 bytes or an address."""
    return tuple(key for button in buttons if (key := _key(button)))


def _key(button: Button) -> Key | None:
    label = " ".join(safe(button.label).split())
    data = button.action if 0 < len(button.action.encode(errors="replace")) <= DATA else ""
    url = "" if data else web_url(button.url)
    sound = visible(label) and (data or url) and data == safe(data)
    return Key(safe(shortened(label, LABEL - 2)), data, url) if sound else None


def keyboard(rows: Iterable[Sequence[Key]]) -> Rows:
    """``rows`` broken where labels would not be read on a phone: eight numbers in a row, three words, one sentence."""
    return tuple(broken for row in rows for broken in _broken(row))


def _broken(row: Sequence[Key]) -> Rows:
    rows: list[tuple[Key, ...]] = []
    for key in row:
        if rows and _readable(joined := (*rows[-1], key)):
            rows[-1] = joined
        else:
            rows.append((key,))
    even = _evenly(row, len(rows)) if rows else ()
    return even if all(map(_readable, even)) else tuple(rows)


def _evenly(row: Sequence[Key], many: int) -> Rows:
    """``row`` in ``many`` rows as long as each other: five and five rather than eight and two."""
    ends = [round(len(row) * n / many) for n in range(many + 1)]
    return tuple(tuple(row[start:end]) for start, end in pairwise(ends))


def _readable(row: Sequence[Key]) -> bool:
    return len(row) <= min(map(_share, row))


def _share(key: Key) -> int:
    """With how many labels, itself counted, one as wide as this one can share a row."""
    seen = (c for c in key.label if unicodedata.category(c) not in {"Cf", "Mn", "Me"})
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in seen)
    return next((many for columns, many in WIDTHS if width <= columns), 1)
