"""Searches: AND by default, OR, -not, "phrase", prefix*, title:, source:, lang:, after: and before:."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from newsbot.domain.analyze import Analyzer
from newsbot.domain.analyze.language import base, is_function_word
from newsbot.domain.analyze.segment import normal
from newsbot.domain.analyze.words import fold
from newsbot.domain.lexicon import Keys, Lexicon
from newsbot.domain.query.lex import OPERATORS, Atom, atoms
from newsbot.domain.query.parts import Part, phrases_of, split
from newsbot.errors import QueryError

MOST_ATOMS = 64
"""Of one query; what comes after is left out."""

_SPAN = re.compile(r"(\d{1,4})([hdwmy])", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?")
_UNITS = {"h": 1 / 24, "d": 1, "w": 7, "m": 30, "y": 365}
_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)  # no time is before it, as datetime has it

Moment = datetime | timedelta
"""A time, or how long before now."""


@dataclass(frozen=True, slots=True)
class Term:
    """Any of ``phrases``: the first is what was typed, the others mean the same. ``title``: only in the title."""

    phrases: tuple[Keys, ...]
    text: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Prefix:
    """A key that begins with ``text`` (folded)."""

    text: str
    title: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Not ``node``."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of ``nodes``."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of ``nodes``."""

    nodes: tuple[Node, ...]


Node = Term | Prefix | Not | And | Or


@dataclass(frozen=True, slots=True)
class Filters:
    """What else an article must be: from one of ``sources`` (part of a feed's name or address, case-folded), in one
    of ``languages``; none of the ``not_`` ones; published from ``after`` and before ``before``."""

    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    after: Moment | None = None
    before: Moment | None = None
    not_sources: tuple[str, ...] = ()
    not_languages: tuple[str, ...] = ()

    def window(self, now: datetime) -> tuple[datetime | None, datetime | None]:
        """``after`` and ``before`` as times."""
        return _moment(self.after, now), _moment(self.before, now)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search made ready: ``node`` over keys, and filters. ``text`` is what was typed."""

    text: str
    node: And
    filters: Filters = Filters()

    @property
    def terms(self) -> tuple[Term | Prefix, ...]:
        """All that is asked for, in order, what is excluded left out: for ranking and marking words."""
        return tuple(dict.fromkeys(_positive(self.node)))


def parse_search(text: str, analyzer: Analyzer, lexicon: Lexicon) -> SearchQuery:
    """What ``text`` asks for; odd syntax is read as words. Raises QueryError when no positive word remains."""
    found = atoms(text)[:MOST_ATOMS]
    filters, words = _filters(found)
    nodes = [node for group in _groups(words, analyzer, lexicon) if (node := _either(group, analyzer, lexicon))]
    if not any(not isinstance(node, Not) for node in nodes):
        raise QueryError(f"no words to look for in {text[:80]!r}")
    return SearchQuery(text, And(tuple(nodes)), filters)


def parse_filters(text: str) -> Filters | None:
    """The filters of a ``text`` that asks for nothing else, as "lang:zh after:7d" does; None for any other."""
    filters, words = _filters(atoms(text)[:MOST_ATOMS])
    asked = filters.sources or filters.languages or filters.after or filters.before
    return filters if asked and not words else None


def _positive(node: Node) -> Iterator[Term | Prefix]:
    match node:
        case Term() | Prefix():
            yield node
        case And() | Or():
            for part in node.nodes:
                yield from _positive(part)


def _groups(words: list[Atom], analyzer: Analyzer, lexicon: Lexicon) -> list[list[Part]]:
    """CNF: parts in a group are joined by OR. Function words are left out where other words remain."""
    groups = split(words, analyzer, lexicon)
    telling = [group for group in groups if any(not says_nothing(part) for part in group)]
    return telling if any(not part.atom.negative for group in telling for part in group) else groups


def says_nothing(part: Part) -> bool:
    """Whether a part is a function word that was typed with no operator."""
    atom = part.atom
    if atom.quoted or atom.negative or atom.field or part.concepts:
        return False
    acronym = part.text.isupper() and len(part.text) > 1 and part.text not in OPERATORS
    return not acronym and is_function_word(part.text.lower())


def _either(group: list[Part], analyzer: Analyzer, lexicon: Lexicon) -> Node | None:
    nodes = tuple(node for part in group if (node := _node(part, analyzer, lexicon)))
    return nodes[0] if len(nodes) == 1 else Or(nodes) if nodes else None


def _node(part: Part, analyzer: Analyzer, lexicon: Lexicon) -> Node | None:
    title = part.atom.field == "title"
    if part.text.endswith("*") and not part.atom.quoted:
        stem = fold(normal(part.text.rstrip("*")).replace("'", ""))
        keys = analyzer.keys(part.text)
        node: Node | None = Prefix(stem, title) if len(keys) == 1 and not re.search(r"\s", stem) else None
        node = node or (Term((tuple(keys),), part.text, title) if keys else None)
    else:
        node = _term(part, analyzer, lexicon, title)
    return Not(node) if node and part.atom.negative else node


def _term(part: Part, analyzer: Analyzer, lexicon: Lexicon, title: bool) -> Node | None:
    if not part.keys:
        return None
    if len(part.keys) == 1 and len(part.keys[0]) == 1 and not part.keys[0].isascii():
        return Prefix(part.keys[0], title)  # one Chinese character: it begins some pair wherever it stands
    if part.atom.negative or part.atom.quoted:
        return Term((part.keys,), part.text, title)
    whole = Term(phrases_of(part, analyzer, lexicon), part.text, title)
    if len(part.words) < 2:
        return whole
    return Or((whole, And(tuple(Term((keys,), " ".join(keys), title) for keys in part.words))))


def _filters(found: list[Atom]) -> tuple[Filters, list[Atom]]:
    """The filters, and the atoms that are none. A date that is none is a word."""
    sources: dict[bool, list[str]] = {False: [], True: []}
    languages: dict[bool, list[str]] = {False: [], True: []}
    times: dict[str, Moment] = {}
    words = []
    for atom in found:
        if atom.field == "source":
            sources[atom.negative].append(atom.text.casefold())
        elif atom.field == "lang":
            languages[atom.negative] += [base(code) for code in atom.text.split(",") if code]
        elif atom.field in {"after", "before"} and (moment := read_moment(atom.text)) and not atom.negative:
            times[atom.field] = moment
        else:
            words.append(atom)
    ready = [tuple(dict.fromkeys(many)) for many in (*sources.values(), *languages.values())]
    return Filters(ready[0], ready[2], times.get("after"), times.get("before"), ready[1], ready[3]), words


def read_moment(text: str) -> Moment | None:
    """``2026-11-23``, ``2026-11`` or ``2026`` (its first moment, UTC), or a span back from now such as ``7d``."""
    if span := _SPAN.fullmatch(text):
        return timedelta(days=int(span[1]) * _UNITS[span[2].lower()])
    if not (date := _DATE.fullmatch(text)):
        return None
    try:
        return datetime(int(date[1]), int(date[2] or 1), int(date[3] or 1), tzinfo=UTC)
    except ValueError:
        return None


def _moment(moment: Moment | None, now: datetime) -> datetime | None:
    if not isinstance(moment, timedelta):
        return moment
    return now - moment if moment < now - _BEGINNING else _BEGINNING
