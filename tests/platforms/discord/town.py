"""A town with the bot in it: the strict Discord, the real library, and a real desk over a real database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import discord
import pytest
from discord import app_commands

from newsbot.domain.models import Chat, ChatKey, Subscription
from newsbot.newsdesk import Asker, Rules
from newsbot.pipeline.clockwork import SystemClock
from newsbot.platforms.commands import Desk, Request
from newsbot.platforms.discord import render, wire
from newsbot.platforms.discord.bot import DiscordPlatform
from newsbot.platforms.discord.callbacks import Callbacks
from newsbot.platforms.discord.client import Gateway, Listener
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.flight import Door, Flight
from newsbot.platforms.discord.inline import moment
from newsbot.platforms.discord.message import COMPONENTS, payload, private
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.setup import Setup
from newsbot.platforms.discord.sync import sync
from newsbot.platforms.discord.talk import Talk
from newsbot.platforms.discord.tree import Tree
from newsbot.platforms.discord.whereabouts import Whereabouts
from newsbot.platforms.discord.wire import make_rest, tracing
from newsbot.platforms.views import Reply
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.discord import EVERYONE, Channel, DiscordServer, Guild, Message, Permission
from tests.fakes.discord.people import Person
from tests.newsdesk.room import BATTERY, ROCKET, SU7, Room, open_room

one_shard_and_two = pytest.mark.parametrize("dc", [1, 2], ids=["1 shard", "2 shards"], indirect=True)
"""The town's server is the last shard's, private chats are the first one's."""
ALL = Rules(commands_per_minute=0, languages=("en", "de", "ar"))
BOT_MAY = EVERYONE | Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES
BY_ADMINS = Permission.MANAGE_GUILD


class SlowDesk(Desk):
    """The real desk, held back by a test: while ``gate`` is unset, answers wait; ``reached`` tells of each, and
    ``broken`` makes it raise."""

    def __init__(self, room: Room) -> None:
        super().__init__(room.newsdesk, stamps=moment)
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Semaphore(0)
        self.worked = 0
        self.broken = False

    async def _held(self, work: Awaitable[Reply]) -> Reply:
        self.worked += 1
        self.reached.release()
        await self.gate.wait()
        answer = await work
        if self.broken:
            raise RuntimeError("the desk is broken")
        return answer

    async def command(self, request: Request) -> Reply:
        return await self._held(super().command(request))

    async def press(self, request: Request, action: str) -> Reply:
        return await self._held(super().press(request, action))


class Deaf:
    """A listener to whom nothing matters."""

    async def anew(self) -> None: ...
    async def joined(self, guild: discord.Guild) -> None: ...
    async def available(self, guild: discord.Guild) -> None: ...
    async def left(self, guild: discord.Guild) -> None: ...
    async def unavailable(self, guild: discord.Guild) -> None: ...
    async def ready(self, guilds: list[discord.Guild]) -> None: ...
    async def channel_updated(self, channel: discord.abc.GuildChannel) -> None: ...
    async def channel_deleted(self, channel: discord.abc.GuildChannel) -> None: ...
    async def thread_updated(self, thread: discord.Thread) -> None: ...
    async def thread_deleted(self, thread: discord.RawThreadDeleteEvent) -> None: ...
    async def permissions_changed(self, guild: discord.Guild) -> None: ...
    async def role_deleted(self, role: discord.Role) -> None: ...


