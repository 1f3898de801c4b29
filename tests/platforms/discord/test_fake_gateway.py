"""The gateway of the tests' Discord, seen by the real client and by one that says what it should not."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fakes.discord import DiscordServer, Guild

INTENTS = discord.Intents(guilds=True, dm_messages=True)


class Client(discord.AutoShardedClient):
    """Remembers by name what it heard, and can be waited for."""

    def __init__(self, shards: int = 1, **options: Any) -> None:
        options = {"intents": INTENTS, "max_messages": None, "guild_ready_timeout": 0.01} | options
        super().__init__(shard_count=shards, chunk_guilds_at_startup=False, **options)
        self.heard: Counter[str] = Counter()
        self._news = asyncio.Event()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Nothing is waited for: the server has the say."""

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard[event] += 1
        self._news.set()
        super().dispatch(event, *args, **kwargs)

    async def hears(self, event: str, times: int = 1) -> None:
        """Wait until it heard ``event`` so often since the beginning."""
        async with asyncio.timeout(5):
            while self.heard[event] < times:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def running(dc: DiscordServer, shards: int = 1, **options: Any) -> AsyncIterator[Client]:
    """A client that is ready, and closed at the end."""
    client = Client(shards, **options)
    task = asyncio.create_task(client.start(dc.token))
    try:
        await dc.gateway.connected(shards)
        await client.hears("ready")
        yield client
    finally:
        await client.close()
        await task


