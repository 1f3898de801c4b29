"""``/my …``: one's own private chat with the bot, from anywhere."""

from __future__ import annotations

import discord
from discord import app_commands

from newsbot.platforms.discord.options import UNSAID, Completer, Query, Short, Talk, Text, made, offering
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.typed import given, line, ordered


class Own:
    """What each command of the group asks the desk for a person's own chat."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def group(self) -> app_commands.Group:
        """All of them."""
        group = app_commands.Group(name="my", description=UNSAID)
        group.add_command(made(self.subscribe, what=self._offering("what"), when=self._offering("when")))
        group.add_command(made(self.unsubscribe, what=self._offering("subscription")))
        for plain in (self.subscriptions, self.settings, self.mutes, self.export):
            group.add_command(made(plain))
        group.add_command(made(self.take, "import"))
        return group

    async def subscribe(self, interaction: Interaction, what: Text = "", words: Query = "", when: Short = "") -> None:
        """A standing order."""
        fields = given(what=what, words=words, when=when)
        await self._talk.command(interaction, ordered(what, words, when), private_place=True, fields=fields)

    async def unsubscribe(self, interaction: Interaction, what: Text = "") -> None:
        """The end of one."""
        await self._ask(interaction, line("unsubscribe", what))

    async def subscriptions(self, interaction: Interaction) -> None:
        """What comes."""
        await self._ask(interaction, line("subscriptions"))

    async def settings(self, interaction: Interaction) -> None:
        """All settings, to be changed there."""
        await self._ask(interaction, line("settings"))

    async def mutes(self, interaction: Interaction) -> None:
        """What is left out."""
        await self._ask(interaction, line("mutes"))

    async def export(self, interaction: Interaction) -> None:
        """The feeds as a file."""
        await self._ask(interaction, line("export"))

    async def take(self, interaction: Interaction, file: discord.Attachment) -> None:
        """A file of feeds."""
        await self._talk.take(interaction, file, private_place=True)

    async def _ask(self, interaction: Interaction, said: str) -> None:
        await self._talk.command(interaction, said, private_place=True)

    def _offering(self, kind: str) -> Completer:
        return offering(self._talk, kind, private_place=True)
