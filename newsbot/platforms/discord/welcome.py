"""The one short welcome that a server gets, where it may be said."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from newsbot.locales import Words
from newsbot.platforms.actions import short
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.markdown import HEADING, Line, Run, markup
from newsbot.platforms.discord.message import Box, Key, Keys, Outgoing, Text, payload
from newsbot.platforms.discord.permissions import SEND, VIEW
from newsbot.platforms.discord.report import START
from newsbot.platforms.discord.spelling import UNKNOWN, Ids, Speller
from newsbot.platforms.discord.troubles import UNANSWERED, in_words

if TYPE_CHECKING:
    import discord
    from discord.http import HTTPClient

log = logging.getLogger(__name__)

READABLE = VIEW.bit | SEND.bit


class Welcome:
    """Posts through ``http``; ``words_for`` gives the bot's words in a language, ``ids`` are the commands'."""

    def __init__(self, http: HTTPClient, words_for: Callable[[str], Words] = Words, ids: Ids = UNKNOWN) -> None:
        self._http = http
        self._words_for = words_for
        self._ids = ids

    async def greet(self, guild: discord.Guild) -> None:
        """Say hello and show the first steps, in the system channel or where everybody writes; else nowhere."""
        words = self.words(guild)
        await self._say(guild, _hello(Speller(words, self._ids)), f"hello.{guild.id}")

    async def back(self, guild: discord.Guild) -> None:
        """Say that everything is as it was."""
        words = self.words(guild)
        said = Text(words("server_back"))
        await self._say(guild, Outgoing((said, Keys((_setup(words),))), silent=True), f"back.{guild.id}")

    def words(self, guild: discord.Guild) -> Words:
        """The bot's words as a server reads them: in its preferred language, where the bot speaks it."""
        return self._words_for(str(guild.preferred_locale))

    async def _say(self, guild: discord.Guild, message: Outgoing, nonce: str) -> None:
        channel = next(places(guild), None)
        if channel is None:
            log.info("server %s: there is no channel to say hello in", guild.id)
            return
        try:
            await wire.post(self._http, str(channel.id), payload(message), nonce)
        except UNANSWERED as error:
            log.info("server %s was not greeted: %s", guild.id, in_words(error))


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
    said = Text(markup((Line((Run(words("welcome_title")),), HEADING), Line((greeting,)))))
    look = Key(words("welcome_topics_button"), short("c", "/topics"))
    read = Key(words("welcome_digest_button"), short("c", "/digest"))
    return Outgoing((Box((said, Keys((_setup(words), look, read)))),), silent=True)


def _setup(words: Words) -> Key:
    return Key(words("server_setup_button"), START, style="primary")
