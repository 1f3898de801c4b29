"""Where what people ask for is to happen, and whether they may: looked at again each time, whatever a button says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

import discord

from newsbot.domain.models import ChatKey
from newsbot.errors import Forbidden, NotFound
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Request
from newsbot.platforms.discord import people
from newsbot.platforms.discord.message import ME, chat_at
from newsbot.platforms.discord.people import Interaction, Place
from newsbot.platforms.discord.voice import is_alone

TO_START = frozenset({"subscribe", "import"})
"""The commands that are for the very thread in which they are given, though its forum has subscriptions."""


class Servers(Protocol):
    """What :class:`newsbot.newsdesk.servers.Servers` does for this."""

    async def serves(self, key: ChatKey) -> bool:
        """Whether anything is subscribed to there."""


class Whereabouts:
    """Finds out who asks, for which chat. ``admins``: the user ids of the bot's own."""

    def __init__(self, servers: Servers, admins: Collection[str] = ()) -> None:
        self._servers = servers
        self._admins = admins

    def alone(self, interaction: Interaction) -> Asker:
        """The person in their private chat with the bot."""
        return people.alone(interaction, self._admins)

    def writer(self, message: discord.Message) -> Asker:
        """Who wrote to the bot alone."""
        return people.person(message.author, admins=self._admins)

    async def request(self, interaction: Interaction, name: str, place: str = "") -> Request:
        """Who asks for the command or button ``name``, in a chat at ``place`` ("" where they are): for another one than
        theirs, with the rights that they turn out to have there. The answer is for them alone."""
        if place == ME:
            return Request(self.alone(interaction), apart=True)
        here = await self.here(interaction, name)
        if not place:
            return Request(here, apart=True)
        key = chat_at(place, interaction.user.id)
        return Request(here, vouch=lambda _: self._enter(interaction, key), apart=True)

    async def here(self, interaction: Interaction, name: str = "") -> Asker:
        """The asker where they are; in one of a forum's threads, in the forum, unless the thread has its own posts."""
        asker, channel = people.asker_of(interaction, self._admins), interaction.channel
        parent = channel.parent if asker.chat.thread and isinstance(channel, discord.Thread) else None
        if parent is None or people.kind_of(parent) != "forum" or name in TO_START:
            return asker
        if await self._servers.serves(asker.chat):
            return asker
        return people.asker_in(interaction, parent, self._admins)

    def at_once(self, interaction: Interaction, place: ChatKey | None, *, private_place: bool = False) -> Asker:
        """The asker for suggestions, from memory: at ``place`` where it is theirs to run."""
        if private_place:
            return self.alone(interaction)
        here = people.asker_of(interaction, self._admins)
        guild = people.guild_of(interaction)
        found = guild.get_channel_or_thread(int(place.thread or place.native)) if guild and place else None
        if found is None or not (here.is_chat_admin and people.sees(interaction, found)):
            return here
        return people.asker_in(interaction, found, self._admins)

    def mark(self, interaction: Interaction, asker: Asker, place: str) -> str:
        """Where the buttons of an answer act: they know it by themselves only where they stand in the very chat."""
        if place and place != ME:
            return place
        return ME if asker.chat_kind == "private" and not is_alone(interaction) else ""

    async def enter(self, interaction: Interaction, channel: Place) -> Asker:
        """The asker in another channel of the same server. Raises NotFound; and Forbidden, for only who runs the server
        acts from afar."""
        if not await people.enters(interaction, channel):
            raise NotFound("channel_gone")
        there = people.asker_in(interaction, channel, self._admins)
        if not (there.is_chat_admin or there.is_bot_admin):
            raise Forbidden("forbidden_server_admin")
        return there

    async def _enter(self, interaction: Interaction, key: ChatKey) -> Asker:
        channel = await people.channel_at(interaction, key)
        if channel is not None:
            return await self.enter(interaction, channel)
        number = key.thread or key.native
        secluded = number.isdecimal() and people.hidden(interaction, int(number))
        raise NotFound("setup_private_thread" if secluded else "channel_gone")
