"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from newsbot.platforms.actions import short
from newsbot.platforms.answers.visit import Visit
from newsbot.platforms.views import Button

SIZE = 8  # entries of a page: with their buttons they still fit a phone and every platform's limits
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some ``items`` of a list; ``first`` is the number of the first one, from 1; ``page`` counts from 0."""

    items: Sequence[T]
    first: int
    page: int
    last: bool

    def numbered(self) -> list[tuple[int, T]]:
        """The items with their numbers in the whole list."""
        return list(enumerate(self.items, self.first))


def page_of(found: Sequence[T], page: int, size: int = SIZE) -> Page[T]:
    """That page of a list, or the nearest one that there is."""
    page = min(max(page, 0), max(0, (len(found) - 1) // size))
    start = page * size
    return Page(found[start : start + size], start + 1, page, start + size >= len(found))


def turning(visit: Visit, verb: str, page: Page[T], *arguments: object) -> tuple[tuple[Button, ...], ...]:
    """A row of buttons ``verb:…:page`` to the pages before and after; none for a list of one page."""
    row = []
    if page.page > 0:
        row.append(Button(visit.words("page_previous"), short(verb, *arguments, page.page - 1)))
    if not page.last:
        row.append(Button(visit.words("page_next"), short(verb, *arguments, page.page + 1)))
    return (tuple(row),) if row else ()
