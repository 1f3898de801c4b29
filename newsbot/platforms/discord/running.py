"""``/bot …``: for the bot's own admins, in private; the desk knows them by their ids, and refuses everybody else."""

from __future__ import annotations

from typing import Literal

from discord import app_commands

from newsbot.platforms.discord.options import UNSAID, Talk, Text, made
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.typed import line

Platform = Literal["telegram", "discord", "web"]
ALONE = app_commands.AppCommandContext(guild=False, dm_channel=True, private_channel=False)


class Running:
    """What each command of the group asks the desk."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def group(self) -> app_commands.Group:
        """All of them."""
        group = app_commands.Group(name="bot", description=UNSAID, allowed_contexts=ALONE)
        for plain in (self.feeds, self.status, self.reload, self.pause, self.resume):
            group.add_command(made(plain))
        group.add_command(made(self.retract))
        return group

    async def feeds(self, interaction: Interaction) -> None:
        """Every feed with its health."""
        await self._talk.command(interaction, line("feeds"))

    async def status(self, interaction: Interaction) -> None:
        """How the bot fares."""
        await self._talk.command(interaction, line("status"))

    async def reload(self, interaction: Interaction) -> None:
        """The config, once more."""
        await self._talk.command(interaction, line("reload"))

    async def retract(self, interaction: Interaction, link: Text) -> None:
        """A story, from every chat."""
        await self._talk.command(interaction, line("retract", link))

    async def pause(self, interaction: Interaction, platform: Platform | None = None) -> None:
        """The emergency stop."""
        await self._talk.command(interaction, line("pause", platform or ""))

    async def resume(self, interaction: Interaction, platform: Platform | None = None) -> None:
        """Its end."""
        await self._talk.command(interaction, line("resume", platform or ""))
