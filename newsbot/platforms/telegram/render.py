"""What the bot says, as Telegram's messages. Pure: no library, no I/O.

A post or an answer becomes one message, or several where it is too long; every one of them is text, so that it can be
edited and keep its buttons (a picture is shown above the text by the link preview).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from newsbot.domain.models import Digest, DigestStory
from newsbot.locales import Words
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.telegram import cards
from newsbot.platforms.telegram.blocks import packed
from newsbot.platforms.telegram.html import (
    plain,
    safe,
    shortened,
    utf16,
)
from newsbot.platforms.telegram.layout import Piece, keyboard, keys_of, pack, with_keys
from newsbot.platforms.telegram.message import Outgoing
from newsbot.platforms.views import Button, DigestBlock, Paragraph, Reply, Span

ALERT = 200  # UTF-16 units of https://core.telegram.org/bots/api#answercallbackquery
HINT = 64  # of https://core.telegram.org/bots/api#forcereply


def post(
    digest: Digest, delivery_id: int, *, updated: datetime | None = None, most: int | None = None
) -> tuple[Outgoing, ...]:
    """A digest as delivery ``delivery_id`` posts it, in parts.

    ``updated`` is when it was last edited, None for a fresh one. ``most``: so many parts there are, and an edit
    must fit into them: the last stories keep their headlines only, or are counted among the others.
    """
    words = Words(digest.language)
    digest = replace(digest, stories=tuple(map(_sound, digest.stories)))
    count = len(digest.stories)
    for shown, whole in _economies(count):
        parts = _posted(digest, delivery_id, words, updated, shown, whole)
        if most is None or len(parts) <= most:
            break
    return parts


def card(digest: Digest, words: Words) -> Outgoing:
    """A digest of one story as somebody posts it by inline query: its only buttons open web pages."""
    pieces = [cards.single(story, replace(digest, compact=False), words) for story in digest.stories[:1]]
    [message] = pack(pieces)[:1] or (Outgoing("…"),)
    keys = [Button(source.name, url=story.url) for story in digest.stories[:1] for source in story.sources[:1]]
    return replace(message, keys=keyboard([keys_of(keys)]), picture=cards.picture(digest))


def reply(answer: Reply, words: Words | None = None) -> tuple[Outgoing, ...]:
    """The answer to a command or a press, in parts; () for one that says nothing.

    A toast with no blocks becomes its text. An edit is one part: the lines of a list's entries are given up for it.
    ``words`` are the asker's: English where they are not known.
    """
    words = words or Words()
    blocks = answer.blocks or ((Paragraph((Span(answer.toast),)),) if answer.toast else ())
    parts = packed(blocks, words, one=answer.edit)
    if parts and answer.ask:
        hint = shortened(words(f"ask_{answer.ask}"), HINT)
        return (*parts[:-1], replace(parts[-1], keys=(), ask=hint))
    parts = with_keys(parts, keyboard(keys_of(row) for row in answer.buttons))
    image = next((cards.picture(block.digest) for block in blocks if isinstance(block, DigestBlock)), "")
    return (replace(parts[0], picture=image), *parts[1:]) if parts else ()


def brief(answer: Reply) -> str:
    """The plain text of an answer that fits an alert; "" for one that is longer, or has buttons or links."""
    if answer.buttons or answer.ask or answer.onward:
        return ""
    parts = reply(answer)
    if len(parts) != 1 or parts[0].keys or "<a " in parts[0].html:
        return ""
    text = plain(parts[0].html)
    return text if utf16(text) <= ALERT else ""


# --- posts -----------------------------------------------------------------------------------------


def _sound(story: DigestStory) -> DigestStory:
    """``story`` with what buttons tell of it fit for the catalogue: ICU takes no lone surrogates."""
    reasons = tuple(replace(each, label=safe(each.label)) for each in story.reasons)
    return replace(story, headline=safe(story.headline), reasons=reasons)


def _economies(count: int) -> Iterator[tuple[int, int]]:
    """How many stories of ``count`` are shown, and how many of those in full: fewer and fewer."""
    yield from ((count, whole) for whole in range(count, -1, -1))
    yield from ((shown, 0) for shown in range(count - 1, 0, -1))


def _posted(
    digest: Digest, delivery_id: int, words: Words, updated: datetime | None, shown: int, whole: int
) -> tuple[Outgoing, ...]:
    more = digest.more + len(digest.stories) - shown
    public = digest.audience == "channel"
    rows = digest_buttons(replace(digest, more=more), delivery_id, words, public=public)
    pieces = cards.pieces(_unexplained(digest) if public else digest, words, shown, whole, more, updated)
    parts = pack(_numbered(pieces, rows, shown) if len(digest.stories) > 1 else pieces)
    rest = [[b for b in row if not _is_number(b)] for row in rows]
    parts = with_keys(parts, keyboard(keys_of(row) for row in rest))
    return tuple(replace(part, picture="" if n else cards.picture(digest)) for n, part in enumerate(parts))


def _unexplained(digest: Digest) -> Digest:
    """Without why its stories came: what a channel subscribes to tells its readers nothing."""
    return replace(digest, stories=tuple(replace(story, reasons=()) for story in digest.stories))


def _numbered(pieces: Sequence[Piece], rows: Iterable[Sequence[Button]], shown: int) -> list[Piece]:
    """``pieces`` whose stories have the buttons with their numbers; the first piece is the title."""
    numbers = [keys_of([button]) for row in rows for button in row if _is_number(button)]
    own = [(), *numbers[:shown], *[()] * len(pieces)]
    return [replace(piece, keys=keys) for piece, keys in zip(pieces, own, strict=False)]


def _is_number(button: Button) -> bool:
    return button.label.isascii() and button.label.isdigit()
