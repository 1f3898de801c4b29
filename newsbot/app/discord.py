"""Discord, given what it needs of the other rooms."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import aiohttp
import discord
import structlog
from aiohttp import web
from discord import app_commands

from newsbot.app.houses import Admins, Task
from newsbot.app.newsroom import Newsroom
from newsbot.config import Config
from newsbot.domain.models import ChatKey, ChatKind
from newsbot.domain.ports import Sender
from newsbot.newsdesk import Newsdesk
from newsbot.pipeline.clockwork import SystemClock
from newsbot.pipeline.courtesy import Courtesy
from newsbot.pipeline.leadership import Leadership
from newsbot.platforms.commands import Desk, Request
from newsbot.platforms.discord.alerts import Alerts
from newsbot.platforms.discord.bot import DiscordPlatform
from newsbot.platforms.discord.callbacks import Callbacks
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.flight import Door
from newsbot.platforms.discord.guilds import Guilds
from newsbot.platforms.discord.inline import moment
from newsbot.platforms.discord.looking import Look, look
from newsbot.platforms.discord.message import PLATFORM
from newsbot.platforms.discord.notices import Notices
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.report import PREFIX
from newsbot.platforms.discord.send import DiscordSender
from newsbot.platforms.discord.setup import Setup
from newsbot.platforms.discord.sync import Synced, sync
from newsbot.platforms.discord.talk import Talk
from newsbot.platforms.discord.threads import Threads
from newsbot.platforms.discord.tree import Tree
from newsbot.platforms.discord.troubles import in_words
from newsbot.platforms.discord.welcome import Welcome
from newsbot.platforms.discord.whereabouts import Whereabouts
from newsbot.platforms.discord.wire import make_rest, point_at, tracing
from newsbot.platforms.views import Reply

log = structlog.get_logger(__name__)

LEARN = f"{PLATFORM}:learn"
LEARNING = 60.0
"""Seconds between two looks for channels of the config that Discord has not told of yet."""
TELLING = 10.0
"""Seconds between two looks for servers whose admins are to be told something."""


class Polite(Desk):
    """A desk before which background work gives way."""

    def __init__(self, newsdesk: Newsdesk, courtesy: Courtesy) -> None:
        super().__init__(newsdesk, stamps=moment)
        self._courtesy = courtesy

    async def command(self, request: Request) -> Reply:
        """Answer a line."""
        with self._courtesy.answering():
            return await super().command(request)

    async def press(self, request: Request, action: str) -> Reply:
        """Answer a pressed button."""
        with self._courtesy.answering():
            return await super().press(request, action)

    async def take(self, request: Request, load: Callable[[], Awaitable[bytes]]) -> Reply:
        """Answer a file."""
        with self._courtesy.answering():
            return await super().take(request, load)


class DiscordHouse:
    """One process's share of Discord: its sender, and the loops of the one that leads."""

    resends = False  # a repeated send shows once

    def __init__(self, room: Newsroom, met: Callable[[str], None] = lambda _: None) -> None:
        """``met`` is told the address that invites the bot once Discord has said who it is."""
        own, newsdesk, clock = room.config.platforms.discord, room.newsdesk, room.clock
        self._room = room
        point_at(own.api_url, own.gateway_url)
        pace = Pace(clock, own.rate.global_)
        token = own.token.get_secret_value()
        self._rest = make_rest(token, own.api_url, own.proxy, pace)
        http = self._rest.http
        doors = Doors(http, newsdesk.servers, pace)
        self._sender = DiscordSender(self._rest, pace, doors, clock, newsdesk.servers)
        self.sender: Sender = self._sender
        desk, servers = Polite(newsdesk, room.courtesy), newsdesk.servers
        self._ids: dict[str, str] = {}
        admins = Admins(room, PLATFORM)
        setup = Setup(desk, newsdesk, Whereabouts(servers, admins), Callbacks(self._rest), clock, ids=self._ids)
        self._setup = setup
        others = {PREFIX.rstrip(":"): setup.press}
        talk = Talk(self._rest, desk, newsdesk, doors, clock, admins=admins, others=others, ids=self._ids)
        self._talk = talk
        threads = Threads(servers, http, clock)
        forget = self._sender.places.forget
        self._guilds = Guilds(
            newsdesk.presence, servers, Welcome(http, clock, ids=self._ids), threads, setup, clock, forget=forget
        )
        self._platform = DiscordPlatform(
            token,
            self._rest,
            talk,
            self._guilds,
            clock,
            tree_for=self._tree,
            tell=self._told,
            met=met,
            shards=own.shards,
            changed=lambda: room.wake.notify(PLATFORM),
            proxy=own.proxy,
            trace=tracing(pace),
        )
        self._notices = Notices(newsdesk.servers, http, clock, doors, self._platform.find, ids=self._ids)
        self._alerts = Alerts(self._rest, clock, doors, admins)
        self._leadership = Leadership(room.storage, PLATFORM, room.owner, clock)
        self._leads = False
        self._learned: Config | None = None
        self._unknown: set[ChatKey] = set()

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """None: whatever people do comes by the gateway."""
        return ()

    @property
    def tasks(self) -> list[Task]:
        """The gateway and what goes with it, where this process leads."""
        return [
            Task(PLATFORM, self.step, "chat"),
            Task(f"{PLATFORM}:tell", self._tell, "chat", TELLING),
            Task(LEARN, self._learn_places, "chat", LEARNING),
            Task(f"{PLATFORM}:alert", self._alerts.step, "deliver", TELLING),
        ]

    async def alert(self, key: str, lines: Sequence[str] | None) -> None:
        """Have the bot's admins on Discord told of the trouble ``key``, once until it is over (None)."""
        await self._alerts.alert(key, lines)

    async def step(self) -> bool:
        """One round of the gateway's loop. Raises PlatformError where Discord cannot be worked with just now."""
        await self._platform.start()
        if await self._leadership.hold() is None:
            self._leads = False
            await self._platform.leave()
            return False
        if not self._leads:
            self._leads = True
            self._room.wake.notify(LEARN)
        return await self._platform.step()

    async def _tell(self) -> bool:
        return self._leads and (await self._guilds.step() or await self._notices.step())

    async def sync_commands(self, *, force: bool = False) -> Synced:
        """Tell Discord of the commands where they changed, or with ``force``: all that a house does that runs nothing
        else. Raises PlatformError where Discord cannot be asked."""
        await self._platform.start()
        return await sync(self._tree(self._rest, self._talk), self._room.storage.meta, force=force)

    def _tree(self, client: discord.Client, door: Door) -> Tree:
        return Tree(client, door, self._platform.counted(self._setup))

    async def _told(self, tree: app_commands.CommandTree[Any]) -> None:
        if isinstance(tree, Tree):
            self._ids.update((await sync(tree, self._room.storage.meta)).ids)

    async def _learn_places(self) -> bool:
        """Find out what kind of channels the config names, and in which servers: for each config that comes into force,
        and again for those that Discord did not tell of."""
        config = self._room.config
        if not self._leads:
            return False
        if config is not self._learned:
            wanted = (spec.chat for spec in config.subscription_specs())
            self._learned, self._unknown = config, {chat for chat in wanted if chat.platform == PLATFORM}
        for key in sorted(self._unknown, key=str):
            await self._learn(key)
        return False

    async def _learn(self, key: ChatKey) -> None:
        try:
            place = await self._sender.places.at(key.native)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            log.warning("a channel that the config names cannot be found", chat=str(key), reason=in_words(error))
            return
        kind: ChatKind = "forum" if place.is_forum else "channel" if place.publishes else "group"
        await self._room.newsdesk.servers.is_now(key, "group" if key.thread else kind, place.server)
        self._unknown.discard(key)

    async def stop(self) -> None:
        """Leave the gateway, once what is being answered is."""
        await self._platform.stop()
        await self._leadership.release()

    async def close(self) -> None:
        """Leave Discord, once nothing more is sent."""
        await self._rest.close()


async def sync_commands(room: Newsroom, *, force: bool = False) -> Synced:
    """Tell Discord of the slash commands where they changed since it was last told, or with ``force``. Raises
    PlatformError where it cannot be asked."""
    house = DiscordHouse(room)
    try:
        return await house.sync_commands(force=force)
    finally:
        await house.close()


async def check(config: Config) -> Look:
    """What Discord says of the config's token, its application and its gateway."""
    own = config.platforms.discord
    point_at(own.api_url, own.gateway_url)
    pace = Pace(SystemClock(), own.rate.global_)
    rest = make_rest(own.token.get_secret_value(), own.api_url, own.proxy, pace)
    return await look(rest, api_url=own.api_url, gateway_url=own.gateway_url)
