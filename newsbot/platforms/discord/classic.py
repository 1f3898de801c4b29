"""Parts as what messages had before Components V2: text, embeds, and rows of keys below them. Pure.

https://docs.discord.com/developers/resources/message#embed-object
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate

from newsbot.platforms.discord.marks import Json
from newsbot.platforms.discord.parts import Box, Key, Keys, Menu, Part, Picture, Section, Text
from newsbot.platforms.text import utf16

CONTENT = 2000  # characters of a message's text
DESCRIPTION = 4096  # of an embed's
ROWS, ROW = 5, 5  # of keys, and keys in one

GAP = "\n\n"


def said_of(parts: Iterable[Part]) -> str:
    """What ``parts`` say, as many of their texts as an embed holds: each stays whole."""
    texts = [part.markdown for part in parts if isinstance(part, Text | Section) and part.markdown]
    lengths = accumulate(utf16(text) + len(GAP) for text in texts)
    return GAP.join(text for text, length in zip(texts, lengths, strict=True) if length - len(GAP) <= DESCRIPTION)


def embed_of(box: Box) -> Json:
    """A frame as an embed, whose colour is its bar's: its first large picture, and the first small one; {} for one with
    neither words nor pictures."""
    small = next((part.picture for part in box.parts if isinstance(part, Section) and part.picture), "")
    large = next((part.url for part in box.parts if isinstance(part, Picture)), "")
    said = said_of(box.parts)
    embed: Json = {
        **({"description": said} if said else {}),
        **({"thumbnail": {"url": small}} if small else {}),
        **({"image": {"url": large}} if large else {}),
    }
    return {**embed, "color": box.colour} if embed and box.colour is not None else embed


def rows_of(parts: Iterable[Part]) -> list[Keys | Menu]:
    """The menus and rows of keys of ``parts``, also those at the side of a text: at most five, the fuller the more
    there are."""
    rows = list(_rows(parts))
    if len(rows) <= ROWS:
        return rows
    keys = [key for row in rows if isinstance(row, Keys) for key in row.keys]
    fuller: list[Keys | Menu] = [row for row in rows if isinstance(row, Menu)]
    fuller += [Keys(tuple(keys[n : n + ROW])) for n in range(0, len(keys), ROW)]
    return fuller[:ROWS]


def _rows(parts: Iterable[Part]) -> Iterator[Keys | Menu]:
    for part in parts:
        match part:
            case Box(inner):
                yield from _rows(inner)
            case Keys() | Menu():
                yield part
            case Section(key=Key() as key):
                yield Keys((key,))
