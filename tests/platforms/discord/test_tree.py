"""The commands: what Discord is told of them, whom they reach, and what each asks the desk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import discord
import pytest

from newsbot.locales import Words, catalogue, languages
from newsbot.platforms.discord.options import UNSAID
from newsbot.platforms.discord.pointing import WHY
from newsbot.platforms.discord.tree import Tree
from newsbot.platforms.discord.typed import ordered, searched
from tests.fakes.discord import DiscordServer, NotOffered, Permission, shapes
from tests.fakes.discord.commands_fields import LOCALES
from tests.fakes.discord.commands_rules import MOST_CHARACTERS, characters, check
from tests.fakes.discord.errors import Form
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.people import Person
from tests.fakes.discord.places import Channel
from tests.fakes.discord.routes import Upload
from tests.platforms.discord.slash import Recorder, listening
from tests.platforms.discord.town import Town

Json = dict[str, Any]

SPOKEN = {
    "en": ("en-US", "en-GB"), "zh": ("zh-CN", "zh-TW"), "ru": ("ru",), "es": ("es-ES", "es-419"), "de": ("de",),
    "hi": ("hi",), "pt": ("pt-BR",), "ar": (),
}  # fmt: skip
"""Discord's locales of each language of ours: it has no Arabic."""


# --- what Discord is told ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def payload() -> list[Json]:
    async def told() -> list[Json]:
        async with discord.Client(intents=discord.Intents.none()) as client:
            return await Tree(client, Recorder(), Recorder()).payload()

    return asyncio.run(told())


def nodes(given: list[Json]) -> Iterator[Json]:
    """Commands, options and choices, however deep."""
    for each in given:
        yield each
        yield from nodes([*(each.get("options") or ()), *(each.get("choices") or ())])


def test_discord_takes_every_command_as_it_is(payload: list[Json]) -> None:
    form = Form()
    for number, each in enumerate(payload):
        check(form, (number,), each, in_guild=False)
    assert form.errors == {}
    assert max(map(characters, payload)) < MOST_CHARACTERS * 3 / 4


def test_names_and_descriptions_are_said_in_every_language_that_discord_and_the_bot_speak(
    payload: list[Json],
) -> None:
    locales = {locale for each in SPOKEN.values() for locale in each}
    assert set(SPOKEN) == set(languages()) and locales <= LOCALES
    for node in nodes(payload):
        assert set(node["name_localizations"]) == locales
        if "description" in node:
            assert set(node["description_localizations"]) == locales
            assert node["description"] == node["description_localizations"]["en-US"] != UNSAID


def test_english_names_are_the_ones_that_come_back(payload: list[Json]) -> None:
    for node in nodes(payload):
        assert node["name"] == node["name_localizations"]["en-US"]


@pytest.mark.parametrize("language", languages())
def test_no_two_commands_or_options_share_a_name(payload: list[Json], language: str) -> None:
    for locale in SPOKEN[language]:
        assert len({each["name_localizations"][locale] for each in payload}) == len(payload)
        for node in nodes(payload):
            options = node.get("options") or []
            assert len({each["name_localizations"][locale] for each in options}) == len(options)


@pytest.mark.parametrize("language", languages())
def test_the_limits_hold_in_every_catalogue(language: str) -> None:
    """Also in Arabic, for the day when Discord speaks it."""
    form = Form()
    for key, text in catalogue(language).items():
        if key.startswith(("discord_cmd_", "discord_opt_")):
            name, said = ("x", text) if key.endswith("_help") and key != "discord_cmd_help" else (text, "x")
            check(form, (key,), {"name": name, "description": said}, in_guild=False)
        if key.startswith(("discord_choice_", "discord_menu_")):
            check(form, (key,), {"name": text, "type": 3}, in_guild=False)
    assert form.errors == {}


def test_the_menus_name_is_the_catalogues() -> None:
    assert Words()("discord_menu_why") == WHY


