"""The part of a text that answers a search, its words marked where they stand in the original."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsbot.domain.analyze import Analyzer, Token

Snippet = tuple[tuple[str, bool], ...]
"""Pieces of a text in order, each with whether it is a match. Joined, they are a part of the text on one line, with
"…" where it was cut."""

LOOKED_AT = 20_000
"""Characters of a text in which matches are looked for."""
MOST_HITS = 300
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+|[。！？]|\n+")


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
    """About ``width`` characters of ``text``, cut between words, round the richest place; its beginning when nothing
    matches. Never raises; () for an empty text."""
    looked = text[:LOOKED_AT]
    tokens = analyzer.tokens(looked)
    hits = _hits(tokens, runs)
    begin, end = _window(looked, tokens, hits, max(width, 1))
    pieces = [("… ", False)] if begin else []
    pieces += _pieces(looked, begin, end, hits)
    if end < len(text.rstrip()):
        pieces.append(("…", False))
    return _joined(pieces)


def _hits(tokens: Sequence[Token], runs: Sequence[Run]) -> list[_Hit]:
    whole: dict[str, list[Run]] = {}
    for run in runs:
        if run.keys and not (run.prefix and len(run.keys) == 1):
            whole.setdefault(run.keys[0], []).append(run)
    beginnings = [run for run in runs if run.prefix and len(run.keys) == 1]
    hits: list[_Hit] = []
    for at, token in enumerate(tokens):
        for run in (*whole.get(token.key, ()), *beginnings):
            if _stands(run, tokens, at):
                last = tokens[at : at + len(run.keys)]
                hits.append(_Hit(token.start, max(t.end for t in last), run.term))
        if len(hits) >= MOST_HITS:
            break
    return hits


def _stands(run: Run, tokens: Sequence[Token], at: int) -> bool:
    keys = [token.key for token in tokens[at : at + len(run.keys)]]
    if run.prefix:
        return len(keys) == len(run.keys) and keys[:-1] == list(run.keys[:-1]) and keys[-1].startswith(run.keys[-1])
    return keys == list(run.keys)


def _window(text: str, tokens: Sequence[Token], hits: Sequence[_Hit], width: int) -> tuple[int, int]:
    """From where to where: the place with most of the query's demands, the earliest of equals."""
    if len(text) <= width:
        return 0, len(text)
    best = max(hits, key=lambda hit: (_worth(hits, hit.start, hit.start + width * 3 // 4), -hit.start), default=None)
    begin = _begin(text, tokens, best.start, width) if best else 0
    return begin, _end(text, tokens, begin, best.end if best else 0, width)


def _worth(hits: Sequence[_Hit], start: int, end: int) -> float:
    first = bisect.bisect_left(hits, start, key=lambda hit: hit.start)
    terms = [hit.term for hit in hits[first : first + 30] if hit.end <= end]
    return len(set(terms)) + 0.1 * min(len(terms), 5)


def _begin(text: str, tokens: Sequence[Token], hit: int, width: int) -> int:
    """A little before the hit: where its sentence begins, or else a word."""
    if hit < width // 2:
        return 0
    earliest = hit - width // 4
    sentences = [end.end() for end in SENTENCE_END.finditer(text, max(hit - width // 2, 0), hit)]
    if sentences:
        return sentences[-1]
    at = bisect.bisect_left(tokens, earliest, key=lambda token: token.start)
    return min(tokens[at].start, hit) if at < len(tokens) else hit


def _end(text: str, tokens: Sequence[Token], begin: int, least: int, width: int) -> int:
    """The end of the last word that fits, with the sign behind it."""
    end = begin + width
    if end >= len(text):
        return len(text)
    at = bisect.bisect_right(tokens, end, key=lambda token: token.end)
    last = tokens[at - 1].end if at else 0
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
