"""What commands are made of: who answers them, their options, and what is offered while an option is typed."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Protocol

import discord
from discord import app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

from newsbot.domain.models import ChatKey
from newsbot.errors import BadRequest
from newsbot.platforms.discord.message import PLATFORM
from newsbot.platforms.discord.people import Interaction, place_of
from newsbot.platforms.discord.permissions import POSTABLE

Command = app_commands.Command[Any, ..., Any]
Picked = AppCommandChannel | AppCommandThread
"""A channel or thread that somebody chose."""

UNSAID = "…"
"""Stands for each description in the code: what is said is the catalogues', see :mod:`.words`."""

Text = app_commands.Range[str, 1, 500]
Query = app_commands.Range[str, 1, 300]
Short = app_commands.Range[str, 1, 60]
"""Free text; one of each and a command's name are still a line that the desk reads whole."""


class Talk(Protocol):
    """Answers people; :class:`newsbot.platforms.discord.talk.Talk`.

    ``place`` is the chat that a command is for, where it is not the one it was given in; with ``private_place`` it is
    the person's own private chat.
    """

    async def command(
        self,
        interaction: Interaction,
        line: str,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
        fields: Mapping[str, str] | None = None,
    ) -> None:
        """Answer the desk's ``line``: "/search battery". ``fields``: what each option holds, where none of them may be
        taken for another."""

    async def take(
        self,
        interaction: Interaction,
        attachment: discord.Attachment,
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> None:
        """Answer a file with feeds: the desk's ``take`` with its bytes."""

    async def ping(
        self, interaction: Interaction, text: str, role: discord.Role | None, *, place: ChatKey | None = None
    ) -> None:
        """Have the posts of the subscription ``text`` call ``role`` (None: nobody): the desk's ``ping``. That the role
        may be called there has been looked at."""

    async def press(self, interaction: Interaction, custom_id: str, values: Sequence[str]) -> None:
        """Answer as if the button ``custom_id`` had been pressed, though this was a command."""

    async def suggest(
        self,
        interaction: Interaction,
        kind: str,
        typed: str,
        head: str = "",
        *,
        place: ChatKey | None = None,
        private_place: bool = False,
    ) -> list[app_commands.Choice[str]]:
        """What an argument of that ``kind`` may be, of which ``typed`` is there: the desk's ``offers``, as many and as
        long as Discord takes; it never raises."""


Completer = Callable[[Interaction, str], Coroutine[Any, Any, list[app_commands.Choice[str]]]]


class Place(app_commands.Transformer):
    """A channel or thread that can be posted to, as an option."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """A channel."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Everything with messages in it, in a server."""
        return [discord.ChannelType(number) for number in POSTABLE]

    async def transform(self, interaction: Interaction, value: Any, /) -> Picked:
        """The channel. Raises BadRequest where Discord did not say what became of it."""
        if not isinstance(value, Picked) or value.type not in self.channel_types:
            raise BadRequest("discord_option_gone")
        return value


Channel = app_commands.Transform[AppCommandChannel | AppCommandThread, Place]


def chat_of(picked: Picked | None) -> ChatKey | None:
    """The chat that a chosen channel or thread is; None for none."""
    if picked is None:
        return None
    if isinstance(picked, AppCommandThread):
        return ChatKey(PLATFORM, str(picked.parent_id), str(picked.id))
    return ChatKey(PLATFORM, str(picked.id))


def made(callback: Callable[..., Any], name: str = "", **completed: Completer) -> Command:
    """A command called like its ``callback``; ``completed``: what is offered for an option while it is typed."""
    command: Command = app_commands.Command(name=name or callback.__name__, description=UNSAID, callback=callback)
    for option, completer in completed.items():
        command.autocomplete(option)(completer)
    return command


def offering(talk: Talk, kind: str, *, private_place: bool = False) -> Completer:
    """Offers what the desk knows of that ``kind``, for the chat that the command is for; nothing for a channel that the
    library does not know, as a thread that was put away: while something is typed, Discord tells no more than a
    number."""

    async def offer(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        chosen, guild = interaction.namespace.channel, interaction.guild
        found = guild.get_channel_or_thread(chosen.id) if chosen and guild else None
        if chosen and not found:
            return []
        place = place_of(found) if found else None
        return await talk.suggest(interaction, kind, typed, place=place, private_place=private_place)

    return offer
