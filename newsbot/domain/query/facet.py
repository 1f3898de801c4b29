"""What a topic asks for, one thing at a time: the words that were typed and all that mean the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from newsbot.domain.analyze import Analyzer
from newsbot.domain.analyze.language import script
from newsbot.domain.analyze.segment import normal
from newsbot.domain.lexicon import COMMON, Alias, Concept, Lexicon
from newsbot.domain.query.lex import Atom
from newsbot.domain.query.parts import SHOUTED, Part
from newsbot.domain.query.search import And, Or, Term

SHOWN = 4
"""Words of a facet that people are shown."""

NAME = 1000.0
"""Added to the rarity of a proper name, so that it anchors before any common word."""


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


def asked(facet: Facet) -> Or:
    """What a search index is asked for: every article that says the facet, and some in which its words lie apart."""
    whole = (Term((alias.keys,), alias.text) for alias in facet.aliases if alias.form != "~")
    apart = (And(tuple(Term(((key,),), key) for key in a.keys)) for a in facet.aliases if a.form == "~")
    return Or((*whole, *apart))


def listed(words: Iterable[str], analyzer: Analyzer, lexicon: Lexicon) -> list[Part]:
    """The parts of a facet that the config lists word by word; words without keys are left out."""
    keyed = ((word, analyzer.phrase(word)) for word in words)
    return [Part(word, keys, (keys,), Atom(word), lexicon.concepts_of(word, analyzer)) for word, keys in keyed if keys]


def facet(
    parts: Sequence[Part], analyzer: Analyzer, lexicon: Lexicon, *, accompanied: bool, listed: bool = False
) -> Facet:
    """One facet of parts that stand for each other; ``accompanied`` by others. A ``listed`` one shows its own words
    first."""
    if not any(part.concepts for part in parts):
        return _made(parts, analyzer, lexicon, accompanied, listed)
    key = ("facet", accompanied, listed, *((part.text, part.atom.plain, part.concepts) for part in parts))
    return lexicon.made(key, lambda: _made(parts, analyzer, lexicon, accompanied, listed))


def _made(parts: Sequence[Part], analyzer: Analyzer, lexicon: Lexicon, accompanied: bool, listed: bool) -> Facet:
    own = list(dict.fromkeys(part.text for part in parts))
    concepts = list(dict.fromkeys(concept for part in parts for concept in part.concepts))
    widened = [lexicon.aliases_of(concept, analyzer, accompanied=accompanied) for concept in concepts]
    typed = list(dict.fromkeys(_typed(part, analyzer) for part in parts))
    aliases = _aliases(typed, [alias for many in widened for alias in many])
    shown = tuple(own[:SHOWN]) if listed or len(own) > 1 else _shown(own[0], concepts, aliases)
    return Facet(own[0], aliases, frozenset(alias.keys[0] for alias in aliases), shown, _rarity(parts, lexicon))


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


def _rarity(parts: Sequence[Part], lexicon: Lexicon) -> float:
    if any(_is_name(part) for part in parts):
        return NAME + min(lexicon.rarity(part.keys) for part in parts)
    if any(concept.common for part in parts for concept in part.concepts):
        return COMMON
    return min(lexicon.rarity(part.keys) for part in parts)


def _is_name(part: Part) -> bool:
    """A known name; or an unknown word that is written like one (a capital, a figure in it)."""
    if part.concepts:
        return any(concept.name for concept in part.concepts)
    text = part.text
    return text[:1].isupper() or (any(map(str.isdigit, text)) and any(map(str.isalpha, text)))


def spelt(text: str, analyzer: Analyzer) -> Alias:
    """``text`` as it was typed; an acronym that in small letters is a common word of some language keeps its form."""
    keys = analyzer.phrase(text)
    return Alias(keys, text, "^" if len(keys) == 1 and keys[0] in SHOUTED else "")


def _typed(part: Part, analyzer: Analyzer) -> Alias:
    """What was typed; a known thing of two words or three may be said with others between them."""
    alias = spelt(part.text, analyzer)
    thing = part.atom.plain and part.concepts and not any(concept.name for concept in part.concepts)
    return replace(alias, form="~") if thing and 1 < len(part.words) == len(alias.keys) < 4 else alias


def _aliases(own: Sequence[Alias], widened: Sequence[Alias]) -> tuple[Alias, ...]:
    """Each once, the typed ones first; a widened one that holds a single-word alias adds nothing.

    A typed word has the form of the same word in its concept: who types apple follows Apple.
    """
    spelt = {alias.text.casefold(): alias for alias in widened if alias.form}
    first = [spelt.get(alias.text.casefold(), alias) for alias in own]
    found = dict.fromkeys((*first, *widened))
    single = {alias.keys[0] for alias in found if len(alias.keys) == 1 and not alias.form}
    kept = {alias.keys: alias for alias in first}
    for alias in found:
        if not single.intersection(alias.keys):
            kept.setdefault((*alias.keys, alias.text) if alias.form else alias.keys, alias)
        elif len(alias.keys) == 1 and not alias.form:
            kept.setdefault(alias.keys, alias)
    return tuple(kept.values())
