"""The search index on SQLite: FTS5 over our own keys.

The index keeps no text of its own (external content): ``search_documents`` holds exactly the keys that were
indexed, so that taking an article out of it, which FTS5 does by being given them again, is always sound
(https://www.sqlite.org/fts5.html#external_content_tables). The ``ascii`` tokenizer with every printable sign as a
token character makes each key one token, whatever its script.
"""

from __future__ import annotations

import json
import string
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.storage.search_expression import EVERYTHING, Both, Either, Expression, Marked, Phrase, Without
from newsbot.storage.search_rows import Document, Span

_SIGNS = string.punctuation.replace("'", "''").replace('"', '""')

_DOCUMENTS = """
CREATE TABLE search_documents
(id INTEGER PRIMARY KEY, title TEXT NOT NULL, body TEXT NOT NULL, marks TEXT NOT NULL)
"""
_WORDS = "CREATE TABLE search_words (word TEXT PRIMARY KEY) WITHOUT ROWID"
_INDEX = f"""
CREATE VIRTUAL TABLE search_index USING fts5
(title, body, marks, content='search_documents', content_rowid='id', tokenize="ascii tokenchars '{_SIGNS}'")
"""

# Titles have an index of their own: a word that all texts have is rare in titles, and its list there is short.
_TITLES = f"""
CREATE VIRTUAL TABLE search_titles USING fts5
(title, marks, content='search_documents', content_rowid='id', tokenize="ascii tokenchars '{_SIGNS}'")
"""

_INSERT = "INSERT INTO search_documents (id, title, body, marks) VALUES (:id, :title, :body, :marks)"
_ADD = "INSERT INTO search_index (rowid, title, body, marks) VALUES (:id, :title, :body, :marks)"
_ADD_TITLE = "INSERT INTO search_titles (rowid, title, marks) VALUES (:id, :title, :marks)"
_REMOVE_TITLE = """
INSERT INTO search_titles (search_titles, rowid, title, marks)
SELECT 'delete', id, title, marks FROM search_documents WHERE id IN (SELECT value FROM json_each(:ids))
"""
_REMOVE = """
INSERT INTO search_index (search_index, rowid, title, body, marks)
SELECT 'delete', id, title, body, marks FROM search_documents WHERE id IN (SELECT value FROM json_each(:ids))
"""
_DELETE = "DELETE FROM search_documents WHERE id IN (SELECT value FROM json_each(:ids))"
_LEARN = "INSERT OR IGNORE INTO search_words SELECT value FROM json_each(:words)"


def create(conn: Connection) -> None:
    """Make the tables, in the migration's transaction."""
    for statement in (_DOCUMENTS, _WORDS, _INDEX, _TITLES):
        conn.exec_driver_sql(statement)


async def index(conn: AsyncConnection, documents: Sequence[Document]) -> None:
    """Put documents that are not in the index into it."""
    rows = [{"id": d.id, "title": d.title, "body": d.body, "marks": " ".join(d.marks)} for d in documents]
    for statement in (_INSERT, _ADD, _ADD_TITLE):
        await conn.execute(text(statement), rows)


async def unindex(conn: AsyncConnection, ids: Sequence[int]) -> None:
    """Take documents out of the index; ids that are not in it do nothing."""
    those = {"ids": json.dumps(list(ids))}
    for statement in (_REMOVE, _REMOVE_TITLE, _DELETE):
        await conn.execute(text(statement), those)


async def learn(conn: AsyncConnection, words: Sequence[str]) -> None:
    """Add words to the vocabulary."""
    await conn.execute(text(_LEARN), {"words": json.dumps(words)})


def prepare(conn: Connection) -> None:
    """Nothing to set before a search."""


def documents() -> Select[Any]:
    """The ids of all indexed articles, from their smallest table."""
    return select(table("search_index_docsize", column("id")).c.id)


def matching(expression: Expression, span: Span) -> Select[Any]:
    """The ids, as ``id``, of the articles in ``span`` that ``expression`` wants."""
    return _select("search_index", expression, span)


def titled(expression: Expression, span: Span) -> Select[Any]:
    """The same for an ``expression`` of title phrases and marks only, from the titles' own index."""
    return _select("search_titles", expression, span)


def _select(index: str, expression: Expression, span: Span) -> Select[Any]:
    rows = table(index, column("rowid"))
    wanted = column(index, is_literal=True).op("MATCH")(_match(expression))
    return select(rows.c.rowid.label("id")).select_from(rows).where(wanted, *span.bounds(rows.c.rowid))


def _match(expression: Expression) -> str:
    """FTS5's query for an expression; keys are quoted, so none can be syntax."""
    match expression:
        case Phrase():
            quoted = '"' + " ".join(expression.keys).replace('"', '""') + '"'
            return f"title : {quoted}" if expression.title else quoted
        case Marked():
            return _joined(" OR ", [f'"{mark}"' for mark in expression.marks])
        case Either():
            return _joined(" OR ", [_match(part) for part in expression.parts])
        case Without():
            return _match(Both((EVERYTHING, expression)))
        case Both():
            wanted = [_match(part) for part in expression.parts if not isinstance(part, Without)]
            vetoes = [_match(part.part) for part in expression.parts if isinstance(part, Without)]
            together = _joined(" AND ", wanted or [_match(EVERYTHING)])
            return f"({together} NOT {_joined(' OR ', vetoes)})" if vetoes else together


def _joined(operator: str, parts: Sequence[str]) -> str:
    return f"({operator.join(parts)})"
