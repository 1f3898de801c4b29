"""Which handler answers which address, and what a handler is given."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord.errors import Json, not_found

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer
    from tests.fakes.discord.world import World

MAJOR = ("channel_id", "guild_id", "webhook_id", "interaction_id")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a multipart body."""

    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call. ``params`` are the parts of the path, ``body`` the JSON object ({} when there is none; ``raw`` when it
    is a list), ``files`` the uploads by the number in ``files[n]``.
    """

    dc: DiscordServer
    method: str
    path: str
    params: Mapping[str, str]
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    raw: object = None
    files: Mapping[int, Upload] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """All that there is."""
        return self.dc.world


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status of its own; a handler that returns a dict or list means 200, None means 204."""

    status: int
    body: object = None


Handler = Callable[[Request], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. ``signed``: it needs the bot's token; ``counted``: it counts for the global limit (webhooks and
    interaction callbacks do not)."""

    method: str
    path: str
    handler: Handler
    signed: bool
    counted: bool
    pattern: re.Pattern[str]

    @property
    def name(self) -> str:
        """As :class:`tests.fakes.discord.rates.Rates` knows it."""
        return f"{self.method} {self.path}"


class Routes:
    """The table; the first that fits is taken, so fixed words come before parameters."""

    def __init__(self) -> None:
        self._table: list[Route] = []

    def add(self, method: str, path: str, handler: Handler, *, signed: bool = True, counted: bool = True) -> None:
        """``path`` is below /api/v10, with ``{names}`` for its parameters: ``/channels/{channel_id}``."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + r"\Z")
        self._table.append(Route(method, path, handler, signed, counted, pattern))

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """The route of a call and the parameters in its path; ApiError 404 (405 for another method)."""
        for route in self._table:
            found = route.pattern.match(path)
            if found and route.method == method:
                return route, found.groupdict()
        raise not_found()


def major(params: Mapping[str, str]) -> str:
    """The major parameters, which have buckets of their own: /topics/rate-limits#rate-limits."""
    found = [params[name] for name in MAJOR if name in params]
    return "/".join([*found, params.get("token", "")])
