"""Counts what is being answered, so that a stop can wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
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
        self,
        interaction: discord.Interaction,
        line: str,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
        fields: Mapping[str, str] | None = None,
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


class SetUp(Protocol):
    """Looks at a channel with an admin; :class:`newsbot.platforms.discord.setup.Setup`."""

    async def run(self, interaction: discord.Interaction, channel: discord.abc.Snowflake | None) -> None:
        """Answer ``/setup``; None: where it was given."""


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
        with self.counted():
            await self._door.command(interaction, line, **place)

    async def take(self, interaction: discord.Interaction, attachment: discord.Attachment, **place: Any) -> None:
        """Answer a file."""
        with self.counted():
            await self._door.take(interaction, attachment, **place)

    async def ping(self, interaction: discord.Interaction, text: str, role: discord.Role | None, **place: Any) -> None:
        """Answer the choice of a role."""
        with self.counted():
            await self._door.ping(interaction, text, role, **place)

    async def suggest(
        self, interaction: discord.Interaction, kind: str, typed: str, head: str = "", **place: Any
    ) -> list[app_commands.Choice[str]]:
        """What an argument may be."""
        return await self._door.suggest(interaction, kind, typed, head, **place)

    async def press(self, interaction: discord.Interaction, custom_id: str, values: Sequence[str]) -> None:
        """Answer a button or a menu."""
        with self.counted():
            await self._door.press(interaction, custom_id, values)

    async def submit(self, interaction: discord.Interaction) -> None:
        """Answer a form."""
        with self.counted():
            await self._door.submit(interaction)

    async def message(self, message: discord.Message) -> None:
        """Answer a private message."""
        with self.counted():
            await self._door.message(message)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """For the block in which something is answered."""
        self._open += 1
        self._empty.clear()
        try:
            yield
        finally:
            self._open -= 1
            if not self._open:
                self._empty.set()


class Counted:
    """A :class:`SetUp` that is counted by a ``flight``."""

    def __init__(self, flight: Flight, setup: SetUp) -> None:
        self._flight, self._setup = flight, setup

    async def run(self, interaction: discord.Interaction, channel: discord.abc.Snowflake | None) -> None:
        """Answer ``/setup``."""
        with self._flight.counted():
            await self._setup.run(interaction, channel)
