"""What can be asked of a message by pointing at it: "Apps" in its menu."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import discord
from discord import app_commands
from discord.app_commands import locale_str

from newsbot.errors import BadRequest
from newsbot.platforms.discord.message import Aim, Json, custom_id, custom_ids, read
from newsbot.platforms.discord.options import Talk
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.words import KEY

WHY = "Why is this here?"
STORIES = frozenset({"wy", "st", "lk", "mm", "so"})
"""The verbs of buttons that name a story, and nothing else, first."""


class Pointing:
    """Answers with what a post's own buttons would."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def menus(self) -> Iterator[app_commands.ContextMenu]:
        """All of them."""
        yield app_commands.ContextMenu(name=locale_str(WHY, **{KEY: "discord_menu_why"}), callback=self.why)

    async def why(self, interaction: Interaction, message: discord.Message) -> None:
        """Why the story of a post of ours came; what others wrote has no reason that we know.

        Raises BadRequest for those, and for a post of several stories."""
        ours = message.author.id == interaction.application_id
        aims = stories(_components(interaction, message)) if ours else {}
        if len(aims) != 1:
            raise BadRequest("discord_why_which" if aims else "discord_why_nothing")
        ((story, aim),) = aims.items()
        await self._talk.press(interaction, custom_id(f"wy:{story}", place=aim.place), ())


def stories(components: Sequence[Json]) -> dict[str, Aim]:
    """The stories (ids) that the buttons and menus of a message name, each with the first that does."""
    found: dict[str, Aim] = {}
    for each in custom_ids(components):
        aim = read(each)
        verb, _, story = aim.action.partition(":")
        if verb in STORIES and story.isdecimal():
            found.setdefault(story, aim)
    return found


def _components(interaction: Interaction, message: discord.Message) -> Sequence[Json]:
    """As Discord gives them, for the library knows some kinds of components by halves."""
    data: Json = dict(interaction.data or {})
    resolved = data.get("resolved", {}).get("messages", {}).get(str(message.id), {})
    return resolved.get("components") or ()
