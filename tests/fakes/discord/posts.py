"""Messages as the server keeps them: https://discord.com/developers/docs/resources/message#message-object."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag
from typing import TYPE_CHECKING

from tests.fakes.discord.errors import Json
from tests.fakes.discord.snowflakes import time_of

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel
    from tests.fakes.discord.users import User

ACTION_ROW, BUTTON, STRING_SELECT, TEXT_INPUT = 1, 2, 3, 4
SECTION, TEXT_DISPLAY, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER, LABEL = 9, 10, 11, 12, 13, 14, 17, 18
SELECTS = (3, 5, 6, 7, 8)


class Flag(IntFlag):
    """#message-object-message-flags."""

    CROSSPOSTED = 1 << 0
    IS_CROSSPOST = 1 << 1
    SUPPRESS_EMBEDS = 1 << 2
    SOURCE_MESSAGE_DELETED = 1 << 3
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE_MESSAGE = 1 << 13
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(frozen=True, slots=True)
class Button:
    """A button as it shows; ``custom_id`` or ``url`` is empty."""

    label: str
    custom_id: str
    url: str
    style: int
    disabled: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """A string select; ``choices`` are (label, value) in order, ``chosen`` the values that show as chosen."""

    custom_id: str
    placeholder: str
    choices: tuple[tuple[str, str], ...]
    chosen: tuple[str, ...]
    disabled: bool


@dataclass(slots=True, eq=False)
class Message:
    """One message. ``pinged`` holds the ids of users and roles (and "everyone") that were really notified by it;
    ``files`` the contents of its attachments by name;
    ``seen_by`` is who alone sees it, when it is ephemeral; ``interaction`` the documented interaction_metadata;
    ``copies`` are what the followers of its channel got of it.
    """

    id: str
    channel: Channel
    author: User
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    flags: int = 0
    type: int = 0
    nonce: str = ""
    tts: bool = False
    pinged: tuple[str, ...] = ()
    mentions: tuple[str, ...] = ()
    mention_roles: tuple[str, ...] = ()
    mention_everyone: bool = False
    edited_at: datetime | None = None
    application_id: str = ""
    webhook_id: str = ""
    reference: Json | None = None
    interaction: Json | None = None
    seen_by: User | None = None
    thread: Channel | None = None
    copies: list[Message] = field(default_factory=list)
    deleted: bool = False

    @property
    def created(self) -> datetime:
        """When it was sent, as its id tells."""
        return time_of(self.id)

    @property
    def edited(self) -> bool:
        """Whether it was changed after it was sent."""
        return self.edited_at is not None

    @property
    def ephemeral(self) -> bool:
        """Whether one person alone sees it."""
        return bool(self.flags & Flag.EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Whether it says that the bot is thinking."""
        return bool(self.flags & Flag.LOADING)

    @property
    def crossposted(self) -> bool:
        """Whether it was published to the channels that follow."""
        return bool(self.flags & Flag.CROSSPOSTED)

    @property
    def text(self) -> str:
        """The content, or all text displays joined by newlines, then the embeds' texts; markdown as it was sent."""
        found = [text] if (text := texts(self.content, self.components)) else []
        return "\n".join([*found, *(line for embed in self.embeds for line in _embedded(embed))])

    @property
    def parts(self) -> list[Json]:
        """Every component, nested ones after the one that holds them."""
        return list(walk(self.components))

    @property
    def buttons(self) -> list[Button]:
        """All buttons in order."""
        return [_button(each) for each in self.parts if each["type"] == BUTTON]

    @property
    def menus(self) -> list[Menu]:
        """All string selects in order."""
        return [_menu(each) for each in self.parts if each["type"] == STRING_SELECT]

    @property
    def labels(self) -> list[str]:
        """What can be pressed or chosen, as it reads."""
        found: list[str] = []
        for each in self.parts:
            if each["type"] == BUTTON:
                found.append(str(each.get("label", "")))
            elif each["type"] == STRING_SELECT:
                found += [str(option["label"]) for option in each["options"]]
        return found

    @property
    def pictures(self) -> list[str]:
        """The addresses of thumbnails, galleries and embedded pictures."""
        found = [str(each["media"]["url"]) for each in self.parts if each["type"] == THUMBNAIL]
        galleries = [each["items"] for each in self.parts if each["type"] == GALLERY]
        found += [str(item["media"]["url"]) for items in galleries for item in items]
        return found + [
            str(embed[key]["url"]) for embed in self.embeds for key in ("image", "thumbnail") if key in embed
        ]


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component in ``components``, nested ones and accessories too."""
    for each in components:
        yield each
        yield from walk([*each.get("components", ()), *_single(each, "accessory"), *_single(each, "component")])


def texts(content: str, components: list[Json]) -> str:
    """The content and all text displays, a line each: where mentions count."""
    displays = [str(each["content"]) for each in walk(components) if each["type"] == TEXT_DISPLAY]
    return "\n".join([content, *displays] if content else displays)


def _single(component: Json, key: str) -> list[Json]:
    inner = component.get(key)
    return [inner] if isinstance(inner, dict) else []


def _embedded(embed: Json) -> Iterator[str]:
    yield from (str(embed[key]) for key in ("title", "description") if embed.get(key))
    for each in embed.get("fields", ()):
        yield f"{each['name']}\n{each['value']}"
    if embed.get("footer"):
        yield str(embed["footer"]["text"])


def _button(given: Json) -> Button:
    return Button(
        str(given.get("label", "")),
        str(given.get("custom_id", "")),
        str(given.get("url", "")),
        int(given["style"]),
        bool(given.get("disabled")),
    )


def _menu(given: Json) -> Menu:
    options = given["options"]
    return Menu(
        str(given["custom_id"]),
        str(given.get("placeholder", "")),
        tuple((str(each["label"]), str(each["value"])) for each in options),
        tuple(str(each["value"]) for each in options if each.get("default")),
        bool(given.get("disabled")),
    )
