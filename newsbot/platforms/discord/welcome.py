"""The one short welcome that a server gets, where it may be said."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import discord

from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.platforms.actions import short
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.markdown import Line, Run, markup
from newsbot.platforms.discord.message import Box, Key, Keys, Outgoing, Text, payload
from newsbot.platforms.discord.permissions import SEND, VIEW
from newsbot.platforms.discord.report import START
from newsbot.platforms.discord.spelling import UNKNOWN, Ids, Speller
from newsbot.platforms.discord.troubles import UNANSWERED, in_words

if TYPE_CHECKING:
    from discord.http import HTTPClient

log = logging.getLogger(__name__)

READABLE = VIEW.bit | SEND.bit


LATE = timedelta(hours=1)
"""What could not be said for so long is not said any more."""
MOST = 10_000  # servers that wait to be greeted


@dataclass(frozen=True, slots=True)
class _Due:
    """What is to be said to a server, and since when; ``say`` gives whether that is done with."""

    say: Callable[[discord.Guild], Awaitable[bool]]
    since: datetime


class Welcome:
    """Posts through ``http``; ``words_for`` gives the bot's words in a language, ``ids`` are the commands'."""

    def __init__(
        self, http: HTTPClient, clock: Clock, words_for: Callable[[str], Words] = Words, ids: Ids = UNKNOWN
    ) -> None:
        self._http = http
        self._clock = clock
        self._due: OrderedDict[int, _Due] = OrderedDict()
        self._turn = asyncio.Lock()
        self._words_for = words_for
        self._ids = ids

    async def greet(self, guild: discord.Guild) -> None:
        """Say hello and show the first steps, in the system channel or where everybody writes; else nowhere. Where
        Discord does not take it just now, a :meth:`step` says it later."""
        await self._try(guild, _Due(self._hello, self._clock.now()))

    async def back(self, guild: discord.Guild) -> None:
        """Say that everything is as it was, in the same way."""
        await self._try(guild, _Due(self._back, self._clock.now()))

    async def step(self, here: Mapping[int, discord.Guild]) -> bool:
        """Say one thing that is still to be said, to one of the servers that are ``here``; whether that is done with.
        Call it every few seconds."""
        guild_id = next(iter(self._due), None)
        if guild_id is None:
            return False
        due, guild = self._due.pop(guild_id), here.get(guild_id)
        if guild is None or self._clock.now() - due.since > LATE:
            return True
        return await self._try(guild, due)

    async def _try(self, guild: discord.Guild, due: _Due) -> bool:
        """One after the other, however many servers invite us at once: what people read goes by the same line."""
        async with self._turn:
            done = await due.say(guild)
        if not done:
            self._due[guild.id] = due
            if len(self._due) > MOST:
                self._due.popitem(last=False)
        return done

    async def _hello(self, guild: discord.Guild) -> bool:
        message = _hello(Speller(self.words(guild), self._ids))
        return await self._say(guild, message, f"hello.{guild.id}")

    async def _back(self, guild: discord.Guild) -> bool:
        words = self.words(guild)
        said = Text(words("server_back"))
        message = Outgoing((said, Keys((_setup(words),))), silent=True)
        return await self._say(guild, message, f"back.{guild.id}")

    def words(self, guild: discord.Guild) -> Words:
        """The bot's words as a server reads them: in its preferred language, where the bot speaks it."""
        return self._words_for(str(guild.preferred_locale))

    async def _say(self, guild: discord.Guild, message: Outgoing, nonce: str) -> bool:
        """Whether that is done with: said, or nothing that another try would mend."""
        channel = next(places(guild), None)
        if channel is None:
            log.info("server %s: there is no channel to say hello in", guild.id)
            return True
        try:
            await wire.post(self._http, str(channel.id), payload(message), nonce)
        except UNANSWERED as error:
            log.info("server %s was not greeted: %s", guild.id, in_words(error))
            return isinstance(error, discord.HTTPException) and error.status < 500 and error.status != 429
        return True


def places(guild: discord.Guild) -> Iterator[discord.TextChannel]:
    """Where the bot may say something to a whole server: the channel that Discord's own words of who came go to, then
    those in which everybody reads and writes, from the top. Never rules, announcements or what is not for all ages."""
    system = guild.system_channel
    if system is not None and _open(system):
        yield system
    apart = {c.id for c in (system, guild.rules_channel, guild.public_updates_channel) if c is not None}
    for channel in sorted(guild.text_channels, key=lambda c: (c.category.position if c.category else -1, c.position)):
        everybody = channel.permissions_for(guild.default_role).value & READABLE == READABLE
        if channel.id not in apart and everybody and not channel.is_news() and not channel.nsfw and _open(channel):
            yield channel


def _open(channel: discord.TextChannel) -> bool:
    found = check(channel)
    return found is not None and found.well


def _hello(speller: Speller) -> Outgoing:
    words = speller.words
    greeting = Run(speller.sentence(words("greeting_group")))
    said = Text(markup((Line((greeting,)),)))
    look = Key(words("welcome_topics_button"), short("c", "/topics"))
    read = Key(words("welcome_digest_button"), short("c", "/digest"))
    return Outgoing((Box((said, Keys((_setup(words), look, read)))),), silent=True)


def _setup(words: Words) -> Key:
    return Key(words("server_setup_button"), START, style="primary")
