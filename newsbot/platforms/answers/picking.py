"""Stories to pick from while somebody types in another chat."""

from __future__ import annotations

from newsbot.newsdesk import Asker, Newsdesk
from newsbot.newsdesk.picking import Place
from newsbot.platforms.views import Cards

LONGEST = 64  # bytes of an offset: https://core.telegram.org/bots/api#answerinlinequery


async def cards(newsdesk: Newsdesk, asker: Asker, text: str, offset: str) -> Cards:
    """A page of stories. An ``offset`` that we did not give finds none. Raises NewsbotError."""
    place = read(offset)
    if place is None:
        return Cards()
    found = await newsdesk.picking.pick(asker, text, place)
    return Cards(found.digests, written(found.next), found.personal)


def written(place: Place | None) -> str:
    """A page as an offset: ``page.cursor``; "" for none, and where it would be too long."""
    text = f"{place.page}.{place.cursor}" if place else ""
    return text if len(text.encode()) <= LONGEST else ""


def read(offset: str) -> Place | None:
    """The page that an offset names, the first for ""; None for what :func:`written` does not write."""
    if not offset:
        return Place()
    page, dot, cursor = offset.partition(".")
    sound = dot and offset.isascii() and page.isdigit() and len(page) < 5 and len(offset) <= LONGEST
    return Place(int(page), cursor) if sound else None
