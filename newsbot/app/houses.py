"""The platforms that the config has a token for, each with what this process does there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from aiohttp import web

from newsbot.app.newsroom import Newsroom
from newsbot.app.terminal import Terminal
from newsbot.domain.ports import Sender

Role = Literal["ingest", "deliver", "chat"]
ROLES: tuple[Role, ...] = ("ingest", "deliver", "chat")


@dataclass(frozen=True, slots=True)
class Task:
    """A loop that a platform needs: its name, one round of it, the role that it is part of, and the seconds that it
    rests when there was nothing to do."""

    name: str
    step: Callable[[], Awaitable[bool]]
    role: Role
    pause: float = 1.0


class House(Protocol):
    """One process's share of a platform: its sender, its routes and its loops."""

    @property
    def sender(self) -> Sender:
        """The way out."""

    @property
    def resends(self) -> bool:
        """Whether a send whose outcome stayed unknown is sent once more."""

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """Its ways in, for the server of every process."""

    @property
    def tasks(self) -> Iterable[Task]:
        """Its loops."""

    async def alert(self, key: str, lines: Sequence[str] | None) -> None:
        """Have the bot's admins there told of the trouble ``key``, once until it is over (None)."""

    async def stop(self) -> None:
        """Take nothing more, and finish what is being answered."""

    async def close(self) -> None:
        """Leave the platform, once nothing more is sent."""


class Admins(Collection[str]):
    """The users' numbers of the bot's own admins on a platform, as the config in force has them."""

    def __init__(self, room: Newsroom, platform: str) -> None:
        self._room, self._platform = room, platform

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def _ids(self) -> list[str]:
        return [str(number) for number in getattr(self._room.config.admins, self._platform)]


def open_houses(room: Newsroom, roles: Sequence[Role], terminal: Terminal) -> list[House]:
    """A house for each platform with a token in which this process has a part; only their libraries are loaded."""
    if not {"deliver", "chat"} & set(roles):
        return []
    houses: list[House] = []
    if room.config.telegram_enabled:
        from newsbot.app.telegram import TelegramHouse

        houses.append(TelegramHouse(room, lambda address: terminal.met("Telegram", address)))
    if room.config.discord_enabled:
        from newsbot.app.discord import DiscordHouse

        houses.append(DiscordHouse(room, lambda address: terminal.met("Discord", address)))
    return houses
