"""A look at a token and at what stands at Discord, for an admin who checks the config. Changes nothing there."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route

from newsbot.errors import PlatformError
from newsbot.platforms.discord.closings import NOT_DISCORD
from newsbot.platforms.discord.inviting import invitation
from newsbot.platforms.discord.sessions import Allowance, allowance
from newsbot.platforms.discord.troubles import in_words, is_unknown_token, shorten
from newsbot.platforms.discord.wire import Rest

OFFICIAL = "https://discord.com/api/v10"
GATEWAY = "wss://gateway.discord.gg/"
PATIENCE = 20.0  # seconds for each question
HELLO = 10
PRIVILEGED = 1 << 12 | 1 << 13 | 1 << 14 | 1 << 15 | 1 << 18 | 1 << 19
"""Presences, members and what people write; each may be limited:
https://docs.discord.com/developers/resources/application#application-object-application-flags"""
SERVERS, PEOPLE = "0", "1"
"""https://docs.discord.com/developers/resources/application#application-object-application-integration-types"""
PORTAL = "its page at discord.com/developers"

FAILURES = (PlatformError, discord.DiscordException, aiohttp.ClientError, OSError, *NOT_DISCORD)


@dataclass(frozen=True, slots=True)
class Line:
    """One finding; ``ok`` False for what keeps the bot from working."""

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """What was found, most important first. ``ok``: the bot can work."""

    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing keeps the bot from working."""
        return all(line.ok for line in self.lines)


async def look(rest: Rest, *, api_url: str = OFFICIAL, gateway_url: str = GATEWAY, patience: float = PATIENCE) -> Look:
    """Ask Discord whose token ``rest`` has, how its application is set up, and whether its gateway may be used.

    Never raises for what Discord or the network do. The token is in no line. ``rest`` is left closed.
    """
    try:
        async with asyncio.timeout(patience):
            await rest.ready()
            app: dict[str, Any] = dict(await rest.http.request(Route("GET", "/applications/@me")))
            person = [*_person(app)]
        async with asyncio.timeout(patience):
            allowed = await allowance(rest.http)
        return Look((*person, *_way_in(app), await _gateway(rest, gateway_url, patience), *_starts(allowed)))
    except FAILURES as error:
        return Look((Line(False, _why(error, api_url)),))
    finally:
        await rest.close()


def _why(error: Exception, api_url: str) -> str:
    """What an admin should look at."""
    own = api_url.rstrip("/") != OFFICIAL
    where = f"the server at {_host(api_url)} (platforms.discord.api_url)" if own else "Discord"
    if is_unknown_token(error):
        doubt = "; or the address is not that of Discord's API" if own else ""
        return f"{where} does not know the token in platforms.discord.token: {PORTAL} shows the right one{doubt}"
    if isinstance(error, TimeoutError):
        return f"{where} did not answer in time: check the network and platforms.discord.proxy"
    if isinstance(error, discord.DiscordException | aiohttp.ClientError | OSError):
        return in_words(error).replace("Discord", where, 1)
    return f"what answers at {_host(api_url)} (platforms.discord.api_url) is not Discord"


def _person(app: dict[str, Any]) -> Iterator[Line]:
    yield Line(True, f"the token is that of “{shorten(str(app['name']))}” (application {int(app['id'])})")
    servers, people = app.get("approximate_guild_count"), app.get("approximate_user_install_count")
    if isinstance(servers, int):
        yield Line(
            True, f"servers it is in: about {servers}" + (f"; people who installed it: {people}" if people else "")
        )
    if app.get("bot_require_code_grant"):
        yield Line(False, f"nobody can invite the bot: switch off Requires OAuth2 Code Grant on {PORTAL}, under Bot")
    elif app.get("bot_public") is False:
        yield Line(True, f"only its owner can invite the bot: Public Bot on {PORTAL} allows it to everybody")
    yield Line(True, f"to invite it: {invitation(int(app['id']))}")


def _way_in(app: dict[str, Any]) -> Iterator[Line]:
    endpoint = app.get("interactions_endpoint_url")
    if endpoint:
        yield Line(
            False,
            f"commands and presses are sent to {_host(str(endpoint))} instead of to this bot: empty Interactions "
            f"Endpoint URL on {PORTAL}, under General Information",
        )
    yield from _installs(app.get("integration_types_config"))
    if int(app.get("flags") or 0) & PRIVILEGED:
        yield Line(True, f"privileged intents are on; the bot needs none: {PORTAL} switches them off, under Bot")
    else:
        yield Line(True, "no privileged intent is on, and the bot needs none")


def _installs(config: Any) -> Iterator[Line]:
    kinds = config if isinstance(config, dict) else {SERVERS: {}}
    if SERVERS not in kinds:
        yield Line(
            False, f"the bot cannot be added to servers: switch on Guild Install on {PORTAL}, under Installation"
        )
    if PEOPLE in kinds:
        yield Line(True, "people can install it for themselves, and use it anywhere")
    else:
        yield Line(True, f"people cannot install it for themselves: User Install on {PORTAL}, under Installation")


async def _gateway(rest: Rest, url: str, patience: float) -> Line:
    """Whether the gateway says hello. Nothing is started there."""
    where = f"{_host(url)} (platforms.discord.gateway_url)"
    try:
        async with asyncio.timeout(patience):
            said = await _hello(rest, f"{url.rstrip('/')}/?v=10&encoding=json")
    except TimeoutError:
        return Line(False, f"the gateway at {where} did not answer in time")
    except (aiohttp.ClientError, OSError) as error:
        return Line(False, f"the gateway at {where}: {in_words(error)}")
    except (LookupError, TypeError, ValueError):
        said = None
    if said != HELLO:
        return Line(False, f"what answers at {where} is not Discord's gateway")
    return Line(True, f"the gateway at {_host(url)} can be reached")


async def _hello(rest: Rest, url: str) -> Any:
    socket = await rest.http.ws_connect(url)
    try:
        return json.loads(await socket.receive_str())["op"]
    finally:
        await socket.close()


def _starts(allowed: Allowance) -> Iterator[Line]:
    left = f"connections that may still be started today: {allowed.remaining} of {allowed.total}"
    if allowed.remaining < allowed.shards:
        minutes = round(allowed.lasts.total_seconds() / 60)
        yield Line(False, f"{left}; the bot needs {allowed.shards} and waits for {minutes} minutes")
    else:
        yield Line(True, f"{left}; shards that Discord recommends: {allowed.shards}")


def _host(url: str) -> str:
    """Where an address leads, without its path, which may be a secret."""
    return urlsplit(url).hostname or "?"
