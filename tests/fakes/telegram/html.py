"""Telegram's HTML, read as strictly as its documentation speaks: https://core.telegram.org/bots/api#html-style.

Descriptions of refusals are those of the real server. Three things that it mends or ignores are refused here, since a
sender that does them is wrong: an "&" or ">" that is not escaped, an unknown named entity, and tags inside ``pre`` and
``code`` or a ``blockquote`` inside another.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.errors import ApiError, Json, bad
from tests.fakes.telegram.text import Entity, Text, trimmed, utf16

_TYPES = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
    "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_PLAIN = re.compile(r"[^<>&]+")
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([a-zA-Z][a-zA-Z0-9]*));")
_NAME = re.compile(r"<([^\s>]*)")
_ATTRIBUTE = re.compile(r"""\s*([^\s=>]*)\s*(=?)\s*(?:"([^"]*)"|'([^']*)'|([a-zA-Z0-9.\-]*))""")
_END = re.compile(r"</([^\s>]*)\s*>")
_ALLOWED = {
    "a": {"href"}, "span": {"class"}, "code": {"class"}, "blockquote": {"expandable"}, "tg-emoji": {"emoji-id"},
}  # fmt: skip


@dataclass(slots=True)
class _Open:
    tag: str
    start: int
    attributes: dict[str, str]


