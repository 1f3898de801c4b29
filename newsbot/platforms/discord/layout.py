"""Parts laid out as messages within Discord's limits, and buttons as keys and menus. Pure.

Limits: https://docs.discord.com/developers/components/reference, and for all text displays of a message together
https://github.com/discord/discord-api-docs/pull/8562.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from newsbot.locales import Words
from newsbot.platforms.discord.markdown import BUTTON_ADDRESS, plain, web_url
from newsbot.platforms.discord.message import Box, Choice, Inner, Key, Keys, Menu, Part, Section, Text
from newsbot.platforms.text import safe, shortened, utf16, visible
from newsbot.platforms.views import Button

UNITS = 4000  # characters of all text of a message
COMPONENTS = 40  # of a message, with those within others
ROW = 5  # keys
CHOICES = 25  # of a menu
LABEL = 80
CHOICE = 100  # characters of a choice's label, and of its detail
ACTION = 60  # bytes
NUMBERS = 10  # stories that have a key each: above, a menu reads better
MANY = 5  # buttons that do the same kind of thing read better as a menu


@dataclass(frozen=True, slots=True)
class Piece:
    """What is never torn apart: an entry, a story. ``choice`` opens it, by its ``number`` or from a menu."""

    parts: tuple[Inner, ...]
    choice: Choice | None = None
    number: int = 0


def components(parts: Iterable[Part]) -> int:
    """How many components ``parts`` are, with those within them."""
    return sum(map(_components, parts))


def _components(part: Part) -> int:
    match part:
        case Box(parts):
            return 1 + components(parts)
        case Section(_, key, picture):
            return 3 if key or picture else 1
        case Keys(keys):
            return 1 + len(keys)
        case Menu():
            return 2
        case _:
            return 1


def units(parts: Iterable[Part]) -> int:
    """How much text there is in ``parts``."""
    return sum(_units(part) for part in parts)


def _units(part: Part) -> int:
    match part:
        case Box(parts):
            return units(parts)
        case Text(markdown) | Section(markdown):
            return utf16(markdown)
        case _:
            return 0


def grouped(pieces: Iterable[Piece], reserved: Sequence[Part] = ()) -> list[list[Piece]]:
    """``pieces`` in as few groups as hold them in their order, each a message with room for what is ``reserved``."""
    groups: list[list[Piece]] = []
    for piece in pieces:
        if groups and _fit([*groups[-1], piece], reserved):
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def _fit(group: Sequence[Piece], reserved: Sequence[Part]) -> bool:
    parts = [*(part for piece in group for part in piece.parts), *reserved]
    choices = sum(piece.choice is not None for piece in group)
    box = 1 + (2 if choices else 0)
    return units(parts) <= UNITS and components(parts) + box <= COMPONENTS and choices <= CHOICES


def opened_of(group: Iterable[Piece], placeholder: str, taken: Sequence[Part]) -> tuple[Inner, ...]:
    """What opens the pieces of a message: a key for each, or a menu where they are many, or where what is ``taken``
    leaves no room for keys."""
    found = [(str(piece.number), piece.choice) for piece in group if piece.choice is not None]
    keys = opened(found, placeholder)
    return keys if components(taken) + 1 + components(keys) <= COMPONENTS else opened(found, placeholder, keys=False)


def opened(found: Sequence[tuple[str, Choice]], placeholder: str, *, keys: bool = True) -> tuple[Inner, ...]:
    """What opens entries by their numbers. A menu only where they are more than ten, or without ``keys``: who chose an
    entry cannot choose it again (https://github.com/discord/discord-api-docs/issues/4801)."""
    if keys and len(found) <= NUMBERS:
        return rows([Key(number, choice.value) for number, choice in found])
    return tuple(menus((choice for _, choice in found), placeholder))


# --- buttons ---------------------------------------------------------------------------------------


def key_of(button: Button, label: str = "") -> Key | None:
    """``button`` as a key; None for one that Discord cannot show: it needs a label, and an action or an address."""
    said, action = plain(label or button.label), _action(button)
    url = "" if action else web_url(button.url, BUTTON_ADDRESS)
    if not visible(said) or not (action or url):
        return None
    return Key(shortened(said, LABEL), action, url, button.style if action else "")


def _action(button: Button) -> str:
    """The action of a button, "" for one that no custom_id can carry whole."""
    action = button.action
    return action if len(action.encode(errors="replace")) <= ACTION and action == safe(action).strip() else ""


def choice_of(button: Button, label: str = "", detail: str = "") -> Choice | None:
    """``button`` as an entry of a menu; None for one without a label or an action."""
    said, action = plain(label or button.label), _action(button)
    if not visible(said) or not action:
        return None
    told = plain(detail)
    return Choice(shortened(said, CHOICE), action, shortened(told, CHOICE) if visible(told) and told != said else "")


def keys_of(buttons: Iterable[Button]) -> tuple[Key, ...]:
    """Those of ``buttons`` that Discord can show."""
    return tuple(key for button in buttons if (key := key_of(button)))


def rows(keys: Sequence[Key]) -> tuple[Keys, ...]:
    """``keys`` in as few rows as hold them, as long as each other."""
    many = -(-len(keys) // ROW)
    ends = [round(len(keys) * n / many) for n in range(many + 1)] if many else []
    return tuple(Keys(tuple(keys[start:end])) for start, end in pairwise(ends))


def controls(buttons: Sequence[Sequence[Button]], words: Words) -> tuple[Inner, ...]:
    """Rows of buttons as rows of keys; many that do the same kind of thing become a menu above the others."""
    kinds = Counter(_kind(button) for row in buttons for button in row if button.action)
    kind, many = kinds.most_common(1)[0] if kinds else ("", 0)
    if many < MANY:
        return tuple(keys for row in buttons for keys in rows(keys_of(row)))
    listed = [button for row in buttons for button in row if button.action and _kind(button) == kind]
    rest = [button for row in buttons for button in row if button not in listed]
    return (*menus(filter(None, map(_listed, listed)), words("menu_choose")), *controls([rest], words))


def menus(choices: Iterable[Choice], placeholder: str) -> Iterator[Menu]:
    """``choices`` in menus of as many as one holds, each but once. Several may open the same under other names."""
    apart = list(dict.fromkeys(choices))
    for start in range(0, len(apart), CHOICES):
        yield Menu(tuple(apart[start : start + CHOICES]), placeholder)


def _listed(button: Button) -> Choice | None:
    """A button in a menu; its hint is the second line, without the label that it may repeat."""
    return choice_of(button, detail=button.hint.removeprefix(button.label).lstrip(": "))


def _kind(button: Button) -> str:
    """What a button does: the verb of its action, with the command that it may carry, or the setting that it sets: a
    switch stays a key, since what was chosen in a menu cannot be chosen again."""
    found = re.match(r"~|c:/\w+|sv:\w+|[^:]*", button.action)
    return found.group() if found else ""