def test_who_may_use_what_where_is_told(payload: list[Json]) -> None:
    told = {each["name"]: each for each in payload}
    for name in ("channel", "setup"):
        assert told[name]["default_member_permissions"] == 1 << 5
        assert (told[name]["contexts"], told[name]["integration_types"]) == ([0], [0])
    assert told["bot"]["contexts"] == [1]
    for name in ("search", "follow", "my", WHY):
        assert told[name]["default_member_permissions"] is None
        assert (told[name]["contexts"], told[name]["integration_types"]) == ([0, 1, 2], [0, 1])


# --- lines ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (("battery",), "/search battery"),
        (("battery OR cell", "de", "7d"), "/search lang:de after:7d battery OR cell"),
        (('"solid state', "", "", 'Motor "News"'), '/search source:"Motor  News" "solid state'),
        (("  ", " ", " ", ' " '), "/search"),
    ],
)
def test_a_search_has_its_operators_where_no_quote_of_the_query_reaches_them(given: tuple[str, ...], line: str) -> None:
    assert searched(*given) == line


def test_an_order_of_words_alone_narrows_everything() -> None:
    assert ordered("cars", "battery -tesla", "daily 08:00") == "/subscribe cars battery -tesla daily 08:00"
    assert ordered("", "battery", "hourly") == "/subscribe everything battery hourly"
    assert ordered("", "", "hourly") == "/subscribe hourly"
    assert ordered("") == "/subscribe"


# --- through the real client ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Scene:
    """A server with the bot in it, its owner, and a member without rights."""

    dc: DiscordServer
    tree: Tree
    talk: Recorder
    guild: Guild
    here: Channel
    wire: Channel
    ann: Person
    bob: Person


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    talk = Recorder()
    async with DiscordServer() as dc:
        ann, bob = dc.person("Ann"), dc.person("Bob", locale="de")
        guild = dc.guild("Garage", owner=ann)
        here, wire = guild.text("general"), guild.announcement("wire")
        guild.admits_bot()
        guild.member(bob)
        async with listening(dc, lambda client: Tree(client, talk, talk)) as tree:
            yield Scene(dc, tree, talk, guild, here, wire, ann, bob)


def asked(scene: Scene) -> Iterator[tuple[str, dict[str, Any], str, str]]:
    """A command, its options, what it asks the desk, and for which place."""
    post, thread = scene.wire.id, scene.here.thread("cars")
    there, file = {"channel": scene.wire}, {"file": Upload("feeds.opml", b"<opml/>", "text/x-opml")}
    found = {"query": "battery", "language": "de", "since": "Past week"}
    yield "search", found, "/search lang:de after:7d battery", "here"
    yield "latest", {"what": "cars", "count": 7}, "/latest cars 7", "here"
    yield "digest", {"period": "3d"}, "/digest 3d", "here"
    yield "follow", {"topic": "Xiaomi EV", "when": "daily 08:00"}, "/follow Xiaomi EV daily 08:00", "here"
    yield "unfollow", {"topic": "Xiaomi EV"}, "/unfollow Xiaomi EV", "here"
    yield "why", {"link": "https://example.org/1"}, "/why https://example.org/1", "here"
    yield "help", {"command": "/search"}, "/help search", "here"
    yield "forgetme", {}, "/forgetme", "own"
    yield "my subscribe", {"what": "space"}, "/subscribe space", "own"
    yield "my import", file, "<opml/>", "own"
    yield "channel subscribe", {"what": "cars", "when": "hourly", **there}, "/subscribe cars hourly", post
    yield "channel unsubscribe", {"channel": thread}, "/unsubscribe", f"{scene.here.id}/{thread.id}"
    yield "channel settings", {}, "/settings", "here"
    yield "channel forget", there, "/forgetme", post
    yield "channel import", {**file, **there}, "<opml/>", post
    yield "setup", there, f"setup {post}", "here"
    yield "setup", {}, "setup here", "here"


async def test_each_command_asks_the_desk_for_the_right_place(scene: Scene) -> None:
    for command, options, line, where in asked(scene):
        ran = await scene.ann.runs(scene.here, command, **options)
        assert (await ran.replied()).text == f"answer to {line}", command
        assert scene.talk.asked[-1] == (line, where), command


