"""Words typed one after the other, grouped into what each names: "electric car", "Lei Jun", 小米 and 汽车."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from icu4py.breakers import WordBreaker

from newsbot.domain.analyze import Analyzer
from newsbot.domain.analyze.scripts import UNSPACED
from newsbot.domain.lexicon import Concept, Keys, Lexicon
from newsbot.domain.query.fillers import bared
from newsbot.domain.query.lex import Atom

SHOUTED = {
    "us": ("en",), "it": ("en",), "who": ("en",), "un": ("fr", "es", "it", "en"), "ai": ("it", "fr", "pt"),
    "eu": ("pt", "ro"), "esa": ("es",), "ia": ("en",), "ue": ("it",), "ki": ("en",),
}  # fmt: skip
"""Acronyms that are a common word of these languages when they are not in capitals."""

LONGEST_NAME = 5
"""Typed words that may make one name."""

LONGEST_RUN = 10
"""Characters of a name inside a run without blanks."""

_RUNS = re.compile(f"[{UNSPACED}]+|[^{UNSPACED}]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is asked for. ``words`` are the keys of each typed word of it; ``concepts`` what it names."""

    text: str
    keys: Keys
    words: tuple[Keys, ...]
    atom: Atom
    concepts: tuple[Concept, ...] = ()


def split(words: list[Atom], analyzer: Analyzer, lexicon: Lexicon) -> list[list[Part]]:
    """Groups of parts: each group must be answered by one of its parts (an OR of the query, else one part)."""
    groups: list[list[Part]] = []
    at = 0
    while at < len(words):
        atom = words[at]
        if atom.plain:
            count, parts = _named(words, at, analyzer, lexicon)
            groups += [[part] for part in parts]
        else:
            count, parts = 1, [_part(atom.text, atom, analyzer, lexicon)]
            if atom.either and groups:
                groups[-1] += parts
            else:
                groups.append(parts)
        at += count
    return [kept for group in groups if (kept := [part for part in group if part.keys])]


def phrases_of(part: Part, analyzer: Analyzer, lexicon: Lexicon) -> tuple[Keys, ...]:
    """The part's own phrase, then all that mean the same or are narrower; none that holds a shorter one. What any news
    may tell of stays the word that was typed: a search is ranked by it."""
    telling = (concept for concept in part.concepts if not concept.common)
    said = (alias for concept in telling for alias in lexicon.aliases_of(concept, analyzer))
    unique = list(dict.fromkeys((part.keys, *(alias.keys for alias in said if alias.form != "="))))
    single = {phrase[0] for phrase in unique if len(phrase) == 1}
    return tuple(p for p in unique if p == part.keys or len(p) == 1 or not single.intersection(p))


def _named(words: list[Atom], at: int, analyzer: Analyzer, lexicon: Lexicon) -> tuple[int, list[Part]]:
    """The longest name that the words from ``at`` make, else the one word; how many words, and its parts."""
    end = at + 1
    while end < len(words) and end - at < LONGEST_NAME and words[end].plain:
        end += 1
    if end < len(words) and words[end].either:
        end = max(at + 1, end - 1)  # OR binds the one word before it
    for stop in range(end, at + 1, -1):
        text = " ".join(atom.text for atom in words[at:stop])
        if lexicon.concepts_of(text, analyzer):
            return stop - at, [_part(text, words[at], analyzer, lexicon)]
    return 1, list(_pieces(words[at], analyzer, lexicon))


def _part(text: str, atom: Atom, analyzer: Analyzer, lexicon: Lexicon) -> Part:
    keys = analyzer.phrase(text)
    found = () if atom.quoted or atom.negative else lexicon.concepts_of(text, analyzer)
    each = tuple(k for word in text.split() if (k := analyzer.phrase(word)))
    return Part(text, keys, each, atom, found)


def _pieces(atom: Atom, analyzer: Analyzer, lexicon: Lexicon) -> Iterator[Part]:
    """A word written without blanks, cut where known names meet: 小米汽车 is 小米 and 汽车."""
    whole = _part(atom.text, atom, analyzer, lexicon)
    runs = _RUNS.findall(atom.text)
    if whole.concepts or len(atom.text) < 3 or not any(re.match(f"[{UNSPACED}]", run) for run in runs):
        yield whole
        return
    pieces = [piece for run in runs for piece in _cut(run, analyzer, lexicon)]
    if any(lexicon.concepts_of(piece, analyzer) for piece in pieces):
        yield from (_part(piece, atom, analyzer, lexicon) for piece in pieces)
    else:
        yield whole if bared(whole.text) in ("", whole.text) else _part(bared(whole.text), atom, analyzer, lexicon)


def _cut(run: str, analyzer: Analyzer, lexicon: Lexicon) -> list[str]:
    """The longest known names first, from the left, and the words between them."""
    pieces: list[str] = []
    at = rest = 0
    while at < len(run):
        size = next((n for n in range(min(LONGEST_RUN, len(run) - at), 1, -1)
                     if lexicon.concepts_of(run[at : at + n], analyzer)), 0)  # fmt: skip
        if size:
            pieces += [*_words(run[rest:at]), run[at : at + size]]
            rest = at = at + size
        else:
            at += 1
    return [piece for piece in (*pieces, *_words(run[rest:])) if piece.strip()]


def _words(run: str) -> list[str]:
    """An unknown stretch by a dictionary's words; in one piece where that would leave single characters."""
    run = bared(run)
    words = list(map(str, WordBreaker(run, "und")))
    return words if len(run) > 3 and min(map(len, words)) > 1 else [run]
