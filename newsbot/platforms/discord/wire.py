"""Discord's REST API through the library's client: what posts, threads and doors are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route
from discord.utils import MISSING

from newsbot.platforms.discord.answers import is_of_content
from newsbot.platforms.discord.message import Json
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.plainer import PLAIN, plainest, without
from newsbot.platforms.discord.requests import Http, tell
from newsbot.platforms.discord.troubles import in_words

AGAIN = 2
"""Times that a question which changes nothing is asked again at once."""

LONGEST = 10080
"""Minutes that a silent thread stays in the channel list, at most: a week."""

log = structlog.get_logger(__name__)


def point_at(api_url: str, gateway_url: str = "") -> None:
    """Where the library finds Discord, in the whole process: its REST API ("https://discord.com/api/v10") and, unless
    Discord is asked, its gateway ("wss://gateway.discord.gg/")."""
    Route.BASE = api_url.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def tracing(pace: Pace) -> aiohttp.TraceConfig:
    """For a client's ``http_trace``: tells ``pace`` of every answer."""

    async def ended(_: object, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        tell(pace, params.response)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace


class Rest(discord.Client):
    """The client of all that is posted: it never connects to the gateway."""

    def __init__(self, token: str, pace: Pace, proxy: str | None) -> None:
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we have nothing to say by voice
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self.http = self._connection.http = Http(self.loop, pace, proxy)
        self._token = token
        self._opening = asyncio.Lock()

    async def ready(self) -> str:
        """Log in, once; the bot's own user id. Raises discord.LoginFailure for a token that Discord does not know, and
        what :meth:`Http.request` raises."""
        if self.user is None:
            async with self._opening:
                if self.user is None:
                    await self._open()
        return str(self.user.id) if self.user else ""

    async def _open(self) -> None:
        try:
            await self.login(self._token)
        except BaseException:
            await self.http.close()
            self.http.clear()
            self.http.connector = MISSING  # a closed one serves no second try
            raise


def make_rest(token: str, api_url: str, proxy: str | None, watch: Pace) -> Rest:
    """A client for posting, which is to be closed at the end; ``ready()`` comes before its first use.

    ``api_url``: Discord's, for the whole process. ``proxy``: an http(s) address; the environment is not asked.
    """
    point_at(api_url)
    return Rest(token, watch, proxy)


# --- messages ------------------------------------------------------------------------------------------


Noting = Callable[[str], None]
"""Told in words what Discord refused, and was left out."""


def unheard(_: str) -> None:
    """Whose author does not ask what was left out."""


async def post(http: HTTPClient, channel_id: str, body: Json, nonce: str = "", noting: Noting = unheard) -> Json:
    """Post a message; what Discord made of it. With a ``nonce`` (at most 25 characters) a second request within some
    minutes gives the first one's message. Pictures and addresses that Discord refuses are left out, and then all but
    the words. https://docs.discord.com/developers/resources/message#create-message"""
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel_id)
    marked = {**body, "nonce": nonce, "enforce_nonce": True} if nonce else body
    return await _with_less(http, route, marked, plainest, noting)


async def edit(
    http: HTTPClient,
    channel_id: str,
    message_id: str,
    body: Json,
    noting: Noting = unheard,
    *,
    last: bool = True,
) -> Json:
    """Put ``body`` in the place of a message of the bot's, with less as :func:`post` does, but for the ``last`` step.
    https://docs.discord.com/developers/resources/message#edit-message"""
    path = "/channels/{channel_id}/messages/{message_id}"
    route = Route("PATCH", path, channel_id=channel_id, message_id=message_id)
    plain = (lambda less: plainest(less, edited=True)) if last else None
    return await _with_less(http, route, body, plain, noting)


async def delete(http: HTTPClient, channel_id: str, message_id: str) -> None:
    """https://docs.discord.com/developers/resources/message#delete-message"""
    path = "/channels/{channel_id}/messages/{message_id}"
    await http.request(Route("DELETE", path, channel_id=channel_id, message_id=message_id))


async def crosspost(http: HTTPClient, channel_id: str, message_id: str) -> Json:
    """Publish a message of an announcement channel to those who follow it.
    https://docs.discord.com/developers/resources/message#crosspost-message"""
    path = "/channels/{channel_id}/messages/{message_id}/crosspost"
    return dict(await http.request(Route("POST", path, channel_id=channel_id, message_id=message_id)))


