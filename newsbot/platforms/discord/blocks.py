"""Answers as messages: paragraphs, entries of lists, digests, keys and menus. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from newsbot.locales import Words, is_rtl
from newsbot.platforms.discord import cards
from newsbot.platforms.discord.layout import (
    Piece,
    choice_of,
    components,
    controls,
    grouped,
    key_of,
    keys_of,
    menus,
    opened,
    rows,
)
from newsbot.platforms.discord.markdown import (
    BOLD,
    BULLET,
    CODE,
    HEADING,
    ITALIC,
    SMALL,
    Line,
    Lines,
    Run,
    Runs,
    cut,
    directed,
    link,
    markup,
    plain,
    seen,
)
from newsbot.platforms.discord.message import Box, Choice, Inner, Key, Keys, Outgoing, Section, Text
from newsbot.platforms.text import safe, shortened
from newsbot.platforms.views import Block, Button, DigestBlock, Item, Paragraph, Reply, Span

LINE = 120  # UTF-16 units of an entry's line where room is short
TEXT = 3600  # units of the longest paragraph or entry, which leaves room for a heading
BELOW = 24  # components of keys and menus
OWN = 10  # keys of one entry
NEUTRAL, REFUSED = 0x5865F2, 0xDA373C

Rows = Sequence[Sequence[Button]]


def answered(answer: Reply, words: Words, share: Key | None) -> tuple[Outgoing, ...]:
    """The messages of an answer: entries lose their marks, their pictures, and for an edit, which is one message, their
    lines, before they fill another."""
    blocks = answer.blocks or ((Paragraph((Span(answer.toast),)),) if answer.toast else ())
    below = _below(answer, blocks, words, share)
    parts = _parts(blocks, words, below)
    if len(parts) > 1 and len(_parts(blocks, words, listed := _below(answer, blocks, words, share, keys=False))) == 1:
        below, parts = listed, _parts(blocks, words, listed)
    for saving in (_unmarked, _pictureless, *((_brief, _titled) if answer.edit else ())):
        if len(parts) < 2:
            break
        blocks = tuple(saving(block) if isinstance(block, Item) else block for block in blocks)
        parts = min(parts, _parts(blocks, words, below), key=len)
    if answer.edit:
        parts = [[*parts[0], *below]] if len(parts) > 1 else parts
    framed = [Outgoing(_framed(part, answer, blocks)) for part in parts]
    return (*framed[:-1], replace(framed[-1], file=answer.attachment)) if framed else ()


def _parts(blocks: Sequence[Block], words: Words, below: Sequence[Inner]) -> list[list[Inner]]:
    """The parts of each message, the last one with what stands ``below``."""
    groups = grouped(_pieces(blocks, words), below)
    parts = [[part for piece in group for part in piece.parts] for group in groups]
    return [*parts[:-1], [*parts[-1], *below]] if parts else []


def _framed(parts: Sequence[Inner], answer: Reply, blocks: Sequence[Block]) -> tuple[Inner | Box, ...]:
    """``parts`` in a frame where there is more than a sentence: red for a refusal."""
    told = [block.digest for block in blocks if isinstance(block, DigestBlock)]
    listed = any(isinstance(block, Item) or (isinstance(block, Paragraph) and block.heading) for block in blocks)
    if answer.error:
        return (Box(tuple(parts), REFUSED),)
    if told:
        return (Box(tuple(parts), cards.colour(told[0])),)
    return (Box(tuple(parts), NEUTRAL),) if listed else tuple(parts)


# --- what stands below -----------------------------------------------------------------------------


def _below(
    answer: Reply, blocks: Sequence[Block], words: Words, share: Key | None, *, keys: bool = True
) -> tuple[Inner, ...]:
    """The menus and keys of an answer: its numbered buttons as ``keys``, or as a menu of what they open."""
    titles = _titles(blocks)
    buttons = [button for row in answer.buttons for button in row]
    opening = [button for button in buttons if button.label in titles and button.action]
    rest = [[button for button in row if button not in opening] for row in answer.buttons]
    found = [(b.label, choice) for b in opening if (choice := choice_of(b, f"{b.label}. {titles[b.label]}"))]
    more = [key for key in (_asking(answer, words), share) if key]
    offered = (
        *opened(found, words("menu_stories"), keys=keys),
        *menus(_openers(blocks), words("menu_choose")),
        *controls(rest, words),
    )
    return _joined(_trimmed(offered), more)


def _trimmed(parts: Sequence[Inner]) -> tuple[Inner, ...]:
    """As many of ``parts`` as leave room for the answer itself."""
    return tuple(part for n, part in enumerate(parts, 1) if components(parts[:n]) <= BELOW)


def _joined(parts: tuple[Inner, ...], more: Sequence[Key]) -> tuple[Inner, ...]:
    """``parts`` with ``more`` keys in their last row where they have room, else in one of their own."""
    last = parts[-1:] and parts[-1]
    if more and isinstance(last, Keys) and len(last.keys) + len(more) <= 5:
        return (*parts[:-1], Keys((*last.keys, *more)))
    return (*parts, *rows(more))


def _titles(blocks: Iterable[Block]) -> Mapping[str, str]:
    """The entries and stories of an answer by their numbers."""
    found: dict[str, str] = {}
    for block in blocks:
        if isinstance(block, Item) and block.number is not None:
            found[str(block.number)] = plain("".join(span.text for span in block.title))
        elif isinstance(block, DigestBlock) and len(block.digest.stories) > 1:
            found |= {str(n): cards.named(story) for n, story in enumerate(block.digest.stories, 1)}
    return found


def _openers(blocks: Iterable[Block]) -> Iterator[Choice]:
    """What opens an entry that has a button of its own at its side."""
    for block in blocks:
        if isinstance(block, Item) and block.opener is not None and len(keys_of(block.buttons)) == 1:
            title = plain("".join(span.text for span in block.title))
            if choice := choice_of(block.opener, title if block.number is None else f"{block.number}. {title}"):
                yield choice


def _asking(answer: Reply, words: Words) -> Key | None:
    """The key that opens a form for the person's next words, or that goes on in their private chat."""
    if answer.ask:
        label = words(f"welcome_{answer.ask}_button") if answer.ask in {"follow", "search"} else f"/{answer.ask}"
        return Key(label, f"m:{answer.ask}", style="primary")
    onward = Button(answer.onward_label or "…", answer.onward, style="primary")
    return key_of(onward) if answer.onward else None


