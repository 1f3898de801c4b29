"""A run of characters between blanks to words, with where each stands.

Texts are cut at blanks first, so a word's key depends on nothing outside its own run: that keeps analysis the same
wherever a run appears, and lets runs be remembered.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from icu4py.breakers import WordBreaker

from newsbot.domain.analyze.scripts import DICTIONARY, KATAKANA, UNSPACED, WORD
from newsbot.domain.analyze.words import LONGEST

_NO_MODEL = "mid|pre|post|non|top|under|over|about|late|early|age|aged|from|to|of|in|and|since|by|the"
_ELISION = "l|d|j|m|t|s|c|n|qu|dell|nell|sull|dall|all|un|lorsqu|puisqu|jusqu"

_WORDS = re.compile(
    rf"""(?P<url>https?://\S+|www\.\S+)
    |(?P<symbol>(?<!{WORD})(?:[a-z]{{1,8}}\+\+|[cfj]\#(?!{WORD})|\.net(?!{WORD})
        |[a-z]{{1,3}}(?:&[a-z]{{1,3}})+(?!{WORD})|\$[a-z]{{1,5}}(?!{WORD})))
    |(?P<initials>(?<!{WORD})(?:[a-z]\.){{2,}}(?:[a-z](?!{WORD}))?)
    |(?P<model>(?<!{WORD})(?!(?:{_NO_MODEL})-)[a-z]{{1,6}}-\d{{1,4}}[a-z]{{0,2}}(?!{WORD}|[.,]\d))
    |(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?(?!{WORD})|[a-z]{{0,3}}\d+(?:[.,:]\d+)+)
    |(?P<joined>(?<!{WORD})[a-z]-[a-z]{{2,}})
    |(?:(?<!{WORD})(?:{_ELISION})'(?={WORD}{{2}}))
    |(?P<word>{WORD}+(?:'{WORD}+)*)
    |(?P<kana>[{KATAKANA}]+)
    |(?P<pairs>[{UNSPACED}]+)
    |(?P<dictionary>[{DICTIONARY}]+)""",
    re.VERBOSE,
)
_COMMON = frozenset({"am", "as", "do", "he", "is", "it", "me", "no", "or", "pm", "so", "us", "we", "who"})
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "＇": "'", "‐": "-", "‑": "-"})
_JOINS = re.compile("[\u1160-\u11ff\uff9e\uff9f]")  # Jamo vowels and finals, half-width voicing marks


@dataclass(frozen=True, slots=True)
class Run:
    """The words of one run: ``keys`` in order, and where each starts and ends in the run."""

    keys: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]


def segment(run: str, key: Callable[[str], str]) -> Run:
    """The words of a run that holds no blanks; ``key`` makes a folded word's key. Never raises."""
    folded, places = _fold(run)
    keys: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, end, found in _words(folded, key):
        if found:
            keys.append(found[:LONGEST])
            spans.append((places[start], places[end - 1] + 1) if places else (start, end))
    return Run(tuple(keys), tuple(spans))


def _fold(run: str) -> tuple[str, list[int]]:
    """NFKC and case folding, and for each character of the result its place in ``run``; [] where they coincide."""
    if run.isascii():
        return run.lower(), []
    folded = normal(run)
    if len(folded) == len(run) and unicodedata.is_normalized("NFKC", run):
        return folded, []  # folding case never shortens, so nothing has moved
    places: list[int] = []
    for start, end in _clusters(run):
        places += [start] * (len(normal(run[start:end])) - 1) + [end - 1]
        if not normal(run[start:end]):
            places.pop()
    places += [len(run) - 1] * (len(folded) - len(places))
    return folded, places


def normal(text: str) -> str:
    """NFKC with case folded, apostrophes and hyphens made plain."""
    once = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", once).casefold().translate(_QUOTES)


def _clusters(run: str) -> Iterator[tuple[int, int]]:
    """Where each character begins and, with the marks that may melt into it, ends."""
    start = 0
    for at in range(1, len(run)):
        if unicodedata.category(run[at])[0] != "M" and not _JOINS.match(run[at]):
            yield start, at
            start = at
    yield start, len(run)


def _words(folded: str, key: Callable[[str], str]) -> Iterator[tuple[int, int, str]]:
    for found in _WORDS.finditer(folded):
        start, end = found.span()
        text = found.group()
        match found.lastgroup:
            case "word":
                bare = text.removesuffix("'s")
                yield start, end - len(text) + len(bare), key(bare)
            case "pairs":
                yield from _pairs(text, start)
            case "dictionary":
                yield from _dictionary(text, start)
            case str() as kind if kind in _WHOLE:
                yield start, end, _WHOLE[kind](text, key)


def _number(text: str) -> str:
    thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text)
    text = text.replace(",", "") if thousands else text.replace(",", ".")
    return text if text.isascii() else "".join(str(unicodedata.decimal(c, c)) for c in text)


def _initials(text: str) -> str:
    """A.I. is AI; but U.S. is told apart from us."""
    letters = text.replace(".", "")
    return text.rstrip(".") if letters in _COMMON else letters


def _pairs(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """Every pair of neighbours, then the last character alone: each character then begins a key."""
    for at in range(len(text)):
        yield start + at, start + min(at + 2, len(text)), text[at : at + 2]


def _dictionary(text: str, start: int) -> Iterator[tuple[int, int, str]]:
    """ICU's words. Its offsets are UTF-16 units, which in these scripts (all in the first plane) are characters."""
    for begin, end in WordBreaker(text, "th").segments():
        if any(c.isalnum() for c in text[begin:end]):
            yield start + begin, start + end, text[begin:end]


_WHOLE: dict[str, Callable[[str, Callable[[str], str]], str]] = {
    "symbol": lambda text, _: text,
    "initials": lambda text, _: _initials(text),
    "model": lambda text, _: text.replace("-", ""),
    "joined": lambda text, key: key(text.replace("-", "")),
    "number": lambda text, _: _number(text),
    "kana": lambda text, _: text,
}
"""Kinds of words that are kept in one piece, and how each becomes a key; a kind that is missing holds no word."""
