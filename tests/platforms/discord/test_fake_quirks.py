"""The Discord of our own does what the real one does beside its documentation, as reported by those who met it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.fakes.discord import DiscordServer, Flag, Guild, NotOffered, Permission, Person
from tests.fakes.discord.errors import Json
from tests.fakes.discord.rates import FOLLOWUP, RateLimited
from tests.platforms.discord.requests import asked, bare, changed, code, deleted, posted

V2 = int(Flag.IS_COMPONENTS_V2)
ROW: Json = {"type": 1, "components": [{"type": 2, "style": 1, "label": "Go", "custom_id": "a"}]}
CLASSIC: Json = {"embeds": [{"description": "News"}], "components": [ROW]}
BARE: Json = {"flags": V2, "components": [{"type": 10, "content": "News"}]}


def menu(custom_id: str = "m") -> Json:
    options = [{"label": each, "value": each.lower()} for each in ("One", "Two")]
    return {"type": 1, "components": [{"type": 3, "custom_id": custom_id, "options": options}]}


async def published(rest: discord.Client, channel: Any, id_: str) -> Any:
    path = "/channels/{channel_id}/messages/{message_id}/crosspost"
    return await asked(rest, "POST", path, channel_id=channel.id, message_id=id_)


async def test_followers_get_copies_without_components(dc: DiscordServer, rest: discord.Client, garage: Guild) -> None:
    wire = garage.announcement("wire")
    club = dc.guild("Club", owner=dc.person("Eve")).text("club").follow(wire)
    empty = await posted(rest, wire, **BARE)
    assert await code(published(rest, wire, empty["id"])) == 50035
    sent = await posted(rest, wire, **CLASSIC)
    await published(rest, wire, sent["id"])
    (copy,) = club.messages
    assert (copy.text, copy.labels, copy.flags) == ("News", [], Flag.IS_CROSSPOST)
    assert copy.reference is not None and copy.reference["message_id"] == sent["id"]
    await changed(rest, wire, sent["id"], embeds=[{"description": "Newer"}])
    assert copy.text == "Newer" and wire.messages[1].crossposted
    assert await code(changed(rest, wire, sent["id"], embeds=[])) == 50035
    await deleted(rest, wire, sent["id"])
    assert club.messages == [copy] and copy.flags & Flag.SOURCE_MESSAGE_DELETED


async def test_edits_of_published_and_of_old_messages_have_limits_that_no_header_tells(
    dc: DiscordServer, rest: discord.Client, garage: Guild
) -> None:
    wire, general = garage.announcement("wire"), garage.text("general")
    news, old = await posted(rest, wire, **CLASSIC), await posted(rest, general, content="0")
    await published(rest, wire, news["id"])
    dc.rates.on = True
    async with bare(dc) as session:

        async def edited(where: str, id_: str) -> tuple[int, Json, Any]:
            path = f"{dc.api_url}/channels/{where}/messages/{id_}"
            async with session.patch(path, json={"content": "1"}) as answer:
                return answer.status, await answer.json(), answer.headers

        for _ in range(3):
            assert (await edited(wire.id, news["id"]))[0] == 200
        status, body, headers = await edited(wire.id, news["id"])
        assert (status, body["code"], headers["X-RateLimit-Scope"]) == (429, 20028, "shared")
        assert body["retry_after"] > 1000 and headers["Retry-After"] == "1"
        assert headers["X-RateLimit-Remaining"] != "0"
        start = dc.now()
        dc.now = lambda: start + timedelta(hours=2)
        for _ in range(5):
            assert (await edited(general.id, old["id"]))[0] == 200
        dc.now = lambda: start + timedelta(hours=2, seconds=6)
        assert (await edited(general.id, old["id"]))[1]["code"] == 30046
    assert not dc.refused, "what is shared does not count as invalid"


async def test_a_budget_of_crossposts_may_be_the_whole_servers(
    dc: DiscordServer, rest: discord.Client, garage: Guild
) -> None:
    wires = [garage.announcement(name) for name in ("one", "two")]
    sent = [(wire, (await posted(rest, wire, **CLASSIC))["id"]) for wire in wires for _ in range(6)]
    dc.rates.on = dc.rates.crossposts_by_guild = True
    statuses = []
    async with bare(dc) as session:
        for wire, id_ in sent:
            async with session.post(f"{dc.api_url}/channels/{wire.id}/messages/{id_}/crosspost") as answer:
                statuses.append(answer.status)
    assert statuses == [200] * 10 + [429] * 2


async def test_a_way_into_a_dm_is_lost_until_it_is_opened_again(
    dc: DiscordServer, rest: discord.Client, garage: Guild, ann: Person
) -> None:
    opening = {"recipient_id": ann.id}
    await asked(rest, "POST", "/users/@me/channels", opening)
    assert ann.dm is not None
    ann.loses_dm()
    assert await code(posted(rest, ann.dm, content="hello")) == 50001
    await asked(rest, "POST", "/users/@me/channels", opening)
    await posted(rest, ann.dm, content="hello")
    bot = {"recipient_id": dc.world.bot.id}
    assert await code(asked(rest, "POST", "/users/@me/channels", bot)) == 50007


async def test_a_choice_that_shows_already_is_sent_again_only_from_another_menu(
    rest: discord.Client, garage: Guild, ann: Person
) -> None:
    general = garage.text("general")
    sent = await posted(rest, general, components=[menu()])
    message = general.messages[0]
    await ann.picks(message, "One")
    with pytest.raises(NotOffered, match="chosen in this menu already"):
        await ann.picks(message, "One")
    await ann.picks(message, "Two")
    await ann.picks(message, "One")
    await changed(rest, general, sent["id"], components=[menu("k1")])
    await ann.picks(message, "One")


async def test_keys_in_sleeping_threads_are_pressed_by_who_may_wake_them(
    rest: discord.Client, dc: DiscordServer, garage: Guild, ann: Person
) -> None:
    ben, general = dc.person("Ben"), garage.text("general")
    garage.member(ben)
    general.overwrite(garage.everyone, deny="send_messages_in_threads")
    general.overwrite(garage.bot, allow="send_messages_in_threads")
    thread = general.thread("T")
    await posted(rest, thread, components=[ROW])
    (message,) = thread.messages
    await ben.presses(message, "Go")
    await thread.set_archived()
    with pytest.raises(NotOffered, match="may not wake"):
        await ben.presses(message, "Go")
    await ann.presses(message, "Go")
    assert thread.active
    await thread.set_archived(False, locked=True)
    with pytest.raises(NotOffered, match="locked"):
        await ann.presses(message, "Go")


async def test_the_channels_default_of_archiving_is_for_clients_and_an_empty_post_is_its_owners(
    rest: discord.Client, dc: DiscordServer, garage: Guild
) -> None:
    forum = garage.forum("topics")
    forum.archives_after = 10080
    made: list[Json] = []
    for more in ({}, {"auto_archive_duration": 10080}):
        body = {"name": "One", "message": {"content": "hello"}} | more
        made.append(await asked(rest, "POST", "/channels/{channel_id}/threads", body, channel_id=forum.id))
    start = dc.now()
    dc.now = lambda: start + timedelta(days=2)
    assert [(each.listed, each.active) for each in forum.threads] == [(False, True), (True, True)]
    await posted(rest, forum.threads[1], content="more")
    path = "/channels/{channel_id}"
    assert await code(asked(rest, "DELETE", path, channel_id=made[1]["id"])) == 50013
    await asked(rest, "DELETE", path, channel_id=made[0]["id"])
    assert [each.id for each in forum.threads] == [made[1]["id"]]
    dc.deletes_in_archived = False
    await forum.threads[0].set_archived()
    assert await code(deleted(rest, forum.threads[0], made[1]["id"])) == 50083
    assert Permission.MANAGE_THREADS not in garage.bot.permissions


async def test_of_private_threads_the_bot_hears_when_it_is_put_in_and_taken_out(
    dc: DiscordServer, garage: Guild, ann: Person
) -> None:
    thread = garage.text("general").thread("T", private=True)
    heard: list[tuple[str, Json]] = []
    dc.world.dispatch = lambda event, data, guild_id: heard.append((event, data))
    await thread.adds(dc.person("Ben"))
    assert not heard, "of others it hears with the privileged intent alone"
    await thread.adds(dc.world.bot)
    assert [event for event, _ in heard] == ["THREAD_CREATE", "THREAD_MEMBERS_UPDATE"]
    assert heard[0][1]["member"]["user_id"] == dc.world.bot.id
    assert dc.world.may(thread)
    await thread.removes(dc.world.bot)
    assert heard[-1][1]["removed_member_ids"] == [dc.world.bot.id]
    assert not dc.world.may(thread)


def test_followups_share_a_limit_in_their_channel(dc: DiscordServer) -> None:
    dc.rates.on = True
    for _ in range(30):
        dc.rates.spend_hidden(FOLLOWUP, "1")
    dc.rates.spend_hidden(FOLLOWUP, "2")
    with pytest.raises(RateLimited) as refused:
        dc.rates.spend_hidden(FOLLOWUP, "1")
    assert (refused.value.headers["X-RateLimit-Scope"], refused.value.code) == ("shared", 0)
