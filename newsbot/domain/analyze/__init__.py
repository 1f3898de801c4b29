"""Text to terms, for search, match and cluster alike.

The analyzer cuts a text at blanks, each run into words (:mod:`.segment`) and gives each word one key (:mod:`.words`).
A key depends on the word alone, never on a language: it means the same in an article and in a query of one word.

Chinese, Japanese kanji and Korean are given as overlapping pairs of characters and, at the end of a run, the last one
alone: 小米汽车 has the keys 小米 米汽 汽车 车, so that any part of it can be found as a phrase of keys.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from newsbot.domain.analyze.language import base, detect
from newsbot.domain.analyze.scripts import UNSPACED
from newsbot.domain.analyze.segment import Run, segment
from newsbot.domain.analyze.words import Words, fold

__all__ = ["AnalyzedArticle", "Analyzer", "Token", "base", "detect", "fold"]

LEAD = 60
"""Keys at the head of a text that count as its lead."""

REMEMBERED = 100_000
"""Runs kept in the cache; it is emptied when full (about 35 MB)."""

_LONGEST_REMEMBERED = 40
_RUN = re.compile(r"\S+")
_ONE_UNSPACED = re.compile(f"[{UNSPACED}]")


@dataclass(frozen=True, slots=True)
class Token:
    """A word: ``text`` is ``source[start:end]``; the first of ``keys`` is the main one.

    A key is in lower case and holds no blank. Tokens of Chinese overlap.
    """

    start: int
    end: int
    text: str
    keys: tuple[str, ...]

    @property
    def key(self) -> str:
        """The main key."""
        return self.keys[0]


class _Runs(dict[str, Run]):
    """Remembers what a run of characters holds."""

    def __init__(self) -> None:
        super().__init__()
        self._words = Words()
        self._keys: dict[str, str] = {}

    def __missing__(self, run: str) -> Run:
        found = segment(run, self._key)
        if len(run) <= _LONGEST_REMEMBERED:
            if len(self) >= REMEMBERED:
                self.clear()
            self[run] = found
        return found

    def _key(self, word: str) -> str:
        key = self._keys.get(word)
        if key is None:
            if len(self._keys) >= REMEMBERED:
                self._keys.clear()
            key = self._keys[word] = self._words.key(word)
        return key


class Analyzer:
    """Makes tokens and keys of texts in any script. Cheap to construct; remembers words; safe to share by threads."""

    def __init__(self) -> None:
        self._runs = _Runs()

    def keys(self, text: str) -> list[str]:
        """The main keys of ``text`` in order. Never raises."""
        keys: list[str] = []
        runs = self._runs
        for run in text.split():
            keys += runs[run].keys
        return keys

    def tokens(self, text: str, language: str = "") -> tuple[Token, ...]:
        """The words of ``text`` in order, with where they stand. ``language`` is not needed. Never raises."""
        return tuple(
            Token(at + start, at + end, text[at + start : at + end], (key,))
            for at, run in ((match.start(), self._runs[match.group()]) for match in _RUN.finditer(text))
            for (start, end), key in zip(run.spans, run.keys, strict=True)
        )

    def places(self, text: str) -> list[tuple[int, int, str]]:
        """Start, end and key of each word of ``text`` in order: what :meth:`tokens` tells, in less time."""
        runs = self._runs
        found = []
        for match in _RUN.finditer(text):
            at = match.start()
            run = runs[match.group()]
            if len(run.keys) == 1:
                start, end = run.spans[0]
                found.append((at + start, at + end, run.keys[0]))
            else:
                for (start, end), key in zip(run.spans, run.keys, strict=True):
                    found.append((at + start, at + end, key))
        return found

    def phrase(self, text: str) -> tuple[str, ...]:
        """The keys that stand side by side wherever an article says ``text``; () when it has no words."""
        keys = self.keys(text)
        if len(keys) > 1 and len(keys[-1]) == 1 and len(keys[-2]) == 2 and _ONE_UNSPACED.match(keys[-1]):
            keys.pop()  # the character that ends a run stands alone only there
        return tuple(keys)

    def article(self, title: str, text: str, language: str = "") -> AnalyzedArticle:
        """An article made ready for matching; ``language`` is the feed's or article's own claim. Never raises."""
        language = detect(f"{title}\n{text}", language)
        return AnalyzedArticle(title, text, tuple(self.keys(title)), tuple(self.keys(text)), language, self)

    def detect(self, text: str, hint: str = "") -> str:
        """The language of ``text``, "" where nothing tells. ``hint`` wins unless the text contradicts it."""
        return detect(text, hint)

    def search_terms(self, text: str, language: str = "") -> str:
        """The keys of ``text`` joined by blanks, for a search index. ``language`` is not needed."""
        return " ".join(self.keys(text))


@dataclass(frozen=True)
class AnalyzedArticle:
    """An article's words. Positions count the keys of the title, one for the gap, then those of the text."""

    title: str
    text: str
    title_keys: tuple[str, ...]
    body_keys: tuple[str, ...]
    language: str
    analyzer: Analyzer = field(repr=False, compare=False)

    @property
    def body(self) -> int:
        """The position of the text's first key."""
        return len(self.title_keys) + 1

    @property
    def lead(self) -> int:
        """How many keys of the text are its lead."""
        return min(LEAD, len(self.body_keys))

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Where each key stands, ascending."""
        found: dict[str, list[int]] = {}
        for first, keys in ((0, self.title_keys), (self.body, self.body_keys)):
            for at, key in enumerate(keys, first):
                if key in found:
                    found[key].append(at)
                else:
                    found[key] = [at]
        return found

    @cached_property
    def tokens(self) -> tuple[tuple[Token, ...], tuple[Token, ...]]:
        """The tokens of title and text, for showing words as they were written."""
        return self.analyzer.tokens(self.title), self.analyzer.tokens(self.text)

    def surface(self, position: int, length: int = 1) -> str:
        """The article's own words for ``length`` keys from ``position``."""
        in_title = position < self.body
        tokens, source = self.tokens[0 if in_title else 1], self.title if in_title else self.text
        first = position if in_title else position - self.body
        words = tokens[first : first + length]
        return source[words[0].start : max(word.end for word in words)] if words else ""
