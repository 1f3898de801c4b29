"""A message as it is sent: its parts as JSON. Pure.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count

from newsbot.platforms.discord.classic import CONTENT, embed_of, rows_of, said_of
from newsbot.platforms.discord.marks import (
    LONGEST,
    ME,
    MENU,
    PATTERN,
    PLATFORM,
    Aim,
    Json,
    chat_at,
    custom_id,
    custom_ids,
    is_private,
    place_of,
    post_of,
    private,
    read,
)
from newsbot.platforms.discord.parts import (
    Box,
    Choice,
    Inner,
    Key,
    Keys,
    KeyStyle,
    Menu,
    Outgoing,
    Part,
    Picture,
    Rule,
    Section,
    Text,
)
from newsbot.platforms.text import utf16
from newsbot.platforms.views import Attachment

__all__ = [
    "COMPONENTS",
    "LONGEST",
    "ME",
    "MENU",
    "PATTERN",
    "PLATFORM",
    "SILENT",
    "Aim",
    "Box",
    "Choice",
    "Inner",
    "Json",
    "Key",
    "KeyStyle",
    "Keys",
    "Menu",
    "Outgoing",
    "Part",
    "Picture",
    "Rule",
    "Section",
    "Text",
    "chat_at",
    "custom_id",
    "custom_ids",
    "filename",
    "is_private",
    "payload",
    "place_of",
    "post_of",
    "private",
    "read",
]

COMPONENTS = 1 << 15  # https://docs.discord.com/developers/resources/message#message-object-message-flags
SILENT = 1 << 12


def payload(message: Outgoing, *, place: str = "", post: str = "", classic: bool = False, turn: int = 0) -> Json:
    """``message`` as the body of https://docs.discord.com/developers/resources/message#create-message.

    ``place``: its keys act there, wherever they are pressed (see :func:`place_of`). ``post`` ("<delivery>.<part>")
    marks it as that part of a delivery, by which it is found again. A file's bytes go beside the body, under
    :func:`filename`. ``classic``: frames become embeds, with no Components V2: copies in the channels that follow an
    announcement channel may lack those (https://github.com/discord/discord-api-docs/issues/3079). ``turn`` (at most six
    digits): another one at each edit, so that clients forget what was chosen from the menus
    (https://github.com/discord/discord-api-docs/issues/4801).
    """
    ids = _Ids(place, post, turn)
    body: Json = {
        "flags": (0 if classic else COMPONENTS) | (SILENT if message.silent else 0),
        **(_classic(message.parts, ids) if classic else {"components": [_part(part, ids) for part in message.parts]}),
        "allowed_mentions": {"parse": [], "roles": list(message.pings)},
    }
    if message.file is not None:
        name = filename(message.file)
        body["attachments"] = [{"id": 0, "filename": name}]
        if not classic:
            body["components"].append({"type": 13, "file": {"url": f"attachment://{name}"}})
    return body


def _classic(parts: Sequence[Part], ids: _Ids) -> Json:
    """The text, the embeds and the rows of keys of a message without Components V2."""
    boxes = [part for part in parts if isinstance(part, Box)]
    loose = tuple(part for part in parts if not isinstance(part, Box))
    said = said_of(loose)
    if utf16(said) > CONTENT:
        boxes, said = [*boxes, Box(loose)], ""
    return {
        "content": said,
        "embeds": [embed for box in boxes if (embed := embed_of(box))],
        "components": [_part(row, ids) for row in rows_of(parts)],
    }


def filename(file: Attachment) -> str:
    """The name of a file as Discord keeps it: letters, digits, ``-``, ``_`` and ``.``."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", file.name).strip("._")[-80:] or "file"


class _Ids:
    """The custom_ids of one message: each is told apart, and the first one carries the mark of the post."""

    def __init__(self, place: str, post: str, turn: int) -> None:
        self._place, self._post, self._turn = place, post, turn
        self._given: set[str] = set()

    def of(self, action: str) -> str:
        given = self._new(action, self._post, self._turn if action == MENU else 0)
        self._post = ""
        return given

    def value(self, action: str) -> str:
        return self._new(action, "", 0)

    def _new(self, action: str, post: str, turn: int) -> str:
        names = (custom_id(action, place=self._place, post=post, turn=n) for n in count(turn))
        given = next(name for name in names if name not in self._given)
        self._given.add(given)
        return given


def _part(part: Part, ids: _Ids) -> Json:
    match part:
        case Box(parts, colour):
            box: Json = {"type": 17, "components": [_part(inner, ids) for inner in parts]}
            return box if colour is None else {**box, "accent_color": colour}
        case Text(markdown):
            return {"type": 10, "content": markdown}
        case Section(markdown, key, picture):
            return _section(markdown, key, picture, ids)
        case Picture(url, about):
            media: Json = {"media": {"url": url}}
            return {"type": 12, "items": [{**media, "description": about} if about else media]}
        case Rule(seen):
            return {"type": 14, "divider": seen, "spacing": 1}
        case Keys(keys):
            return {"type": 1, "components": [_key(key, ids) for key in keys]}
        case Menu():
            return {"type": 1, "components": [_menu(part, ids)]}


def _section(markdown: str, key: Key | None, picture: str, ids: _Ids) -> Json:
    text: Json = {"type": 10, "content": markdown}
    if key is not None:
        return {"type": 9, "components": [text], "accessory": _key(key, ids)}
    if picture:
        return {"type": 9, "components": [text], "accessory": {"type": 11, "media": {"url": picture}}}
    return text


_STYLES = {"primary": 1, "": 2, "success": 3, "danger": 4}
_LINK = 5


def _key(key: Key, ids: _Ids) -> Json:
    said: Json = {"type": 2, "label": key.label}
    if key.disabled:
        said["disabled"] = True
    if key.url and not key.action:
        return {**said, "style": _LINK, "url": key.url}
    return {**said, "style": _STYLES[key.style], "custom_id": ids.of(key.action)}


def _menu(menu: Menu, ids: _Ids) -> Json:
    said: Json = {"type": 3, "custom_id": ids.of(MENU), "options": [_choice(each, ids) for each in menu.choices]}
    return {**said, "placeholder": menu.placeholder} if menu.placeholder else said


def _choice(choice: Choice, ids: _Ids) -> Json:
    said: Json = {"label": choice.label, "value": ids.value(choice.value)}
    if choice.detail:
        said["description"] = choice.detail
    return {**said, "default": True} if choice.chosen else said
