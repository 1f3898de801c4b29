"""A message as it is to be sent, what its buttons carry, and the addresses of chats. Pure.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from newsbot.domain.models import ChatKey
from newsbot.platforms.views import Attachment

PLATFORM = "discord"
LONGEST = 100  # characters of a custom_id, and of a choice's value

COMPONENTS = 1 << 15  # https://docs.discord.com/developers/resources/message#message-object-message-flags
SILENT = 1 << 12

ME = "me"
"""The place that is the presser's own private chat."""

Json = dict[str, Any]
KeyStyle = Literal["", "primary", "danger", "success"]


@dataclass(frozen=True, slots=True)
class Key:
    """One button: ``action`` comes back when it is pressed (at most 60 bytes), or ``url`` opens."""

    label: str
    action: str = ""
    url: str = ""
    style: KeyStyle = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu: ``value`` is an action, and ``detail`` a second line; ``chosen``: it is ticked."""

    label: str
    value: str
    detail: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Menu:
    """A list to choose one of, at most 25; ``placeholder`` says what for while nothing is chosen."""

    choices: tuple[Choice, ...]
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of Discord's markdown."""

    markdown: str


@dataclass(frozen=True, slots=True)
class Section:
    """Markdown with a key or a small picture (its web address) at its side; with neither, it is a :class:`Text`."""

    markdown: str
    key: Key | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of full width by its web address; ``about`` is its description."""

    url: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A line between what stands above and below; without ``seen`` it is a gap."""

    seen: bool = True


@dataclass(frozen=True, slots=True)
class Keys:
    """A row of at most five keys."""

    keys: tuple[Key, ...]


Inner = Text | Section | Picture | Rule | Keys | Menu


@dataclass(frozen=True, slots=True)
class Box:
    """Parts within a frame; ``colour`` (0xRRGGBB) is of the bar at its side, None for none."""

    parts: tuple[Inner, ...]
    colour: int | None = None


Part = Inner | Box


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. ``pings`` are the roles (ids) that it calls, and that ``parts`` name; ``file`` comes with it;
    ``silent``: nobody's device rings."""

    parts: tuple[Part, ...]
    pings: tuple[str, ...] = ()
    file: Attachment | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """What a press asks for: an action, on the chat at ``place`` ("" for where it was pressed), under the post
    ``post`` ("<delivery>.<part>", "" under an answer)."""

    action: str = ""
    place: str = ""
    post: str = ""


# --- as JSON ---------------------------------------------------------------------------------------


def payload(message: Outgoing, *, place: str = "", post: str = "") -> Json:
    """``message`` as the body of https://docs.discord.com/developers/resources/message#create-message.

    ``place``: its keys act there, wherever they are pressed (see :func:`place_of`). ``post`` ("<delivery>.<part>")
    marks it as that part of a delivery, by which it is found again. A file's bytes go beside the body, under
    :func:`filename`.
    """
    ids = _Ids(place, post)
    components = [_part(part, ids) for part in message.parts]
    body: Json = {
        "flags": COMPONENTS | (SILENT if message.silent else 0),
        "components": components,
        "allowed_mentions": {"parse": [], "roles": list(message.pings)},
    }
    if message.file is not None:
        name = filename(message.file)
        components.append({"type": 13, "file": {"url": f"attachment://{name}"}})
        body["attachments"] = [{"id": 0, "filename": name}]
    return body


def filename(file: Attachment) -> str:
    """The name of a file as Discord keeps it: letters, digits, ``-``, ``_`` and ``.``."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", file.name).strip("._")[-80:] or "file"


class _Ids:
    """The custom_ids of one message: each is told apart, and the first one carries the mark of the post."""

    def __init__(self, place: str, post: str) -> None:
        self._place, self._post = place, post
        self._given: set[str] = set()

    def of(self, action: str) -> str:
        given = next(name for n in range(len(self._given) + 2) if (name := self._name(action, n)) not in self._given)
        self._given.add(given)
        self._post = ""
        return given

    def value(self, action: str) -> str:
        return custom_id(action, place=self._place)

    def _name(self, action: str, n: int) -> str:
        return custom_id(action, place=self._place, post=self._post, turn=n)


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


# --- custom_ids ------------------------------------------------------------------------------------

MENU = "="
"""The action of a menu's own custom_id: what was asked for is the value that was chosen."""

PATTERN = re.compile(r"(?P<marks>[^|]*)\|(?P<action>.*)", re.DOTALL)
"""Every custom_id of ours, and every value of a choice: marks, then an action."""

_POST = re.compile(r"d(\d{1,19}\.\d{1,3})")
_PLACE = re.compile(r"@(me|[0-9a-z]{1,13})(?:/([0-9a-z]{1,13}))?")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def custom_id(action: str, *, place: str = "", post: str = "", turn: int = 0) -> str:
    """ "marks|action" in at most 100 characters; ``turn`` tells apart those of one message that ask for the same.

    Ids are written in base 36: two of them and an action of 60 characters would be too long in decimal.
    Raises ValueError for an action that is longer.
    """
    marks = (f"d{post}" if post else "", f"@{_written(place, _in36)}" if place else "", f"k{turn}" if turn else "")
    said = f"{','.join(filter(None, marks))}|{action}"
    if len(said) > LONGEST:
        raise ValueError(f"action too long: {action}")
    return said


def read(custom_id: str) -> Aim:
    """What a press asks for; an empty :class:`Aim` for a custom_id (or a chosen value) that is none of ours."""
    found = PATTERN.fullmatch(custom_id)
    if found is None:
        return Aim()
    aim = Aim(found["action"])
    for mark in found["marks"].split(","):
        if post := _POST.fullmatch(mark):
            aim = replace(aim, post=post[1])
        elif _PLACE.fullmatch(mark):
            aim = replace(aim, place=_written(mark[1:], _in10))
    return aim


def _written(place: str, number: Callable[[str], str]) -> str:
    return place if place == ME else "/".join(map(number, place.split("/")))


def _in36(decimal: str) -> str:
    number, digits = int(decimal), ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _in10(digits: str) -> str:
    return str(int(digits, 36))


def custom_ids(components: Sequence[Json]) -> Iterator[str]:
    """Every custom_id of a message's components, as Discord gives them back, in their order."""
    for component in components:
        if isinstance(found := component.get("custom_id"), str):
            yield found
        yield from custom_ids([*component.get("components", ()), *filter(None, [component.get("accessory")])])


def post_of(components: Sequence[Json]) -> str:
    """ "<delivery>.<part>" of a message that is a post of ours, else ""."""
    return next((aim.post for each in custom_ids(components) if (aim := read(each)).post), "")


# --- addresses -------------------------------------------------------------------------------------


def private(user_id: int | str) -> ChatKey:
    """The address of a person's private chat."""
    return ChatKey(PLATFORM, f"@{user_id}")


def is_private(key: ChatKey) -> bool:
    """Whether ``key`` is a person's private chat."""
    return key.native.startswith("@")


def place_of(key: ChatKey) -> str:
    """A chat as a press's place: "<native>", "<native>/<thread>", or "me" for a private one."""
    if is_private(key):
        return ME
    return f"{key.native}/{key.thread}" if key.thread else key.native


def chat_at(place: str, user_id: int | str) -> ChatKey:
    """The chat at a press's place; ``user_id`` presses."""
    if place == ME:
        return private(user_id)
    native, _, thread = place.partition("/")
    return ChatKey(PLATFORM, native, thread)
