"""What a message of ours is made of. Pure.

https://docs.discord.com/developers/components/reference
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from newsbot.platforms.views import Attachment

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
