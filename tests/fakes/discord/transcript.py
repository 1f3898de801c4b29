"""A channel as it looks to its people now, as plain text for documentation and failure messages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.discord.errors import Json
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import (
    ACTION_ROW,
    BUTTON,
    CONTAINER,
    GALLERY,
    SECTION,
    SELECTS,
    SEPARATOR,
    TEXT_DISPLAY,
    THUMBNAIL,
    Message,
)


def transcript(channel: Channel) -> str:
    """Who wrote what, oldest first; what others do not see is not there."""
    return "\n\n".join(shown(message) for message in channel.messages)


def shown(message: Message) -> str:
    """One message: its author, its text with the lines of a box marked by a bar, buttons and menus in brackets."""
    marks = [word for word in ("edited", "crossposted") if getattr(message, word)]
    marks += ["only you can see this"] if message.ephemeral else []
    author = message.author.name + (f" ({', '.join(marks)})" if marks else "")
    lines = [*message.content.split("\n")] if message.content else []
    lines += [line for embed in message.embeds for line in _embed(embed)]
    lines += [line for each in message.components for line in _component(each)]
    lines += [f"[file {each['filename']}]" for each in message.attachments]
    return "\n".join([f"{author}:", *(("  " + line).rstrip() for line in lines)])


def _embed(embed: Json) -> Iterator[str]:
    texts = [
        embed.get("title"),
        embed.get("description"),
        *(f"{f['name']}: {f['value']}" for f in embed.get("fields", [])),
    ]
    for text in texts:
        yield from (f"│ {line}" for line in (text or "").split("\n") if text)


def _component(given: Json) -> Iterator[str]:
    kind = given["type"]
    if kind == CONTAINER:
        yield from (f"│ {line}" for each in given["components"] for line in _component(each))
    elif kind == TEXT_DISPLAY:
        yield from given["content"].split("\n")
    elif kind == SECTION:
        *lines, last = [line for each in given["components"] for line in _component(each)]
        yield from [*lines, f"{last}  {' '.join(_component(given['accessory']))}"]
    elif kind == ACTION_ROW:
        yield " ".join(word for each in given["components"] for word in _component(each))
    elif kind == SEPARATOR:
        yield "―――" if given.get("divider", True) else ""
    else:
        yield from _leaf(given, kind)


def _leaf(given: Json, kind: int) -> Iterator[str]:
    if kind == BUTTON:
        yield f"[{given.get('label', '')}{' ↗' if given.get('url') else ''}]"
    elif kind in SELECTS:
        chosen = [each["label"] for each in given.get("options", []) if each.get("default")]
        yield f"[{', '.join(chosen) or given.get('placeholder') or 'Make a selection'} ▾]"
    elif kind in (THUMBNAIL, GALLERY):
        yield "[picture]"
