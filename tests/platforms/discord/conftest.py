"""Fixtures of Discord's room: the strict server, and a town with the bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer
from tests.platforms.discord.town import Town, open_town


@pytest.fixture
async def dc(request: pytest.FixtureRequest) -> AsyncIterator[DiscordServer]:
    """A server that runs for the test, with one shard, or as many as the test's parameter says."""
    shards = getattr(request, "param", 1)
    async with DiscordServer(shards=shards, max_concurrency=shards) as server:
        yield server


@pytest.fixture
async def town(dc: DiscordServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[Town]:
    """The bot, running over a real desk with three articles."""
    async with open_town(dc, sqlite_storage, clock) as opened:
        yield opened
