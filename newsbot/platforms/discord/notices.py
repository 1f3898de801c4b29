"""Tells the admins of a server, once, that posts wait, and what they can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from newsbot.domain.models import Chat
from newsbot.domain.ports import Clock
from newsbot.locales import Words

if TYPE_CHECKING:
    import discord
    from discord.http import HTTPClient


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does for this."""

    async def untold(self, platform: str) -> list[Chat]:
        """The paused chats whose admins were not told yet."""

    async def told(self, chat: Chat) -> None:
        """They were now."""

    async def creators(self, chat: Chat) -> list[str]:
        """The ids of those who made the chat's subscriptions."""


class Doors(Protocol):
    """What :class:`newsbot.platforms.discord.doors.Doors` does."""

    async def open(self, user_id: str) -> str:
        """The id of the channel in which a person is written to alone."""


class Notices:
    """``find`` gives a server by its id, None while the gateway does not know it."""

    def __init__(
        self,
        presence: Presence,
        doors: Doors,
        http: HTTPClient,
        clock: Clock,
        find: Callable[[int], discord.Guild | None],
        words_for: Callable[[str], Words] = Words,
    ) -> None:
        self._presence = presence
        self._doors = doors
        self._http = http
        self._clock = clock
        self._find = find
        self._words_for = words_for

    async def step(self) -> bool:
        """Tell what is to be told now; whether anything was."""
        return False
