"""Topics: what was typed or configured, compiled into facets with an anchor."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from newsbot.domain.analyze import Analyzer
from newsbot.domain.analyze.language import base
from newsbot.domain.analyze.segment import normal
from newsbot.domain.lexicon import Alias, Lexicon
from newsbot.domain.models import TopicDefinition
from newsbot.domain.query.facet import Facet, facet, listed, spelt
from newsbot.domain.query.fillers import idle
from newsbot.domain.query.lex import atoms
from newsbot.domain.query.parts import Part, split
from newsbot.domain.query.search import MOST_ATOMS, says_nothing
from newsbot.errors import QueryError

_YEAR = re.compile(r"(?:19|20)\d\d")
_JOINING = frozenset({"of", "de", "des", "du", "di", "do", "da", "del", "der", "von"})


@dataclass(frozen=True, slots=True)
class TopicQuery:
    """Every facet must be there, ``facets[anchor]`` above all; any of ``none`` is a veto.

    ``languages``: of articles wanted, () for all. ``beside``: facets that were typed as words side by side and may
    name one thing ("heat pump"): each must stand close to the next. ``year``: an article that speaks of other years
    alone is not meant; "" for none.
    """

    facets: tuple[Facet, ...]
    anchor: int
    none: tuple[Alias, ...] = ()
    languages: tuple[str, ...] = ()
    beside: tuple[int, ...] = ()
    year: str = ""


def compile_topic(definition: TopicDefinition, analyzer: Analyzer, lexicon: Lexicon) -> TopicQuery:
    """The facets of a topic; its ``feeds`` are the caller's. Raises QueryError when no positive word remains."""
    typed = atoms(definition.query)[:MOST_ATOMS]
    words = [atom for atom in typed if atom.field in {"", "title"}]
    groups = split(words, analyzer, lexicon)
    wanted = _apart([kept for group in groups if (kept := [part for part in group if not part.atom.negative])])
    told, year = _dated(_telling(wanted))
    lists = [listed(words, analyzer, lexicon) for words in (*definition.all, definition.any)]
    lists = [parts for parts in lists if parts]
    several = len(told) + len(lists) > 1
    facets = [facet(group, analyzer, lexicon, accompanied=several) for group in told]
    facets += [facet(parts, analyzer, lexicon, accompanied=several, listed=True) for parts in lists]
    facets = list(dict.fromkeys(facets))
    if not facets:
        raise QueryError(f"no words to look for in {definition.query[:80]!r}")
    return TopicQuery(
        facets=tuple(facets),
        anchor=_anchor(facets, definition),
        none=vetoes([*definition.none, *(p.text for group in groups for p in group if p.atom.negative)], analyzer),
        languages=tuple(base(a.text) for a in typed if a.field == "lang" and not a.negative),
        beside=_beside(told, wanted) if len(facets) == len(told) + len(lists) else (),
        year=year,
    )


def understood(query: TopicQuery) -> str:
    """What was understood, for people: ``Xiaomi + (EV, electric car, SU7, …) − Redmi``."""
    text = " + ".join(_said(facet) for facet in query.facets)
    return text + "".join(f" − {alias.text}" for alias in query.none)


def vetoes(words: Iterable[str], analyzer: Analyzer) -> tuple[Alias, ...]:
    """``words`` as a topic's ``none`` has them."""
    return tuple({alias.keys: alias for word in words if (alias := spelt(word, analyzer)).keys}.values())


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


# --- which words count -----------------------------------------------------------------------------


def _telling(groups: list[list[Part]]) -> list[list[Part]]:
    """The groups without those that only ask for news, or all where nothing else is asked for."""
    plain = [at for at, group in enumerate(groups) if _alone(group) and not group[0].concepts]
    silent = {at for at, no in zip(plain, idle([groups[at][0].text for at in plain]), strict=True) if no}
    told = [group for at, group in enumerate(groups) if at not in silent]
    return told or [group for group in groups if not all(says_nothing(part) for part in group)] or groups


def _dated(groups: list[list[Part]]) -> tuple[list[list[Part]], str]:
    """The groups without the year that is the last of several, and that year."""
    years = [group for group in groups if _alone(group) and _YEAR.fullmatch(group[0].text)]
    if len(years) != 1 or len(groups) < 2:
        return groups, ""
    return [group for group in groups if group is not years[0]], years[0][0].keys[0]


def _apart(groups: list[list[Part]]) -> list[list[Part]]:
    """The groups, where several things are asked for, without a concept that would make two of them the same, and
    where there is but one without what any news may tell of: "jury trial", "trial"."""
    often = Counter(concept for group in groups for concept in {c for part in group for c in part.concepts})
    plain = {c for c, n in often.items() if c.common and (n > 1 or len(groups) == 1)}
    if not plain:
        return groups
    return [[replace(part, concepts=tuple(c for c in part.concepts if c not in plain)) for part in g] for g in groups]


def _beside(told: Sequence[Sequence[Part]], typed: Sequence[Sequence[Part]]) -> tuple[int, ...]:
    """Which of the groups ``told`` make one name with the next: unknown words, or a figure and any word before it."""
    found = []
    for at, (one, other) in enumerate(itertools.pairwise(told)):
        if not (_alone(one) and _alone(other)):
            continue
        between = typed[typed.index(one) + 1 : typed.index(other)]
        joined = all(part.text in _JOINING for group in between for part in group)
        named = not one[0].concepts and not other[0].concepts and _capital(one[0]) == _capital(other[0])
        if joined and (named or other[0].text.isdigit()):
            found.append(at)
    return tuple(found)


def _alone(group: Sequence[Part]) -> bool:
    return len(group) == 1 and group[0].atom.plain


def _capital(part: Part) -> bool:
    return part.text != part.text.lower()


def _anchor(facets: Sequence[Facet], definition: TopicDefinition) -> int:
    """The most telling facet; the first of equals. ``any`` is the last facet and never anchors alone."""
    able = range(len(facets) - 1 if definition.any and len(facets) > 1 else len(facets))
    return max(able, key=lambda at: (facets[at].rarity, -at))
