"""Requests to the Discord of our own through the real library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.fakes.discord import Channel, DiscordServer


@asynccontextmanager
async def logged_in(dc: DiscordServer) -> AsyncIterator[discord.Client]:
    """The real library's client, which asks ``dc`` and has logged in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Route, "BASE", dc.api_url)
        async with discord.Client(intents=discord.Intents.none()) as client:
            await client.login(dc.token)
            yield client


async def asked(rest: discord.Client, method: str, path: str, body: Any = None, **parts: str) -> Any:
    """One request through the library."""
    extra = {} if body is None else {"json": body}
    return await rest.http.request(Route(method, path, **parts), **extra)


async def posted(rest: discord.Client, channel: Channel, **body: Any) -> Any:
    """A message by the bot."""
    return await asked(rest, "POST", "/channels/{channel_id}/messages", body, channel_id=channel.id)


async def changed(rest: discord.Client, channel: Channel, id_: str, **body: Any) -> Any:
    """An edit by the bot."""
    path = "/channels/{channel_id}/messages/{message_id}"
    return await asked(rest, "PATCH", path, body, channel_id=channel.id, message_id=id_)


async def deleted(rest: discord.Client, channel: Channel, id_: str) -> Any:
    """A message is deleted by the bot."""
    path = "/channels/{channel_id}/messages/{message_id}"
    return await asked(rest, "DELETE", path, channel_id=channel.id, message_id=id_)


def bare(dc: DiscordServer) -> aiohttp.ClientSession:
    """Without the library, which would wait where a limit is reached."""
    headers = {"Authorization": f"Bot {dc.token}", "User-Agent": "DiscordBot (https://newsbot.example, 1)"}
    return aiohttp.ClientSession(headers=headers)


async def code(awaitable: Any) -> int:
    """The JSON code with which something is refused."""
    with pytest.raises(discord.HTTPException) as caught:
        await awaitable
    return caught.value.code
