"""The one short welcome that a server gets, where it may be said."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from newsbot.locales import Words

if TYPE_CHECKING:
    import discord
    from discord.http import HTTPClient


class Welcome:
    """``words_for`` gives the bot's words in a language."""

    def __init__(self, http: HTTPClient, words_for: Callable[[str], Words] = Words) -> None:
        self._http = http
        self._words_for = words_for

    async def greet(self, guild: discord.Guild) -> None:
        """Say hello and show the first steps, in the system channel or where everybody writes; else nowhere."""

    async def back(self, guild: discord.Guild) -> None:
        """Say that everything is as it was."""
