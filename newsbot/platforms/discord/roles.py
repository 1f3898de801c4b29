"""Which roles the posts of a channel may call."""

from __future__ import annotations

import discord

from newsbot.domain.models import ChatKey
from newsbot.errors import BadRequest
from newsbot.platforms.discord.people import Interaction


def must_be_callable(interaction: Interaction, role: discord.Role, place: ChatKey | None) -> None:
    """Whether posts at ``place`` (None: where the command is given) would really notify ``role``: a role that not
    everybody may mention takes a permission, of the bot there as of who chooses it.

    Raises BadRequest, also for @everyone.
    https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags (MENTION_EVERYONE)
    """
    if role.id == interaction.guild_id:
        raise BadRequest("discord_role_everyone")
    if role.mentionable:
        return
    if not interaction.permissions.mention_everyone:
        raise BadRequest("discord_role_yours", role=role.name)
    if not _ours(interaction, place).mention_everyone:
        raise BadRequest("discord_role_ours", role=role.name)


def _ours(interaction: Interaction, place: ChatKey | None) -> discord.Permissions:
    """What the bot may do at ``place``; where the library does not know it, what it may do here."""
    guild = interaction.guild
    if place is None or guild is None:
        return interaction.app_permissions
    found = guild.get_channel_or_thread(int(place.thread or place.native)) or guild.get_channel(int(place.native))
    return found.permissions_for(guild.me) if found is not None and guild.me else interaction.app_permissions
