"""What the bot says, as the JSON that the page turns into nodes. Pure: no clock, no I/O, no markup.

The page only ever sets text, so nothing is escaped here; addresses that are not plain web addresses are left out.
Every body is one of::

    {"kind": "text", "text": "/follow Xiaomi EV"}
    {"kind": "reply", "blocks": [block…], "buttons": [[button…]…], "error": false, "ask": "/follow " or ""}
    {"kind": "digest", "digest": {…}, "buttons": […], "updated": "2026-11-23T14:05:00+00:00" or ""}

and a block is ``{"type": "paragraph" | "item" | "digest", …}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from newsbot.domain.models import Digest, DigestStory, Reason
from newsbot.locales import Words
from newsbot.platforms.cards import digest_buttons, story_buttons
from newsbot.platforms.views import Block, Button, DigestBlock, Item, Paragraph, Reply, Span

Json = dict[str, Any]

# Private-use marks stand round the values while a sentence is put together, so that a catalogue keeps whole
# sentences and the page still gets the label and the words apart.
_MARKS = {"\ue000": "bold", "\ue001": "mark", "\ue002": ""}
_MARKED = re.compile("([\ue000-\ue002])")


def text(said: str) -> Json:
    """What the person wrote."""
    return {"kind": "text", "text": said}


def reply(answer: Reply) -> Json:
    """The answer to a command or a press; a toast with no blocks becomes its text.

    ``ask`` is what the page writes into its line, for the person to go on.
    """
    blocks: tuple[Block, ...] = answer.blocks or ((Paragraph((Span(answer.toast),)),) if answer.toast else ())
    numbered = {action for block in blocks if isinstance(block, DigestBlock) for action in _numbering(block.digest)}
    openers = _openers(answer)
    elsewhere = numbered | {button.action for button in openers.values()}
    return {
        "kind": "reply",
        "blocks": [_block(block, openers) for block in blocks],
        "buttons": _rows([[b for b in row if b.url or b.action not in elsewhere] for row in answer.buttons]),
        "error": answer.error,
        "ask": f"/{answer.ask} " if answer.ask else "",
    }


def post(digest: Digest, delivery_id: int, updated: datetime | None = None) -> Json:
    """A digest as delivery ``delivery_id`` posts it; ``updated`` is when it was last edited, None for a fresh one."""
    numbered = _numbering(digest)
    rows = digest_buttons(digest, delivery_id, Words(digest.language))
    return {
        "kind": "digest",
        "digest": card(digest),
        "buttons": _rows([[b for b in row if b.action not in numbered] for row in rows]),
        "updated": updated.isoformat() if updated else "",
    }


def card(digest: Digest) -> Json:
    """The content of a digest, with its sentences in the bot's words ready to show."""
    words = Words(digest.language)
    reasons = {story.reasons for story in digest.stories}
    common = reasons.pop() if len(digest.stories) > 1 and len(reasons) == 1 else ()
    return {
        "title": _title(digest, words),
        "compact": digest.compact,
        "stories": [_story(story, digest, words, () if common else story.reasons) for story in digest.stories],
        "reasons": [reason(why, words) for why in common],
        "more": words("post_more", n=digest.more) if digest.more else "",
    }


def reason(why: Reason, words: Words) -> list[Json]:
    """ "You follow *label*: matched *words*", as spans."""
    kind, label = "other" if why.topic_id is None else "topic", _wrap("\ue000", why.label)
    if not why.words:
        return _spans_of(words("post_reason", kind=kind, label=label))
    found = ", ".join(_wrap("\ue001", word) for word in why.words)
    return _spans_of(words("post_reason_matched", kind=kind, label=label, words=found))


def web_url(address: str) -> str:
    """``address`` when a browser may open it (http or https, with a host), else ""."""
    try:
        parts = urlsplit(address.strip())
    except ValueError:
        return ""
    return address.strip() if parts.scheme in {"http", "https"} and parts.hostname else ""


def picture_url(address: str) -> str:
    """:func:`web_url`, or the path of a picture on our own server: those of the sample newsroom lie there."""
    return address if re.fullmatch(r"/seeds/pictures/[\w-]+\.\w+", address) else web_url(address)


def _title(digest: Digest, words: Words) -> str:
    number = len(digest.stories) + digest.more
    occasion = (
        "" if digest.occasion in {"story", "answer"} else words("post_occasion", occasion=digest.occasion, n=number)
    )
    return " · ".join(filter(None, (occasion, digest.title)))


def _story(story: DigestStory, digest: Digest, words: Words, reasons: Sequence[Reason]) -> Json:
    sources = [{"name": s.name, "url": web_url(s.url)} for s in story.sources]
    return {
        "headline": story.headline,
        "url": web_url(story.url),
        "summary": [] if digest.compact else list(story.summary),
        "facts": [] if digest.compact else [{"value": f.value, "sentence": f.sentence} for f in story.facts],
        "sources": sources,
        "told": words("web_told_by", count=len(sources)) if len(sources) > 1 else "",
        "image": picture_url(story.image) if digest.images else "",
        "language": story.language,
        "published": story.published.isoformat() if story.published else "",
        "reasons": [reason(why, words) for why in reasons],
        "buttons": _rows(story_buttons(story, words)) if len(digest.stories) > 1 else [],
    }


def _numbering(digest: Digest) -> frozenset[str]:
    """The actions of buttons that only number a digest's stories: here each story has its own beside it."""
    if len(digest.stories) < 2:
        return frozenset()
    return frozenset(b.action for row in digest_buttons(digest, 0, Words(digest.language)) for b in row)


def _openers(answer: Reply) -> dict[int | None, Button]:
    """The buttons that only say an entry's number, by that number: here the number beside the entry is the button."""
    numbers = {str(b.number): b.number for b in answer.blocks if isinstance(b, Item) and b.number is not None}
    buttons = (button for row in answer.buttons for button in row)
    return {numbers[b.label]: b for b in buttons if b.label in numbers and b.action}


def _block(block: Block, openers: Mapping[int | None, Button]) -> Json:
    if isinstance(block, Paragraph):
        return {"type": "paragraph", "spans": _spans(block.spans), "heading": block.heading}
    if isinstance(block, DigestBlock):
        return {"type": "digest", "digest": card(block.digest)}
    own = replace(block.opener, label=str(block.number)) if block.opener and block.number is not None else None
    return _item(block, own or openers.get(block.number))


def _item(item: Item, opener: Button | None) -> Json:
    return {
        "type": "item",
        "title": _spans(item.title),
        "lines": [_spans(line) for line in item.lines],
        "buttons": [_button(button) for button in item.buttons],
        "number": item.number,
        "opener": _button(opener) if opener else None,
        "image": picture_url(item.image),
    }


def _spans(spans: Iterable[Span]) -> list[Json]:
    return [{"text": s.text, "style": s.style, "url": web_url(s.url), "command": s.command} for s in spans]


def _rows(rows: Sequence[Sequence[Button]]) -> list[list[Json]]:
    return [[_button(button) for button in row] for row in rows if row]


def _button(button: Button) -> Json:
    return {
        "label": button.label,
        "action": button.action,
        "url": web_url(button.url),
        "hint": button.hint,
        "style": button.style,
    }


def _wrap(mark: str, value: str) -> str:
    return f"{mark}{_MARKED.sub('', value)}\ue002"


def _spans_of(sentence: str) -> list[Json]:
    style, spans = "", []
    for part in _MARKED.split(sentence):
        if part in _MARKS:
            style = _MARKS[part]
        elif part:
            spans.append({"text": part, "style": style, "url": "", "command": ""})
    return spans
