"""Counts what is being answered, so that a stop can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from newsbot.platforms.discord.client import Answerer

if TYPE_CHECKING:
    import discord
    from discord import app_commands

    from newsbot.domain.models import ChatKey


class Door(Answerer, Protocol):
    """Answers people; :class:`newsbot.platforms.discord.talk.Talk`."""

    async def command(
        self, interaction: discord.Interaction, line: str, *, place: ChatKey | None = None, private_place: bool = False
    ) -> None:
        """Answer a command."""

    async def take(
        self,
        interaction: discord.Interaction,
        attachment: discord.Attachment,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> None:
        """Answer a file."""

    async def ping(
        self, interaction: discord.Interaction, text: str, role: discord.Role | None, *, place: ChatKey | None = None
    ) -> None:
        """Answer the choice of a role."""

    async def suggest(
        self,
        interaction: discord.Interaction,
        kind: str,
        typed: str,
        head: str = "",
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> list[app_commands.Choice[str]]:
        """What an argument may be, while it is typed."""


class Flight:
    """A :class:`Door` that counts what goes through it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._open = 0
        self._empty = asyncio.Event()
        self._empty.set()

    async def finish(self, seconds: float) -> bool:
        """Wait until nothing is being answered, for ``seconds`` at most; whether that came."""
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    async def command(self, interaction: discord.Interaction, line: str, **place: Any) -> None:
        """Answer a command."""
        with self._counted():
            await self._door.command(interaction, line, **place)

    async def take(self, interaction: discord.Interaction, attachment: discord.Attachment, **place: Any) -> None:
        """Answer a file."""
        with self._counted():
            await self._door.take(interaction, attachment, **place)

    async def ping(self, interaction: discord.Interaction, text: str, role: discord.Role | None, **place: Any) -> None:
        """Answer the choice of a role."""
        with self._counted():
            await self._door.ping(interaction, text, role, **place)

    async def suggest(
        self, interaction: discord.Interaction, kind: str, typed: str, head: str = "", **place: Any
    ) -> list[app_commands.Choice[str]]:
        """What an argument may be."""
        return await self._door.suggest(interaction, kind, typed, head, **place)

    async def press(self, interaction: discord.Interaction, custom_id: str, values: Sequence[str]) -> None:
        """Answer a button or a menu."""
        with self._counted():
            await self._door.press(interaction, custom_id, values)

    async def submit(self, interaction: discord.Interaction) -> None:
        """Answer a form."""
        with self._counted():
            await self._door.submit(interaction)

    async def message(self, message: discord.Message) -> None:
        """Answer a private message."""
        with self._counted():
            await self._door.message(message)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._open += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._empty.set()
