"""The first message to a person in private, while they talk to us: it opens the way for what they follow."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Protocol

import aiohttp
import discord
from discord.http import HTTPClient

from newsbot.domain.models import Chat, ChatKey
from newsbot.domain.ports import Clock
from newsbot.errors import StorageError
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.markdown import Line, Run, markup
from newsbot.platforms.discord.message import PLATFORM, Outgoing, Text, payload, private
from newsbot.platforms.discord.spelling import Ids, Speller
from newsbot.platforms.discord.troubles import in_words

log = logging.getLogger(__name__)

CLOSED = frozenset({50007, 50278})
"""They take no messages from this bot, or share no server with it:
https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes"""
PATIENCE = 8.0  # seconds that a person waits for their turn to be greeted; else what they follow comes without
REASON = "the person takes no private messages"
REST = timedelta(minutes=1)
"""Between two attempts at one person who took none: each is a refused request, of which Discord bears only so many from
the whole bot (https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans)."""
_REMEMBERED = 10_000  # people who took none lately


class Doors(Protocol):
    """What :class:`newsbot.platforms.discord.doors.Doors` does."""

    async def open(self, user_id: str) -> str:
        """The private channel of a person who is talking to the bot."""

    async def knock(self, user_id: str) -> str:
        """The same, at a careful pace for who never had a message."""

    def reached(self, room: str) -> None:
        """A message stands there."""


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does for this."""

    async def serves(self, key: ChatKey) -> bool:
        """Whether anything is subscribed to there."""

    async def room(self, key: ChatKey) -> str:
        """The channel of a private chat, "" where it is not known."""

    async def keep_room(self, key: ChatKey, room: str) -> None:
        """Note it."""


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does for this."""

    async def contact(self, asker: Asker) -> Chat:
        """The asker's chat as it is known."""

    async def met(self, asker: Asker) -> None:
        """A person writes to the bot alone."""

    async def gone(self, platform: str, native: str, reason: str) -> None:
        """The bot may not post there."""

    async def reached(self, key: ChatKey) -> None:
        """It may."""


class Greeter:
    """Opens private chats; ``ids`` are the commands', which the greeting names."""

    def __init__(
        self, http: HTTPClient, doors: Doors, servers: Servers, presence: Presence, clock: Clock, ids: Ids
    ) -> None:
        self._http = http
        self._ids = ids
        self._doors = doors
        self._servers = servers
        self._presence = presence
        self._clock = clock
        self._shut: OrderedDict[str, datetime] = OrderedDict()  # when each was last found to take none

    def again(self, asker: Asker) -> datetime | None:
        """When the person may be tried again, who took no private messages a moment ago; None: at any time."""
        shut = self._shut.get(asker.user_id)
        return shut + REST if shut is not None and timedelta(0) <= self._clock.now() - shut < REST else None

    async def ready(self, asker: Asker, words: Words) -> bool:
        """Whether the person, ``asker`` alone with the bot, can be written to as far as is known; who never was, is
        greeted in ``words`` if anything is to come. A database that is busy just now does not undo what was done."""
        try:
            if not await self._servers.serves(asker.chat):
                return True
            held = (await self._presence.contact(asker)).paused == REASON
            if not held and await self._servers.room(asker.chat):
                return True
            return await self.greet(asker, words)
        except StorageError as error:
            log.warning("%s is not greeted: %s", asker.user_id, error)
            return True

    async def greet(self, asker: Asker, words: Words) -> bool:
        """Write to the person; False when they take no messages: what is to come waits then, and nobody asks them
        again within :data:`REST`. Discord's and the network's other troubles are nothing that the person can mend."""
        if self.again(asker) is not None:
            return False
        try:
            await self._write(asker.user_id, words)
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            is_closed = isinstance(error, discord.HTTPException) and error.code in CLOSED
            log.info("%s was not greeted: %s", asker.user_id, in_words(error))
            if is_closed:
                self._keep_shut(asker.user_id)
                await self._presence.gone(PLATFORM, asker.chat.native, REASON)
            return not is_closed
        await self._presence.reached(asker.chat)
        return True

    def _keep_shut(self, user_id: str) -> None:
        self._shut[user_id] = self._clock.now()
        self._shut.move_to_end(user_id)
        if len(self._shut) > _REMEMBERED:
            self._shut.popitem(last=False)

    async def _write(self, user_id: str, words: Words) -> None:
        said = Speller(words, self._ids).sentence(words("dm_greeting"))
        body = payload(Outgoing((Text(markup([Line((Run(said),))])),)))
        async with asyncio.timeout(2 * PATIENCE):
            room = await self._turn(user_id)
            await wire.post(self._http, room, body)
        self._doors.reached(room)

    async def _turn(self, user_id: str) -> str:
        """The channel, once it is the person's turn to hear from us for the first time. Raises RateLimited when that is
        too late."""
        try:
            return await self._doors.knock(user_id)
        except discord.RateLimited as error:
            if error.retry_after > PATIENCE:
                raise
            await self._clock.sleep(error.retry_after)
            return await self._doors.open(user_id)

    async def met(self, asker: Asker, room: str) -> None:
        """A person talks to the bot alone, in the channel ``room``: know it from now on. A database that is busy just
        now does not keep the answer back."""
        try:
            await self._presence.met(asker)
            if await self._servers.room(private(asker.user_id)) != room:
                await self._servers.keep_room(asker.chat, room)
            self._doors.reached(room)
        except StorageError as error:
            log.warning("chat %s is not remembered: %s", asker.chat, error)
