"""Discord's REST API: nothing is repeated or slept over behind our back, and what is refused is left out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from newsbot.platforms.discord import requests, wire
from newsbot.platforms.discord.message import (
    COMPONENTS,
    Box,
    Json,
    Key,
    Keys,
    Outgoing,
    Picture,
    Section,
    Text,
    payload,
)
from newsbot.platforms.discord.pace import PATIENCE, NotYet, Pace
from newsbot.platforms.discord.plainer import plainest, without
from newsbot.platforms.discord.spots import Spot
from newsbot.platforms.discord.wire import make_rest
from tests.clock import ManualClock
from tests.fakes.discord.places import Channel
from tests.platforms.discord.sending import Way, open_way

POST = "/channels/*/messages"
RICH = payload(
    Outgoing(
        (
            Box(
                (
                    Section("**Car**", picture="https://motors.example/small.jpg"),
                    Picture("https://motors.example/car.jpg", "A car"),
                    Keys((Key("Read", url="https://motors.example"), Key("More", "mo:1:0"))),
                )
            ),
            Keys((Key("Site", url="https://motors.example"),)),
        )
    )
)


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with open_way() as opened:
        await opened.rest.ready()
        yield opened


@pytest.fixture
def general(way: Way) -> Channel:
    return way.guild.text("general")


def body(text: str) -> Json:
    return payload(Outgoing((Text(text),)))


# --- one request is one request -------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524])
async def test_a_failure_of_discords_is_raised_and_not_repeated(way: Way, general: Channel, status: int) -> None:
    way.dc.faults.next("POST", POST, status=status)
    with pytest.raises(discord.DiscordServerError):
        await wire.post(way.rest.http, general.id, body("x"))
    assert len(way.dc.called("POST", POST)) == 1


async def test_a_refusal_for_now_is_raised_and_not_slept_over(way: Way, general: Channel) -> None:
    way.dc.faults.next("POST", POST, status=429)
    with pytest.raises(discord.RateLimited) as told:
        await wire.post(way.rest.http, general.id, body("x"))
    assert told.value.retry_after == 0.05
    assert len(way.dc.called("POST", POST)) == 1


async def test_an_answer_comes_at_once_though_it_took_the_last_of_the_limit(way: Way, general: Channel) -> None:
    start = way.clock.now()
    for number in range(5):
        await wire.post(way.rest.http, general.id, body(str(number)))
    assert (way.clock.now() - start).total_seconds() < 1
    with pytest.raises(NotYet) as told:
        await wire.post(way.rest.http, general.id, body("6"))
    assert PATIENCE < told.value.retry_after <= 5.1
    way.clock.advance(4)
    await wire.post(way.rest.http, general.id, body("6"))  # a short wait is waited
    assert [message.text for message in general.messages] == ["0", "1", "2", "3", "4", "6"]
    assert way.dc.rates.refusals == 0


async def test_a_crowd_into_one_channel_obeys_a_limit_that_nobody_knew(way: Way, general: Channel) -> None:
    posts = (wire.post(way.rest.http, general.id, body(str(n))) for n in range(12))
    outcomes = await asyncio.gather(*posts, return_exceptions=True)
    assert sum(isinstance(outcome, NotYet) for outcome in outcomes) == 7
    assert len(general.messages) == 5
    assert way.dc.rates.refusals == 0


async def test_posting_at_the_limit_of_the_whole_bot_meets_no_refusal(way: Way) -> None:
    channels = [way.guild.text(f"c{n}") for n in range(150)]
    left = list(channels)

    async def one_after_the_other() -> None:
        while left:
            channel = left.pop()
            try:
                await wire.post(way.rest.http, channel.id, body("x"))
            except NotYet as wait:
                left.append(channel)
                await way.clock.sleep(wait.retry_after)

    start = way.clock.now()
    await asyncio.gather(*(one_after_the_other() for _ in range(30)))
    assert way.dc.rates.refusals == 0
    assert all(len(channel.messages) == 1 for channel in channels)
    assert (way.clock.now() - start).total_seconds() == pytest.approx(150 / 45, rel=0.15)


async def test_limits_that_are_over_take_no_room(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests, "_MANY", 10)
    for number in range(60):
        way.clock.advance(1)
        await wire.post(way.rest.http, way.guild.text(f"c{number}").id, body("x"))
    assert len(way.rest.http._buckets) < 30


async def test_a_request_without_an_answer_ends_by_itself(
    way: Way, general: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "TIMEOUT", aiohttp.ClientTimeout(total=0.05))
    held = asyncio.Event()
    way.dc.faults.next("POST", POST, hold=held)
    with pytest.raises(TimeoutError):
        await wire.post(way.rest.http, general.id, body("x"))
    held.set()


async def test_invalid_requests_of_the_client_are_counted(way: Way, general: Channel) -> None:
    for status in (403, 401, 429, 404, 500):
        way.dc.faults.next("POST", POST, status=status)
        with pytest.raises(discord.DiscordException):
            await wire.post(way.rest.http, general.id, body("x"))
        way.clock.advance(1)
    shared: dict[str, Any] = {"message": "The resource is being rate limited.", "retry_after": 1.0, "global": False}
    way.dc.faults.next("POST", POST, status=429, body=shared, headers={"X-RateLimit-Scope": "shared"})
    with pytest.raises(discord.RateLimited):
        await wire.post(way.rest.http, general.id, body("x"))
    assert way.pace.invalid == 3


# --- logging in -----------------------------------------------------------------------------------------


async def test_a_login_that_failed_is_tried_again_and_leaves_nothing_open(way: Way) -> None:
    rest = make_rest(way.dc.token, way.dc.api_url, None, way.pace)
    way.dc.faults.next("GET", "/users/@me", status=503)
    way.dc.faults.next("GET", "/users/@me", drop="before", times=2)
    for _ in range(2):
        with pytest.raises((discord.DiscordServerError, aiohttp.ClientError)):
            await rest.ready()
    assert await rest.ready() == way.dc.application_id
    assert set(await asyncio.gather(rest.ready(), rest.ready())) == {way.dc.application_id}
    await rest.close()


async def test_a_client_that_never_logged_in_can_be_closed(way: Way) -> None:
    await make_rest(way.dc.token, way.dc.api_url, None, way.pace).close()


async def test_requests_go_through_the_proxy() -> None:
    lines: list[str] = []
    async with proxy(lines) as address:
        rest = make_rest("token", "http://discord.example/api/v10", address, Pace(ManualClock()))
        with pytest.raises(discord.DiscordServerError):
            await rest.ready()
        await rest.close()
    assert lines[0] == "GET http://discord.example/api/v10/users/@me HTTP/1.1"
    assert "Proxy-Authorization: Basic dXNlcjpzM2NyZXQ=" in lines


@asynccontextmanager
async def proxy(lines: list[str]) -> AsyncIterator[str]:
    """One that notes what it is asked for and has nothing to give."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.extend((await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n"))
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://user:s3cret@127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


