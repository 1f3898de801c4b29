"""What words mean: concepts, many names for one thing. A snapshot that never changes.

A concept's aliases mean the same; its narrower ones are kinds of it: who asks for a car wants electric cars too, who
asks for an electric car does not want every car. A proper name is widened to its other spellings only. Some words
mean a concept only in company: "rates" the interest rate where the Fed is asked for too, "Kyiv" Ukraine beside "war".
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from typing import Any, TypeVar

from newsbot.domain.analyze import Analyzer

T = TypeVar("T")

Keys = tuple[str, ...]
"""A phrase: keys side by side."""

REMEMBERED = 20_000
"""Things made of concepts that a snapshot keeps for the next who asks."""

_FORMS = "=^"

COMMON = 0.5
"""The rarity of what any news may tell of, to order facets by; see :meth:`Lexicon.rarity`."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to say something.

    ``form`` "=": only as it is spelt here, for another form or word has the same key (shares, shared; Irã, IRA); "^":
    and with a capital, wherever the text has capitals at all (Apple, Fed); "": any form. "~": its words need not stand
    side by side, only close (crash of a plane).
    """

    keys: Keys
    text: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Concept:
    """Words that mean the same. ``narrower`` are words, or first aliases of other concepts, for kinds of it.

    ``name``: a proper name, which anchors a topic. ``common``: what any news may tell of ("price", "launch"), which
    never does beside another word. ``beside``: words that mean it where something else is asked for too. ``forms``:
    the :class:`Alias` forms of those of its words that have one.
    """

    aliases: tuple[str, ...]
    narrower: tuple[str, ...] = ()
    name: bool = False
    common: bool = False
    beside: tuple[str, ...] = ()
    forms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """An immutable snapshot of concepts. It knows no archive: a topic means the same wherever it is compiled."""

    concepts: tuple[Concept, ...] = ()
    _index: dict[Keys, tuple[Concept, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    _said: dict[tuple[Concept, bool], tuple[Alias, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _made: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

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
        """The concepts that have ``alias`` in any of its forms, capitals and diacritics aside.

        A word whose ending makes another of it (Газа, газ) needs its capital here too.
        """
        keys = analyzer.phrase(alias)
        found = self.index(analyzer).get(keys, ())
        if not found or alias.isascii() or alias != alias.lower():
            return found
        return tuple(c for c in found if not any(analyzer.phrase(w) == keys for w, f in c.forms if f == "^"))

    def words_of(self, concept: Concept) -> tuple[str, ...]:
        """A concept's aliases and all narrower ones, its own first, without repeats."""
        words: dict[str, None] = {}
        for one in self._kinds(concept):
            words.update(dict.fromkeys((*one.aliases, *one.narrower)))
        return tuple(words)

    def aliases_of(self, concept: Concept, analyzer: Analyzer, *, accompanied: bool = False) -> tuple[Alias, ...]:
        """:meth:`words_of` with their keys, each phrase once; ``accompanied``: with what means it in company too.

        Made at the first call for a concept, and the same objects from then on.
        """
        found = self._said.get((concept, accompanied))
        if found is None:
            said: dict[tuple[Keys, str], Alias] = {}
            for one in self._kinds(concept):
                forms = dict(one.forms)
                for word in (*one.aliases, *one.narrower, *(one.beside if accompanied else ())):
                    if keys := analyzer.phrase(word):
                        form = forms.get(word, "")
                        said.setdefault((keys, word if form else ""), Alias(keys, word, form))
            found = self._said[concept, accompanied] = tuple(said.values())
        return found

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """What ``make`` gives for ``key``, once while it is remembered: many follows share what few concepts mean."""
        found: T | None = self._made.get(key)
        if found is None:
            if len(self._made) >= REMEMBERED:
                self._made.clear()
            found = self._made[key] = make()
        return found

    def _kinds(self, concept: Concept) -> Iterator[Concept]:
        """The concept, then those that its narrower words head, and theirs, each once."""
        left, seen = [concept], set()
        while left:
            one = left.pop(0)
            if one.aliases in seen:
                continue
            seen.add(one.aliases)
            yield one
            left += (kind for narrower in one.narrower for kind in self._heads.get(narrower, ()))

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
    """Concepts from lines ``alias | alias > narrower | narrower``, under ``[names]``, ``[concepts]`` or ``[common]``.

    ``~word`` means the concept in company only; ``=word`` and ``^Word`` have the form of that sign.
    """
    concepts, section = [], ""
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("["):
            section = line
        elif line and not line.startswith("#"):
            concepts.append(_concept(line, section))
    return tuple(concepts)


def _concept(line: str, section: str) -> Concept:
    same, _, narrower = line.partition(" > ")
    words, kinds = _parts(same), _parts(narrower)
    company = [word[1:] for word in words if word.startswith("~")]
    alone = [word for word in words if not word.startswith("~")]
    return Concept(
        aliases=tuple(map(_bare, alone)),
        narrower=tuple(map(_bare, kinds)),
        name=section == "[names]",
        common=section == "[common]",
        beside=tuple(map(_bare, company)),
        forms=tuple((word[1:], word[0]) for word in (*alone, *kinds, *company) if word[0] in _FORMS),
    )


def _bare(word: str) -> str:
    return word[1:] if word[0] in _FORMS else word


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip(" ~^="))