@pytest.fixture
async def dc(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    """A server at which the library points."""
    async with DiscordServer(max_concurrency=2) as server:
        monkeypatch.setattr(Route, "BASE", server.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(server.gateway_url))
        yield server


def garages(dc: DiscordServer, number: int = 2) -> list[Guild]:
    """Guilds with the bot, one for each of so many shards, in their order."""
    dc.shards, ann = number, dc.person("Ann")
    found = [dc.guild("Garage", owner=ann, shard=shard) for shard in range(number)]
    for guild in found:
        guild.text("general")
        guild.admits_bot()
    return found


async def test_every_shard_gets_the_guilds_that_are_its_own_and_hears_what_happens_there(dc: DiscordServer) -> None:
    first, second = garages(dc)
    async with running(dc, 2) as client:
        assert {guild.id: guild.shard_id for guild in client.guilds} == {int(first.id): 0, int(second.id): 1}
        await second.text("wire").delete()
        await (await second.creates(second.text("more"))).set_permissions(second.everyone, deny="send_messages")
        await second.everyone.set(mentionable=True)
        await second.moves(dc.world.bot, [])
        for event in ("guild_channel_create", "guild_channel_update", "guild_role_update", "member_update"):
            await client.hears(event)
        assert [each.heard.count("CHANNEL_UPDATE") for each in await dc.gateway.connected(2)] == [0, 1]
        await first.removes_bot()
        await client.hears("guild_remove")
        await first.adds_bot()
        await client.hears("guild_join")
        dc.gateway.outage(second)
        await client.hears("guild_unavailable")
        dc.gateway.recovers(second)
        await client.hears("guild_available")
    assert list(dc.gateway.sessions) == [], "a client that says goodbye ends its sessions"


@pytest.mark.parametrize("how", ["drop", "reconnect", "kick", "resumable", "silence"])
async def test_what_a_shard_missed_comes_when_it_resumes(dc: DiscordServer, how: str) -> None:
    (guild,) = garages(dc, 1)
    hasty: dict[str, Any] = {"heartbeat_timeout": 0.2} if how == "silence" else {}
    dc.gateway.heartbeat_interval = 0.1 if hasty else 41.25
    async with running(dc, **hasty) as client:
        if how == "resumable":
            dc.gateway.invalidate(resumable=True)
        else:
            getattr(dc.gateway, how)()
        await guild.text("wire").delete()
        await guild.text("more").rename("less")
        await guild.creates(guild.text("new"))
        (session,) = await dc.gateway.connected()
        await client.hears("guild_channel_create")
        await client.hears("resumed")
        assert session.resumed >= 1
        assert client.heard["ready"] == 1


async def test_a_session_that_is_over_begins_anew(dc: DiscordServer) -> None:
    garages(dc, 1)
    dc.gateway.identify_seconds = 0.0
    async with running(dc) as client:
        dc.gateway.invalidate()
        await dc.gateway.connected()
        dc.gateway.sessions.seconds = 0.0
        dc.gateway.drop()
        (session,) = await dc.gateway.connected()
        await client.hears("connect", 3)
        assert (session.resumed, dc.session_starts) == (0, 997)


async def test_shards_of_one_bucket_that_identify_too_early_are_sent_away(dc: DiscordServer) -> None:
    dc.max_concurrency = 1
    dc.gateway.identify_seconds = 0.05
    async with running(dc, 2):
        assert dc.gateway.identified == [0, 1]
        assert dc.session_starts == 998, "those that were sent away are not counted"


async def test_only_what_was_asked_for_comes(dc: DiscordServer) -> None:
    (guild,) = garages(dc, 1)
    ann = guild.owner
    async with running(dc, intents=discord.Intents(guilds=True, guild_messages=True)) as client:
        await ann.says("in the room", guild.text("wire"))  # type: ignore[attr-defined]  # a Person
        await ann.says("in private")  # type: ignore[attr-defined]  # a Person
        await client.hears("message")
        told = dc.gateway.session().heard
        assert told.count("MESSAGE_CREATE") == 1


class Form(discord.ui.Modal, title="Ask"):
    """One field."""

    query: discord.ui.Label[Any] = discord.ui.Label(text="Query", component=discord.ui.TextInput(custom_id="q"))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Say what was filled in, by the field of the bare data."""
        data: Any = interaction.data
        await interaction.response.send_message(data["components"][0]["component"]["value"])


def _commands(client: Client) -> app_commands.CommandTree:
    tree = app_commands.CommandTree(client)

    @tree.command(description="Find news")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def search(
        interaction: discord.Interaction, query: str, where: app_commands.AppCommandChannel | None = None
    ) -> None:
        if query == "ask":
            await interaction.response.send_modal(Form())
            return
        await interaction.response.defer(ephemeral=True)
        told = [query, where and where.name, interaction.user.name, interaction.permissions.manage_guild]
        await interaction.followup.send(f"{told} {interaction.context.guild} {interaction.is_user_integration()}")

    @search.autocomplete("query")
    async def suggested(_: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{typed}!", value=typed)]

    return tree


async def test_the_real_library_understands_commands_everywhere(dc: DiscordServer) -> None:
    (guild,) = garages(dc, 1)
    eve, bob = dc.person("Eve"), dc.person("Bob")
    guild.member(eve, permissions="manage_guild")
    eve.installs_bot()
    wire, elsewhere = guild.text("wire"), dc.guild("Elsewhere", owner=eve)
    async with running(dc) as client:
        await _commands(client).sync()
        assert await eve.types(wire, "search", query="bat") == [("bat!", "bat")]
        told = {}
        chat, street = dc.world.elsewhere(eve, bob), elsewhere.voice("street")
        for name, place in {"wire": wire, "dm": None, "chat": chat, "group": dc.world.elsewhere(eve, bob, eve)}.items():
            told[name] = (await (await eve.runs(place, "search", query="x")).replied()).text
        told["thread"] = (await (await eve.runs(wire.thread("t"), "search", query="x", where=wire)).replied()).text
        told["street"] = (await (await eve.runs(street, "search", query="x", where=street)).replied()).text
        assert told == {
            "wire": "['x', None, 'eve', True] True True",
            "thread": "['x', 'wire', 'eve', True] True True",
            "street": "['x', 'street', 'eve', True] True True",
            "dm": "['x', None, 'eve', False] False True",
            "chat": "['x', None, 'eve', False] False True",
            "group": "['x', None, 'eve', False] False True",
        }
        modal = await (await eve.runs(wire, "search", query="ask")).opened()
        assert (await (await eve.submits(modal, {"Query": "filled in"})).replied()).text == "filled in"


async def test_a_command_that_was_run_while_the_connection_was_broken_is_answered(dc: DiscordServer) -> None:
    (guild,) = garages(dc, 1)
    ann = dc.person("Ann")
    guild.member(ann)
    async with running(dc) as client:
        await _commands(client).sync()
        dc.gateway.drop()
        ran = await ann.runs(guild.text("wire"), "search", query="x")
        assert (await ran.replied()).ephemeral
        assert dc.gateway.session().resumed == 1


def _identify(dc: DiscordServer, **more: Any) -> dict[str, Any]:
    return {"op": 2, "d": {"token": dc.token, "intents": 1, "properties": {}} | more}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ([{"op": 77}], 4003),
        (["no json"], 4002),
        ([{"op": 1, "d": "x" * 5000}], 4002),
        ([{"intents": 1}, {"op": 77}], 4001),
        ([{"intents": 1}, {"intents": 1}], 4005),
        ([{"token": "wrong"}], 4004),
        ([{"intents": 1 << 30}], 4013),
        ([{"intents": 1 << 1}], 4014),
        ([{"intents": 1 << 15}], 4014),
        ([{"shard": [2, 2]}], 4010),
        ([{"op": 3, "d": {}}] * 125, 4003),
        ([{"intents": 1}, *[{"op": 3, "d": {}}] * 120], 4008),
    ],
)
async def test_who_says_what_is_forbidden_is_thrown_out(dc: DiscordServer, said: list[Any], code: int) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{dc.gateway_url}?v=10&encoding=json") as socket:
        for each in said:
            payload = each if isinstance(each, str) or "op" in each else _identify(dc, **each)
            await socket.send_str(payload if isinstance(payload, str) else json.dumps(payload))
        async for _ in socket:
            pass
        assert socket.close_code == code


async def test_resuming_ahead_of_what_was_sent_is_refused(dc: DiscordServer) -> None:
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{dc.gateway_url}?v=10&encoding=json") as socket:
        await socket.send_json(_identify(dc))
        (session,) = await dc.gateway.connected()
        dc.gateway.reconnect()
        async with http.ws_connect(f"{dc.gateway_url}?v=10&encoding=json") as second:
            resume = {"token": dc.token, "session_id": session.id, "seq": 99}
            await second.send_json({"op": 6, "d": resume})
            async for _ in second:
                pass
            assert second.close_code == 4007


async def test_too_many_guilds_need_more_shards(dc: DiscordServer) -> None:
    garages(dc, 2)
    dc.gateway.most_guilds = 2
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{dc.gateway_url}?v=10&encoding=json") as socket:
        await socket.send_json(_identify(dc))
        async for _ in socket:
            pass
        assert socket.close_code == 4011


async def test_a_client_without_heartbeats_is_left(dc: DiscordServer) -> None:
    dc.gateway.heartbeat_interval = 0.02
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{dc.gateway_url}?v=10&encoding=json") as socket:
        async for _ in socket:
            pass
        assert socket.close_code == 4000
