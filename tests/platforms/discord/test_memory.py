"""What the gateway's client keeps of servers and people: what we read, and nothing else."""

from __future__ import annotations

import pytest

from tests.clock import ManualClock
from tests.fakes.discord import DiscordServer, shapes
from tests.fakes.discord.people import Person
from tests.platforms.discord.gatewaying import commands, running, served


@pytest.fixture
def ann(dc: DiscordServer) -> Person:
    return dc.person("Ann")


async def test_of_a_server_only_what_we_read_is_kept(dc: DiscordServer, clock: ManualClock, ann: Person) -> None:
    guild, _ = served(dc, ann)
    guild.text("talk", topic="Whatever you like")
    full = shapes.guild_create(guild)
    who: dict[str, object] = {
        "user": shapes.user(ann),
        "roles": [],
        "joined_at": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    full["emojis"] = [{"id": "5", "name": "smile", "roles": [], "animated": False}]
    full["members"].append(who)
    full["voice_states"] = [{"user_id": ann.id, "channel_id": full["channels"][0]["id"], "member": who}]
    full["presences"] = [{"user": {"id": ann.id}, "status": "online", "activities": [], "client_status": {}}]
    async with running(dc, clock) as bot:
        await bot.servers.get("available Garage")
        dc.dispatch("GUILD_CREATE", full, guild.id)
        await bot.servers.until(lambda events: events.count("available Garage") == 2)
        found = bot.platform.find(int(guild.id))
        assert found is not None and [each.name for each in found.text_channels] == ["general", "talk"]
        assert found.text_channels[1].topic is None and found.default_role.permissions.view_channel
        assert [member.id for member in found.members] == [int(dc.application_id)]
        assert not found.emojis and not found._voice_states


async def test_a_channel_that_was_deleted_during_an_outage_is_forgotten(
    dc: DiscordServer, clock: ManualClock, ann: Person
) -> None:
    guild, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        await bot.servers.get("available Garage")
        dc.gateway.outage(guild)
        del guild.channels[channel.id]
        dc.gateway.recovers(guild)
        await bot.servers.until(lambda events: events.count("available Garage") == 2)
        found = bot.platform.find(int(guild.id))
        assert found is not None and not found.channels


async def test_of_people_and_their_messages_nothing_is_kept(dc: DiscordServer, clock: ManualClock, ann: Person) -> None:
    _, channel = served(dc, ann)
    async with running(dc, clock) as bot:
        await commands(dc)
        await (await ann.runs(channel, "ping")).replied()
        await ann.says("hello, bot")
        await bot.people.get("hello, bot")
        client = bot.platform._client
        assert client is not None and not client.cached_messages and not client.persistent_views
        assert [user.id for user in client.users] == [int(dc.application_id)]
