"""One request to Discord: at its turn, sent once, and never slept over.

discord.py repeats what fails with 500, 502, 504 or 524, up to five times and for half a minute, also where a second
request does a second thing; and it sleeps for as long as a limit asks. Here both are raised.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import structlog
from discord.http import HTTPClient, Ratelimit, Route

from newsbot.platforms.discord.buckets import Bucket
from newsbot.platforms.discord.pace import NotYet, Pace
from newsbot.platforms.discord.refusals import UNSAID, Slowed, is_discords, number_in, refusal

log = structlog.get_logger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=30.0, sock_connect=10.0)
QUARANTINED = 20026
"""Discord takes the bot for a spammer: it may "not send any direct messages to users it has not messaged before"."""
_OURS = object()
"""Marks a request of :class:`Http`'s for the trace."""
_MANY = 1_000  # limits remembered, before those that are over are looked for


def _once(pace: Pace) -> aiohttp.TraceConfig:
    """Tells ``pace`` of every answer, and raises a failure of Discord's before the library repeats the request; one
    of ours (not of a webhook's) is refused in our own reading where the library's would break."""

    async def ended(_: object, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        tell(pace, params.response)
        if params.response.status >= 500:
            params.response.close()
            raise discord.DiscordServerError(params.response, "")
        ours = context.trace_request_ctx is _OURS
        if params.response.status >= 400 and ours and (error := await refusal(params.response)):
            raise error

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace


def tell(pace: Pace, response: aiohttp.ClientResponse) -> None:
    """What an answer means for all requests to come."""
    headers = response.headers
    pace.answered(response.status, headers.get("X-RateLimit-Scope", ""))
    seconds = number_in(headers.get("Retry-After"))
    if response.status != 429 or is_discords(response):
        pace.passed()
    if response.status == 429 and not is_discords(response):
        log.warning("what stands before Discord refuses this machine", seconds=pace.blocked(seconds))
    elif response.status == 429 and "X-RateLimit-Global" in headers:
        pace.hold(wait := max(1.0, UNSAID if seconds is None else seconds))
        log.warning("Discord wants no requests of the whole bot for a while", seconds=wait)


class Http(HTTPClient):
    """The library's, which otherwise has no pace of its own and sleeps within a request."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pace: Pace, proxy: str | None) -> None:
        super().__init__(loop, proxy=proxy, http_trace=_once(pace))
        self._pace = pace
        self._refused: OrderedDict[str, datetime] = OrderedDict()

    def get_ratelimit(self, key: str) -> Ratelimit:
        """What is known of one limit."""
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._pace.clock)
            if len(self._buckets) % _MANY == 0:
                self._buckets = {k: b for k, b in self._buckets.items() if b is bucket or not b.is_inactive()}
        return bucket

    async def request(self, route: Route, **options: Any) -> Any:
        """One request at its turn. Raises NotYet when that is not soon, discord.RateLimited when Discord refused it
        for now, discord.HTTPException for other refusals, aiohttp.ClientError and TimeoutError where there is no
        answer."""
        limits = f"{route.key}:{route.major_parameters}", f"{route.method} {route.url}"
        self._unless_refused(*limits)
        await self._pace.turn()
        options.setdefault("timeout", TIMEOUT)
        try:
            return await super().request(route, trace_request_ctx=_OURS, **options)
        except Slowed as error:
            self._refused[limits[bool(error.code)]] = self._pace.clock.now() + timedelta(seconds=error.retry_after)
            raise
        except discord.HTTPException as error:
            if error.code == QUARANTINED:
                self._pace.shut_doors()
                log.error("Discord holds the bot for a spammer and lets it write to no new people: appeal at Discord")
            raise

    def _unless_refused(self, *limits: str) -> None:
        now = self._pace.clock.now()
        while self._refused and (next(iter(self._refused.values())) <= now or len(self._refused) > _MANY):
            self._refused.popitem(last=False)
        until = max(self._refused.get(limit, now) for limit in limits)
        if until > now:
            raise NotYet((until - now).total_seconds())
