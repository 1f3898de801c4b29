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
    theirs, ours = _rights(interaction, place)
    if not theirs.mention_everyone:
        raise BadRequest("discord_role_yours", role=role.name)
    if not ours.mention_everyone:
        raise BadRequest("discord_role_ours", role=role.name)


def _rights(interaction: Interaction, place: ChatKey | None) -> tuple[discord.Permissions, discord.Permissions]:
    """What the person and the bot may do at ``place``, whatever they may where the command is given.

    Raises BadRequest for a place that the library does not know."""
    guild, member = interaction.guild, interaction.user
    if place is None or guild is None:
        return interaction.permissions, interaction.app_permissions
    found = guild.get_channel_or_thread(int(place.thread or place.native)) or guild.get_channel(int(place.native))
    if found is None or guild.me is None or not isinstance(member, discord.Member):
        raise BadRequest("channel_gone")
    return found.permissions_for(member), found.permissions_for(guild.me)
