"""A person's query to what the database is asked: its words widened, its sources named, its dates as ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.rank import Term
from newsbot.storage.search_expression import Expression, Phrase, both, either
from newsbot.storage.search_rows import EVER, Span

if TYPE_CHECKING:
    from newsbot.domain.query import SearchQuery

MOST_LEFT_OUT = 8
"""A query of more words than this is not tried with one of them left out."""


@dataclass(frozen=True, slots=True)
class Clause:
    """One demand on an article: any of ``phrases``; and what it is worth to the ranker."""

    phrases: tuple[Phrase, ...]
    term: Term

    @property
    def expression(self) -> Expression:
        """The demand as an expression."""
        return either(self.phrases)

    @property
    def titled(self) -> Expression:
        """The demand, to be met by the title."""
        return either(Phrase(phrase.keys, title=True) for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask the database for: ``demands``, the strictest first, each tried when the one before finds nothing.

    ``titled``: what else makes an article a candidate for the first page, however old. ``terms``: for the ranker.
    """

    demands: tuple[Expression, ...]
    titled: tuple[Expression, ...] = ()
    terms: tuple[Term, ...] = ()
    span: Span = EVER


def plan(clauses: Sequence[Clause], conditions: Sequence[Expression], span: Span) -> Wanted:
    """``clauses`` may be left out where no article meets them all; ``conditions`` (filters, vetoes) may not."""
    parts = [clause.expression for clause in clauses]
    demands = [both([*parts, *conditions])]
    if 2 < len(parts) <= MOST_LEFT_OUT:
        some = either(both(part for part in parts if part is not left_out) for left_out in parts)
        demands.append(both([some, *conditions]))
    if len(parts) > 1:
        demands.append(both([either(parts), *conditions]))
    titles = [clause.titled for clause in clauses]
    titled = dict.fromkeys((both(titles), either(titles))) if titles else {}
    return Wanted(tuple(demands), tuple(titled), tuple(clause.term for clause in clauses), span)


async def wanted(conn: AsyncConnection, query: SearchQuery, languages: Sequence[str]) -> Wanted:
    """What to ask the database for a query, within a reader's ``languages``."""
    raise NotImplementedError
