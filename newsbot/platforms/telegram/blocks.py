"""Answers as pieces of text: paragraphs and entries of lists. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from newsbot.locales import Words, is_rtl
from newsbot.platforms.commands import COMMANDS
from newsbot.platforms.telegram import cards
from newsbot.platforms.telegram.html import BOLD, CODE, ITALIC, Run, Runs, directed, disarmed, link, safe, shortened
from newsbot.platforms.telegram.layout import Piece, keyboard, keys_of, pack
from newsbot.platforms.telegram.message import Key, Outgoing
from newsbot.platforms.views import Block, DigestBlock, Item, Paragraph, Span

LINE = 120  # UTF-16 units of an entry's line where room is short
_OWN = frozenset(command.name for command in COMMANDS)
_BARE = re.compile(r"/[A-Za-z0-9_]{1,32}")


def packed(blocks: Sequence[Block], words: Words, *, one: bool) -> tuple[Outgoing, ...]:
    """``blocks`` in parts: entries lose their marks, and for ``one`` part their lines, before they fill another."""
    parts = pack(_pieces(blocks, words))
    for saving in (_unmarked, _brief, _titled) if one else (_unmarked,):
        if len(parts) < 2:
            break
        blocks = [saving(block) if isinstance(block, Item) else block for block in blocks]
        parts = min(parts, pack(_pieces(blocks, words)), key=len)
    return parts[:1] if one else parts


def _unmarked(item: Item) -> Item:
    return replace(item, title=_plainly(item.title), lines=tuple(map(_plainly, item.lines)))


def _brief(item: Item) -> Item:
    lines = (shortened("".join(span.text for span in line), LINE) for line in item.lines)
    return replace(item, lines=tuple((Span(line),) for line in lines))


def _titled(item: Item) -> Item:
    return replace(item, lines=())


def _plainly(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(replace(span, style="") if span.style == "mark" else span for span in spans)


def _pieces(blocks: Sequence[Block], words: Words) -> Iterator[Piece]:
    before: Block | None = None
    for block in blocks:
        if isinstance(block, DigestBlock):
            digest = block.digest
            yield from cards.pieces(digest, words, len(digest.stories), len(digest.stories), digest.more)
        elif isinstance(block, Item):
            yield _item(block, words, tight=_is_line(before) and _is_line(block))
        else:
            heading = (BOLD,) if block.heading else ()
            runs = directed(_said(block.spans, own=True, around=heading), rtl=is_rtl(words.language))
            yield Piece(runs, tight=_is_line(before) and _is_line(block))
        before = block


def _is_line(block: Block | None) -> bool:
    """Whether a block is a line of a list, so that lines like it follow with no gap."""
    if isinstance(block, Paragraph):
        first = block.spans[0] if block.spans else Span("")
        return not block.heading and (first.text.startswith("•") or bool(first.command))
    return isinstance(block, Item) and not block.lines


def _item(item: Item, words: Words, *, tight: bool) -> Piece:
    """An entry with its number, the lines below it, and the button that opens it; else its own, the first of which says
    the number too."""
    number = "" if item.number is None else f"{item.number}. "
    runs = [Run(number), *_said(item.title)] if number else list(_said(item.title))
    lines = [directed(tuple(runs)), *(directed(_said(line)) for line in item.lines)]
    joined = [run for n, line in enumerate(filter(None, lines)) for run in (*((Run("\n"),) if n else ()), *line)]
    if item.opener is not None:
        return Piece(tuple(joined), tight, keys_of([item.opener]))
    keys = keys_of(item.buttons)
    if keys and item.number is not None:
        keys = (_numbered_key(keys[0], item.number), *keys[1:])
    return Piece(tuple(joined), tight, rows=keyboard([keys] if keys else []))


def _numbered_key(key: Key, number: int) -> Key:
    return replace(key, label=shortened(f"{number} · {key.label}", 64))


def _said(spans: Iterable[Span], *, own: bool = False, around: tuple[str, ...] = ()) -> Runs:
    """Spans as runs. ``own``: the bot's own sentence, whose commands stay tappable."""
    spans = tuple(spans)
    bare = {span.command[1:] for span in spans if _BARE.fullmatch(span.command)}
    runs = tuple(run for span in spans for run in _span(span, own, around))
    return disarmed(runs, bare | _OWN if own else bare, own=own)


def _span(span: Span, own: bool, around: tuple[str, ...]) -> Runs:
    if span.command:
        return _command(span)
    text = safe(span.text) if own else _in_line(span.text)
    tags = (CODE,) if span.style == "code" else tuple(dict.fromkeys((*around, *_STYLES.get(span.style, ()))))
    if span.url:
        return link(text, span.url, *tags)
    runs = (Run(text, tags),) if text else ()
    return cards.slanted(runs) if span.style == "muted" and not own else runs


_STYLES = {"bold": (BOLD,), "italic": (ITALIC,), "mark": (BOLD,)}


def _in_line(text: str) -> str:
    """Text from outside in one line, with the blanks at its ends, since spans stand side by side."""
    return re.sub(r"\s+", " ", safe(text))


def _command(span: Span) -> Runs:
    """A bare command is tapped as it stands; one with arguments is copied by a tap."""
    command = " ".join(safe(span.command).split())
    if _BARE.fullmatch(command):
        said = " ".join(safe(span.text).split())
        return (Run(said if said.startswith(command) else command),)
    return (Run(command, (CODE,)),) if command else ()
