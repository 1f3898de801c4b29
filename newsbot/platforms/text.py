"""Text from outside made fit to be shown, and text counted and cut, the same on every platform. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

MARKS = 5  # combining marks on one letter: more than any script needs

# Controls, lone surrogates, marks that turn the direction of what follows, and the private-use marks that stand round
# values while a sentence is put together.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\ud800-\udfff\ue000-\ue00f\ufeff\ufffe\uffff]"
)
_FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
_ISOLATES = re.compile("[\u2066-\u2069]")


def utf16(text: str) -> int:
    """The length of ``text`` in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def visible(text: str) -> bool:
    """Whether anything of ``text`` is seen: a message of blanks and fillers is refused as empty."""
    return any(unicodedata.category(c)[0] in "LNPS" and c not in _FILLERS for c in text)


def safe(text: str, *, isolates: bool = True) -> str:
    """``text`` without what no message may hold; its lines stay, and so do its ``isolates``, each with its end."""
    text = text if isolates else _ISOLATES.sub("", text)
    return _closed(_sparing(_UNWANTED.sub(lambda c: " " if c.group() in "\u2028\u2029\x0b\x0c\r" else "", text)))


def shortened(text: str, most: int) -> str:
    """``text`` in at most ``most`` UTF-16 units: cut after a sentence, else after a word, with "…" where it was cut."""
    if utf16(text) <= most:
        return text
    kept = _fitting(text, most - 2)
    for border in (r".*[.!?。！？।؟](?=\s|$)", r".*(?=\s)"):
        found = re.match(border, kept, re.DOTALL)
        if found and len(found.group()) > len(kept) // 2:
            return f"{found.group().rstrip()} …" if border.startswith(".*[") else f"{found.group().rstrip()}…"
    return f"{kept.rstrip()}…"


def _sparing(text: str) -> str:
    """``text`` with no more than some marks on a letter, so that it stays in its line."""
    if text.isascii():
        return text
    kept, run = [], 0
    for char in text:
        run = run + 1 if unicodedata.category(char)[0] == "M" else 0
        if run <= MARKS:
            kept.append(char)
    return "".join(kept)


def _closed(text: str) -> str:
    """``text`` whose isolates (U+2066 to U+2069) are balanced."""
    depth, kept = 0, []
    for char in text:
        if char in "\u2066\u2067\u2068":
            depth += 1
        elif char == "\u2069" and depth:
            depth -= 1
        elif char == "\u2069":
            continue
        kept.append(char)
    return "".join(kept) + "\u2069" * depth


def _fitting(text: str, units: int) -> str:
    """The longest start of ``text`` in ``units``: no letter loses its marks."""
    room, end = units, 0
    while end < len(text) and (room := room - 1 - (text[end] > "\uffff")) >= 0:
        end += 1
    while 0 < end < len(text) and _within_letter(text, end):
        end -= 1
    return text[:end]


def _within_letter(text: str, at: int) -> bool:
    """Whether a cut at ``at`` would part a letter from its marks, or an emoji from what it is joined with."""
    return unicodedata.category(text[at])[0] == "M" or "\u200d" in text[at - 1 : at + 1]


def clipped(sentences: Sequence[str], most: int) -> list[str]:
    """Whole sentences while there is room; a first one too long is cut."""
    kept: list[str] = []
    for sentence in filter(None, sentences):
        if kept and sum(map(len, kept)) + len(sentence) > most:
            break
        kept.append(shortened(sentence, most))
    return kept
