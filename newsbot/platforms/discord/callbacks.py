"""The ways back to an interaction: one response within three seconds, then edits and further messages for 15 minutes.

https://docs.discord.com/developers/interactions/receiving-and-responding. They are asked for through the client that
posts, so that an answer on its way outlives the gateway that brought the question. The token in their addresses is a
secret: who has it can speak as the bot.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any, cast

import aiohttp
import discord
from discord.http import Route
from discord.webhook.async_ import async_context

from newsbot.platforms.discord.message import Json, filename
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.plainer import without
from newsbot.platforms.discord.troubles import in_words
from newsbot.platforms.views import Attachment

log = logging.getLogger(__name__)

MESSAGE, LATER, LATER_IN_PLACE, IN_PLACE, FORM = 4, 5, 6, 7, 9
"""https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-callback-type"""
EPHEMERAL = 1 << 6  # https://docs.discord.com/developers/resources/message#message-object-message-flags

PATIENCE = 10.0  # seconds for one request
LIFE = 840.0
"""Seconds that edits and further messages may wait for their turn, of the token's 900: of one channel's there are only
so many a minute, ephemeral ones too (https://github.com/discord/discord-api-docs/issues/3763)."""
ANSWERED = 40060
"""Acknowledged before: by an attempt of ours of which we did not hear."""
INVALID_BODY = 50035
_BROKEN = (aiohttp.ClientError, TimeoutError, discord.DiscordServerError)
_FAILED = (discord.HTTPException, *_BROKEN)


class Callbacks:
    """Answers interactions through ``rest``, which is logged in. What Discord refuses is a line in the log: the person
    is gone, or it is too late."""

    def __init__(self, rest: discord.Client) -> None:
        self._rest = rest

    async def respond(
        self, interaction: Interaction, kind: int, data: Json | None = None, file: Attachment | None = None
    ) -> bool:
        """The one response. Whether Discord has one now, from this or an earlier attempt."""
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        route = Route("POST", path, webhook_id=interaction.id, webhook_token=interaction.token)
        try:
            await self._request(interaction, route, data, file, kind=kind)
        except discord.HTTPException as error:
            if error.code != ANSWERED:
                log.info("a question was not answered: %s", in_words(error))
            return error.code == ANSWERED
        except _FAILED as error:
            log.info("a question was not answered: %s", in_words(error))
            return False
        return True

    async def edit(self, interaction: Interaction, body: Json, file: Attachment | None = None) -> bool:
        """Put ``body`` in the place of the response, or of the pressed message where that was it."""
        return await self._hook(interaction, "PATCH", "/messages/@original", body, file)

    async def say(self, interaction: Interaction, body: Json, file: Attachment | None = None) -> bool:
        """A further message."""
        return await self._hook(interaction, "POST", "", body, file, again=False)

    async def remove(self, interaction: Interaction) -> bool:
        """Take the response back."""
        return await self._hook(interaction, "DELETE", "/messages/@original")

    async def _hook(
        self,
        interaction: Interaction,
        method: str,
        path: str,
        body: Json | None = None,
        file: Attachment | None = None,
        *,
        again: bool = True,
    ) -> bool:
        """https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages"""
        route = Route(
            method,
            "/webhooks/{webhook_id}/{webhook_token}" + path,
            webhook_id=interaction.application_id,
            webhook_token=interaction.token,
        )
        try:
            await self._request(interaction, route, body, file, again=again)
        except _FAILED as error:
            log.info("an answer was not shown: %s", in_words(error))
            return False
        return True

    async def _request(
        self,
        interaction: Interaction,
        route: Route,
        body: Json | None,
        file: Attachment | None,
        *,
        kind: int = 0,
        again: bool = True,
    ) -> None:
        """One request; with less than was to be said where Discord refuses a picture or an address in it, and ``again``
        where the connection broke."""
        while True:
            try:
                await self._once(interaction, route, _wrapped(kind, body) if kind else body, file)
            except discord.DiscordServerError:
                if not again:
                    raise
                again = False
            except discord.HTTPException as error:
                less = without(body, error.text) if body and error.code == INVALID_BODY else None
                if less is None:
                    raise
                body, _ = less
            except _BROKEN:
                if not again:
                    raise
                again = False
            else:
                return

    async def _once(self, interaction: Interaction, route: Route, body: Json | None, file: Attachment | None) -> None:
        hook = discord.Webhook.partial(interaction.application_id, interaction.token, client=self._rest)
        async with asyncio.timeout(LIFE if route.path.startswith("/webhooks") else PATIENCE):
            await async_context.get().request(
                route,
                cast("aiohttp.ClientSession", _Impatient(hook.session)),
                payload=None if file else body,
                multipart=parts(body or {}, file) if file else None,
                proxy=hook.proxy,
                proxy_auth=hook.proxy_auth,
            )


class _Impatient:
    """A session with a limit of time for each request, but not for what the library sleeps between them when it was
    refused for now."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    def request(self, method: str, url: str, **options: Any) -> Any:
        """One request."""
        return self._session.request(method, url, timeout=aiohttp.ClientTimeout(total=PATIENCE), **options)


def _wrapped(kind: int, data: Json | None) -> Json:
    return {"type": kind} if data is None else {"type": kind, "data": data}


def parts(body: Json, file: Attachment) -> list[dict[str, Any]]:
    """A request of JSON and a file: https://docs.discord.com/developers/reference#uploading-files"""
    return [
        {"name": "payload_json", "value": json.dumps(body), "content_type": "application/json"},
        {
            "name": "files[0]",
            "value": file.data,
            "filename": filename(file),
            "content_type": "application/octet-stream",
        },
    ]
