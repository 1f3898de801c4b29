"""The town's server watched over: what the gateway tells of it is heard, and its admins are told."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, cast

import discord

from newsbot.domain.models import Chat, ChatKey, What, When
from newsbot.newsdesk import Rules
from newsbot.platforms.discord.client import Listener
from newsbot.platforms.discord.guilds import Guilds
from newsbot.platforms.discord.notices import Notices
from newsbot.platforms.discord.threads import Threads
from newsbot.platforms.discord.welcome import Welcome
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import Channel, DiscordServer
from tests.platforms.discord.town import ALL, Town, open_town


class Heard:
    """A listener that passes on what it is told, and says when that is done with."""

    def __init__(self, guilds: Guilds) -> None:
        self.guilds = guilds
        self._done: Counter[str] = Counter()
        self._changed = asyncio.Event()

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        async def tell(*about: Any) -> None:
            await getattr(self.guilds, name)(*about)
            self._done[name] += 1
            self._changed.set()

        return tell

    async def after(self, name: str, work: Awaitable[object] | None = None, times: int = 1) -> None:
        """Do ``work``, and wait until the listener has done with ``name``, so many times more."""
        wanted = (self._done[name] if work is not None else 0) + times
        if work is not None:
            await work
        async with asyncio.timeout(5):
            while self._done[name] < wanted:
                self._changed.clear()
                await self._changed.wait()


class Garage:
    """``town`` with its listener, and what tells its admins."""

    def __init__(self, town: Town, heard: Heard) -> None:
        self.town, self.heard = town, heard
        self.guilds = heard.guilds
        self.clock = town.clock
        self.servers, self.storage = town.room.newsdesk.servers, town.room.storage
        self.notices = Notices(self.servers, town.rest.http, town.clock, town.doors, town.platform.find)

    @property
    def known(self) -> discord.Guild:
        """The town's server as the library knows it."""
        found = self.town.platform.find(int(self.town.guild.id))
        assert found is not None
        return found

    async def subscribed(self, channel: Channel, *, paused: str = "", by: str = "") -> Chat:
        """A channel gets everything, by the wish of the person with id ``by``; or it would, were it not ``paused``."""
        chats, now, what = self.storage.chats, self.clock.now(), What()
        server, made = channel.guild.id if channel.guild else "", f"discord:{by}" if by else ""
        chat = await chats.ensure(key(channel), "group", f"#{channel.name}", now, None, server)
        await chats.subscribe(chat.id, what, When(), label="everything", created_by=made, created=now)
        if paused:
            await chats.pause(chat.id, paused)
        return chat

    async def paused(self, channel: Channel) -> str:
        """Why a channel's posts wait, "" when they do not."""
        found = await self.storage.chats.find(key(channel))
        assert found is not None
        return found.paused

    async def told(self) -> bool:
        """Let a minute pass, and see whether admins are told of something."""
        await self.notices.step()
        self.clock.advance(minutes=1)
        return await self.notices.step()


def key(channel: Channel) -> ChatKey:
    """The address of a channel or a thread."""
    if channel.is_thread and channel.parent:
        return ChatKey("discord", channel.parent.id, channel.id)
    return ChatKey("discord", channel.id)


@contextlib.asynccontextmanager
async def open_garage(
    dc: DiscordServer,
    storage: Storage,
    clock: ManualClock,
    *,
    rules: Rules = ALL,
    before: Callable[[Town], None] | None = None,
) -> AsyncIterator[Garage]:
    """The bot, connected, with all that it was told at first done; ``before`` changes the town before that."""
    made: list[Heard] = []

    def listener(town: Town) -> Listener:
        desk, http = town.room.newsdesk, town.rest.http
        threads = Threads(desk.servers, http, town.clock)
        guilds = Guilds(desk.presence, desk.servers, Welcome(http, town.clock), threads, town.setup, town.clock)
        made.append(Heard(guilds))
        return cast("Listener", made[0])

    async with open_town(dc, storage, clock, rules, stories=False, listener=listener, before=before) as town:
        garage = Garage(town, made[0])
        await garage.heard.after("ready")
        await garage.heard.after("available", times=sum(guild.has_bot for guild in dc.world.guilds.values()))
        yield garage
