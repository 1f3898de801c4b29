"""``/channel …`` and ``/setup``: what changes a server's channels, for those who manage the server.

Discord shows them to nobody else, unless the server's own settings do; the desk checks again.
https://discord.com/developers/docs/interactions/application-commands#permissions
"""

from __future__ import annotations

from typing import Protocol

import discord
from discord import app_commands

from newsbot.platforms.discord.options import (
    UNSAID,
    Channel,
    Command,
    Query,
    Short,
    Talk,
    Text,
    chat_of,
    made,
    offering,
)
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.roles import must_be_callable
from newsbot.platforms.discord.typed import given, line, ordered

MANAGERS = discord.Permissions(manage_guild=True)
SERVERS = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
INVITED = app_commands.AppInstallationType(guild=True, user=False)


class SetUp(Protocol):
    """Looks at a channel with an admin; :class:`newsbot.platforms.discord.setup.Setup`."""

    async def run(self, interaction: Interaction, channel: discord.abc.Snowflake | None) -> None:
        """Answer ``/setup``; None: where it was given."""


class Channels:
    """What each command of the group asks the desk for a channel: the one that is named, else where it is given."""

    def __init__(self, talk: Talk, setup: SetUp) -> None:
        self._talk = talk
        self._setup = setup

    def group(self) -> app_commands.Group:
        """All of ``/channel``."""
        talk = self._talk
        group = app_commands.Group(
            name="channel",
            description=UNSAID,
            guild_only=True,
            default_permissions=MANAGERS,
            allowed_contexts=SERVERS,
            allowed_installs=INVITED,
        )
        group.add_command(made(self.subscribe, what=offering(talk, "what"), when=offering(talk, "when")))
        group.add_command(made(self.unsubscribe, what=offering(talk, "subscription")))
        group.add_command(made(self.ping, topic=offering(talk, "subscription")))
        for plain in (self.subscriptions, self.settings, self.mutes, self.export, self.forget):
            group.add_command(made(plain))
        group.add_command(made(self.take, "import"))
        return group

    def setup_command(self) -> Command:
        """``/setup``."""
        command = made(self.setup)
        command.guild_only, command.default_permissions = True, MANAGERS
        command.allowed_contexts, command.allowed_installs = SERVERS, INVITED
        return command

    async def setup(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """What is missing there, and the first steps."""
        await self._setup.run(interaction, channel)

    async def subscribe(
        self,
        interaction: Interaction,
        what: Text = "",
        words: Query = "",
        when: Short = "",
        channel: Channel | None = None,
    ) -> None:
        """A standing order."""
        fields = given(what=what, words=words, when=when)
        await self._talk.command(interaction, ordered(what, words, when), place=chat_of(channel), fields=fields)

    async def unsubscribe(self, interaction: Interaction, what: Text = "", channel: Channel | None = None) -> None:
        """The end of one."""
        await self._ask(interaction, line("unsubscribe", what), channel)

    async def subscriptions(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """What comes there."""
        await self._ask(interaction, line("subscriptions"), channel)

    async def settings(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """All settings, to be changed there."""
        await self._ask(interaction, line("settings"), channel)

    async def mutes(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """What is left out."""
        await self._ask(interaction, line("mutes"), channel)

    async def ping(
        self, interaction: Interaction, topic: Text, role: discord.Role | None = None, channel: Channel | None = None
    ) -> None:
        """The role that posts of a subscription call; none is called where it is left out."""
        place = chat_of(channel)
        if role is not None:
            must_be_callable(interaction, role, place)
        await self._talk.ping(interaction, topic, role, place=place)

    async def take(self, interaction: Interaction, file: discord.Attachment, channel: Channel | None = None) -> None:
        """A file of feeds."""
        await self._talk.take(interaction, file, place=chat_of(channel))

    async def export(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """The feeds as a file."""
        await self._ask(interaction, line("export"), channel)

    async def forget(self, interaction: Interaction, channel: Channel | None = None) -> None:
        """Nothing is kept any more of the channel."""
        await self._ask(interaction, line("forgetme"), channel)

    async def _ask(self, interaction: Interaction, said: str, channel: Channel | None) -> None:
        await self._talk.command(interaction, said, place=chat_of(channel))
