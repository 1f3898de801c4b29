"""The live stream: what a page has not seen, once, in order, through restarts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.fakes.digests import delivery
from tests.fakes.webchat import Served

Event = tuple[str, str, dict[str, Any]]  # its name, its id, its data


@asynccontextmanager
async def stream(http: aiohttp.ClientSession, url: str, **headers: str) -> AsyncIterator[AsyncIterator[Event]]:
    async with http.get(url, headers=headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "text/event-stream"
        yield events(answer)


async def events(answer: aiohttp.ClientResponse) -> AsyncIterator[Event]:
    name = identity = ""
    async with asyncio.timeout(10):
        async for raw in answer.content:
            line = raw.decode().rstrip("\n")
            if line.startswith("id: "):
                identity = line[4:]
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                yield name, identity, json.loads(line[6:])
                name = identity = ""


async def test_a_post_reaches_an_open_page_at_once_and_its_edit_too(chat: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, chat.url + "/api/events?since=0") as coming:
        ids = await chat.deliver(delivery(1))
        name, rev, message = await anext(coming)
        assert (name, rev, message["id"]) == ("message", "1", 1)
        await chat.deliver(delivery(2, kind="edit", target=1, message_ids=ids))
        name, rev, message = await anext(coming)
        assert (name, rev, message["id"]) == ("message", "2", 1)
        await chat.deliver(delivery(3, kind="retract", target=1, message_ids=ids))
        name, rev, message = await anext(coming)
        assert (rev, message["deleted"], message["body"]) == ("3", True, None)


async def test_a_page_that_comes_back_gets_what_it_missed_and_nothing_else(
    chat: Served, http: aiohttp.ClientSession
) -> None:
    for n in range(1, 5):
        await chat.deliver(delivery(n))
    async with stream(http, chat.url + "/api/events?since=0", **{"Last-Event-ID": "2"}) as coming:
        assert [(await anext(coming))[1] for _ in range(2)] == ["3", "4"]
        assert (await anext(coming))[0] == "beat"


async def test_more_than_one_read_of_the_table_comes_whole_and_in_order(
    chat: Served, http: aiohttp.ClientSession
) -> None:
    for n in range(450):
        await chat.transcript.append("me", f"delivery:{n}", "newsbot", "{}", chat.clock.now())
    async with stream(http, chat.url + "/api/events?since=10") as coming:
        assert [int((await anext(coming))[1]) for _ in range(440)] == list(range(11, 451))


async def test_a_quiet_stream_beats(chat: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, chat.url + "/api/events") as coming:
        assert [(await anext(coming))[0] for _ in range(2)] == ["beat", "beat"]


async def test_a_page_that_knows_more_than_the_table_is_told_to_begin_again(
    chat: Served, http: aiohttp.ClientSession
) -> None:
    async with stream(http, chat.url + "/api/events?since=77") as coming:
        assert (await anext(coming))[0] == "reset"


async def test_a_new_channel_is_told_to_every_page(chat: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, chat.url + "/api/events") as coming:
        async with http.post(chat.url + "/api/chats", json={"name": "cars"}) as answer:
            assert answer.status == 200
        assert (await anext(coming))[0] == "chats"


async def test_stopping_ends_the_streams_at_once(chat: Served, http: aiohttp.ClientSession) -> None:
    async with stream(http, chat.url + "/api/events") as coming:
        await asyncio.wait_for(chat.stop(), 1.5)
        assert [event async for event in coming] == []


async def test_what_another_process_wrote_shows_after_a_wake(chat: Served, http: aiohttp.ClientSession) -> None:
    class Wake:
        """One notification, then silence."""

        def __init__(self) -> None:
            self.told = asyncio.Event()

        def notify(self, name: str) -> None:
            self.told.set()

        async def wait(self, name: str, timeout: float) -> None:
            await self.told.wait()
            self.told.clear()

    wake = Wake()
    watching = asyncio.create_task(chat.web.watch(wake))
    async with stream(http, chat.url + "/api/events") as coming:
        assert (await anext(coming))[0] == "beat"
        await chat.transcript.append("me", "delivery:1", "newsbot", "{}", chat.clock.now())
        wake.notify("transcript")
        assert (await anext(coming))[0] == "message"
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_page_that_was_closed_leaves_nothing_behind(chat: Served, http: aiohttp.ClientSession) -> None:
    for _ in range(70):  # more than may be open at a time
        async with stream(http, chat.url + "/api/events") as coming:
            await chat.deliver(delivery(1))
            await anext(coming)
    async with stream(http, chat.url + "/api/events") as coming:
        await anext(coming)
