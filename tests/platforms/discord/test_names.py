"""Commands that answers name are those that Discord has, called as their reader's client lists them, to be clicked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest

from newsbot.domain.models import ChatKey
from newsbot.locales import Words, catalogue, languages
from newsbot.newsdesk import Asker
from newsbot.platforms.discord import directory, manual
from newsbot.platforms.discord.directory import COMMANDS, called
from newsbot.platforms.discord.message import payload
from newsbot.platforms.discord.pointing import WHY
from newsbot.platforms.discord.render import reply
from newsbot.platforms.discord.spelling import Speller, spelled
from newsbot.platforms.discord.tree import Tree
from newsbot.platforms.table import TABLE
from newsbot.platforms.views import Item, Paragraph, Reply, Span
from tests.fakes.discord import Channel, Message
from tests.fakes.discord.people import Person
from tests.fakes.discord.routes import Upload
from tests.platforms.discord.slash import Recorder
from tests.platforms.discord.town import Town

MENTION = re.compile(r"</([^:>]+):(\d+)>")
CODE = re.compile(r"`(/[^`]+)`")
BARE = re.compile(rf"(?<![\w/.:<`])/({'|'.join(TABLE)})(?![\w/])")
UNKNOWN = "/status"
"""Said back to those for whom it is no command."""
Tour = list[tuple[str, dict[str, Any]]]

IN_SERVERS: Tour = [
    ("help", {}), ("privacy", {}), ("sources", {}), ("topics", {}), ("subscriptions", {}), ("follow", {"topic": "the"}),
    ("unfollow", {"topic": "nothing"}), ("latest", {"count": 3}), ("latest", {"what": "99"}), ("digest", {}),
    ("search", {"query": "source:nobody x"}), ("why", {"link": "no link"}), ("my subscribe", {}),
    ("my subscribe", {"what": "motors"}), ("my unsubscribe", {"what": "nothing"}), ("my settings", {}),
    ("my import", {"file": Upload("a.opml", b"no file", "text/xml")}), ("forgetme", {}),
    *(("help", {"command": name}) for name in ("search", "my subscribe", "channel ping", "setup", "nonsense")),
]  # fmt: skip
FOR_ADMINS: Tour = [
    ("setup", {}), ("channel subscribe", {}), ("channel subscribe", {"what": "cars"}), ("channel settings", {}),
    ("channel unsubscribe", {"what": "nothing"}), ("channel subscriptions", {}), ("channel mutes", {}),
    ("channel export", {}), ("channel forget", {}),
]  # fmt: skip
WRITTEN = (
    "/start", "/help", "/help subscribe", "/follow", "/search", "/unfollow", "/why", "/subscribe", "/settings",
    "/settings timezone", "/import", "/reloud", "/latest 99", "/unsubscribe nothing", "/subscribe motors daily 08:00",
    "/status", "/privacy",
)  # fmt: skip


def registered(town: Town) -> dict[str, tuple[str, dict[str, Any]]]:
    """All that can be typed by its whole name: the command's id, and what Discord knows of it."""
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for each in town.dc.commands.of():
        inner = [option for option in each.json.get("options") or () if option["type"] == 1]
        if each.json["type"] == 1:
            whole = {f"{each.name} {one['name']}": one for one in inner} or {each.name: each.json}
            found |= {name: (each.id, shape) for name, shape in whole.items()}
    return found


def options(shape: dict[str, Any]) -> list[str]:
    return [option["name"] for option in shape.get("options") or ()]


def check(town: Town, message: Message, words: Words) -> int:
    """All that the message says of commands is so; how many it names."""
    known = registered(town)
    by_name = {called(name, words): shape for name, (_, shape) in known.items()}
    for name, number in MENTION.findall(message.text):
        assert known[name][0] == number, message.text
    for typed in CODE.findall(message.text):
        name = max((each for each in by_name if typed.startswith(f"/{each} ")), key=len)
        taken = {opt["name_localizations"].get(words.language, opt["name"]) for opt in by_name[name]["options"]}
        given = re.findall(r"(?:^| )([^\s:\"]+):(?!//)", typed.removeprefix(f"/{name}"))
        assert set(given) - {"08", "07"} <= taken and given, typed
    bare = BARE.search(MENTION.sub("", CODE.sub("", message.text)))
    assert bare is None or bare[0] == UNKNOWN, message.text
    return len(MENTION.findall(message.text))


async def answers(town: Town, who: Person, channel: Channel | None, tour: Tour) -> AsyncIterator[Message]:
    for command, given in tour:
        asked = await who.runs(channel, command, **given)
        yield await asked.replied()
        for message in asked.messages[1:]:
            yield message