# --- blocks ----------------------------------------------------------------------------------------


def _unmarked(item: Item) -> Item:
    return replace(item, title=_plainly(item.title), lines=tuple(map(_plainly, item.lines)))


def _pictureless(item: Item) -> Item:
    return replace(item, image="")


def _brief(item: Item) -> Item:
    lines = (shortened("".join(span.text for span in line), LINE) for line in item.lines)
    return replace(item, lines=tuple((Span(line, "muted"),) for line in lines))


def _titled(item: Item) -> Item:
    return replace(item, lines=())


def _plainly(spans: Iterable[Span]) -> tuple[Span, ...]:
    return tuple(replace(span, style="") if span.style == "mark" else span for span in spans)


def _pieces(blocks: Sequence[Block], words: Words) -> Iterator[Piece]:
    """Blocks as pieces; lines of a list that have nothing at their side become one text."""
    for simple, group in groupby(blocks, _is_line):
        if simple:
            yield from _texts([line for block in group for line in _lines(block, words)])
            continue
        for block in group:
            if isinstance(block, DigestBlock):
                digest = block.digest
                count = len(digest.stories)
                yield from cards.pieces(digest, words, count, count, digest.more)
            elif isinstance(block, Item):
                yield Piece(_entry(block, words))
            else:
                yield from _texts(_lines(block, words))


def _texts(lines: Sequence[Line]) -> Iterator[Piece]:
    """``lines`` in as few texts as hold them."""
    while lines:
        fit = cut(lines, TEXT)
        if said := markup(fit):
            yield Piece((Text(said),))
        lines = lines[max(1, len(fit)) :]


