"""The part of a text that answers a search, its words marked where they stand in the original."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsbot.domain.analyze import Analyzer

Snippet = tuple[tuple[str, bool], ...]
"""Pieces of a text in order, each with whether it is a match. Joined, they are a part of the text on one line, with
"…" where it was cut."""

Word = tuple[int, int, str]
"""Start, end and key."""

LOOKED_AT = 20_000
"""Characters of a text in which matches are looked for."""
MOST_HITS = 200
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+|[。！？]|\n+")
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003ffff]"
)


@dataclass(frozen=True, slots=True)
class Run:
    """Keys to mark where they stand side by side; ``term`` tells the query's demands apart. ``prefix``: the last key
    may go on."""

    keys: tuple[str, ...]
    term: int
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    end: int
    term: int


def cut(text: str, runs: Sequence[Run], analyzer: Analyzer, width: int) -> Snippet:
    """About ``width`` columns of ``text`` (a Chinese sign fills two), cut between words, round the richest place; its
    beginning when nothing matches. Never raises; () for an empty text."""
    looked = text[:LOOKED_AT]
    words = analyzer.places(looked)
    hits = _hits(words, runs)
    begin, end = _window(looked, words, hits, max(_characters(looked, width), 1))
    pieces = [("… ", False)] if begin else []
    pieces += _pieces(looked, begin, end, hits)
    if end < len(text.rstrip()):
        pieces.append(("…", False))
    return _joined(pieces)


def _characters(text: str, width: int) -> int:
    """How many characters of ``text`` fill ``width`` columns, by the share of wide ones in it."""
    wide = len(_WIDE.findall(text))
    return width * len(text) // (len(text) + wide) if wide else width


def _hits(words: Sequence[Word], runs: Sequence[Run]) -> list[_Hit]:
    """Where the runs stand, in the order of the text."""
    whole: dict[str, list[Run]] = {}
    for run in runs:
        if run.keys and not (run.prefix and len(run.keys) == 1):
            whole.setdefault(run.keys[0], []).append(run)
    beginnings = [run for run in runs if run.prefix and len(run.keys) == 1]
    hits: list[_Hit] = []
    for at, (start, _, key) in enumerate(words):
        if key in whole or beginnings:
            standing = (run for run in (*whole.get(key, ()), *beginnings) if _stands(run, words, at))
            hits += (_Hit(start, max(end for _, end, _ in words[at : at + len(r.keys)]), r.term) for r in standing)
            if len(hits) >= MOST_HITS:
                break
    return hits


def _stands(run: Run, words: Sequence[Word], at: int) -> bool:
    keys = tuple(key for _, _, key in words[at : at + len(run.keys)])
    if run.prefix:
        return len(keys) == len(run.keys) and keys[:-1] == run.keys[:-1] and keys[-1].startswith(run.keys[-1])
    return keys == run.keys


def _window(text: str, words: Sequence[Word], hits: Sequence[_Hit], width: int) -> tuple[int, int]:
    """From where to where: the place with most of the query's demands, the earliest of equals."""
    if len(text) <= width:
        return 0, len(text)
    best = max(hits, key=lambda hit: (_worth(hits, hit.start, hit.start + width * 3 // 4), -hit.start), default=None)
    begin = _begin(text, words, best.start, width) if best else 0
    return begin, _end(text, words, begin, best.end if best else 0, width)


def _worth(hits: Sequence[_Hit], start: int, end: int) -> float:
    first = bisect.bisect_left(hits, start, key=lambda hit: hit.start)
    terms = [hit.term for hit in hits[first : first + 30] if hit.end <= end]
    return len(set(terms)) + 0.1 * min(len(terms), 5)


def _begin(text: str, words: Sequence[Word], hit: int, width: int) -> int:
    """A little before the hit: where its sentence begins, or else a word."""
    if hit < width // 2:
        return 0
    earliest = hit - width // 4
    sentences = [end.end() for end in SENTENCE_END.finditer(text, max(hit - width // 2, 0), hit)]
    if sentences:
        return sentences[-1]
    at = bisect.bisect_left(words, earliest, key=lambda word: word[0])
    return min(words[at][0], hit) if at < len(words) else hit


def _end(text: str, words: Sequence[Word], begin: int, least: int, width: int) -> int:
    """The end of the last word that fits, with the sign behind it."""
    end = begin + width
    if end >= len(text):
        return len(text)
    at = bisect.bisect_right(words, end, key=lambda word: word[1])
    last = words[at - 1][1] if at else 0
    last = max(last, min(least, end))
    if last <= begin:
        return end
    return last + 1 if text[last] in ".!?。！？”»)" else last


def _pieces(text: str, begin: int, end: int, hits: Sequence[_Hit]) -> Iterator[tuple[str, bool]]:
    at = begin
    for hit in hits:
        start, stop = max(hit.start, at), min(hit.end, end)
        if start < stop:
            yield text[at:start], False
            yield text[start:stop], True
            at = stop
    yield text[at:end], False


def _joined(pieces: Sequence[tuple[str, bool]]) -> Snippet:
    """On one line, without empty pieces, neighbours of one kind together."""
    joined: list[tuple[str, bool]] = []
    for piece, match in pieces:
        line = re.sub(r"\s+", " ", piece)
        if line and joined and joined[-1][1] == match:
            joined[-1] = joined[-1][0] + line, match
        elif line:
            joined.append((line, match))
    return tuple(joined)