# --- through the library ------------------------------------------------------------------------------


async def test_whatever_is_asked_every_command_that_an_answer_names_is_there(town: Town) -> None:
    english, german = Words("en"), Words("de")
    named = 0
    for tour in (IN_SERVERS, FOR_ADMINS):
        async for message in answers(town, town.ann, town.general, tour):
            named += check(town, message, english)
    async for message in answers(town, town.ben, None, IN_SERVERS):
        named += check(town, message, german)
    assert town.ben.dm is not None
    for text in WRITTEN:
        last = town.ben.dm.messages[-1].id
        await town.ben.says(text)
        answer = await town.ben.dm.wait_for(lambda m: m.author != town.ben, after=last)
        named += check(town, answer, german)
    assert named > 100


async def test_help_shows_what_each_one_sees_and_where(town: Town) -> None:
    def shown(message: Message) -> set[str]:
        return {name for name, _ in MENTION.findall(message.text)}

    members = {*directory.MEMBERS.commands, *directory.OWN.commands}
    for who, where, more in (
        (town.ben, town.general, {}),
        (town.ann, town.general, directory.CHANNELS.commands),
        (town.ben, None, {}),
        (town.boss, None, directory.ADMINS.commands),
    ):
        if where is None:
            who.installs_bot()
        asked = await who.runs(where, "help")
        assert shown(await asked.replied()) == members | set(more)
        assert len(asked.messages) == 1
    offered = await town.ben.types(town.general, "help", command="abonn")
    assert ("meine abonnieren", "my subscribe") in [(name.partition(" – ")[0], value) for name, value in offered]
    assert "channel subscribe" not in [value for _, value in offered]
    told = await (await town.ben.runs(town.general, "help", command="/Meine Abonnieren")).replied()
    assert "`/meine abonnieren was:everything wörter:battery -tesla wann:daily 08:00`" in told.text


async def test_the_directory_is_what_discord_is_told() -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        tree_payload = await Tree(client, Recorder(), Recorder()).payload()
    found: dict[str, list[str]] = {}
    for each in tree_payload:
        inner = [option for option in each.get("options") or () if option["type"] == 1]
        found |= {f"{each['name']} {one['name']}": options(one) for one in inner} or {each["name"]: options(each)}
    found.pop(WHY)
    assert {name: list(taken) for name, taken in COMMANDS.items()} == found


# --- pure ---------------------------------------------------------------------------------------------

IDS = dict.fromkeys((name.partition(" ")[0] for name in COMMANDS), "9" * 20)


@pytest.mark.parametrize("language", languages())
def test_all_of_help_is_one_message(language: str) -> None:
    asker = Asker("discord", "1", ChatKey("discord", "2"), chat_kind="group", is_chat_admin=True)
    for ids in (IDS, {}):
        said = manual.everything(Speller(Words(language), ids, shared=True), asker)
        (message,) = reply(said, Words(language))
        assert payload(message)


@pytest.mark.parametrize("language", languages())
def test_no_sentence_of_ours_keeps_a_name_that_discord_does_not_have(language: str) -> None:
    for key, pattern in catalogue(language).items():
        if not key.startswith(("telegram", "web", "place")) and key != "import_how":
            said = Speller(Words(language), IDS).sentence(pattern)
            assert not BARE.search(re.sub("\uf8f0[^\uf8f1]*\uf8f1", "", said)), (key, said)


def test_what_others_wrote_is_left_as_it_is() -> None:
    others = (
        Item((Span("Why /search is slow"),), ((Span("See /settings"),),)),
        Paragraph((Span("Look at /help", url="https://example.org/help"), Span("“Try /follow” https://a.example/why"))),
    )
    kept = Reply(others)
    assert spelled(kept, Words(), shared=True, ids=IDS) == kept
    forged = Reply((Paragraph((Span("\uf8f0/@everyone:12\uf8f1 \uf8f0/x` y:3\uf8f1"),)),))
    assert str(payload(reply(forged)[0])).count("</") == 0


def test_what_is_typed_elsewhere_and_chosen_here_is_not_shown() -> None:
    typed = "/settings timezone Asia/Tokyo"
    hint = Paragraph((Span("Or write: "), Span(typed, command=typed)))
    said = spelled(Reply((hint, *hint_free())), Words(), shared=True, ids={})
    assert said == Reply(hint_free())


def hint_free() -> tuple[Paragraph, ...]:
    return (Paragraph((Span("Settings"),), heading=True),)
