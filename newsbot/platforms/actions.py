"""What a button says when it is pressed: ``verb:argument:…`` in at most 60 bytes (Telegram gives 64).

What does not fit is remembered in the database and travels as ``~token``. An action is user input: it may come
from anybody, months later, twice, or be made up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote

LIMIT = 60  # bytes


class Memory(Protocol):
    """Where long actions wait for their press."""

    async def remember(self, payload: Mapping[str, object]) -> str:
        """Keep ``payload`` and return a short token of letters, digits, ``-`` and ``_``."""

    async def recall(self, token: str) -> Mapping[str, object] | None:
        """The payload of ``token``; None for an unknown one."""


@dataclass(frozen=True, slots=True)
class Action:
    """A verb of :data:`newsbot.platforms.answers.PRESSES` and its arguments.

    ``kept``: it was in our own memory, so that nobody can have made it up.
    """

    verb: str
    arguments: tuple[str, ...] = ()
    kept: bool = False


def short(verb: str, *arguments: object) -> str:
    """The action as text. Raises ValueError when it is longer than 60 bytes: use :func:`pack` for free text."""
    text = _join(verb, arguments)
    if len(text.encode()) > LIMIT:
        raise ValueError(f"action too long: {text}")
    return text


async def pack(memory: Memory, verb: str, *arguments: object) -> str:
    """The action as text of at most 60 bytes, kept in ``memory`` where it is longer."""
    text = _join(verb, arguments)
    if len(text.encode()) <= LIMIT:
        return text
    return await keep(memory, verb, *arguments)


async def keep(memory: Memory, verb: str, *arguments: object) -> str:
    """The action as a token, however short it is: for what is believed only from our own memory."""
    return "~" + await memory.remember({"verb": verb, "arguments": [str(a) for a in arguments]})


async def unpack(memory: Memory, text: str) -> Action | None:
    """The action of a pressed button; None for a token nobody remembers or text that is no action."""
    if not text.startswith("~"):
        verb, *arguments = text.split(":")
        return Action(verb, tuple(map(unquote, arguments)))
    payload = await memory.recall(text[1:])
    if payload is None:
        return None
    found = payload.get("arguments")
    return Action(str(payload.get("verb", "")), tuple(map(str, found)) if isinstance(found, list) else (), kept=True)


def _join(verb: str, arguments: tuple[object, ...]) -> str:
    return ":".join((verb, *(str(a).replace("%", "%25").replace(":", "%3A") for a in arguments)))
