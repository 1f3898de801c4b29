"""/setup: what the bot may do in a channel, what is missing and where to click; then, the first steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from newsbot.domain.ports import Clock
from newsbot.platforms.actions import Memory

if TYPE_CHECKING:
    import discord
    from discord.http import HTTPClient

    from newsbot.platforms.commands import Desk

PREFIX = "setup:"
"""What the actions of a report's buttons and menus begin with: they are :meth:`Setup.press`'s, not the desk's."""


class Setup:
    """Reports that check themselves again when permissions change, while their interaction lives."""

    def __init__(self, desk: Desk, memory: Memory, http: HTTPClient, clock: Clock) -> None:
        self._desk = desk
        self._memory = memory
        self._http = http
        self._clock = clock

    async def run(self, interaction: discord.Interaction, channel: discord.abc.Snowflake | None) -> None:
        """Answer ``/setup [channel]``; None: ask for one."""

    async def press(self, interaction: discord.Interaction, action: str, values: list[str]) -> None:
        """Answer a button or menu of a report. ``action`` begins with :data:`PREFIX`; ``values`` are a menu's."""

    async def changed(self, guild: discord.Guild) -> None:
        """Permissions in a server changed: check its open reports again."""