async def _read(http: HTTPClient, route: Route, **options: Any) -> Any:
    """Ask for what is there; once more where Discord failed, for a post is looked for in many places, and each must
    answer."""
    for _ in range(AGAIN):
        with suppress(discord.DiscordServerError, aiohttp.ClientConnectionError):
            return await http.request(route, **options)
    return await http.request(route, **options)


async def message(http: HTTPClient, channel_id: str, message_id: str) -> Json:
    """https://docs.discord.com/developers/resources/message#get-channel-message"""
    path = "/channels/{channel_id}/messages/{message_id}"
    return dict(await _read(http, Route("GET", path, channel_id=channel_id, message_id=message_id)))


async def history(http: HTTPClient, channel_id: str, *, after: str = "", limit: int = 100) -> list[Json]:
    """The first ``limit`` messages after an id, or the latest ones, in either case newest first. None at all where the
    bot may not read the history.
    https://docs.discord.com/developers/resources/message#get-channel-messages"""
    route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel_id)
    wanted: dict[str, str | int] = {"limit": limit, **({"after": after} if after else {})}
    return list(await _read(http, route, params=wanted))


# --- places ----------------------------------------------------------------------------------------------


async def channel(http: HTTPClient, channel_id: str) -> Json:
    """https://docs.discord.com/developers/resources/channel#get-channel"""
    return dict(await http.request(Route("GET", "/channels/{channel_id}", channel_id=channel_id)))


async def open_dm(http: HTTPClient, user_id: str) -> Json:
    """The private channel with a person, there or new: https://docs.discord.com/developers/resources/user#create-dm"""
    return dict(await http.request(Route("POST", "/users/@me/channels"), json={"recipient_id": user_id}))


async def thread(
    http: HTTPClient, forum_id: str, name: str, body: Json, tags: Sequence[str] = (), noting: Noting = unheard
) -> Json:
    """Open a thread in a forum with its first message, which has the thread's id; it stays in sight for as long as
    Discord allows. Nothing makes a second request harmless.
    https://docs.discord.com/developers/resources/channel#start-thread-in-forum-or-media-channel"""
    route = Route("POST", "/channels/{channel_id}/threads", channel_id=forum_id)
    shape = {"name": name, "auto_archive_duration": LONGEST, "applied_tags": list(tags), "message": body}
    return await _with_less(http, route, shape, plainest, noting)


async def change(http: HTTPClient, channel_id: str, **what: Any) -> Json:
    """Change a channel or a thread, as by ``archived=False``.
    https://docs.discord.com/developers/resources/channel#modify-channel"""
    return dict(await http.request(Route("PATCH", "/channels/{channel_id}", channel_id=channel_id), json=what))


async def remove(http: HTTPClient, channel_id: str) -> None:
    """Delete a thread: https://docs.discord.com/developers/resources/channel#deleteclose-channel"""
    await http.request(Route("DELETE", "/channels/{channel_id}", channel_id=channel_id))


async def active_threads(http: HTTPClient, guild_id: str) -> list[Json]:
    """Every thread of a server that is not archived.
    https://docs.discord.com/developers/resources/guild#list-active-guild-threads"""
    answer = await _read(http, Route("GET", "/guilds/{guild_id}/threads/active", guild_id=guild_id))
    return list(answer["threads"])


async def archived_threads(http: HTTPClient, channel_id: str, *, before: str = "", limit: int = 100) -> list[Json]:
    """A channel's archived threads, last archived first; ``before`` a time in ISO 8601. Needs Read Message History.
    https://docs.discord.com/developers/resources/channel#list-public-archived-threads"""
    route = Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=channel_id)
    wanted: dict[str, str | int] = {"limit": limit, **({"before": before} if before else {})}
    return list((await _read(http, route, params=wanted))["threads"])


async def _with_less(
    http: HTTPClient, route: Route, body: Json, plain: Callable[[Json], Json] | None, noting: Noting
) -> Json:
    """Send ``body``, then without what Discord's refusal names, and at last what ``plain`` makes of it."""
    while True:
        try:
            return dict(await http.request(route, json=body))
        except discord.HTTPException as error:
            if not is_of_content(error):
                raise
            less = without(body, error.text) if error.code == INVALID_BODY else None
            if less is None and plain is not None:
                less, plain = (plain(body), PLAIN), None
            if less is None or less[0] == body:
                raise
            log.info("Discord refused a part of a message", reason=in_words(error))
            body = less[0]
            noting(f"shown without {less[1]}: {in_words(error)}")


INVALID_BODY = 50035