async def test_members_are_offered_no_command_that_changes_a_channel(scene: Scene) -> None:
    offered = scene.bob.offered(scene.here)
    assert offered["suche"] == "Alles durchsuchen, was ich gelesen habe" and "meine abonnieren" in offered
    assert not [name for name in offered if name.startswith(("kanal", "einrichten", "bot"))]
    assert {"channel ping", "setup"} <= set(scene.ann.offered(scene.here))
    ran = await scene.bob.runs(scene.here, "suche", anfrage="akku")
    assert (await ran.replied()).text == "answer to /search akku"


async def test_a_person_carries_the_members_commands_anywhere(scene: Scene) -> None:
    scene.bob.installs_bot()
    elsewhere = scene.dc.guild("Elsewhere", owner=scene.dc.person("Eve"))
    elsewhere.member(scene.bob)
    with pytest.raises(NotOffered):
        await scene.bob.runs(elsewhere.text("talk"), "channel settings")
    for place in (elsewhere.text("cars"), scene.dc.world.elsewhere(scene.bob, scene.ann), None):
        ran = await scene.bob.runs(place, "my subscriptions")
        assert (await ran.replied()).text == "answer to /subscriptions"
    assert "bot status" in scene.bob.offered(None)


# --- roles ------------------------------------------------------------------------------------------


async def test_only_a_role_that_posts_would_really_call_can_be_chosen(scene: Scene) -> None:
    guild, runs = scene.guild, scene.ann.runs
    open_, closed = guild.role("Drivers", mentionable=True), guild.role("**Quiet**")
    ran = await runs(scene.here, "channel ping", topic="cars", role=open_, channel=scene.wire)
    assert (await ran.replied()).text == "answer to Drivers for cars"
    ran = await runs(scene.here, "channel ping", topic="cars")
    assert (await ran.replied()).text == "answer to nobody for cars"

    for role, said in ((guild.everyone, "Please choose another role"), (closed, "I may not call")):
        refused = await (await runs(scene.here, "channel ping", topic="cars", role=role)).replied()
        assert said in refused.text and refused.ephemeral and not refused.pinged
    await scene.wire.set_permissions(guild.bot, allow=Permission.MENTION_EVERYONE)
    await asyncio.wait_for(known(scene, scene.wire), 5)
    ran = await runs(scene.here, "channel ping", topic="cars", role=closed, channel=scene.wire)
    assert (await ran.replied()).text == "answer to **Quiet** for cars"

    cleo = scene.dc.person("Cleo")
    guild.member(cleo, permissions=Permission.MANAGE_GUILD)
    await scene.here.set_permissions(cleo, allow=Permission.MENTION_EVERYONE)  # which is no right in #wire
    ran = await cleo.runs(scene.here, "channel ping", topic="cars", role=closed, channel=scene.wire)
    assert "you need the permission" in (await ran.replied()).text


async def known(scene: Scene, channel: Channel) -> None:
    """Wait until the library knows that the bot may call any role in the channel."""
    guild = scene.tree.client.get_guild(int(scene.guild.id))
    while not guild.get_channel(int(channel.id)).permissions_for(guild.me).mention_everyone:
        await scene.tree.client.wait_for("guild_channel_update")


# --- pointing at a message --------------------------------------------------------------------------


def point(scene: Scene, components: list[Json], *, author: str = "") -> Any:
    """Ann asks why a message stands where it is."""
    found = scene.dc.commands.find(WHY, kind=3)
    assert found is not None
    author = author or scene.dc.application_id
    message = {
        "id": "77", "channel_id": scene.here.id, "type": 0, "content": "", "components": components, "flags": 1 << 15,
        "author": {"id": author, "username": "x", "discriminator": "0", "avatar": None}, "attachments": [],
        "embeds": [], "mentions": [], "mention_roles": [], "pinned": False, "mention_everyone": False, "tts": False,
        "timestamp": "2026-11-24T08:00:00+00:00", "edited_timestamp": None,
    }  # fmt: skip
    data = {"id": found.id, "name": WHY, "type": 3, "target_id": "77", "resolved": {"messages": {"77": message}}}
    return scene.dc.interactions.begin(2, scene.ann, scene.here, {"0": scene.guild.id}, data)


