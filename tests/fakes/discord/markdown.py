"""What Discord's clients make of a text, so that tests can tell what a reader sees and what a press would open.

An approximation that sees markup rather too often: https://docs.discord.com/developers/reference#message-formatting and
https://support.discord.com/hc/en-us/articles/210298617.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_INLINE: tuple[tuple[str, str], ...] = (
    ("escape", r"\\([^0-9A-Za-z\s])"),
    ("code", r"(`+)(?P<code>[\s\S]*?[^`])\1(?!`)"),
    ("user", r"<@!?\d+>"),
    ("role", r"<@&\d+>"),
    ("channel", r"<#\d+>"),
    ("emoji", r"<a?:\w+:\d+>|:[\w+-]+:"),
    ("moment", r"<t:-?\d+(?::[tTdDfFsSR])?>"),
    ("command", r"</[^:>]+:\d+>"),
    ("guild", r"<id:[\w:-]+>"),
    ("everyone", r"@(?:everyone|here)"),
    ("link", r"\[(?P<text>(?:\\.|[^\[\]\\])+)\]\(\s*<?(?P<url>[^\s()<>]+)>?\s*\)"),
    ("url", r"<?(?:https?|discord|steam)://[^\s<>]+>?|<[^\s>]+@[^\s>]+>"),
    ("invite", r"discord(?:app)?\.(?:com/invite|gg|gift|new)/\w+"),
    ("bold", r"\*\*(?P<bold>(?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"),
    ("italic", r"\*(?=\S)(?P<italic>(?:\\[\s\S]|[^\\*])+?)\*(?!\*)|\b_(?P<slanted>(?:\\[\s\S]|[^\\_])+?)_\b"),
    ("underline", r"__(?P<underline>(?:\\[\s\S]|[^\\])+?)__"),
    ("struck", r"~~(?P<struck>[\s\S]+?)~~"),
    ("spoiler", r"\|\|(?P<spoiler>[\s\S]+?)\|\|"),
)
_RULES = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _INLINE]
_BLOCK = re.compile(r"\s*(?:(?P<heading>#{1,3})\s|(?P<small>-#)\s|(?P<quote>>(?:>>)?)\s|(?P<list>[*-]|\d+[.)])\s)")
EMOJI = re.compile("[\U0001f000-\U0001fbff\u2600-\u27bf\ufe0f]")


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of markup: its kind, the text in it as it is seen, and where a link leads."""

    kind: str
    text: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A text as it is seen, and the markup in it."""

    text: str
    marks: tuple[Mark, ...]

    def of(self, *kinds: str) -> list[str]:
        """The texts of the marks of those kinds."""
        return [mark.text for mark in self.marks if mark.kind in kinds]

    @property
    def links(self) -> list[tuple[str, str]]:
        """The text and address of each link, also of those that are no masked ones."""
        return [(m.text, m.url or m.text) for m in self.marks if m.kind in {"link", "url", "invite"}]


def seen(markdown: str) -> Seen:
    """``markdown`` as a reader sees it."""
    texts, marks = list[str](), list[Mark]()
    for line in markdown.split("\n"):
        block = _BLOCK.match(line)
        inner = _inline(line[block.end() :] if block else line)
        if block:
            marks.append(Mark(str(block.lastgroup), inner.text))
        texts.append(inner.text)
        marks += inner.marks
    return Seen("\n".join(texts), tuple(marks))


def _inline(text: str) -> Seen:
    said, marks, at = list[str](), list[Mark](), 0
    while at < len(text):
        kind, found = next(((k, m) for k, rule in _RULES if (m := rule.match(text, at))), ("", None))
        if found is None:
            said.append(text[at])
            at += 1
            continue
        at = found.end()
        shown = _shown(kind, found)
        said.append(shown.text)
        marks += [Mark(kind, shown.text, _address(kind, found))] if kind != "escape" else []
        marks += shown.marks
    return Seen("".join(said), tuple(marks))


def _shown(kind: str, found: re.Match[str]) -> Seen:
    if kind == "escape":
        return Seen(found[1], ())
    if kind == "code":
        return Seen(found["code"], ())
    inside = next((text for text in found.groupdict().values() if text), "")
    if kind == "link":
        inside = found["text"]
    return _inline(inside) if inside else Seen(found.group(), ())


def _address(kind: str, found: re.Match[str]) -> str:
    return found["url"] if kind == "link" else ""


def refused(text: str) -> bool:
    """Whether Discord shows a link with that text as it was written: it is empty, an address or holds an emoji."""
    return not text.strip() or bool(re.search(r"https?://", text)) or bool(EMOJI.search(text))
