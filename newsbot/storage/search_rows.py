"""What the search and its two engines hand to each other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement

from newsbot.storage.article_ids import BITS
from newsbot.storage.columns import EPOCH


@dataclass(frozen=True, slots=True)
class Document:
    """An article as it is indexed: its keys as the ranker wants them (padded), and its marks."""

    id: int
    title: str
    body: str
    marks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Articles with ids from ``first`` (included) to ``end`` (not); None is no bound. Ids follow the published time."""

    first: int | None = None
    end: int | None = None

    def before(self, article_id: int | None) -> Span:
        """The part of the span that is older than an article; None is the whole span."""
        ends = [end for end in (self.end, article_id) if end is not None]
        return Span(self.first, min(ends, default=None))

    def bounds(self, column: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """The span as conditions on a column."""
        bounds = []
        if self.first is not None:
            bounds.append(column >= self.first)
        if self.end is not None:
            bounds.append(column < self.end)
        return bounds


EVER = Span()
"""All articles."""


def published(article_id: int) -> datetime:
    """When an article was published, as its id tells: see :mod:`newsbot.storage.article_ids`."""
    return EPOCH + timedelta(seconds=max(article_id, 0) >> BITS)
