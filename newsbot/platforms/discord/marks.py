"""What keys carry, and the addresses of chats. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from newsbot.domain.models import ChatKey

PLATFORM = "discord"
LONGEST = 100  # characters of a custom_id, and of a choice's value

ME = "me"
"""The place that is the presser's own private chat."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Aim:
    """What a press asks for: an action, on the chat at ``place`` ("" for where it was pressed), under the post
    ``post`` ("<delivery>.<part>", "" under an answer)."""

    action: str = ""
    place: str = ""
    post: str = ""


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
