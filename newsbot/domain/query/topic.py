"""Topics: what was typed or configured, compiled into facets with an anchor."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from newsbot.domain.analyze import Analyzer
from newsbot.domain.analyze.language import base, script
from newsbot.domain.analyze.segment import normal
from newsbot.domain.lexicon import Concept, Keys, Lexicon
from newsbot.domain.models import TopicDefinition
from newsbot.domain.query.lex import Atom, atoms
from newsbot.domain.query.parts import SHOUTED, Part, split
from newsbot.domain.query.search import MOST_ATOMS, says_nothing
from newsbot.errors import QueryError

SHOWN = 4
"""Words of a facet that people are shown."""

NAME = 1000.0
"""Added to the rarity of a proper name, so that it anchors before any common word."""


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to say a facet. ``shouted``: only with capitals (US), where the language has such a word."""

    keys: Keys
    text: str
    shouted: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """Something the article must be about, said by any of ``aliases``. ``firsts`` are their first keys.

    ``label`` is what was typed; ``shown`` what people see of the aliases; ``rarity`` the greater the more telling.
    """

    label: str
    aliases: tuple[Alias, ...]
    firsts: frozenset[str]
    shown: tuple[str, ...]
    rarity: float


@dataclass(frozen=True, slots=True)
class TopicQuery:
    """Every facet must be there, ``facets[anchor]`` above all; any of ``none`` is a veto.

    ``languages``: of articles wanted, () for all.
    """

    facets: tuple[Facet, ...]
    anchor: int
    none: tuple[Alias, ...] = ()
    languages: tuple[str, ...] = ()


def compile_topic(definition: TopicDefinition, analyzer: Analyzer, lexicon: Lexicon) -> TopicQuery:
    """The facets of a topic; its ``feeds`` are the caller's. Raises QueryError when no positive word remains."""
    typed = atoms(definition.query)[:MOST_ATOMS]
    languages = tuple(base(a.text) for a in typed if a.field == "lang" and not a.negative)
    words = [atom for atom in typed if atom.field in {"", "title"}]
    groups = split(words, analyzer, lexicon)
    vetoes = [part.text for group in groups for part in group if part.atom.negative]
    wanted = [kept for group in groups if (kept := [part for part in group if not part.atom.negative])]
    told = [group for group in wanted if not all(says_nothing(part) for part in group)] or wanted
    facets = [_facet(group, analyzer, lexicon) for group in told]
    for listed in (*definition.all, *((definition.any,) if definition.any else ())):
        parts = [_listed(alias, analyzer, lexicon) for alias in listed]
        if parts := [part for part in parts if part.keys]:
            facets.append(_facet(parts, analyzer, lexicon, listed=True))
    facets = list(dict.fromkeys(facets))
    if not facets:
        raise QueryError(f"no words to look for in {definition.query[:80]!r}")
    return TopicQuery(
        tuple(facets), _anchor(facets, definition), _aliases([*definition.none, *vetoes], analyzer), languages
    )


def understood(query: TopicQuery) -> str:
    """What was understood, for people: ``Xiaomi + (EV, electric car, SU7, …) − Redmi``."""
    text = " + ".join(_said(facet) for facet in query.facets)
    return text + "".join(f" − {alias.text}" for alias in query.none)


def vetoes(words: Iterable[str], analyzer: Analyzer) -> tuple[Alias, ...]:
    """``words`` as a topic's ``none`` has them."""
    return _aliases(tuple(words), analyzer)


def canonical(definition: TopicDefinition) -> str:
    """The same text for definitions that mean the same: case, blanks, and the order of alternatives set aside."""
    typed: list[list[str]] = []
    for atom in atoms(definition.query):
        text = " ".join(normal(atom.text).split())
        word = f"{'-' * atom.negative}{atom.field}{':' * bool(atom.field)}" + (
            json.dumps(text) if atom.quoted else text
        )
        if atom.either and typed:
            typed[-1].append(word)
        else:
            typed.append([word])
    same = {
        "query": [sorted(set(group)) for group in typed],
        "all": sorted(_plain(facet) for facet in definition.all),
        "any": _plain(definition.any),
        "none": _plain(definition.none),
        "feeds": sorted(set(definition.feeds)),
    }
    return json.dumps({key: value for key, value in same.items() if value}, ensure_ascii=True)


