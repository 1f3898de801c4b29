"""Text with entities, whose offsets and lengths count UTF-16 units: https://core.telegram.org/bots/api#messageentity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.fakes.telegram.errors import Json, bad

MOST_UNITS = 4096
MOST_ENTITIES = 100

_SPACE = " \t\r\n\x0b\x0c\xa0"
_AUTOMATIC = {
    "url": re.compile(
        r"https?://[^\s<>]+|[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?![0-9])[^\s<>]*"
        r"|(?<![\w@./-])(?:[\w-]+\.)+(?:com|org|net|example|de|ru|io|me|news|tv)\b[^\s<>]*"
    ),
    "mention": re.compile(r"(?<![\w@/])@[A-Za-z]\w{3,31}\b"),
    "bot_command": re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?\b", re.ASCII),
    "hashtag": re.compile(r"(?<![\w#&])#(?=\w*[^\W\d_])\w{1,256}"),
    "cashtag": re.compile(r"(?<![\w$])\$(?:1INCH|[A-Z]{1,8})\b"),
}


def utf16(text: str) -> int:
    """How many UTF-16 units ``text`` has."""
    return len(text.encode("utf-16-le")) // 2


@dataclass(frozen=True, slots=True)
class Entity:
    """A span of a text; ``extra`` holds what its type adds (url, language, user, custom_emoji_id)."""

    type: str
    offset: int
    length: int
    extra: Json = field(default_factory=dict)

    def json(self) -> Json:
        """The documented MessageEntity."""
        return {"type": self.type, "offset": self.offset, "length": self.length} | self.extra

    def of(self, text: str) -> str:
        """The part of ``text`` that the entity covers."""
        raw = text.encode("utf-16-le")
        return raw[self.offset * 2 : (self.offset + self.length) * 2].decode("utf-16-le")


@dataclass(frozen=True, slots=True)
class Text:
    """A text as people see it, with the entities that its sender asked for."""

    text: str
    entities: tuple[Entity, ...] = ()

    def spans(self, type_: str) -> list[str]:
        """What stands in the entities of one type."""
        return [entity.of(self.text) for entity in self.entities if entity.type == type_]


def trimmed(text: str, entities: Sequence[Entity]) -> Text:
    """Without white space at both ends, as Telegram shows it; entities keep to what is left."""
    cut = utf16(text) - utf16(text.lstrip(_SPACE))
    text = text.strip(_SPACE)
    most = utf16(text)
    kept = []
    for entity in entities:
        start = max(entity.offset - cut, 0)
        end = min(entity.offset + entity.length - cut, most)
        if end > start:
            kept.append(Entity(entity.type, start, end - start, entity.extra))
    return Text(text, tuple(sorted(kept, key=lambda entity: (entity.offset, -entity.length))))


def checked(text: Text, *, editing: bool = False) -> Text:
    """``text`` within https://core.telegram.org/bots/api#sendmessage's limits; 100 entities are the server's limit,
    above which it drops some without a word, so that we refuse them."""
    if not text.text:
        raise bad("message text is empty")
    if utf16(text.text) > MOST_UNITS:
        raise bad("MESSAGE_TOO_LONG" if editing else "message is too long")
    if len(text.entities) > MOST_ENTITIES:
        raise bad(f"strict: {len(text.entities)} entities, and Telegram keeps only {MOST_ENTITIES}")
    return text


def automatic(text: Text) -> tuple[Entity, ...]:
    """What Telegram finds by itself: links, @mentions, /commands, #hashtags, $cashtags outside of links and code."""
    taken = [e for e in text.entities if e.type in {"code", "pre", "text_link", "text_mention"}]
    found: list[Entity] = []
    for entity in _found(text.text):
        if not any(_overlap(entity, other) for other in (*taken, *found)):
            found.append(entity)
    return tuple(sorted(found, key=lambda entity: entity.offset))


def _found(text: str) -> Iterator[Entity]:
    for type_, pattern in _AUTOMATIC.items():
        for match in pattern.finditer(text):
            yield Entity(type_, utf16(text[: match.start()]), utf16(match[0]))


def _overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.offset + other.length and other.offset < one.offset + one.length