@dataclass(slots=True)
class _Parser:
    source: str
    at: int = 0
    units: int = 0
    text: list[str] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    entities: list[Entity] = field(default_factory=list)

    def wrong(self, what: str, at: int | None = None) -> ApiError:
        offset = len(self.source[: self.at if at is None else at].encode())
        return bad(f"can't parse entities: {what.replace('OFFSET', f'at byte offset {offset}')}")

    def add(self, text: str) -> None:
        self.text.append(text)
        self.units += utf16(text)

    def run(self) -> Text:
        while self.at < len(self.source):
            if plain := _PLAIN.match(self.source, self.at):
                self.add(plain[0])
                self.at = plain.end()
            elif self.source[self.at] == "<":
                self.end_tag() if self.source.startswith("</", self.at) else self.start_tag()
            else:
                self.entity()
        if self.open:
            raise self.wrong(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        return trimmed("".join(self.text), self.entities)

    def entity(self) -> None:
        match = _ENTITY.match(self.source, self.at)
        if match is None:
            raise self.wrong(f'strict: unescaped "{self.source[self.at]}" OFFSET')
        hexadecimal, decimal, name = match.groups()
        if name is not None and name not in _NAMED:
            raise self.wrong(f'strict: unsupported entity "&{name};" OFFSET')
        self.add(_NAMED[name] if name else self.character(int(hexadecimal, 16) if hexadecimal else int(decimal)))
        self.at = match.end()

    def character(self, code: int) -> str:
        if 0xD800 <= code <= 0xDFFF:
            raise self.wrong(
                "Text contains invalid Unicode characters after decoding HTML entities, "
                "check for unmatched surrogate code units"
            )
        if not 0 < code < 0x110000:
            raise self.wrong("strict: no such character OFFSET")
        return chr(code)

    def start_tag(self) -> None:
        match = _NAME.match(self.source, self.at)
        if match is None or match.end() == len(self.source):
            raise self.wrong("Unclosed start tag OFFSET")
        tag = match[1].lower()
        if tag not in _TYPES:
            raise self.wrong(f'Unsupported start tag "{tag}" OFFSET')
        attributes, end = self.attributes(tag, match.end())
        self.check(tag, attributes)
        self.open.append(_Open(tag, self.units, attributes))
        self.at = end

    def attributes(self, tag: str, at: int) -> tuple[dict[str, str], int]:
        found: dict[str, str] = {}
        while True:
            at += len(self.source[at:]) - len(self.source[at:].lstrip())
            if self.source.startswith(">", at):
                return found, at + 1
            match = _ATTRIBUTE.match(self.source, at)
            if match is None or match.end() >= len(self.source):
                raise self.wrong(f'Unclosed start tag "{tag}" OFFSET')
            if self.source[match.end()] in "\"'":
                raise self.wrong("Unclosed start tag OFFSET")
            name, equal, *values = match.groups()
            self.attribute(tag, name, equal, found)
            found[name.lower()] = unescaped(next((value for value in values if value), ""))
            if match.end() == at or not (self.source[match.end()].isspace() or self.source[match.end()] == ">"):
                raise self.wrong("Unexpected end of name token OFFSET", match.end())
            at = match.end()

    def attribute(self, tag: str, name: str, equal: str, found: dict[str, str]) -> None:
        if not name:
            raise self.wrong(f'Empty attribute name in the tag "{tag}" OFFSET')
        if name.lower() not in _ALLOWED.get(tag, set()) or name.lower() in found:
            raise self.wrong(f'strict: attribute "{name}" of the tag "{tag}" OFFSET')
        if not equal and name.lower() != "expandable":
            raise self.wrong(f'Expected equal sign in declaration of an attribute of the tag "{tag}" OFFSET')

    def check(self, tag: str, attributes: dict[str, str]) -> None:
        around = [each.tag for each in self.open]
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise self.wrong('Tag "span" must have class "tg-spoiler" OFFSET')
        if "code" in around or ("pre" in around and (tag != "code" or around[-1] != "pre")):
            raise self.wrong(f'strict: tag "{tag}" inside of code OFFSET')
        if tag in around and tag in {"blockquote", "a"}:
            raise self.wrong(f'strict: nested tag "{tag}" OFFSET')

    def end_tag(self) -> None:
        match = _END.match(self.source, self.at)
        if match is None:
            raise self.wrong("Unclosed end tag OFFSET")
        if not self.open:
            raise self.wrong("Unexpected end tag OFFSET")
        was, found = self.open.pop(), match[1].lower()
        if found != was.tag:
            raise self.wrong(f'Unmatched end tag OFFSET, expected "</{was.tag}>", found "</{found}>"')
        self.close(was)
        self.at = match.end()

    def close(self, was: _Open) -> None:
        length = self.units - was.start
        made = _entity(was, "".join(self.text)) if length else None
        if made is not None and not self.language_of_pre(was, length):
            self.entities.append(Entity(made[0], was.start, length, made[1]))

    def language_of_pre(self, was: _Open, length: int) -> bool:
        """``<pre><code class="language-x">`` is one entity."""
        if was.tag == "code" and self.open and self.open[-1].tag == "pre":
            self.open[-1].attributes["language"] = was.attributes.get("class", "").removeprefix("language-")
            return True
        return False


def _entity(was: _Open, text: str) -> tuple[str, Json] | None:
    if was.tag == "a":
        return _link(was.attributes.get("href", "") or text.encode("utf-16-le")[was.start * 2 :].decode("utf-16-le"))
    if was.tag == "blockquote" and "expandable" in was.attributes:
        return "expandable_blockquote", {}
    if was.tag == "pre" and was.attributes.get("language"):
        return "pre", {"language": was.attributes["language"]}
    if was.tag == "tg-emoji":
        if not was.attributes.get("emoji-id", "").isdigit():
            raise bad("can't parse entities: Invalid custom emoji identifier specified")
        return "custom_emoji", {"custom_emoji_id": was.attributes["emoji-id"]}
    return _TYPES[was.tag], {}


def _link(address: str) -> tuple[str, Json] | None:
    """A link, a mention of a person by ``tg://user?id=``, or nothing when it is no address: the text stays."""
    parts = urlsplit(address)
    if parts.scheme == "tg" and parts.netloc == "user":
        ids = parse_qs(parts.query).get("id", ["0"])
        return "text_mention", {"user": {"id": int(ids[0]), "is_bot": False, "first_name": "?"}}
    return ("text_link", {"url": address}) if is_web_address(address) or parts.scheme == "tg" else None


def is_web_address(address: str) -> bool:
    """Whether Telegram takes ``address`` for one of the web: http(s), a host with a dot or an IP address in it, a port
    that can be, and no "@" in a user's name (parse_url in tdutils/td/utils/HttpUrl.cpp of https://github.com/tdlib/td).
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        if parts.port == 0 or parts.netloc.endswith(":") or parts.netloc.count("@") > 1:
            return False
    except ValueError:
        return False
    named = "." in host.strip(".") or ":" in host
    return parts.scheme in {"http", "https"} and named and not re.search(r"[\s\x00-\x1f<>\"]", address)


def unescaped(value: str) -> str:
    """An attribute's value with its entities decoded."""
    return _ENTITY.sub(
        lambda m: _NAMED.get(m[3] or "", m[0]) if m[3] else chr(int(m[1], 16) if m[1] else int(m[2])), value
    )


def parse(source: str) -> Text:
    """What ``source`` says; ApiError 400 "can't parse entities" where it is not Telegram's HTML."""
    return _Parser(source).run()
