"""Private channels: each person's is opened once, while they talk to the bot, and kept."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from discord.http import HTTPClient

from newsbot.domain.models import ChatKey
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.pace import Pace

_REMEMBERED = 10_000


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
        self._warm: OrderedDict[str, None] = OrderedDict()  # channels known to hold a message

    async def open(self, user_id: str) -> str:
        """The private channel of a person who is talking to the bot just now, from the first time on without asking
        Discord. Raises what :meth:`newsbot.platforms.discord.wire.Rest` raises, as 50007 for one that is closed."""
        return await self._rooms.room(private(user_id)) or await self._opened(user_id)

    async def knock(self, user_id: str) -> str:
        """The same for a message that nobody waits for: who never had one gets it at a careful pace. Raises NotYet."""
        room = await self._rooms.room(private(user_id))
        if room and (room in self._warm or (await wire.channel(self._http, room)).get("last_message_id")):
            self.reached(room)
            return room
        self._pace.knock(user_id)
        return room or await self._opened(user_id)

    def reached(self, room: str) -> None:
        """A message stands in this channel."""
        self._warm[room] = None
        self._warm.move_to_end(room)
        if len(self._warm) > _REMEMBERED:
            self._warm.popitem(last=False)

    async def lost(self, user_id: str) -> None:
        """Discord knows the channel no more: the next time it is opened anew."""
        await self._rooms.keep_room(private(user_id), "")

    async def _opened(self, user_id: str) -> str:
        room = str((await wire.open_dm(self._http, user_id))["id"])
        await self._rooms.keep_room(private(user_id), room)
        return room
