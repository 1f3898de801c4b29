"""The commands for everybody: in servers, in private, and wherever a person carries the bot along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from discord import app_commands

from newsbot.platforms.discord.options import Command, Short, Talk, Text, made, offering
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.typed import given, line, searched

Since = Literal["1d", "7d", "30d", "365d"]
Count = app_commands.Range[int, 1, 20]
Topic = app_commands.Range[str, 1, 150]
"""Described in one's own words: the desk reads 200 characters, with a time at their end."""


class Members:
    """What each command of members asks the desk."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    def commands(self) -> Iterator[Command]:
        """All of them."""
        talk = self._talk
        yield made(self.search, language=offering(talk, "language"), source=offering(talk, "source"))
        yield made(self.latest, what=offering(talk, "what"))
        yield made(self.digest, what=offering(talk, "what"), period=offering(talk, "period"))
        yield made(self.follow, topic=offering(talk, "topic"), when=offering(talk, "when"))
        yield made(self.unfollow, topic=offering(talk, "followed"))
        for plain in (self.topics, self.subscriptions, self.sources, self.privacy, self.forgetme):
            yield made(plain)
        yield made(self.why)
        yield made(self.help, command=offering(talk, "command"))

    async def search(
        self, interaction: Interaction, query: Text, language: Short = "", since: Since | None = None, source: Text = ""
    ) -> None:
        """Everything that was read."""
        await self._talk.command(interaction, searched(query, language, since or "", source))

    async def latest(self, interaction: Interaction, what: Text = "", count: Count | None = None) -> None:
        """The newest stories."""
        fields = given(what=what, count=count or "")
        await self._talk.command(interaction, line("latest", what, count or ""), fields=fields)

    async def digest(self, interaction: Interaction, what: Text = "", period: Short = "") -> None:
        """What mattered."""
        await self._talk.command(interaction, line("digest", what, period), fields=given(what=what, period=period))

    async def follow(self, interaction: Interaction, topic: Topic, when: Short = "") -> None:
        """A topic, for oneself."""
        await self._talk.command(interaction, line("follow", topic, when), fields=given(topic=topic, when=when))

    async def unfollow(self, interaction: Interaction, topic: Text) -> None:
        """The end of that."""
        await self._talk.command(interaction, line("unfollow", topic))

    async def topics(self, interaction: Interaction) -> None:
        """The ready-made ones."""
        await self._talk.command(interaction, line("topics"))

    async def subscriptions(self, interaction: Interaction) -> None:
        """What comes to this place."""
        await self._talk.command(interaction, line("subscriptions"))

    async def sources(self, interaction: Interaction) -> None:
        """The feeds."""
        await self._talk.command(interaction, line("sources"))

    async def why(self, interaction: Interaction, link: Text) -> None:
        """Why a story came, or did not."""
        await self._talk.command(interaction, line("why", link))

    async def privacy(self, interaction: Interaction) -> None:
        """What is kept."""
        await self._talk.command(interaction, line("privacy"))

    async def forgetme(self, interaction: Interaction) -> None:
        """Nothing is kept any more of this person's own chat; a channel is forgotten by ``/channel forget``."""
        await self._talk.command(interaction, line("forgetme"), private_place=True)

    async def help(self, interaction: Interaction, command: Text = "") -> None:
        """What there is."""
        await self._talk.command(interaction, line("help", command.removeprefix("/")))
