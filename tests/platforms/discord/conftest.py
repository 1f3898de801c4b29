"""Fixtures of Discord's room: the strict server, and a town with the bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord
import pytest

from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer, Guild, Person
from tests.platforms.discord.requests import logged_in
from tests.platforms.discord.town import Town, open_town


@pytest.fixture
async def dc(request: pytest.FixtureRequest) -> AsyncIterator[DiscordServer]:
    """A server that runs for the test, with one shard, or as many as the test's parameter says."""
    shards = getattr(request, "param", 1)
    async with DiscordServer(shards=shards, max_concurrency=shards) as server:
        yield server


@pytest.fixture
async def rest(dc: DiscordServer) -> AsyncIterator[discord.Client]:
    """The real library's client, which asks ``dc`` and has logged in."""
    async with logged_in(dc) as client:
        yield client


@pytest.fixture
def ann(dc: DiscordServer) -> Person:
    """Ann, who owns the garage."""
    return dc.person("Ann")


@pytest.fixture
def garage(dc: DiscordServer, ann: Person) -> Guild:
    """Her guild, where the bot is."""
    guild = dc.guild("Garage", owner=ann)
    guild.admits_bot()
    return guild


@pytest.fixture
async def town(dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[Town]:
    """The bot, running over a real desk with three articles."""
    async with open_town(dc, sqlite_storage, clock) as opened:
        yield opened