def test_the_library_is_pointed_at_another_discord(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", DiscordWebSocket.DEFAULT_GATEWAY)
    wire.point_at("http://127.0.0.1:1/api/v10/", "ws://127.0.0.1:1/gateway/")
    assert Route("GET", "/gateway/bot").url == "http://127.0.0.1:1/api/v10/gateway/bot"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:1/gateway/"


def test_an_id_cannot_leave_its_place_in_a_path() -> None:
    route = Route("GET", "/channels/{channel_id}", channel_id="1/../../x?y")
    assert route.url.endswith("/channels/1%2F..%2F..%2Fx%3Fy")


# --- with less ------------------------------------------------------------------------------------------


def bare(message: Json, refusal: str) -> Json:
    found = without(message, refusal)
    assert found is not None
    return found[0]


def test_a_message_without_its_pictures_or_links_keeps_its_words_and_other_buttons() -> None:
    less = bare(RICH, "Invalid Form Body\nIn components.0.components.0.accessory.media.url: Not well formed.")
    keys = RICH["components"][0]["components"][2]
    assert less["components"][0]["components"] == [{"type": 10, "content": "**Car**"}, keys]
    (box,) = bare(RICH, "In components.0.components.2.components.0.url: Scheme must be http.")["components"]
    assert [key["label"] for key in box["components"][2]["components"]] == ["More"]
    less = bare({"name": "x", "message": RICH}, "In message.components.0.items.0.media.url: No.")
    assert less["name"] == "x" and "media" not in str(less["message"])


def test_the_plainest_message_is_its_words_with_no_address_and_the_keys_that_the_bot_answers() -> None:
    said = r"**[Car \[new\]](https://evil.example/a\)b)** on <https://motors.example> " + "and more. " * 400
    plain = plainest({**RICH, "flags": COMPONENTS, "components": [*RICH["components"], {"type": 10, "content": said}]})
    assert plain["content"].startswith("**Car**") and len(plain["content"]) <= 2000
    assert "http" not in str(plain) and plain["flags"] == 0 and plain["embeds"] == []
    ((key,),) = ([key["label"] for key in row["components"]] for row in plain["components"])
    assert key == "More"
    edited = plainest({**RICH, "flags": COMPONENTS}, edited=True)
    assert [part["type"] for part in edited["components"]] == [10, 1] and "content" not in edited


@pytest.mark.parametrize("refusal", ["In components.0.content: Must be 4000 or fewer in length.", "", "In nonce: No."])
def test_what_is_refused_for_something_else_stays_refused(refusal: str) -> None:
    assert without(RICH, refusal) is None
    assert without(body("x"), "In components.0.media.url: No.") is None


@pytest.mark.parametrize(
    ("channel", "kept", "where"),
    [
        ("1", "2", ("1", "2")),
        ("1", "3/2", ("3", "2")),
        ("", "3/2", ("3", "2")),
        ("", "2", None),
        ("1", "", None),
        ("1", "x", None),
        ("1", "../2", None),
    ],
)
def test_a_kept_id_tells_where_its_message_is(channel: str, kept: str, where: tuple[str, str] | None) -> None:
    assert Spot(channel).parse(kept) == where
    assert where is None or Spot(channel).id_of(*where) == kept
