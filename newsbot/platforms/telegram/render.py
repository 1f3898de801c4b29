"""What the bot says, as Telegram's messages. Pure: no library, no I/O.

A post or an answer becomes one message, or several where it is too long; every one of them is text, so that it can be
edited and keep its buttons (a picture is shown above the text by the link preview).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from newsbot.domain.models import Digest
from newsbot.locales import Words
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.commands import COMMANDS
from newsbot.platforms.telegram import cards
from newsbot.platforms.telegram.html import (
    BOLD,
    CODE,
    ITALIC,
    Run,
    Runs,
    defused,
    directed,
    link,
    outside,
    plain,
    safe,
    shortened,
    utf16,
)
from newsbot.platforms.telegram.layout import Piece, keyboard, keys_of, pack, with_keys
from newsbot.platforms.telegram.message import Key, Outgoing
from newsbot.platforms.views import Block, Button, DigestBlock, Item, Paragraph, Reply, Span

ALERT = 200  # UTF-16 units of https://core.telegram.org/bots/api#answercallbackquery
HINT = 64  # of https://core.telegram.org/bots/api#forcereply
_OWN = frozenset(command.name for command in COMMANDS)


def post(
    digest: Digest, delivery_id: int, *, updated: datetime | None = None, most: int | None = None
) -> tuple[Outgoing, ...]:
    """A digest as delivery ``delivery_id`` posts it, in parts.

    ``updated`` is when it was last edited, None for a fresh one. ``most``: so many parts there are, and an edit
    must fit into them: the last stories keep their headlines only, or are counted among the others.
    """
    words = Words(digest.language)
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
    keys = [Button(outside(source.name), url=story.url) for story in digest.stories[:1] for source in story.sources[:1]]
    return replace(message, keys=keyboard([keys_of(keys)]), picture=cards.picture(digest))


def reply(answer: Reply, words: Words | None = None) -> tuple[Outgoing, ...]:
    """The answer to a command or a press, in parts; () for one that says nothing.

    A toast with no blocks becomes its text. ``words`` are the asker's: English where they are not known.
    """
    words = words or Words()
    blocks = answer.blocks or ((Paragraph((Span(answer.toast),)),) if answer.toast else ())
    parts = pack(_pieces(blocks, words))
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


def _economies(count: int) -> Iterator[tuple[int, int]]:
    """How many stories of ``count`` are shown, and how many of those in full: fewer and fewer."""
    yield from ((count, whole) for whole in range(count, -1, -1))
    yield from ((shown, 0) for shown in range(count - 1, 0, -1))


def _posted(
    digest: Digest, delivery_id: int, words: Words, updated: datetime | None, shown: int, whole: int
) -> tuple[Outgoing, ...]:
    more = digest.more + len(digest.stories) - shown
    rows = digest_buttons(replace(digest, more=more), delivery_id, words)
    pieces = _digest(digest, words, shown, whole, more, updated)
    parts = pack(_numbered(pieces, rows, shown) if len(digest.stories) > 1 else pieces)
    rest = [[b for b in row if not _is_number(b)] for row in rows]
    parts = with_keys(parts, keyboard(keys_of(row) for row in rest))
    return tuple(replace(part, picture="" if n else cards.picture(digest)) for n, part in enumerate(parts))


def _digest(
    digest: Digest, words: Words, shown: int, whole: int, more: int, updated: datetime | None = None
) -> list[Piece]:
    """A digest as pieces: a title, the stories, and what is said at the end."""
    end = [cards.more(more, words), cards.updated_at(updated, digest, words) if updated else ()]
    head = Piece(cards.title(digest, words))
    if len(digest.stories) == 1:
        [story] = digest.stories
        return [head, cards.single(story, digest, words), *(Piece(line) for line in end)]
    shared = cards.common(digest)
    stories = [
        cards.among(story, n, digest, words, why=not shared) if n <= whole else cards.briefly(story, n)
        for n, story in enumerate(digest.stories[:shown], 1)
    ]
    why = [cards.reason(each, words) for each in shared[:3]] if not digest.compact else []
    return [
        head,
        *stories,
        *(Piece(line, tight=n > 0) for n, line in enumerate(filter(None, (*end[:1], *why, *end[1:])))),
    ]


def _numbered(pieces: Sequence[Piece], rows: Iterable[Sequence[Button]], shown: int) -> list[Piece]:
    """``pieces`` whose stories have the buttons with their numbers; the first piece is the title."""
    numbers = [keys_of([button]) for row in rows for button in row if _is_number(button)]
    own = [(), *numbers[:shown], *[()] * len(pieces)]
    return [replace(piece, keys=keys) for piece, keys in zip(pieces, own, strict=False)]


def _is_number(button: Button) -> bool:
    return button.label.isascii() and button.label.isdigit()


# --- answers ---------------------------------------------------------------------------------------


def _pieces(blocks: Sequence[Block], words: Words) -> Iterator[Piece]:
    before: Block | None = None
    for block in blocks:
        if isinstance(block, DigestBlock):
            digest = block.digest
            yield from _digest(digest, words, len(digest.stories), len(digest.stories), digest.more)
        elif isinstance(block, Item):
            yield _item(block, words, tight=_is_line(before) and _is_line(block))
        else:
            heading = (BOLD,) if block.heading else ()
            runs = directed(_said(block.spans, own=True, around=heading), rtl=cards.rtl(words))
            yield Piece(runs, tight=_is_line(before) and _is_line(block))
        before = block


def _is_line(block: Block | None) -> bool:
    """Whether a block is a line of a list, so that lines like it follow with no gap."""
    if isinstance(block, Paragraph):
        first = block.spans[0] if block.spans else Span("")
        return not block.heading and (first.text.startswith("•") or bool(first.command))
    return isinstance(block, Item) and not block.lines


def _item(item: Item, words: Words, *, tight: bool) -> Piece:
    """An entry with its number, the lines below it, and its buttons, the first of which says the number too."""
    number = "" if item.number is None else f"{item.number}. "
    runs = [Run(number), *_said(item.title)] if number else list(_said(item.title))
    lines = [directed(tuple(runs)), *(directed(_said(line)) for line in item.lines)]
    joined = [run for n, line in enumerate(filter(None, lines)) for run in (*((Run("\n"),) if n else ()), *line)]
    keys = keys_of(item.buttons)
    if keys and item.number is not None:
        keys = (_numbered_key(keys[0], item.number), *keys[1:])
    return Piece(tuple(joined), tight, rows=keyboard([keys] if keys else []))


def _numbered_key(key: Key, number: int) -> Key:
    return replace(key, label=shortened(f"{number} · {key.label}", 64))


def _said(spans: Iterable[Span], *, own: bool = False, around: tuple[str, ...] = ()) -> Runs:
    """Spans as runs. ``own``: the bot's own sentence, whose commands stay tappable."""
    runs: list[Run] = []
    for span in spans:
        runs += _span(span, own, around)
    return tuple(runs)


