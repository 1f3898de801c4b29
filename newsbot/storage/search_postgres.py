"""The search index on PostgreSQL: a tsvector of our own keys, under GIN.

No text configuration of the server's is used: the lexemes are the analyzer's keys, as they are. The vectors carry no
positions, which PostgreSQL caps; a phrase is found by its keys and verified in the stored ones, so that both
databases find exactly the same articles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    column,
    func,
    literal,
    not_,
    or_,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.rank import padded
from newsbot.storage.search_expression import Both, Either, Expression, Marked, Phrase, Without
from newsbot.storage.search_rows import Document, Span

# Rows stay whole and uncompressed up to a page: reading on in time order looks into every vector on the way, and to
# unpack each would take twenty times as long (measured).
_TABLE = """
CREATE TABLE search_documents
(id BIGINT PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL,
title_vector TSVECTOR NOT NULL, vector TSVECTOR NOT NULL) WITH (toast_tuple_target = 8160)
"""
_WORDS = 'CREATE TABLE search_words (word TEXT COLLATE "C" PRIMARY KEY)'
# Every search reads the list of what is not yet in the index proper, so it is kept short.
_VECTOR = """
CREATE INDEX ix_search_documents_vector ON search_documents USING gin (vector) WITH (gin_pending_list_limit = 512)
"""
_TITLES = """
CREATE INDEX ix_search_documents_title_vector ON search_documents USING gin (title_vector)
WITH (gin_pending_list_limit = 128)
"""

_INSERT = text("""
INSERT INTO search_documents (id, title, body, title_vector, vector)
VALUES (:id, :title, :body, array_to_tsvector(:title_keys), array_to_tsvector(:keys))
""").bindparams(bindparam("title_keys", type_=ARRAY(Text)), bindparam("keys", type_=ARRAY(Text)))
_DELETE = text("DELETE FROM search_documents WHERE id IN :ids").bindparams(bindparam("ids", expanding=True))
_LEARN = text("INSERT INTO search_words SELECT unnest(:words) ON CONFLICT DO NOTHING").bindparams(
    bindparam("words", type_=ARRAY(Text))
)

_documents = table(
    "search_documents",
    column("id"),
    column("title", Text),
    column("body", Text),
    column("title_vector"),
    column("vector"),
)


def create(conn: Connection) -> None:
    """Make the tables, in the migration's transaction."""
    for statement in (_TABLE, _WORDS, _VECTOR, _TITLES):
        conn.exec_driver_sql(statement)


async def index(conn: AsyncConnection, documents: Sequence[Document]) -> None:
    """Put documents that are not in the index into it."""
    await conn.execute(_INSERT, [_row(document) for document in documents])


def _row(document: Document) -> dict[str, object]:
    title_keys = set(document.title.split())
    return {
        "id": document.id,
        "title": document.title,
        "body": document.body,
        "title_keys": list(title_keys.union(document.marks)),
        "keys": list(title_keys.union(document.body.split(), document.marks)),
    }


async def unindex(conn: AsyncConnection, ids: Sequence[int]) -> None:
    """Take documents out of the index; ids that are not in it do nothing."""
    await conn.execute(_DELETE, {"ids": list(ids)})


async def learn(conn: AsyncConnection, words: Sequence[str]) -> None:
    """Add words to the vocabulary; sorted, so that two writers wait for each other in one order."""
    await conn.execute(_LEARN, {"words": words})


def prepare(conn: Connection) -> None:
    """Have every statement planned for its own words: a common one is read by id, a rare one from the index."""
    conn.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def documents() -> Select[Any]:
    """The ids of all indexed articles."""
    return select(_documents.c.id)


def matching(expression: Expression, span: Span) -> Select[Any]:
    """The ids, as ``id``, of the articles in ``span`` that ``expression`` wants.

    A tsquery that lets through at least what is wanted drives the index; what it cannot say follows as SQL.
    """
    parts = expression.parts if isinstance(expression, Both) else (expression,)
    conditions = [_has(loose)] if (loose := _loose(expression)) else []
    conditions += [_exact(part) for part in parts if not _is_plain(part)]
    return select(_documents.c.id).where(*conditions, *span.bounds(_documents.c.id))


def titled(expression: Expression, span: Span) -> Select[Any]:
    """The same for an ``expression`` of title phrases and marks only, from the titles' own index."""
    parts = expression.parts if isinstance(expression, Both) else (expression,)
    conditions = [_has(loose, "title_vector")] if (loose := _loose(expression)) else []
    conditions += [_exact(part) for part in parts if not _is_plain(part)]
    return select(_documents.c.id).where(*conditions, *span.bounds(_documents.c.id))


def _has(query: str, vector: str = "vector") -> ColumnElement[bool]:
    return _documents.c[vector].op("@@", is_comparison=True)(cast(literal(query, Text), TSQUERY))


def _lexeme(key: str) -> str:
    """A key as a tsquery's quoted lexeme, so that none can be syntax
    (https://www.postgresql.org/docs/current/datatype-textsearch.html#DATATYPE-TSQUERY)."""
    return "'" + key.replace("\\", "\\\\").replace("'", "''") + "'"


def _all(keys: Sequence[str]) -> str:
    return f"({' & '.join(_lexeme(key) for key in keys)})"


def _any(keys: Sequence[str]) -> str:
    return f"({' | '.join(_lexeme(key) for key in keys)})"


def _is_plain(expression: Expression) -> bool:
    """Whether a tsquery can say it: no phrase, no title."""
    match expression:
        case Phrase():
            return len(expression.keys) == 1 and not expression.title
        case Marked():
            return True
        case Without():
            return _is_plain(expression.part)
        case Both() | Either():
            return all(_is_plain(part) for part in expression.parts)


def _loose(expression: Expression) -> str | None:
    """A tsquery for at least the articles that ``expression`` wants; None for no limit."""
    match expression:
        case Phrase():
            return _all(expression.keys)
        case Marked():
            return _any(expression.marks)
        case Without():
            return f"!{_loose(expression.part)}" if _is_plain(expression.part) else None
        case Either():
            queries = [_loose(part) for part in expression.parts]
            return None if None in queries else f"({' | '.join(filter(None, queries))})"
        case Both():
            queries = [query for part in expression.parts if (query := _loose(part))]
            return f"({' & '.join(filter(None, queries))})" if queries else None


def _exact(expression: Expression) -> ColumnElement[bool]:
    """SQL for exactly the articles that ``expression`` wants."""
    match expression:
        case Phrase():
            return _phrase(expression)
        case Marked():
            return _has(_any(expression.marks))
        case Without():
            return not_(_exact(expression.part))
        case Either():
            return or_(*map(_exact, expression.parts))
        case Both():
            return and_(*map(_exact, expression.parts))


def _phrase(phrase: Phrase) -> ColumnElement[bool]:
    found = _has(_all(phrase.keys), "title_vector" if phrase.title else "vector")
    if len(phrase.keys) == 1:
        return found
    run = literal(padded(" ".join(phrase.keys)), Text)
    places = (_documents.c.title,) if phrase.title else (_documents.c.title, _documents.c.body)
    return and_(found, or_(*(func.strpos(place, run) > 0 for place in places)))
