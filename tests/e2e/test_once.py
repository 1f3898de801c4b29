"""`newsbot run --once` over feeds on loopback, good and bad, and what can be asked of it afterwards."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web

from tests.corpora import members
from tests.e2e.house import Answer, Feeds, House, actions, news, person, rows_of, rss, words

GOOD = [f"paper-{n}" for n in range(20)]
BAD = {
    "page": "answered with a web page, not a feed",
    "missing": "answered 404 Not Found",
    "garbage": "answered with something that is no feed",
    "nothing": "answered with nothing",
    "broken": "broke off",
}
HUGE = 1_000
EVERYTHING = [{"chat": "web:newsroom", "what": "everything"}]


async def page(_request: web.Request) -> web.Response:
    return web.Response(text="<!doctype html><html><body><p>Welcome</p></body></html>", content_type="text/html")


async def missing(_request: web.Request) -> web.Response:
    raise web.HTTPNotFound


async def broken(request: web.Request) -> web.StreamResponse:
    """A promise of more bytes than ever come."""
    answer = web.StreamResponse(headers={"Content-Length": "100000"})
    await answer.prepare(request)
    await answer.write(b"<rss><channel>")
    if request.transport is not None:
        request.transport.close()
    return answer


def slow(body: bytes) -> Answer:
    """``body`` in drops."""

    async def dribble(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for start in range(0, len(body), len(body) // 4):
            await answer.write(body[start : start + len(body) // 4])
            await asyncio.sleep(0.2)  # that is what makes it slow; the test waits for nothing here
        return answer

    return dribble


async def test_one_round_reads_every_good_feed_names_every_bad_one_and_posts_one_digest(
    house: House, feeds: Feeds
) -> None:
    for name in GOOD:
        feeds[name] = rss(name, news(name, range(10)))
    feeds["slow"] = slow(rss("slow", news("slow", range(10))))
    feeds["huge"] = rss("huge", news("huge", range(HUGE), sentences=0))
    feeds["page"], feeds["missing"], feeds["broken"] = page, missing, broken
    feeds["garbage"], feeds["nothing"] = bytes(range(256)) * 20, b""
    house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)

    async with house.newsbot("run", "--once") as bot:
        assert await bot.exit(100) == 0, bot.errors

    async with rows_of(f"sqlite:///{house.folder / 'newsbot.db'}") as rows:
        stored = dict(await rows.all("SELECT slug, articles FROM feeds"))
    assert stored == {**dict.fromkeys([*GOOD, "slow"], 10), "huge": HUGE, **dict.fromkeys(BAD, 0)}

    status = json.loads(await house.said("status", "--json"))
    assert status["articles"] == 210 + HUGE and status["unjudged"] == 0
    failing = {feed["feed"]: feed["error"] for feed in status["failing_feeds"]}
    assert failing.keys() == BAD.keys()
    assert all(failing[name].startswith(reason) for name, reason in BAD.items()), failing

    wanted = news("paper-7", [3])[0]
    found = [json.loads(line) for line in (await house.said("search", wanted.title, "--json")).splitlines()]
    assert found[0]["url"] == wanted.guid

    async with house.running("--role", "chat"), person(house) as someone:
        (digest,) = await someone.posts("newsroom")  # one, though twenty-two feeds are new
        assert len(digest["body"]["digest"]["stories"]) == 10
        assert "12 more" in digest["body"]["digest"]["more"]
        told = ""
        listing = await someone.say("/sources")
        while True:
            told += words(listing)
            if "Next ›" not in actions(listing):
                break
            listing = await someone.press(listing, actions(listing)["Next ›"])
        assert all(f"{name}\n" in told and reason in told for name, reason in BAD.items()), told
        assert wanted.title in words(await someone.say(f"/search {wanted.title}"))


async def test_one_round_may_be_shared_out_by_roles(house: House, feeds: Feeds) -> None:
    feeds["gazette"] = rss("gazette", news("gazette", range(3)))
    house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)
    async with rows_of(f"sqlite:///{house.folder / 'newsbot.db'}") as rows:
        for role, asked, state in (("ingest", 1, "queued"), ("deliver", 1, "sent")):
            async with house.newsbot("run", "--once", "--role", role) as bot:
                assert await bot.exit() == 0, bot.errors
            assert feeds.asked["gazette"] == asked
            assert await rows.all("SELECT state FROM deliveries") == [(state,)]


@pytest.mark.corpus
async def test_real_feeds_are_read_in_one_round_and_a_chat_gets_one_digest_of_them(house: House, feeds: Feeds) -> None:
    documents = [content for _, content in members("feeds/realworld.tar.xz")][::10]  # all of them take a minute
    for number, content in enumerate(documents):
        feeds[f"real-{number}"] = content
    house.configure(feeds=feeds.specs(), subscriptions=EVERYTHING)

    async with house.newsbot("run", "--once") as bot:
        assert await bot.exit(100) == 0, bot.errors
        print(bot.output[-300:], bot.errors[-300:])

    async with rows_of(f"sqlite:///{house.folder / 'newsbot.db'}") as rows:
        read = await rows.count("feeds WHERE error = '' AND articles > 0")
        refused = await rows.all("SELECT slug, error FROM feeds WHERE error <> ''")
        assert await rows.count("articles WHERE state <> 2") == 0
        assert await rows.count("web_messages") == 1
    assert read >= 0.9 * len(documents), refused
