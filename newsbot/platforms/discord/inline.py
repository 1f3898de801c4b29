"""Moments and commands in a text of ours, marked with private-use characters until it becomes Discord's markdown. Pure.

https://docs.discord.com/developers/reference#message-formatting-formats
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from newsbot.platforms.discord.directory import COMMANDS

_MARKS = re.compile("[\uf8f0\uf8f1]")
_MOMENT = re.compile("\uf8f0(-?\\d{1,11}):([tTdDfFRsS])\uf8f1", re.ASCII)
_COMMAND = re.compile("\uf8f0/([^\uf8f0\uf8f1]{1,300}):(\\d{0,20})\uf8f1", re.ASCII)
_OURS = re.compile(f"{_MOMENT.pattern}|{_COMMAND.pattern}", re.ASCII)


def moment(at: datetime, style: str = "R") -> str:
    """``at`` as text that becomes a timestamp: "5 minutes ago" (``R``) in each reader's own language and zone."""
    return f"\uf8f0{int(at.timestamp())}:{style}\uf8f1"


def command(typed: str, known: str = "") -> str:
    """A command as text that becomes a mention of it, which a click begins to type, where its id is ``known``: then
    ``typed`` is its whole name. Else it becomes code, and ``typed`` is all that is to be typed after the slash."""
    return f"\uf8f0/{' '.join(bare(typed).split())[:300]}:{known}\uf8f1"


def bare(text: str) -> str:
    """``text`` with no marks in it."""
    return _MARKS.sub("", text)


def without(text: str) -> str:
    """``text`` with nothing that is marked."""
    return bare(_OURS.sub("", text))


def told(text: str) -> str:
    """``text`` for where no markdown is read: its moments in figures, in UTC, its commands as they are typed."""
    return bare(_MOMENT.sub(lambda found: f"{_at(found[1]):%Y-%m-%d %H:%M}", _COMMAND.sub(r"/\1", text)))


def shown(text: str, plainly: Callable[[str], str], code: Callable[[str], str]) -> str:
    """``text`` with its moments as timestamps and its commands as mentions, or as ``code``; what is between them, made
    ``plainly``."""
    return "".join(_shown(text, plainly, code))


def _shown(text: str, plainly: Callable[[str], str], code: Callable[[str], str]) -> Iterator[str]:
    at = 0
    for found in _OURS.finditer(text):
        seconds, style, typed, known = found.groups("")
        yield plainly(bare(text[at : found.start()]))
        if seconds:
            yield f"<t:{seconds}:{style}>"
        else:
            yield f"</{typed}:{known}>" if known and typed in COMMANDS else f"`{code(f'/{typed}')}`"
        at = found.end()
    yield plainly(bare(text[at:]))


def _at(seconds: str) -> datetime:
    latest = datetime(9999, 1, 1, tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(min(max(int(seconds), 0), latest), UTC)
