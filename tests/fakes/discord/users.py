"""Accounts: https://discord.com/developers/docs/resources/user#user-object."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel
    from tests.fakes.discord.world import World


class User:
    """One account. ``dms_open``: others may write to it; ``dm_lost``: the bot is refused there
    with 50001 until it opens the DM again; ``installed``: it has the bot as a user-installed app;
    ``dm`` is its private channel with the bot, None until either side opened it.
    """

    def __init__(self, world: World, id_: str, name: str, *, bot: bool = False, locale: str = "en-US") -> None:
        self.world = world
        self.id = id_
        self.name = name
        self.bot = bot
        self.locale = locale
        self.dms_open = True
        self.dm_lost = False
        self.installed = False
        self.dm: Channel | None = None

    def __repr__(self) -> str:
        return f"<{self.name} {self.id}>"

    @property
    def mention(self) -> str:
        """How a message names them."""
        return f"<@{self.id}>"

    @property
    def meets_bot(self) -> bool:
        """Whether the bot is in a guild with them, or is their app."""
        return self.installed or any(guild.has_bot and self.id in guild.members for guild in self.world.guilds.values())
