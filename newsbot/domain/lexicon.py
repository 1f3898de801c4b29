"""What words mean: concepts, many names for one thing. A snapshot that never changes.

A concept's aliases mean the same; its narrower ones are kinds of it: who asks for a car wants electric cars too, who
asks for an electric car does not want every car. A proper name is widened to its other spellings only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files

from newsbot.domain.analyze import Analyzer

Keys = tuple[str, ...]
"""A phrase: keys side by side."""


@dataclass(frozen=True, slots=True)
class Concept:
    """Words that mean the same. ``narrower`` are words, or first aliases of other concepts, for kinds of it.

    ``name``: a proper name, which anchors a topic.
    """

    aliases: tuple[str, ...]
    narrower: tuple[str, ...] = ()
    name: bool = False


@dataclass(frozen=True)
class Lexicon:
    """An immutable snapshot of concepts. It knows no archive: a topic means the same wherever it is compiled."""

    concepts: tuple[Concept, ...] = ()
    _index: dict[Keys, tuple[Concept, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def default(cls) -> Lexicon:
        """The concepts that come with newsbot, read from its data file."""
        return cls(shipped())

    def with_concepts(self, concepts: Iterable[Sequence[str]]) -> Lexicon:
        """The same with more concepts: lists of words that mean the same, as the config gives them."""
        more = tuple(Concept(tuple(aliases)) for aliases in concepts if aliases)
        return replace(self, concepts=self.concepts + more)

    @cached_property
    def version(self) -> str:
        """Tells snapshots apart: changes whenever a concept does."""
        known = repr(self.concepts).encode("utf-8", "surrogatepass")
        return hashlib.sha256(known).hexdigest()[:16]

    def concepts_of(self, alias: str, analyzer: Analyzer) -> tuple[Concept, ...]:
        """The concepts that have ``alias`` in any of its forms, capitals and diacritics aside."""
        return self.index(analyzer).get(analyzer.phrase(alias), ())

    def words_of(self, concept: Concept) -> tuple[str, ...]:
        """A concept's aliases and all narrower ones, its own first, without repeats."""
        words: dict[str, None] = {}
        left, seen = [concept], set()
        while left:
            one = left.pop(0)
            if one.aliases in seen:
                continue
            seen.add(one.aliases)
            words.update(dict.fromkeys(one.aliases))
            for narrower in one.narrower:
                words[narrower] = None
                left += self._heads.get(narrower, ())
        return tuple(words)

    @cached_property
    def _heads(self) -> dict[str, list[Concept]]:
        heads: dict[str, list[Concept]] = {}
        for concept in self.concepts:
            heads.setdefault(concept.aliases[0], []).append(concept)
        return heads

    def index(self, analyzer: Analyzer) -> Mapping[Keys, tuple[Concept, ...]]:
        """Concepts by the keys of their aliases; made at the first call, for keys are the same in every analyzer."""
        if not self._index:
            built: dict[Keys, tuple[Concept, ...]] = {}
            for concept in self.concepts:
                for keys in dict.fromkeys(analyzer.phrase(alias) for alias in concept.aliases):
                    built[keys] = (*built.get(keys, ()), concept)
            built.pop((), None)
            self._index.update(built)  # in one step: another thread may be reading
        return self._index

    def rarity(self, keys: Keys) -> float:
        """How telling a phrase is, 1 or more: the longer the rarer."""
        return 1.0 + min(len(keys) - 1, 2) / 2


def shipped() -> tuple[Concept, ...]:
    """The concepts of ``data/concepts.txt``, in its order."""
    return parse((files("newsbot.domain") / "data" / "concepts.txt").read_text(encoding="utf-8"))


def parse(text: str) -> tuple[Concept, ...]:
    """Concepts from lines ``alias | alias > narrower | narrower``, under ``[names]`` or ``[concepts]``."""
    concepts, names = [], False
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            names = line == "[names]"
        elif line and not line.startswith("#"):
            same, _, narrower = line.partition(" > ")
            concepts.append(Concept(_parts(same), _parts(narrower), names))
    return tuple(concepts)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())
