"""The commands on a real client over a strict server, answered by the tests' own Talk, which writes down what it is
asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands

from newsbot.domain.models import ChatKey
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.tree import Tree
from newsbot.platforms.discord.wire import point_at
from tests.fakes.discord import DiscordServer


class Recorder:
    """Writes down what it is asked, for where, and says it back; it is a Talk and a SetUp."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.offers: list[app_commands.Choice[str]] = []
        self.failure: Exception | None = None

    async def command(
        self,
        interaction: Interaction,
        line: str,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        await self._note(interaction, line, place, private_place)

    async def take(
        self,
        interaction: Interaction,
        attachment: discord.Attachment,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> None:
        await self._note(interaction, (await attachment.read()).decode(), place, private_place)

    async def ping(
        self, interaction: Interaction, text: str, role: discord.Role | None, *, place: ChatKey | None = None
    ) -> None:
        await self._note(interaction, f"{role.name if role else 'nobody'} for {text}", place)

    async def press(self, interaction: Interaction, custom_id: str, values: Sequence[str]) -> None:
        await self._note(interaction, f"pressed {custom_id}")

    async def suggest(
        self,
        interaction: Interaction,
        kind: str,
        typed: str,
        head: str = "",
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> list[app_commands.Choice[str]]:
        self.asked.append((f"{kind} {typed}", _where(place, private_place)))
        if self.failure is not None:
            raise self.failure
        return self.offers

    async def run(self, interaction: Interaction, channel: discord.abc.Snowflake | None) -> None:
        await self._note(interaction, f"setup {channel.id if channel else 'here'}")

    async def _note(
        self, interaction: Interaction, said: str, place: ChatKey | None = None, private_place: bool = False
    ) -> None:
        self.asked.append((said, _where(place, private_place)))
        await interaction.response.send_message(f"answer to {said}", ephemeral=True)
        if self.failure is not None:
            raise self.failure


def _where(place: ChatKey | None, private_place: bool) -> str:
    return "own" if private_place else str(place or "here").removeprefix("discord:")


@contextlib.asynccontextmanager
async def listening(
    dc: DiscordServer, make: Callable[[discord.Client], Tree], *, told: bool = True
) -> AsyncIterator[Tree]:
    """A client with the tree that ``make`` makes, connected; Discord is ``told`` of the commands."""
    point_at(dc.api_url, dc.gateway_url)
    client = discord.Client(intents=discord.Intents(guilds=True), max_messages=None, guild_ready_timeout=0.05)
    await client.login(dc.token)
    tree = make(client)
    connected = asyncio.create_task(client.connect(), name="the gateway")
    try:
        await asyncio.wait_for(client.wait_until_ready(), 5)
        if told:
            await tree.sync()
        yield tree
    finally:
        await client.close()
        await asyncio.gather(connected, return_exceptions=True)


@contextlib.asynccontextmanager
async def only_telling(dc: DiscordServer, **more: Any) -> AsyncIterator[Tree]:
    """A client that is only logged in, as the command line's, with the tree."""
    point_at(dc.api_url, dc.gateway_url)
    async with discord.Client(intents=discord.Intents.none(), **more) as client:
        await client.login(dc.token)
        yield Tree(client, Recorder(), Recorder())
