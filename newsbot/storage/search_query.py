"""A person's query to what the database is asked: its words widened, its sources named, its dates as ids."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from newsbot.domain import rank
from newsbot.domain.query import And, Filters, Node, Not, Or, Prefix, SearchQuery, Term
from newsbot.storage.article_ids import first_id
from newsbot.storage.private import private_to_others
from newsbot.storage.search_expression import (
    NOTHING,
    Expression,
    Marked,
    Phrase,
    Without,
    both,
    either,
    feed_mark,
    keys_of,
    language_mark,
)
from newsbot.storage.search_rows import EVER, Span
from newsbot.storage.search_vocabulary import widen
from newsbot.storage.tables import feeds

MOST_LEFT_OUT = 8
"""A query of more words than this is not tried with one of them left out."""

Widened = Mapping[str, Sequence[str]]
"""The words that each prefix stands for."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask the database for: ``demands``, the strictest first, each tried when the one before finds nothing;
    always within ``conditions`` (marks) and ``span``.

    ``titled``: what else makes an article a candidate for the first page, however old. ``terms``: for the ranker.
    """

    demands: tuple[Expression, ...]
    conditions: tuple[Expression, ...] = ()
    titled: tuple[Expression, ...] = ()
    terms: tuple[rank.Term, ...] = ()
    span: Span = EVER


def wanted(
    conn: Connection, query: SearchQuery, languages: Sequence[str], own: Collection[int] | None, now: datetime
) -> Wanted:
    """What to ask the database for a query asked at ``now``, within a reader's ``languages`` (() for all), and without
    the private feeds that are not their ``own`` (None: with all)."""
    prefixes = [term.text for term in query.terms if isinstance(term, Prefix)]
    widened = {prefix: widen(conn, prefix) for prefix in dict.fromkeys(prefixes)}
    marks = _marked(conn, query.filters)
    if languages:
        marks.append(Marked(tuple(language_mark(language) for language in (*languages, ""))))
    others = [row.id for row in conn.execute(private_to_others(own))] if own is not None else []
    if others:
        marks.append(Without(Marked(tuple(map(feed_mark, others)))))
    return plan(query.node, widened, marks, _span(query.filters, now))


def plan(node: And, widened: Widened, conditions: Sequence[Expression], span: Span) -> Wanted:
    """What to ask for ``node``. Its words may be left out where no article has them all; vetoes and ``conditions``
    may not."""
    positive = [part for part in node.nodes if not isinstance(part, Not)]
    vetoes = [_expression(part, widened) for part in node.nodes if isinstance(part, Not)]
    parts = [_expression(part, widened) for part in positive]
    titles = [_expression(part, widened, titled=True) for part in positive]
    demands = dict.fromkeys(both([*demand, *vetoes]) for demand in _demands(parts))
    windows = dict.fromkeys((both(titles), either(titles)))
    return Wanted(tuple(demands), tuple(conditions), tuple(windows), rank.terms(node), span)


def _demands(parts: Sequence[Expression]) -> list[list[Expression]]:
    """All the parts; all but any one; any of them."""
    demands = [list(parts)]
    if 2 < len(parts) <= MOST_LEFT_OUT:
        demands.append([either(both(part for part in parts if part is not left_out) for left_out in parts)])
    if len(parts) > 1:
        demands.append([either(parts)])
    return demands


def _expression(node: Node, widened: Widened, *, titled: bool = False) -> Expression:
    """A node over stored keys; ``titled`` wants all of it in the title."""
    match node:
        case Term():
            runs = [tuple(keys_of(" ".join(keys))) for keys in node.phrases]
            return either(Phrase(run, node.title or titled) for run in runs if run)
        case Prefix():
            return either(Phrase((word,), node.title or titled) for word in widened.get(node.text, ()))
        case Not():
            return Without(_expression(node.node, widened))
        case And():
            return both(_expression(part, widened, titled=titled) for part in node.nodes)
        case Or():
            return either(_expression(part, widened, titled=titled) for part in node.nodes)


# --- filters -------------------------------------------------------------------------------------


def _marked(conn: Connection, filters: Filters) -> list[Expression]:
    conditions: list[Expression] = []
    if filters.sources:
        conditions.append(_sources(conn, filters.sources))
    if filters.not_sources:
        conditions.append(Without(_sources(conn, filters.not_sources)))
    if filters.languages:
        conditions.append(_languages(filters.languages))
    if filters.not_languages:
        conditions.append(Without(_languages(filters.not_languages)))
    return conditions


def _languages(codes: Sequence[str]) -> Expression:
    return either(Marked((language_mark(code),)) for code in codes)


def _sources(conn: Connection, names: Sequence[str]) -> Expression:
    """The feeds with any of ``names`` (case-folded) in their slug, name, title or address."""
    columns = feeds.c.slug, feeds.c.name, feeds.c.title, feeds.c.url
    rows = conn.execute(select(feeds.c.id, *columns))
    ids = [i for i, *texts in rows if any(name in (text or "").casefold() for text in texts for name in names)]
    return Marked(tuple(map(feed_mark, ids))) if ids else NOTHING


def _span(filters: Filters, now: datetime) -> Span:
    after, before = filters.window(now)
    return Span(first_id(after) if after else None, first_id(before) if before else None)
