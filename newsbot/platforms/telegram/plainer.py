"""A message without what Telegram refuses in it: its picture, then all but its words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsbot.platforms.telegram.html import plain
from newsbot.platforms.telegram.message import Outgoing

PICTURE, LINKS, MARKUP, KEYS = "its picture", "its buttons' links", "its markup", "its buttons"


@dataclass(frozen=True, slots=True)
class Version:
    """A message as it is tried: ``markup``: its text is Telegram's HTML; ``less``: what was left out, and ``why`` in
    Telegram's words."""

    message: Outgoing
    markup: bool = True
    less: tuple[str, ...] = ()
    why: str = ""

    @property
    def note(self) -> str:
        """What was left out and why, in a line; "" for nothing."""
        return f"shown without {' and '.join(self.less)}: {self.why}" if self.less else ""


def plainer(version: Version, refusal: str) -> Version | None:
    """``version`` without what ``refusal`` names, or without the next thing that may be to blame: the picture with the
    preview, then markup and buttons at once; None when nothing but words is left.

    The sentences are documented nowhere; these are of fail_query_with_error in
    https://github.com/tdlib/telegram-bot-api/blob/master/telegram-bot-api/Client.cpp and of TDLib."""
    message, words = version.message, refusal.lower()
    if version.markup and "parse entities" in words:
        return _less(version, refusal, MARKUP, replace(message, html=plain(message.html)), markup=False)
    if _has_links(message) and "button" in words and "url" in words:
        keys = tuple(tuple(key for key in row if not key.url) for row in message.keys)
        return _less(version, refusal, LINKS, replace(message, keys=keys))
    if message.picture and not _of_the_keys(words):
        return _less(version, refusal, PICTURE, replace(message, picture=""))
    return _words(version, refusal)


def _words(version: Version, refusal: str) -> Version | None:
    message, html = version.message, version.message.html
    bare = replace(message, html=plain(html) if version.markup else html, keys=(), picture="")
    marked = version.markup and any(sign in html for sign in "<&")
    if not marked and bare == message:
        return None
    less = [MARKUP] * marked + [KEYS] * any(message.keys) + [PICTURE] * bool(message.picture)
    return Version(bare, False, (*version.less, *less), refusal)


def _less(version: Version, refusal: str, what: str, message: Outgoing, *, markup: bool | None = None) -> Version:
    return Version(message, version.markup if markup is None else markup, (*version.less, what), refusal)


def _has_links(message: Outgoing) -> bool:
    return any(key.url for row in message.keys for key in row)


def _of_the_keys(words: str) -> bool:
    return "button" in words or "reply markup" in words or "reply_markup" in words
