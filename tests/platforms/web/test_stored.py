"""The same promises with the bot's own database under the chat, through a restart of both."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp

from newsbot.domain.ports import Message
from newsbot.storage import Storage
from tests.fakes.digests import delivery
from tests.fakes.webchat import Served

KEY = "0123456789abcdef"


async def whole(served: Served) -> list[Message]:
    return [*await served.transcript.since(0)]


async def revs(stream: aiohttp.ClientResponse, count: int) -> list[int]:
    """The first ``count`` ids of the stream."""
    found: list[int] = []
    async with asyncio.timeout(10):
        async for line in stream.content:
            if line.startswith(b"id: "):
                found.append(int(line[4:]))
            if len(found) == count:
                break
    return found


async def test_a_restart_of_bot_and_database_loses_and_doubles_nothing(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    url = f"sqlite:///{tmp_path / 'news.db'}"

    async def send(served: Served, key: str) -> object:
        async with http.post(f"{served.url}/api/chats/me/send", json={"text": "/start", "key": key}) as answer:
            assert answer.status == 200
            return await answer.json()

    storage = await Storage.open(url)
    first = Served(transcript=storage.transcript)
    await first.start()
    async with http.get(first.url + "/api/chats"):
        pass
    said = await send(first, KEY)
    ids = await first.deliver(delivery(1))
    await first.deliver(delivery(2, kind="edit", target=1, message_ids=ids))
    before = await whole(first)
    await first.stop()
    await storage.close()

    storage = await Storage.open(url)
    second = Served(transcript=storage.transcript)
    second.chats = first.chats
    await second.start()
    try:
        assert await whole(second) == before
        assert await send(second, KEY) == said
        assert await second.deliver(delivery(1)) == ids
        assert not second.desk.seen
        assert [(m.id, m.body) for m in await whole(second)] == [(m.id, m.body) for m in before]
        async with http.get(second.url + "/api/events", params={"since": before[-1].rev}) as stream:
            await asyncio.gather(*(send(second, KEY + str(n)) for n in range(4)))  # four pages at once
            seen = await revs(stream, 8)
        assert seen == sorted(set(seen))
        assert second.desk.seen["/start"] == 4
    finally:
        await second.stop()
        await storage.close()