class Town:
    """One running bot in the server "Garage", with the channels ``general``, ``wire`` (announcements) and ``topics``
    (a forum). ``ann`` runs the server and speaks English, ``ben`` is a member who speaks German, ``boss`` is the bot's
    own admin.

    ``desk`` is the real one; ``clock`` moves when the test says so, while requests and the gateway wait by the
    machine's. ``story`` is the newest one's id, ``told``: Discord knows the commands.
    """

    def __init__(self, dc: DiscordServer, room: Room, listener: Callable[[Town], Listener] | None) -> None:
        self.dc, self.room, self.clock = dc, room, room.clock
        self.story = 0
        self.ann, self.ben, self.boss = dc.person("Ann"), dc.person("Ben", locale="de"), dc.person("Boss")
        self.guild: Guild = dc.guild("Garage", owner=dc.person("Owner"), community=True, shard=dc.shards - 1)
        self.general = self.guild.text("general")
        self.wire = self.guild.announcement("wire")
        self.topics = self.guild.forum("topics", tags=["Cars"])
        self.guild.member(self.ann, permissions=BY_ADMINS)
        self.guild.member(self.ben)
        self.guild.admits_bot(BOT_MAY)
        self.desk = SlowDesk(room)
        self.told = asyncio.Event()
        self.ids: dict[str, str] = {}
        self.pace = Pace(SystemClock(), 1e6)
        self.rest = make_rest(dc.token, dc.api_url, None, self.pace)
        wire.point_at(dc.api_url, dc.gateway_url)
        newsdesk = room.newsdesk
        self.doors = Doors(self.rest.http, newsdesk.servers, self.pace)
        callbacks = Callbacks(self.rest)
        where = Whereabouts(newsdesk.servers, {self.boss.id})
        self.setup = Setup(self.desk, newsdesk, where, callbacks, self.clock, ids=self.ids)
        self.talk = Talk(
            self.rest,
            self.desk,
            newsdesk,
            self.doors,
            self.clock,
            admins={self.boss.id},
            others={"setup": self.setup.press},
            ids=self.ids,
        )
        self.flight = Flight(self.talk)
        self.platform = DiscordPlatform(
            dc.token,
            self.rest,
            self.flight,
            listener(self) if listener else Deaf(),
            SystemClock(),
            tree_for=self._tree,
            tell=self._tell,
            trace=tracing(self.pace),
        )

    def _tree(self, client: Gateway, door: Door) -> Tree:
        return Tree(client, door, self.setup)

    async def _tell(self, tree: app_commands.CommandTree[Any]) -> None:
        assert isinstance(tree, Tree)
        self.ids.update((await sync(tree, self.room.storage.meta)).ids)
        self.told.set()

    async def start(self, *, stories: bool = True) -> None:
        """Fill the archive, and let the bot connect."""
        if stories:
            self.story = (await self.room.publish("motors", *SU7, hours=1)).story_id or 0
            await self.room.publish("volt", *BATTERY, hours=2)
            await self.room.publish("stars", *ROCKET, hours=3)
        await self.platform.step()
        await self.platform.connected()
        await self.told.wait()

    async def settled(self) -> None:
        """Wait until all that came in is answered."""
        assert await self.flight.finish(5)

    async def stop(self) -> None:
        """Let it go."""
        await self.platform.stop()
        await self.rest.close()

    async def posted(self, channel: Channel) -> Message:
        """The newest story, posted in ``channel`` as the part 0 of delivery 7."""
        reader = Asker("discord", "0", ChatKey("discord", channel.id), chat_kind="group")
        digest = await self.room.newsdesk.reading.story(reader, self.story)
        body = payload(render.post(digest, 7)[0], post="7.0")
        made = await wire.post(self.rest.http, channel.id, body)
        return next(message for message in channel.messages if message.id == made["id"])

    async def button(self, channel: Channel, custom_id: str) -> Message:
        """A message of the bot's, of long ago or made up, with one button."""
        row = {"type": 1, "components": [{"type": 2, "style": 2, "label": "Old", "custom_id": custom_id}]}
        made = await wire.post(self.rest.http, channel.id, {"flags": COMPONENTS, "components": [row]})
        return next(message for message in channel.messages if message.id == made["id"])

    async def chat(self, native: str, thread: str = "") -> Chat | None:
        """What is stored of a chat."""
        return await self.room.storage.chats.find(ChatKey("discord", native, thread))

    async def orders(self, native: str, thread: str = "") -> Sequence[Subscription]:
        """A chat's subscriptions."""
        chat = await self.chat(native, thread)
        return await self.room.storage.chats.subscriptions(chat.id) if chat else []

    async def labels(self, native: str, thread: str = "") -> list[str]:
        """What they are called."""
        return [order.label for order in await self.orders(native, thread)]

    async def own(self, person: Person) -> list[str]:
        """What comes to a person in private."""
        return await self.labels(private(person.id).native)


@contextlib.asynccontextmanager
async def open_town(
    dc: DiscordServer,
    storage: Storage,
    clock: ManualClock,
    rules: Rules = ALL,
    *,
    stories: bool = True,
    listener: Callable[[Town], Listener] | None = None,
    before: Callable[[Town], None] | None = None,
) -> AsyncIterator[Town]:
    """The bot, running over three feeds and, with ``stories``, three articles. ``listener`` makes the one that is told
    of servers, for nobody listens otherwise; ``before`` changes the town before the bot sees it."""
    town = Town(dc, await open_room(storage, clock, rules), listener)
    if before is not None:
        before(town)
    try:
        await town.start(stories=stories)
        yield town
    finally:
        await town.stop()
