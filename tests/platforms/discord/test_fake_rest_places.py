"""The Discord of our own knows who may do what where, and how often, asked by the real library."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest
from discord.http import Route

from tests.fakes.discord import Channel, DiscordServer, Guild, Person
from tests.fakes.discord.errors import Json
from tests.fakes.discord.posts import Flag
from tests.platforms.discord.requests import asked, bare, changed, code, deleted, posted

V2 = int(Flag.IS_COMPONENTS_V2)


def text(content: str = "x") -> Json:
    return {"type": 10, "content": content}


async def test_rights_decide_by_the_codes_of_the_real_server(
    dc: DiscordServer, rest: discord.Client, ann: Person
) -> None:
    garage = dc.guild("Garage", owner=ann)
    garage.admits_bot(permissions="view_channel")
    garage.everyone.permissions = garage.everyone.permissions.VIEW_CHANNEL
    general, hidden, voice = garage.text("general"), garage.text("hidden"), garage.voice("voice")
    hidden.overwrite(garage.everyone, deny="view_channel")
    said = {"content": "hello"}
    assert await code(posted(rest, general, **said)) == 50013
    assert await code(posted(rest, hidden, **said)) == 50001
    assert await code(posted(rest, voice, **said)) == 50001
    assert await code(posted(rest, garage.category("c"), **said)) == 50008
    assert await code(posted(rest, dc.guild("Other", owner=ann).text("general"), **said)) == 50001
    assert await code(asked(rest, "GET", "/channels/{channel_id}", channel_id="1")) == 10003
    general.overwrite(garage.bot, allow="send_messages")
    sent = await posted(rest, general, **said)
    assert await code(posted(rest, general, embeds=[{"title": "t"}])) == 50013
    assert await asked(rest, "GET", "/channels/{channel_id}/messages", channel_id=general.id) == []
    path = "/channels/{channel_id}/messages/{message_id}"
    assert await code(asked(rest, "GET", path, channel_id=general.id, message_id=sent["id"])) == 50001
    assert await code(asked(rest, "PATCH", path, said, channel_id=general.id, message_id="1")) == 10008
    garage.bot.timeout_until = dc.now() + timedelta(minutes=5)
    assert await code(posted(rest, general, **said)) == 50013
    await general.delete()
    assert await code(posted(rest, general, **said)) == 10003
    assert len(dc.refused) == 7


async def test_dms_need_a_common_guild_and_an_open_door(dc: DiscordServer, rest: discord.Client, garage: Guild) -> None:
    ben = dc.person("Ben")
    opened = await asked(rest, "POST", "/users/@me/channels", {"recipient_id": ben.id})
    assert ben.dm is not None and opened["id"] == ben.dm.id
    assert await code(posted(rest, ben.dm, content="hello")) == 50278
    garage.member(ben)
    ben.dms_open = False
    assert await code(posted(rest, ben.dm, content="hello")) == 50007
    ben.dms_open = True
    assert (await posted(rest, ben.dm, content="hello"))["channel_id"] == ben.dm.id
    assert (await asked(rest, "POST", "/users/@me/channels", {"recipient_id": ben.id}))["id"] == ben.dm.id
    assert await code(asked(rest, "POST", "/users/@me/channels", {"recipient_id": "1"})) == 50033


async def test_forum_posts_are_threads_with_tags(dc: DiscordServer, rest: discord.Client, garage: Guild) -> None:
    forum = garage.forum("topics", tags=[str(number) for number in range(6)], require_tag=True)
    tags = [each.id for each in forum.tags]
    path, said = "/channels/{channel_id}/threads", {"flags": V2, "components": [text("hello")]}

    async def opened(**body: Any) -> Any:
        return await asked(rest, "POST", path, {"name": "One", "message": said} | body, channel_id=forum.id)

    assert await code(opened()) == 40067
    assert await code(opened(applied_tags=tags)) == 50035
    assert await code(opened(applied_tags=["1"])) == 10087
    assert await code(opened(applied_tags=tags[:1], name="n" * 101)) == 50035
    assert await code(opened(applied_tags=tags[:1], message={"content": "x", "nonce": "1"})) == 50035
    assert await code(posted(rest, forum, content="hello")) == 50008
    made = await opened(applied_tags=tags[:5])
    assert made["id"] == made["message"]["id"]
    thread = forum.threads[0]
    assert thread.messages[0].text == "hello"
    found = await asked(rest, "GET", "/guilds/{guild_id}/threads/active", guild_id=garage.id)
    assert [each["id"] for each in found["threads"]] == [thread.id]
    assert found["threads"][0]["applied_tags"] == tags[:5]


async def test_threads_sleep_wake_and_lock(dc: DiscordServer, rest: discord.Client, garage: Guild) -> None:
    general = garage.text("general")
    sent = await posted(rest, general, content="hello")
    path = "/channels/{channel_id}/messages/{message_id}/threads"
    made = await asked(rest, "POST", path, {"name": "T"}, channel_id=general.id, message_id=sent["id"])
    assert made["id"] == sent["id"]
    assert await code(asked(rest, "POST", path, {"name": "T"}, channel_id=general.id, message_id=sent["id"])) == 160004
    thread = general.threads[0]
    mine = await posted(rest, thread, content="one")
    await asked(rest, "PATCH", "/channels/{channel_id}", {"archived": True}, channel_id=thread.id)
    archived = await asked(rest, "GET", "/channels/{channel_id}/threads/archived/public", channel_id=general.id)
    assert [each["id"] for each in archived["threads"]] == [thread.id]
    assert await code(changed(rest, thread, mine["id"], content="two")) == 50083
    await posted(rest, thread, content="wakes it")
    assert thread.active
    await thread.set_archived(False, locked=True)
    assert await code(posted(rest, thread, content="hello")) == 160005
    await thread.set_archived()
    assert await code(posted(rest, thread, content="hello")) == 50083, "closed and locked, as clients do it"
    assert await code(deleted(rest, thread, mine["id"])) == 50083
    assert (
        await code(asked(rest, "PATCH", "/channels/{channel_id}", {"archived": False}, channel_id=thread.id)) == 50013
    )
    garage.bot_role.permissions |= garage.everyone.permissions.MANAGE_THREADS
    await posted(rest, thread, content="hello")
    assert thread.active


async def test_announcements_are_published_once_and_ten_an_hour(
    dc: DiscordServer, rest: discord.Client, garage: Guild
) -> None:
    wire, general = garage.announcement("wire"), garage.text("general")
    sent = [await posted(rest, wire, content="hello") for _ in range(10)]
    other = await posted(rest, general, content="hello")
    dc.rates.on = True
    async with bare(dc) as session:

        async def published(channel: Channel, id_: str) -> Any:
            path = f"{dc.api_url}/channels/{channel.id}/messages/{id_}/crosspost"
            async with session.post(path) as answer:
                return await answer.json()

        assert (await published(wire, sent[0]["id"]))["flags"] == Flag.CROSSPOSTED
        assert (await published(wire, sent[0]["id"]))["code"] == 40033
        assert (await published(general, other["id"]))["code"] == 50024
        for each in sent[1:9]:
            await published(wire, each["id"])
        assert (await published(wire, sent[9]["id"]))["retry_after"] == pytest.approx(3600, abs=10)
    assert sum(each.crossposted for each in wire.messages) == 9


async def test_history_pages_and_hides_what_others_wrote(
    dc: DiscordServer, rest: discord.Client, garage: Guild, ann: Person
) -> None:
    general = garage.text("general")
    ids = [(await posted(rest, general, content=str(number)))["id"] for number in range(6)]

    async def texts(**query: Any) -> list[str]:
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=general.id)
        return [each["content"] for each in await rest.http.request(route, params=query)]

    assert await texts(limit=2) == ["5", "4"]
    assert await texts(before=ids[3], limit=2) == ["2", "1"]
    assert await texts(after=ids[1], limit=2) == ["3", "2"]
    assert await texts(around=ids[2], limit=3) == ["3", "2", "1"]
    assert await code(texts(limit=101)) == 50035
    await ann.says("secret", general)
    await ann.says(f"hello {dc.world.bot.mention}", general)
    assert await texts(limit=2) == [f"hello {dc.world.bot.mention}", ""]
    dc.world.application.reads_content = True
    assert (await texts(limit=2))[1] == "secret"


async def test_limits_are_told_in_headers_and_refused_with_429(dc: DiscordServer, garage: Guild) -> None:
    general = garage.text("general")
    address = f"{dc.api_url}/channels/{general.id}/messages"
    dc.rates.on = True
    async with bare(dc) as session:
        for left in (4, 3, 2, 1, 0):
            async with session.post(address, json={"content": "hello"}) as answer:
                assert answer.status == 200 and answer.content_type == "application/json"
                assert answer.headers["X-RateLimit-Remaining"] == str(left)
                assert 0 < float(answer.headers["X-RateLimit-Reset-After"]) <= 5
                assert answer.headers["Via"]
        async with session.post(address, json={"content": "hello"}) as answer:
            body = await answer.json()
            assert (answer.status, body["global"], answer.headers["X-RateLimit-Scope"]) == (429, False, "user")
            assert 0 < body["retry_after"] <= 5
        dc.rates.per_second = 1
        async with session.get(f"{dc.api_url}/users/@me") as answer:
            assert (answer.status, (await answer.json())["global"]) == (429, True)
        async with session.get(f"{dc.api_url}/users/@me", headers={"Authorization": "Bot no"}) as answer:
            assert answer.status == 401
        assert (dc.rates.refusals, len(dc.refused), len(general.messages)) == (2, 3, 5)
        dc.rates.most_invalid = 3
        async with session.get(f"{dc.api_url}/users/@me") as answer:
            assert answer.status == 429 and "Via" not in answer.headers


async def test_a_connection_can_break_before_and_after(dc: DiscordServer, rest: discord.Client, garage: Guild) -> None:
    general = garage.text("general")
    dc.faults.next("POST", "/channels/*/messages", drop="before")
    with pytest.raises(aiohttp.ClientError):
        await posted(rest, general, content="one")
    assert general.messages == []
    dc.faults.next("POST", "/channels/*/messages", drop="after")
    with pytest.raises(aiohttp.ClientError):
        await posted(rest, general, content="two")
    assert [each.text for each in general.messages] == ["two"]
    dc.faults.next("POST", "/channels/*/messages", status=503)
    with pytest.raises(discord.DiscordServerError):
        await posted(rest, general, content="three")
    held = asyncio.Event()
    dc.faults.next("POST", "/channels/*/messages", hold=held)
    waiting = asyncio.create_task(posted(rest, general, content="four"))
    await general.wait_for("four")
    assert not waiting.done()
    held.set()
    await waiting
    assert [each.status for each in dc.called("POST", "/channels/*/messages")] == [200, 503, 200]


async def test_the_library_reads_guilds_members_roles_and_the_application(
    dc: DiscordServer, rest: discord.Client, garage: Guild, ann: Person
) -> None:
    garage.text("general"), garage.announcement("wire"), garage.forum("topics"), garage.voice("voice")
    guild = await rest.fetch_guild(int(garage.id))
    kinds = [type(each).__name__ for each in await guild.fetch_channels()]
    assert kinds == ["TextChannel", "TextChannel", "ForumChannel", "VoiceChannel"]
    assert (await guild.fetch_member(int(ann.id))).display_name == "Ann"
    assert [each.name for each in await guild.fetch_roles()] == ["@everyone", "newsbot"]
    assert [each.id async for each in rest.fetch_guilds()] == [int(garage.id)]
    application = await rest.application_info()
    assert (await application.edit(description="News")).description == "News"
    assert str(rest.application_id) == dc.application_id
    assert (await rest.http.get_bot_gateway())[0] == dc.shards
