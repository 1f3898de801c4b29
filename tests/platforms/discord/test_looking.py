"""`newsbot check --online`: what an admin has to know of the token, the application and the gateway, in words."""

from __future__ import annotations

import pytest
from aiohttp import web

from newsbot.pipeline.clockwork import SystemClock
from newsbot.platforms.discord.looking import Look, look
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.wire import make_rest
from tests.fakes.discord import DiscordServer


async def looked(dc: DiscordServer, *, token: str = "", gateway_url: str = "") -> Look:
    rest = make_rest(token or dc.token, dc.api_url, None, Pace(SystemClock()))
    return await look(rest, api_url=dc.api_url, gateway_url=gateway_url or dc.gateway_url, patience=5)


def text(found: Look) -> str:
    return "\n".join(line.text for line in found.lines)


def wrong(found: Look) -> str:
    return "\n".join(line.text for line in found.lines if not line.ok)


async def test_a_good_token_is_named_and_nothing_is_changed_or_started(dc: DiscordServer) -> None:
    found = await looked(dc)
    said = text(found)
    assert found.ok and "“newsbot”" in found.lines[0].text and dc.application_id in found.lines[0].text
    assert "servers it is in: about 0" in said and f"client_id={dc.application_id}" in said
    assert "can be reached" in said and "1000 of 1000; shards that Discord recommends: 1" in said
    assert "no privileged intent is on" in said
    assert {call.method for call in dc.calls} == {"GET"} and dc.gateway.identified == []


@pytest.mark.parametrize("token", ["MTIzNDU2Nzg5MDEyMzQ1Njc4.Strang.erTokenAAAAAAAAAAAAAAAAAAAAAAA", "nonsense"])
async def test_a_bad_token_is_told_and_not_shown(dc: DiscordServer, token: str) -> None:
    found = await looked(dc, token=token)
    assert not found.ok and "platforms.discord.token" in text(found) and token not in text(found)


async def test_an_endpoint_that_takes_the_interactions_away_is_an_error(dc: DiscordServer) -> None:
    dc.world.application.settings["interactions_endpoint_url"] = "https://old.example.org/private-path"
    found = await looked(dc)
    assert "old.example.org" in wrong(found) and "Interactions Endpoint URL" in wrong(found)
    assert "private-path" not in text(found)


@pytest.mark.parametrize(
    ("kinds", "said", "ok"),
    [
        ({"0": {}, "1": {}}, "people can install it for themselves, and", True),
        ({"0": {}}, "people cannot install it for themselves: User Install", True),
        ({"1": {}}, "switch on Guild Install", False),
    ],
)
async def test_where_it_may_be_installed_is_told(
    dc: DiscordServer, kinds: dict[str, object], said: str, ok: bool
) -> None:
    dc.world.application.settings["integration_types_config"] = kinds
    found = await looked(dc)
    assert said in text(found) and found.ok == ok


async def test_privileged_intents_are_told_to_be_needless(dc: DiscordServer) -> None:
    dc.world.application.settings["flags"] = 1 << 19
    found = await looked(dc)
    assert found.ok and "the bot needs none" in text(found)


async def test_starts_that_are_used_up_are_an_error(dc: DiscordServer) -> None:
    dc.session_starts = 0
    assert "waits for 1440 minutes" in wrong(await looked(dc))


async def test_a_gateway_that_is_away_or_none_is_an_error(dc: DiscordServer) -> None:
    async def page(_: web.Request) -> web.StreamResponse:
        return web.Response(text="hello")

    assert "platforms.discord.gateway_url" in wrong(await looked(dc, gateway_url="ws://127.0.0.1:1/"))
    dc.transport.socket = page
    assert "the gateway at 127.0.0.1" in wrong(await looked(dc))


async def test_a_server_that_is_not_discord_is_named(dc: DiscordServer) -> None:
    dc.faults.next("GET", "/users/@me", status=200, body="<html>hello</html>")
    assert "(platforms.discord.api_url) is not Discord" in wrong(await looked(dc))
    await dc.transport.close()
    assert "(platforms.discord.api_url) cannot be reached" in wrong(await looked(dc))
