"""Lists of feeds go out and come in as files."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from newsbot.newsdesk.asking import Access
from tests.fakes.telegram import Message, Person, faults
from tests.platforms.telegram.town import Town

FEED = "https://volt.example/rss"
OPML = f"""<?xml version="1.0"?><opml version="2.0"><body><outline text="Volt" xmlUrl="{FEED}"/></body></opml>"""


def is_file(message: Message) -> bool:
    return "document" in message.extra


async def test_export_brings_a_file_that_another_chat_can_import(town: Town, ann: Person, ben: Person) -> None:
    await town.said(ann.private, ann.writes("/subscribe volt"), "Volt Daily")
    sent = await town.said(ann.private, ann.writes("/export"), is_file)
    name, data = town.tg.files.read(sent.extra["document"])
    assert name.endswith(".opml") and FEED.encode() in data
    document = town.tg.files.add(name, data)
    await town.said(ben.private, ben.writes("", document=document), 1)
    assert await town.labels(ben.id) == ["Volt Daily"]


async def test_a_channels_feeds_are_exported_to_who_runs_it(town: Town, ann: Person) -> None:
    channel = town.tg.channel("Volt News", "volt_news", [ann], bot=True)
    await town.said(ann.private, ann.writes("/subscribe @volt_news volt"), "Volt Daily")
    assert await town.said(ann.private, ann.writes("/export @volt_news"), is_file)
    assert not channel.messages


async def test_a_group_imports_what_an_admin_sends_with_the_command(town: Town, ann: Person, ben: Person) -> None:
    group = town.tg.supergroup("Cars", [ben], [ann], bot=True)
    group.puts_bot("administrator")
    document = town.tg.files.add("feeds.opml", OPML.encode())
    await ann.says(group, "", document=document)
    await town.said(group, ben.says(group, "", document=document, caption="/import"), 1)
    assert not await town.orders(group.id)
    await town.said(group, ann.says(group, "", document=document, caption="/import@newsbot"), "1 feed")
    assert await town.labels(group.id) == ["Volt Daily"]


@pytest.mark.parametrize("data", [b"", b"no list", b"<opml>", OPML.encode()[:90]])
async def test_what_is_no_list_of_feeds_is_refused(town: Town, ann: Person, data: bytes) -> None:
    await town.said(ann.private, ann.writes("", document=town.tg.files.add("feeds.opml", data)), 1)
    assert not await town.orders(ann.id)


async def test_a_channels_admin_imports_into_it_from_the_private_chat(town: Town, ann: Person, ben: Person) -> None:
    channel = town.tg.channel("Volt News", "volt_news", [ann], bot=True)
    document = town.tg.files.add("feeds.opml", OPML.encode())
    said = await town.said(ann.private, ann.writes("", document=document, caption="/import @volt_news"), "1 feed")
    assert said.text.startswith("In Volt News:")
    assert await town.labels(channel.id) == ["Volt Daily"] and not await town.orders(ann.id)
    fetched = len(town.tg.called("getFile"))
    await town.said(ben.private, ben.writes("", document=document, caption="/import @volt_news"), "Only admins")
    assert not await town.orders(ben.id) and len(town.tg.called("getFile")) == fetched
    assert "caption /import @" in (await town.said(ann.private, ann.writes("/import @volt_news"), "OPML")).text


async def test_a_file_that_is_too_large_is_not_fetched_and_others_are_left_alone(town: Town, ann: Person) -> None:
    document = town.tg.files.add("feeds.opml", b"x")
    for size in ({"file_size": 2_000_000}, {"file_size": 0}, {}):
        unsized = {name: value for name, value in document.items() if name != "file_size"}
        await town.said(ann.private, ann.writes("", document=unsized | size), "too large")
    await ann.writes("", document=town.tg.files.add("holiday.jpg", b"x"), caption="/import")
    await town.settled()
    assert not town.tg.called("getFile") and len(ann.private.messages) == 3


async def test_files_are_fetched_only_for_who_may_and_not_beyond_the_pace(town: Town, ann: Person, ben: Person) -> None:
    rules = replace(town.room.newsdesk.rules, commands_per_minute=2, access=Access(deny=(f"telegram:{ben.id}",)))
    town.room.newsdesk.configure(rules)
    document = town.tg.files.add("feeds.opml", OPML.encode())
    await town.said(ben.private, ben.writes("", document=document), "not open")
    group = town.tg.supergroup("Cars", [ann], bot=True)
    group.puts_bot("administrator")
    await town.said(group, ann.says(group, "", document=document, caption="/import@newsbot"), "only admins")
    assert not town.tg.called("getFile")
    for _ in range(6):
        await ann.writes("", document=document)
    await town.settled()
    assert len(town.tg.called("getFile")) == 1


@pytest.mark.parametrize("trouble", ["no such file", "no download", "no answer"])
async def test_a_file_that_cannot_be_had_is_told(town: Town, ann: Person, trouble: str) -> None:
    document = town.tg.files.add("feeds.opml", OPML.encode())
    if trouble == "no such file":
        document["file_id"] = "gone"
    elif trouble == "no download":  # as from a server of one's own that keeps its files on its disk
        town.tg.files.served = False
    else:
        town.tg.fail("getFile", faults.html_error())
    await town.said(ann.private, ann.writes("", document=document), "could not read that file")
    assert not await town.orders(ann.id)


async def test_a_file_that_telegram_postpones_comes_when_it_says_and_quietly(town: Town, ann: Person) -> None:
    await town.said(ann.private, ann.writes("/subscribe volt"), "Volt Daily")
    town.tg.fail("sendDocument", faults.flooded(3))
    shown = asyncio.create_task(town.said(ann.private, ann.writes("/export"), is_file))
    while not shown.done():
        town.clock.advance(1)
        await asyncio.sleep(0.01)
    assert shown.result().silent and len(town.tg.called("sendDocument")) == 2