def _is_line(block: Block) -> bool:
    """Whether a block is a line of a list, so that lines like it follow with no gap."""
    if isinstance(block, Paragraph):
        first = block.spans[0] if block.spans else Span("")
        return not block.heading and (first.text.startswith("•") or bool(first.command))
    return isinstance(block, Item) and not (block.lines or block.buttons or block.image or block.opener)


def _lines(block: Block, words: Words) -> Lines:
    if isinstance(block, Paragraph):
        prefix = HEADING if block.heading else SMALL if _muted(block.spans) else ""
        runs = _said(block.spans, own=True, bold=not block.heading)
        return tuple(_line(line, prefix, rtl=is_rtl(words.language)) for line in _split(runs))
    return _entry_lines(block) if isinstance(block, Item) else ()


def _line(runs: Runs, prefix: str, *, rtl: bool = False) -> Line:
    """A line; what begins with a bullet becomes an entry of a list."""
    if runs and not prefix and runs[0].text.startswith("•"):
        prefix, runs = BULLET, (replace(runs[0], text=runs[0].text.lstrip("• ")), *runs[1:])
    return Line(directed(runs, rtl=rtl), prefix)


def _split(runs: Runs) -> Iterator[Runs]:
    """``runs`` as lines."""
    line: list[Run] = []
    for run in runs:
        first, *others = run.text.split("\n")
        line.append(replace(run, text=first))
        for other in others:
            yield tuple(line)
            line = [replace(run, text=other)]
    yield tuple(line)


def _entry(item: Item, words: Words) -> tuple[Inner, ...]:
    """An entry with its picture, or the one thing that can be done with it, at its side; else its keys below."""
    said = markup(cut(_entry_lines(item), TEXT))
    if not said:
        return ()
    keys = keys_of(item.buttons)
    if len(keys) == 1:
        return (Section(said, keys[0]),)
    label = words("open_button") if item.number is None else f"{words('open_button')} {item.number}"
    opener = key_of(item.opener, label) if item.opener else None
    if opener is not None:
        return (Section(said, opener),)
    return (*cards.beside(said, cards.picture(item.image)), *rows(keys[:OWN]))


def _entry_lines(item: Item) -> Lines:
    number = "" if item.number is None else f"**{item.number}.** "
    title = Line(directed(_said(item.title)), number)
    below = [Line(directed(_said(spans)), SMALL if _muted(spans) else "") for spans in item.lines]
    return tuple(line for line in (title, *below) if seen(line.runs))


def _muted(spans: Sequence[Span]) -> bool:
    return bool(spans) and all(span.style == "muted" for span in spans)


# --- spans -----------------------------------------------------------------------------------------


def _said(spans: Iterable[Span], *, own: bool = False, bold: bool = True) -> Runs:
    """Spans as runs. ``own``: the bot's own sentence, whose lines stay; without ``bold`` it is so anyway."""
    return tuple(run for span in spans for run in _span(span, own, bold))


def _span(span: Span, own: bool, bold: bool) -> Runs:
    if span.command:
        return _code(" ".join(safe(span.text if span.text.startswith(span.command) else span.command).split()))
    text = safe(span.text) if own else re.sub(r"\s+", " ", safe(span.text))
    if span.style == "code":
        return _code(text)
    tags = tuple(tag for tag in _STYLES.get(span.style, ()) if bold or tag != BOLD)
    return _linked(text, span.url, tags) if span.url else ((Run(text, tags),) if text else ())


def _linked(text: str, url: str, tags: tuple[str, ...]) -> Runs:
    """A link, within which its tags stand, so that the marked words of a title leave it whole."""
    return tuple(replace(run, tags=tuple(sorted(run.tags, key=_is_mark))) for run in link(text, url, *tags))


def _is_mark(tag: str) -> bool:
    return not tag.startswith("](")


def _code(text: str) -> Runs:
    return (Run(text, (CODE,)),) if text.strip() else ()


_STYLES = {"bold": (BOLD,), "italic": (ITALIC,), "mark": (BOLD,)}
