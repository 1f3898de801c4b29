"""All the commands of the bot at Discord, and what is said when one of them cannot be carried out.

https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

import logging
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.app_commands import AppCommand, AppCommandError

from newsbot.errors import BadRequest
from newsbot.locales import Words
from newsbot.platforms.discord.channel import Channels, SetUp
from newsbot.platforms.discord.markdown import escape
from newsbot.platforms.discord.members import Members
from newsbot.platforms.discord.options import Talk
from newsbot.platforms.discord.own import Own
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.pointing import Pointing
from newsbot.platforms.discord.running import Running
from newsbot.platforms.discord.troubles import in_words
from newsbot.platforms.discord.words import Catalogues, Json, spelled_out

log = logging.getLogger(__name__)

ANYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
ANYHOW = app_commands.AppInstallationType(guild=True, user=True)
"""Invited to a server, or carried along by a person."""

NOBODY = discord.AllowedMentions.none()
UNMATCHED = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)
"""The person's client knows the commands of another version of the bot."""


class Tree(app_commands.CommandTree[Any]):
    """The commands, answered by ``talk`` and ``setup``, on a client that listens (or only tells Discord of them)."""

    def __init__(self, client: discord.Client, talk: Talk, setup: SetUp) -> None:
        super().__init__(client, allowed_contexts=ANYWHERE, allowed_installs=ANYHOW)
        channels = Channels(talk, setup)
        for command in Members(talk).commands():
            self.add_command(command)
        for other in (Own(talk).group(), channels.group(), channels.setup_command(), Running(talk).group()):
            self.add_command(other)
        for menu in Pointing(talk).menus():
            self.add_command(menu)

    async def payload(self) -> list[Json]:
        """What Discord is told: every command with its words in all languages."""
        translator = Catalogues()
        return [spelled_out(await each.get_translated_payload(self, translator)) for each in self.get_commands()]

    async def sync(self, *, guild: discord.abc.Snowflake | None = None) -> list[AppCommand]:
        """Put the commands in place of those that Discord knows, for all servers at once. Raises as the library's."""
        if self.client.application_id is None:
            raise app_commands.MissingApplicationID
        known = await self._http.bulk_upsert_global_commands(self.client.application_id, await self.payload())
        return [AppCommand(data=each, state=self._state) for each in known]

    async def on_error(self, interaction: Interaction, error: AppCommandError, /) -> None:
        """Say in words what went wrong, to the person alone; the unexpected is logged too."""
        words, cause = Words(str(interaction.locale)), error.__cause__
        if isinstance(cause, BadRequest):
            said = words(cause.key, **cause.values)
        elif isinstance(error, app_commands.TransformerError):  # an option that is none of those that fit
            said = words("discord_option_gone")
        elif isinstance(error, UNMATCHED):
            said = words("discord_command_changed")
        else:
            log.error("a command failed", exc_info=error)
            said = words("failed")
        await _answer(interaction, said)


async def _answer(interaction: Interaction, said: str) -> None:
    try:
        if interaction.type is discord.InteractionType.autocomplete:
            if not interaction.response.is_done():
                await interaction.response.autocomplete([])
        elif interaction.response.is_done():
            await interaction.followup.send(escape(said), ephemeral=True, allowed_mentions=NOBODY)
        else:
            await interaction.response.send_message(escape(said), ephemeral=True, allowed_mentions=NOBODY)
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:  # too late, and nobody to tell
        log.warning("a failed command could not be answered: %s", in_words(error))
