"""What a person typed, cut into words, phrases and operators; what makes no sense as an operator is a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "＂": '"'})
_ATOM = re.compile(
    r"""(?P<minus>[-−–](?=[^\s\-−–]))?
    (?:(?P<field>title|source|lang|after|before):(?=\S))?
    (?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+)|(?P<stray>["]))""",
    re.VERBOSE | re.IGNORECASE,
)


_BARE = re.compile(r"-?(title|source|lang|after|before):", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Atom:
    """One word or "phrase". ``field`` is "" or title, source, lang, after, before; ``either`` joins it to the
    atom before it by OR."""

    text: str
    quoted: bool = False
    negative: bool = False
    field: str = ""
    either: bool = False

    @property
    def plain(self) -> bool:
        """A positive word with no operator: it may be part of a longer name ("electric car")."""
        return not (self.quoted or self.negative or self.field or self.either or self.text.endswith("*"))


_OR = frozenset({"OR", "|", "||"})
_AND = frozenset({"AND", "&&", "+", "&"})
OPERATORS = _OR | _AND | {"NOT"}
"""Words and signs that join what stands beside them, in capitals."""


def bare(text: str) -> str:
    """The operator of a ``text`` that is one and no more, as "title:" is; "" for any other."""
    found = _BARE.fullmatch(text.strip())
    return found[1].lower() if found else ""


def atoms(text: str) -> list[Atom]:
    """The atoms of ``text`` in order. ``OR`` or ``|`` between two joins them, ``NOT`` is ``-``, ``AND`` is left out."""
    raw = list(_raw(text))
    found: list[Atom] = []
    either = negate = False
    for at, atom in enumerate(raw):
        operator = "" if atom.quoted or atom.field or atom.negative else atom.text
        last = at + 1 == len(raw)
        if operator in _OR and found and not last and not found[-1].negative:
            either = True
        elif operator == "NOT" and not last:
            negate = True
        elif operator not in _AND or last or not found:
            negative = atom.negative or negate
            found.append(replace(atom, negative=negative, either=either and not negative))
            either = negate = False
    return found


def _raw(text: str) -> Iterator[Atom]:
    at, text = 0, text.translate(_QUOTES)
    while match := _ATOM.search(text, at):
        at = match.end()
        body = match["phrase"] if match["phrase"] is not None else match["word"]
        if body is None or not body.strip():
            continue
        # a minus inside a word ("solid-state") never gets here: a word runs to the next blank or quote
        starts = match.start() == 0 or text[match.start() - 1].isspace() or text[match.start() - 1] in '("'
        quoted = match["phrase"] is not None
        field = (match["field"] or "").lower()
        yield Atom(body if quoted else body.strip("()"), quoted, bool(match["minus"]) and starts, field)
