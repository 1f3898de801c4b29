"""The gateway's side of the platform over a strict server, with answers that a test can hold back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.errors import PlatformError
from newsbot.pipeline.clockwork import SystemClock
from newsbot.platforms.discord.bot import DiscordPlatform
from newsbot.platforms.discord.client import Gateway
from newsbot.platforms.discord.flight import Door
from newsbot.platforms.discord.message import Box, Choice, Key, Keys, Menu, Outgoing, Section, Text, payload
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.wire import make_rest, point_at, post, tracing
from tests.fakes.discord import Channel, DiscordServer, Guild, Message
from tests.fakes.discord.people import Person


class Seen:
    """What happened, in order; ``gates`` hold back the answer to what they are named after."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self._gates: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Event()

    def hold(self, name: str) -> asyncio.Event:
        """Hold back the answer to ``name`` until the event is set."""
        return self._gates.setdefault(name, asyncio.Event())

    async def note(self, name: str) -> None:
        """``name`` happened."""
        self.events.append(name)
        self._changed.set()
        if name in self._gates:
            await self._gates[name].wait()

    async def until(self, condition: Callable[[list[str]], bool], timeout: float = 5) -> None:
        """Wait for what happens."""
        async with asyncio.timeout(timeout):
            while not condition(self.events):
                self._changed.clear()
                await self._changed.wait()

    async def get(self, *names: str) -> None:
        """Wait until all of these happened."""
        await self.until(lambda events: set(names) <= set(events))


class People(Seen):
    """A door at which every answer is a word."""

    async def command(
        self,
        interaction: discord.Interaction,
        line: str,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        await self.note(line)
        await self._answer(interaction, line)

    async def take(
        self,
        interaction: discord.Interaction,
        attachment: discord.Attachment,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> None:
        await self.note(attachment.filename)

    async def ping(
        self, interaction: discord.Interaction, text: str, role: discord.Role | None, *, place: ChatKey | None = None
    ) -> None:
        await self.note(text)

    async def suggest(
        self, interaction: discord.Interaction, kind: str, typed: str, head: str = "", **place: Any
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=typed, value=typed)]

    async def press(self, interaction: discord.Interaction, custom_id: str, values: Sequence[str]) -> None:
        if custom_id == "|fails":
            raise RuntimeError("the door is broken")
        name = "+".join([custom_id, *values])
        await self.note(name)
        await self._answer(interaction, name)

    async def submit(self, interaction: discord.Interaction) -> None:
        name = str(dict(interaction.data or {})["custom_id"])
        await self.note(name)
        await self._answer(interaction, name)

    async def message(self, message: discord.Message) -> None:
        await self.note(message.content)

    async def _answer(self, interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"answer to {name}", ephemeral=True)
        await self.note(f"answered {name}")


class Servers(Seen):
    """A listener that writes down what it is told."""

    async def joined(self, guild: discord.Guild) -> None:
        await self.note(f"joined {guild.name}")

    async def available(self, guild: discord.Guild) -> None:
        await self.note(f"available {guild.name}")

    async def left(self, guild: discord.Guild) -> None:
        await self.note(f"left {guild.name}")

    async def unavailable(self, guild: discord.Guild) -> None:
        await self.note(f"unavailable {guild.name}")

    async def ready(self, guilds: list[discord.Guild]) -> None:
        await self.note(f"ready {len(guilds)}")

    async def channel_updated(self, channel: discord.abc.GuildChannel) -> None:
        await self.note(f"channel {channel.name}")

    async def channel_deleted(self, channel: discord.abc.GuildChannel) -> None:
        await self.note(f"channel gone {channel.name}")

    async def thread_updated(self, thread: discord.Thread) -> None:
        await self.note(f"thread {thread.name}")

    async def thread_deleted(self, thread: discord.RawThreadDeleteEvent) -> None:
        await self.note(f"thread gone {thread.thread_id}")

    async def permissions_changed(self, guild: discord.Guild) -> None:
        await self.note(f"permissions {guild.name}")

    async def role_deleted(self, role: discord.Role) -> None:
        await self.note(f"role gone {role.name}")

    async def anew(self) -> None:
        await self.note("anew")


def tree_for(client: Gateway, door: Door) -> app_commands.CommandTree[Any]:
    """One command, /ping, which any line answers."""
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(client)

    @tree.command(name="ping", description="Ping")
    async def ping(interaction: discord.Interaction) -> None:
        await door.command(interaction, f"ping of {interaction.user.name}")

    return tree


async def tell(tree: app_commands.CommandTree[Any]) -> None:
    """Tell Discord of the commands."""
    await tree.sync()


class Running:
    """One process of the bot, as app runs it."""

    def __init__(
        self, dc: DiscordServer, clock: Clock, *, token: str = "", shards: int | None = None, **more: Any
    ) -> None:
        self.people, self.servers = People(), Servers()
        self.met: list[str] = []
        self.changes = 0
        self._changed = asyncio.Event()
        point_at(dc.api_url, dc.gateway_url)
        pace = Pace(SystemClock())
        self.rest = make_rest(token or dc.token, dc.api_url, None, pace)
        self.platform = DiscordPlatform(
            token or dc.token,
            self.rest,
            self.people,
            self.servers,
            clock,
            tree_for=tree_for,
            tell=tell,
            met=self.met.append,
            changed=self._change,
            shards=shards,
            trace=tracing(pace),
            **more,
        )

    async def up(self, timeout: float = 5) -> None:
        """Step until every shard is connected."""
        await self.platform.step()
        async with asyncio.timeout(timeout):
            await self.platform.connected()

    async def fails(self, timeout: float = 5) -> PlatformError:
        """Step whenever something changed, until a step raises: that."""
        async with asyncio.timeout(timeout):
            while True:
                before = self.changes
                try:
                    await self.platform.step()
                except PlatformError as error:
                    return error
                while self.changes == before:
                    self._changed.clear()
                    await self._changed.wait()

    def _change(self) -> None:
        self.changes += 1
        self._changed.set()

    async def close(self) -> None:
        """Stop, as app does it."""
        await self.platform.stop()
        await self.rest.close()


@contextlib.asynccontextmanager
async def running(dc: DiscordServer, clock: Clock, **how: Any) -> AsyncIterator[Running]:
    """The bot, connected, and stopped at the end."""
    bot = Running(dc, clock, **how)
    try:
        await bot.up()
        yield bot
    finally:
        await bot.close()


def served(dc: DiscordServer, owner: Person, *, shard: int = 0) -> tuple[Guild, Channel]:
    """A server with the bot that ``shard`` of all serves, and a channel of it."""
    moment = int(dc.world.ids.next()) >> 22
    while moment % dc.shards != shard:
        moment += 1
    guild = dc.world.guilds[str(moment << 22)] = Guild(dc.world, str(moment << 22), "Garage", owner)
    channel = guild.text("general")
    guild.admits_bot()
    return guild, channel


async def posted(bot: Running, channel: Channel) -> Message:
    """A message of ours with a button in a box, one beside a text, and a menu."""
    parts = (
        Box((Text("News"), Section("More", Key("Beside", "beside")), Keys((Key("One", "one"),)))),
        Menu((Choice("First", "first"), Choice("Second", "second"))),
    )
    made = await post(bot.rest.http, channel.id, payload(Outgoing(parts), post="7.1"))
    message = channel.find(made["id"])
    assert message is not None
    return message


async def commands(dc: DiscordServer) -> None:
    """Wait until Discord knows the commands."""
    async with asyncio.timeout(5):
        while not dc.called("PUT", "/applications/*/commands"):
            await dc.world.change()