def _span(span: Span, own: bool, around: tuple[str, ...]) -> Runs:
    if span.command:
        return _command(span)
    text = defused(safe(span.text), _OWN) if own else _kept_blanks(span.text)
    tags = (CODE,) if span.style == "code" else tuple(dict.fromkeys((*around, *_STYLES.get(span.style, ()))))
    if span.url:
        return link(text, span.url, *tags)
    runs = (Run(text, tags),) if text else ()
    return cards.slanted(runs) if span.style == "muted" and not own else runs


_STYLES = {"bold": (BOLD,), "italic": (ITALIC,), "mark": (BOLD,)}


def _kept_blanks(text: str) -> str:
    """:func:`outside`, with the blanks at its ends: spans stand side by side."""
    said = outside(text)
    if not said:
        return " " if text.isspace() else ""
    return f"{' ' if text[0].isspace() else ''}{said}{' ' if text[-1].isspace() else ''}"


def _command(span: Span) -> Runs:
    """A bare command is tapped as it stands; one with arguments is copied by a tap."""
    command = " ".join(safe(span.command).split())
    if re.fullmatch(r"/\w+", command):
        said = " ".join(safe(span.text).split())
        return (Run(said if said.startswith(command) else command),)
    return (Run(command, (CODE,)),) if command else ()
