"""What people write to the bot alone that is no search, though it looks like one: a greeting, thanks, a cry for help, a
command as their client calls it. In every language that the bot speaks, whichever the person's is. Pure."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from newsbot.locales import Words, languages
from newsbot.platforms.discord.directory import COMMANDS, called
from newsbot.platforms.table import TABLE

THANKS = "/thanks"
"""Asks for nothing: they are welcome."""
_MEANT = {"plain_hello": "/start", "plain_help": "/help", "plain_stop": "/unsubscribe", "plain_thanks": THANKS}
_SIGNS = {"?": "/help", "👍": THANKS, "🙏": THANKS, "❤": THANKS, "👋": "/start"}
_AROUND = " \t\n.!?…¡¿。！？؟।,،\ufe0f"
_MOST = 40  # characters of small talk
_SIGN = 3  # characters of one, with its colour
_RENAMED = {"channel forget": "forgetme"}


def line(text: str) -> str:
    """The desk's line that ``text`` stands for, or :data:`THANKS`; ``text`` as it is where it means itself."""
    if text.startswith("/"):
        return _command(text)
    if len(text) > _MOST:
        return text
    sign = text.strip()[:1] if len(text.strip()) <= _SIGN else ""
    return _phrases().get(text.strip(_AROUND).casefold()) or _SIGNS.get(sign) or text


def _command(text: str) -> str:
    """A command by its name at Discord, in any language, as the desk calls it."""
    first, *more = text.removeprefix("/").split(maxsplit=2)[:3] or [""]
    if first.casefold() in TABLE:
        return text
    for count in (2, 1):
        name = " ".join([first, *more][:count]).casefold()
        if name in _names():
            rest = text.removeprefix("/").split(maxsplit=count)[count:]
            return " ".join((f"/{_names()[name]}", *rest))
    return text


@functools.cache
def _phrases() -> Mapping[str, str]:
    return {
        phrase.strip().casefold(): meant
        for language in languages()
        for key, meant in _MEANT.items()
        for phrase in Words(language)(key).split(",")
    }


@functools.cache
def _names() -> Mapping[str, str]:
    return {spoken.casefold(): name for spoken, name in _spoken()}


def _spoken() -> Iterator[tuple[str, str]]:
    for whole in COMMANDS:
        name = _RENAMED.get(whole, whole.split()[-1])
        if name in TABLE:
            yield whole, name
            yield from ((called(whole, Words(language)), name) for language in languages())
