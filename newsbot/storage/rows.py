"""What the repositories hand to the search index."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IndexRow:
    """An article to be found: ``title`` and ``body`` are the analyzer's terms, joined by blanks."""

    id: int
    feed_id: int
    language: str
    title: str
    body: str