def button(custom_id: str) -> Json:
    return {"type": 1, "components": [{"type": 2, "style": 2, "label": "x", "custom_id": custom_id}]}


async def test_why_is_this_here_presses_the_posts_own_button(scene: Scene) -> None:
    for custom_ids, said in (
        (["d9.1|tp:4", "|lk:12", "|wy:12"], "answer to pressed |wy:12"),
        (["@me|st:12"], "answer to pressed @me|wy:12"),
        (["|st:12", "|st:13"], "This post tells several stories."),
        (["|su:1", "not ours"], "I know only of my own posts"),
        (["|wy:1:2", "|wy:x", "|" + "9" * 99], "I know only of my own posts"),
    ):
        pointed = point(scene, [{"type": 17, "components": [button(each) for each in custom_ids]}])
        answer = await pointed.replied()
        assert answer.text.startswith(said) and answer.ephemeral


async def test_a_real_post_says_why_it_is_there(town: Town) -> None:
    post = await town.posted(town.general)
    found = town.dc.commands.find(WHY, kind=3)
    assert found is not None
    resolved = {"messages": {post.id: shapes.message(post)}}
    data = {"id": found.id, "name": WHY, "type": 3, "target_id": post.id, "resolved": resolved}
    answer = await town.dc.interactions.begin(2, town.ben, town.general, {"0": town.guild.id}, data).replied()
    assert "Xiaomi’s electric car is on the road" in answer.text and answer.ephemeral


async def test_what_others_wrote_is_not_pressed(scene: Scene) -> None:
    pointed = point(scene, [button("|wy:12")], author=scene.bob.id)
    assert "my own posts" in (await pointed.replied()).text
    assert scene.talk.asked == []


# --- what goes wrong --------------------------------------------------------------------------------


async def test_a_failure_is_told_to_the_person_alone_in_their_language(scene: Scene) -> None:
    async def explode(*_: object, **__: object) -> None:
        raise RuntimeError("secret")

    scene.talk.command = explode  # type: ignore[method-assign]  # a Talk that is broken
    answer = await (await scene.bob.runs(scene.here, "search", query="x")).replied()
    assert answer.text == Words("de")("failed") and answer.ephemeral


async def test_a_failure_after_the_answer_is_told_too(scene: Scene) -> None:
    scene.talk.failure = RuntimeError("too late")
    ran = await scene.ann.runs(scene.here, "topics")
    await ran.replied()
    await asyncio.wait_for(until(scene, lambda: len(ran.messages) == 2), 5)
    assert ran.messages[1].text == Words()("failed") and ran.messages[1].ephemeral


async def until(scene: Scene, condition: Any) -> None:
    while not condition():
        await scene.dc.world.change()


async def test_what_an_old_client_or_a_vanished_channel_sends_is_answered_in_words(scene: Scene) -> None:
    gone: Json = {"name": "setup", "options": [{"type": 7, "name": "channel", "value": "123456"}]}
    category = {"id": "123456", "name": "group", "type": 4, "permissions": "0"}
    for data, key in (
        ({"name": "gone"}, "discord_command_changed"),
        ({"name": "search", "options": []}, "discord_command_changed"),
        ({"name": "channel", "options": [{"type": 1, "name": "gone", "options": []}]}, "discord_command_changed"),
        (gone, "discord_option_gone"),
        ({**gone, "resolved": {"channels": {"123456": category}}}, "discord_option_gone"),
    ):
        data = {"id": "1", "type": 1, **data}
        answer = await scene.dc.interactions.begin(2, scene.bob, scene.here, {"0": scene.guild.id}, data).replied()
        assert answer.text == Words("de")(key) and answer.ephemeral
