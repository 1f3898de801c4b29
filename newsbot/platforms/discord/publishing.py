"""Posts of announcement channels, passed on to the servers that follow them: ten an hour in each channel."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

import discord
from discord.http import HTTPClient

from newsbot.domain.models import ChatKey, Delivery
from newsbot.domain.ports import Clock, Over, RetryLater, SendOutcome, Sent
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.answers import UNKNOWN_MESSAGE
from newsbot.platforms.discord.spots import Spot

BUDGET = 10
"""Messages of one channel that Discord lets be published in an hour. No page of its documentation says so: its answers
do, and its help page (https://support.discord.com/hc/en-us/articles/360032008192)."""
FREE = 3
"""Of these, what single stories leave to digests."""
HOUR = timedelta(hours=1)
KEPT = timedelta(hours=3)
"""After so long a post is no news any more: it is not published."""
NO_NEWS = "it is no news any more: there was no room to publish it"

_ALREADY = 40033


class Wishes(Protocol):
    """What the admins of a channel want: :class:`newsbot.newsdesk.servers.Servers`."""

    async def publishes(self, key: ChatKey) -> bool:
        """Whether the posts of a chat are still to be passed on."""


class Publisher:
    """Publishes posts as far as an hour's budget goes; what has no room is told when there may be some.

    All that is remembered is what was published of late. After a restart Discord's own limit tells.
    """

    def __init__(self, http: HTTPClient, clock: Clock, wishes: Wishes) -> None:
        self._http, self._clock, self._wishes = http, clock, wishes
        self._channels: OrderedDict[str, dict[str, datetime]] = OrderedDict()  # the one published last comes last

    async def publish(self, delivery: Delivery, spot: Spot) -> SendOutcome:
        """Publish those messages of a post that are not yet. Raises what Discord's refusals and the network's failures
        raise: then it may be tried again, since a message that is published already does no harm."""
        if delivery.created is not None and self._clock.now() - delivery.created >= KEPT:
            return Over(NO_NEWS)
        if not (delivery.digest.publish and await self._wishes.publishes(delivery.chat)):
            return Over("publishing was switched off")
        reserve = FREE if delivery.digest.occasion == "story" else 0
        standing = [where for where in map(spot.parse, delivery.message_ids) if where is not None]
        for channel_id, message_id in standing:
            if message_id in self._known(channel_id):
                continue
            if wait := self._wait(channel_id, BUDGET - reserve):
                return RetryLater("as much was published as Discord lets be in an hour", wait, tried=False)
            if not await self._crosspost(channel_id, message_id):
                standing = [where for where in standing if where[1] != message_id]
        return Sent(delivery.message_ids) if standing else Over("the post is gone")

    async def _crosspost(self, channel_id: str, message_id: str) -> bool:
        """Whether the message is there, and published by now."""
        when = self._clock.now()
        try:
            await wire.crosspost(self._http, channel_id, message_id)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_MESSAGE:
                return False
            if error.code != _ALREADY:
                raise
            when -= HOUR  # nobody knows when
        self._channels.setdefault(channel_id, {})[message_id] = when
        self._channels.move_to_end(channel_id)
        return True

    def _wait(self, channel_id: str, most: int) -> float:
        """Seconds until fewer than ``most`` were published there within an hour; 0.0 when it is so now."""
        now = self._clock.now()
        times = sorted(time for time in self._known(channel_id).values() if timedelta(0) <= now - time < HOUR)
        if len(times) < most:
            return 0.0
        return max(1.0, (times[-most] + HOUR - now).total_seconds())

    def _known(self, channel_id: str) -> dict[str, datetime]:
        """What was published in a channel, and when. Of every channel what is older than matters is forgotten."""
        since = self._clock.now() - KEPT
        while self._channels and max(next(iter(self._channels.values())).values()) < since:
            self._channels.popitem(last=False)
        known = {id_: time for id_, time in self._channels.get(channel_id, {}).items() if time >= since}
        if known:
            self._channels[channel_id] = known
        return known
