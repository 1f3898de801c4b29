"""What people write to the bot alone."""

from __future__ import annotations

import pytest

from newsbot.errors import StorageError
from newsbot.locales import languages
from newsbot.platforms.discord import smalltalk
from tests.fakes.discord.routes import Upload
from tests.platforms.discord.town import Town

OPML = b'<opml version="2.0"><body><outline type="rss" xmlUrl="https://volt.example/rss"/></body></opml>'


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("Hello!", "/start"),
        ("Привет", "/start"),
        ("hilfe", "/help"),
        ("?", "/help"),
        ("¡Gracias!", smalltalk.THANKS),
        ("👍🏽", smalltalk.THANKS),
        ("退订", "/unsubscribe"),
        ("/folgen Mond", "/follow Mond"),
        ("/meine einstellungen", "/settings"),
        ("/my mutes", "/mutes"),
        ("/follow Moon /search", "/follow Moon /search"),
        ("/nonsense", "/nonsense"),
        ("hello moon", "hello moon"),
        ("/", "/"),
        ("…", "…"),
    ],
)
def test_what_is_no_search_is_known_in_every_language(typed: str, line: str) -> None:
    assert smalltalk.line(typed) == line


def test_no_phrase_means_two_things() -> None:
    assert {smalltalk.line(each) for each in ("hi", "olá", "hola", "नमस्ते", "你好", "مرحبا", "hallo")} == {"/start"}
    assert len(languages()) == 8


async def test_thanks_are_welcome(town: Town) -> None:
    await town.ben.says("Danke!")
    assert town.ben.dm is not None
    await town.ben.dm.wait_for("welcome")


async def test_a_database_that_fails_is_told_of(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise StorageError("the disk is full")

    await town.ann.says("battery")
    assert town.ann.dm is not None
    await town.ann.dm.wait_for("solid-state")
    monkeypatch.setattr(town.room.storage.chats, "find", broken)
    said = await town.ann.says("rocket")
    assert "wrong" in (await town.ann.dm.wait_for(1, after=said.id)).text


async def test_what_was_done_is_said_though_the_greeting_fails(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> str:
        raise StorageError("the disk is full")

    monkeypatch.setattr(town.room.newsdesk.servers, "room", broken)
    answer = await (await town.ann.runs(town.general, "follow", topic="Xiaomi EV")).replied()
    assert "You follow" in answer.text


async def test_a_file_is_read_where_discord_keeps_it_and_no_further_than_allowed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = town.dc.attachments.keep

    def kept(place: str, upload: Upload, description: str = "") -> dict[str, object]:
        return {**keep(place, upload, description), **changed}

    monkeypatch.setattr(town.dc.attachments, "keep", kept)
    changed: dict[str, object] = {"url": "http://127.0.0.1:9/attachments/1/2/feeds.opml"}
    sent = await town.ann.runs(town.general, "my import", file=Upload("feeds.opml", OPML, "text/xml"))
    assert "could not read" in (await sent.replied()).text
    changed = {"size": 10}
    sent = await town.ann.runs(town.general, "my import", file=Upload("feeds.opml", b" " * 1_100_000, "text/xml"))
    assert "too large" in (await sent.replied()).text
    assert await town.own(town.ann) == []
