"""Private channels: each person's is opened once, while they talk to the bot, and kept."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

from discord.http import HTTPClient

from newsbot.domain.models import ChatKey
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.pace import Pace

_REMEMBERED = 10_000
_WARM = timedelta(hours=1)


class Rooms(Protocol):
    """Where the ids of private channels are kept: :class:`newsbot.newsdesk.servers.Servers`."""

    async def room(self, key: ChatKey) -> str:
        """The channel of a private chat, "" where it is not known."""

    async def keep_room(self, key: ChatKey, room: str) -> None:
        """Note it; harmless for a chat that nobody knows."""


class Doors:
    """Finds and opens private channels.

    "You should not use this endpoint to DM everyone in a server about something. DMs should generally be initiated by
    a user action": https://docs.discord.com/developers/resources/user#create-dm
    """

    def __init__(self, http: HTTPClient, rooms: Rooms, pace: Pace) -> None:
        self._http, self._rooms, self._pace = http, rooms, pace
        self._warm: OrderedDict[str, datetime] = OrderedDict()  # channels that held a message then
        self._lost: OrderedDict[str, datetime] = OrderedDict()  # people whose channel is to be opened anew

    async def open(self, user_id: str) -> str:
        """The private channel of a person who is talking to the bot just now, from the first time on without asking
        Discord. Raises what :meth:`newsbot.platforms.discord.wire.Rest` raises, as 50007 for one that is closed."""
        return await self._rooms.room(private(user_id)) or await self._opened(user_id)

    async def knock(self, user_id: str, *, asked: bool = True) -> str:
        """The same for a message that nobody waits for: who never had one gets it at a careful pace, and but a few in a
        day do who are not talking to the bot (not ``asked``). Raises NotYet."""
        room = await self._rooms.room(private(user_id))
        if room and (self._is_warm(room) or (await wire.channel(self._http, room)).get("last_message_id")):
            self.reached(room)
            return room
        if user_id not in self._lost:  # who had messages before is no stranger
            self._pace.knock(user_id, asked=asked)
        return room or await self._opened(user_id)

    def reached(self, room: str) -> None:
        """A message stands in this channel: that is remembered for an hour, whoever is forgotten meanwhile."""
        self._warm[room] = self._pace.clock.now()
        self._warm.move_to_end(room)
        while len(self._warm) > _REMEMBERED or not self._is_warm(next(iter(self._warm))):
            self._warm.popitem(last=False)

    async def lost(self, user_id: str) -> None:
        """Discord knows the channel no more: the next time it is opened anew."""
        await self._rooms.keep_room(private(user_id), "")
        self._lost.pop(user_id, None)
        self._lost[user_id] = self._pace.clock.now()
        while len(self._lost) > _REMEMBERED or not self._is_fresh(next(iter(self._lost.values()))):
            self._lost.popitem(last=False)

    def _is_warm(self, room: str) -> bool:
        then = self._warm.get(room)
        return then is not None and self._is_fresh(then)

    def _is_fresh(self, then: datetime) -> bool:
        return timedelta(0) <= self._pace.clock.now() - then < _WARM

    async def _opened(self, user_id: str) -> str:
        room = str((await wire.open_dm(self._http, user_id))["id"])
        await self._rooms.keep_room(private(user_id), room)
        self._lost.pop(user_id, None)
        return room