def _plain(words: Iterable[str]) -> list[str]:
    return sorted({" ".join(normal(word).split()) for word in words})


def _said(facet: Facet) -> str:
    if len(facet.shown) == 1:
        return facet.shown[0]
    more = ", …" if len(facet.aliases) > len(facet.shown) else ""
    return f"({', '.join(facet.shown)}{more})"


def _listed(alias: str, analyzer: Analyzer, lexicon: Lexicon) -> Part:
    keys = analyzer.phrase(alias)
    return Part(alias, keys, (keys,), Atom(alias), lexicon.concepts_of(alias, analyzer))


def _facet(parts: Sequence[Part], analyzer: Analyzer, lexicon: Lexicon, *, listed: bool = False) -> Facet:
    """One facet of parts that stand for each other. A listed one shows its own words first."""
    own = list(dict.fromkeys(part.text for part in parts))
    concepts = [concept for part in parts for concept in part.concepts]
    widened = [word for concept in concepts for word in lexicon.words_of(concept)]
    aliases = _aliases([*own, *widened], analyzer, kept=len(own))
    name = any(_is_name(part) for part in parts)
    rarity = min(lexicon.rarity(part.keys) for part in parts) + (NAME if name else 0.0)
    shown = tuple(own[:SHOWN]) if listed or len(own) > 1 else _shown(own[0], concepts, aliases)
    return Facet(own[0], aliases, frozenset(alias.keys[0] for alias in aliases), shown, rarity)


def _shown(own: str, concepts: Sequence[Concept], aliases: Sequence[Alias]) -> tuple[str, ...]:
    """The typed word, and for a common one two that mean the same in its script and one that is narrower."""
    if not concepts or any(concept.name for concept in concepts):
        return (own,)
    kept, written = {normal(alias.text) for alias in aliases}, script(own)
    same = [word for concept in concepts for word in takewhile(str.isascii, concept.aliases)]
    if written != "latin":
        same = [word for concept in concepts for word in concept.aliases if script(word) == written]
    narrower = [word for concept in concepts for word in concept.narrower if script(word) == written]
    fit = [[w for w in words if normal(w) in kept - {normal(own)}] for words in (same, narrower)]
    chosen = [own, *fit[0][: SHOWN - 2], *fit[1][:1], *fit[0][SHOWN - 2 :]]
    return tuple(list(dict.fromkeys(chosen))[:SHOWN])


def _is_name(part: Part) -> bool:
    """A known name; or an unknown word that is written like one (a capital, a figure in it)."""
    if part.concepts:
        return any(concept.name for concept in part.concepts)
    text = part.text
    return text[:1].isupper() or (any(map(str.isdigit, text)) and any(map(str.isalpha, text)))


def _anchor(facets: Sequence[Facet], definition: TopicDefinition) -> int:
    """The most telling facet; the first of equals. ``any`` is the last facet and never anchors alone."""
    able = range(len(facets) - 1 if definition.any and len(facets) > 1 else len(facets))
    return max(able, key=lambda at: (facets[at].rarity, -at))


def _aliases(texts: Sequence[str], analyzer: Analyzer, kept: int = 0) -> tuple[Alias, ...]:
    """The texts' phrases without repeats; after the first ``kept``, one that holds a single-word alias adds nothing."""
    found: dict[Keys, Alias] = {}
    for text in texts:
        if (keys := analyzer.phrase(text)) and keys not in found:
            found[keys] = Alias(keys, text, len(keys) == 1 and keys[0] in SHOUTED)
    single = {keys[0] for keys, alias in found.items() if len(keys) == 1 and not alias.shouted}
    own = {analyzer.phrase(text) for text in texts[:kept]}
    return tuple(a for k, a in found.items() if len(k) == 1 or k in own or not single.intersection(k))
