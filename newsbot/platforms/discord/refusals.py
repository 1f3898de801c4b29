"""What refuses a request, read with care: Discord itself, or what stands before it, of which anything may come.

The library takes an answer's fields for what its documentation says; one that is of another type ends in a TypeError.
"""

from __future__ import annotations

import json
from math import isnan
from typing import Any

import aiohttp
import discord

LONGEST = 3600.0
"""Seconds that a refusal may make us wait; then one request finds out whether it still holds."""
DEEPEST = 30  # places within places in a body
UNSAID = 5.0
"""Seconds to wait where a refusal does not say in figures for how long."""


class Slowed(discord.RateLimited):
    """Refused for ``retry_after`` seconds. ``code`` is Discord's own, for a limit of one message and not of the route:
    20028 and 30046 (https://docs.discord.com/developers/topics/opcodes-and-status-codes#json); 0 for the others."""

    def __init__(self, seconds: float, code: int = 0) -> None:
        super().__init__(seconds)
        self.code = code


async def refusal(response: aiohttp.ClientResponse) -> discord.DiscordException | None:
    """What is to be raised for an answer of 400 or more, None where the library reads it as well as we do: it knows
    the limit's headers too. Raises aiohttp.ClientError where the answer breaks off."""
    said = _read(await response.text(encoding="utf-8", errors="replace"))
    if response.status == 429:
        return _slowed(response, said)
    return None if _is_plain(said) else _error(response, said)


def is_discords(response: aiohttp.ClientResponse) -> bool:
    """Whether Discord answered, and not what stands before it."""
    return "Via" in response.headers and response.content_type == "application/json"


def number_in(value: object) -> float | None:
    """``value`` as seconds to wait, or as a count: from none to :data:`LONGEST`; None for what is no number."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever it is
    except (TypeError, ValueError, OverflowError):
        return None
    return None if isnan(number) else min(LONGEST, max(0.0, number))


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _slowed(response: aiohttp.ClientResponse, said: Any) -> discord.DiscordException:
    if not is_discords(response) or not isinstance(said, dict):
        return _error(response, said)
    seconds = number_in(said.get("retry_after"))
    return Slowed(UNSAID if seconds is None else seconds, _code(said))


def _is_plain(said: Any) -> bool:
    if not isinstance(said, dict):
        return isinstance(said, str)
    plain = isinstance(said.get("code", 0), int) and isinstance(said.get("message", ""), str)
    return plain and _is_tree(said.get("errors"))


def _is_tree(errors: Any, depth: int = 0) -> bool:
    """Whether it is what the documentation says: https://docs.discord.com/developers/reference#error-messages"""
    if not isinstance(errors, dict) or depth > DEEPEST:
        return errors is None
    reasons = errors.get("_errors", [])
    sound = isinstance(reasons, list) and all(isinstance(each, dict) and _says(each) for each in reasons)
    return sound and all(_is_tree(inner, depth + 1) for key, inner in errors.items() if key != "_errors")


def _says(reason: dict[str, Any]) -> bool:
    return isinstance(reason.get("message", ""), str)


def _code(said: dict[str, Any]) -> int:
    code = said.get("code", 0)
    return code if isinstance(code, int) else 0


def _error(response: aiohttp.ClientResponse, said: Any) -> discord.HTTPException:
    kind = {403: discord.Forbidden, 404: discord.NotFound}.get(response.status, discord.HTTPException)
    if not isinstance(said, dict):
        return kind(response, str(said))
    return kind(response, {"code": _code(said), "message": str(said.get("message", ""))})
