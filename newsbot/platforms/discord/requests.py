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

log = structlog.get_logger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=30.0, sock_connect=10.0)
BLOCKED = 600.0
"""Seconds that the whole bot waits when what stands before Discord refuses this machine without saying for how long."""
_NEVER_SLEEP = 1e-9
"""Seconds that the library may sleep over a refusal; 0 would mean for ever."""
_MANY = 1_000  # limits remembered, before those that are over are looked for


def _once(pace: Pace) -> aiohttp.TraceConfig:
    """Tells ``pace`` of every answer, and raises a failure of Discord's before the library repeats the request."""

    async def ended(_: object, __: SimpleNamespace, params: aiohttp.TraceRequestEndParams) -> None:
        tell(pace, params.response)
        if params.response.status >= 500:
            params.response.close()
            raise discord.DiscordServerError(params.response, "")

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace


def tell(pace: Pace, response: aiohttp.ClientResponse) -> None:
    """What an answer means for all requests to come."""
    headers = response.headers
    pace.answered(response.status, headers.get("X-RateLimit-Scope", ""))
    banned = "Via" not in headers or response.content_type != "application/json"  # by what stands before Discord
    if response.status == 429 and (banned or "X-RateLimit-Global" in headers):
        pace.hold(seconds := _seconds(headers.get("Retry-After", "")))
        log.warning("Discord wants no requests of the whole bot for a while", seconds=seconds)


def _seconds(text: str) -> float:
    try:
        return min(3600.0, max(1.0, float(text)))
    except ValueError:
        return BLOCKED


class Http(HTTPClient):
    """The library's, which otherwise has no pace of its own and sleeps within a request."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pace: Pace, proxy: str | None) -> None:
        super().__init__(loop, proxy=proxy, http_trace=_once(pace))
        self.max_ratelimit_timeout = _NEVER_SLEEP
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
        key = f"{route.key}:{route.major_parameters}"
        self._unless_refused(key)
        await self._pace.turn()
        options.setdefault("timeout", TIMEOUT)
        try:
            return await super().request(route, **options)
        except NotYet:
            raise
        except discord.RateLimited as error:
            self._refused[key] = self._pace.clock.now() + timedelta(seconds=error.retry_after)
            raise

    def _unless_refused(self, key: str) -> None:
        now = self._pace.clock.now()
        while self._refused and (next(iter(self._refused.values())) <= now or len(self._refused) > _MANY):
            self._refused.popitem(last=False)
        until = self._refused.get(key, now)
        if until > now:
            raise NotYet((until - now).total_seconds())
