"""Narrowing queries: whether an article answers a search, word by word, its aboutness aside."""

from __future__ import annotations

from datetime import datetime

from newsbot.domain.analyze import AnalyzedArticle
from newsbot.domain.match.saying import Hit, phrase_hits
from newsbot.domain.query import And, Filters, Not, Or, Prefix, SearchQuery, Term
from newsbot.domain.query.search import Node


def fits(
    query: SearchQuery,
    article: AnalyzedArticle,
    *,
    source: str = "",
    published: datetime | None = None,
    now: datetime | None = None,
) -> bool:
    """Whether ``article`` answers a search, its aboutness aside: for subscriptions narrowed by a query.

    ``source`` is its feed's name, or name and address. Filters on what is not given (no ``source``, no ``published``,
    no ``now`` for "7d") are taken as met.
    """
    admits = admitted(query.filters, language=article.language, source=source, published=published, now=now)
    return admits and _holds(query.node, article)


def admitted(
    filters: Filters, *, language: str, source: str = "", published: datetime | None = None, now: datetime | None = None
) -> bool:
    """Whether an article passes a search's filters; the arguments are those of :func:`fits`."""
    if filters.languages and language not in filters.languages:
        return False
    if language in filters.not_languages:
        return False
    name = source.casefold()
    if name and filters.sources and not any(part in name for part in filters.sources):
        return False
    if name and any(part in name for part in filters.not_sources):
        return False
    return _in_time(filters, published, now)


def _in_time(filters: Filters, published: datetime | None, now: datetime | None) -> bool:
    if published is None:
        return True
    after, before = filters.window(now or published)
    return (after is None or published >= after) and (before is None or published < before)


def _holds(node: Node, article: AnalyzedArticle) -> bool:
    match node:
        case And():
            return all(_holds(part, article) for part in node.nodes)
        case Or():
            return any(_holds(part, article) for part in node.nodes)
        case Not():
            return not _holds(node.node, article)
        case _:
            return bool(_term_hits(node, article))


def _term_hits(term: Term | Prefix, article: AnalyzedArticle) -> list[Hit]:
    if isinstance(term, Term):
        hits = [hit for phrase in term.phrases for hit in phrase_hits(phrase, article)]
    else:
        starts = [key for key in article.positions if key.startswith(term.text)]
        hits = [(at, 1) for key in starts for at in article.positions[key]]
    return [hit for hit in hits if hit[0] < article.body] if term.title else hits
