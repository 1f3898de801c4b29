"""Who asks, where, and with which rights, as Discord vouches for them with every interaction.

Where the bot is not a member (people may carry it along by themselves: https://discord.com/developers/docs/resources/
application#installation-context), and between people, it serves nobody but the person: there they are alone with it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Any

import aiohttp
import discord

from newsbot.domain.models import ChatKey, ChatKind
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.discord.message import PLATFORM, private

log = logging.getLogger(__name__)

Interaction = discord.Interaction[Any]
Place = discord.abc.GuildChannel | discord.Thread
"""Where posts of a server stand."""

FORUMS = frozenset({discord.ChannelType.forum, discord.ChannelType.media})
_PRIVATE = discord.ChannelType.private_thread.value
PATIENCE = 5.0  # seconds for a question to Discord
_UNREADABLE = (discord.DiscordException, aiohttp.ClientError, TimeoutError)


def asker_of(interaction: Interaction, admins: Collection[str] = ()) -> Asker:
    """Who it is, in the channel or thread of a server, else alone with the bot. ``admins``: ids of the bot's own."""
    channel = interaction.channel
    if guild_of(interaction) is None or not isinstance(channel, Place):
        return alone(interaction, admins)
    return asker_in(interaction, channel, admins)


def alone(interaction: Interaction, admins: Collection[str] = ()) -> Asker:
    """The same person in their private chat with the bot, wherever they are."""
    return person(interaction.user, str(interaction.locale), admins)


def person(user: discord.abc.User, language: str = "", admins: Collection[str] = ()) -> Asker:
    """Someone alone with the bot, who speaks ``language`` ("" when Discord does not say)."""
    own, user_id = private(user.id), str(user.id)
    return Asker(
        PLATFORM,
        user_id,
        own,
        is_bot_admin=user_id in admins,
        chat_title=user.display_name,
        private=own,
        language=language,
    )


def asker_in(interaction: Interaction, channel: Place, admins: Collection[str] = ()) -> Asker:
    """The same person in ``channel``, which is one of the server where they are: what they may change there is a
    server's own right, whichever channel they speak in."""
    user_id, rights = str(interaction.user.id), interaction.permissions
    return Asker(
        PLATFORM,
        user_id,
        place_of(channel),
        is_chat_admin=rights.manage_guild or rights.administrator,
        is_bot_admin=user_id in admins,
        chat_kind=kind_of(channel),
        chat_title=f"#{channel.name}",
        private=private(user_id),
        language=str(interaction.locale),
        server=str(interaction.guild_id or ""),
    )


def guild_of(interaction: Interaction) -> discord.Guild | None:
    """The server of an interaction, where the bot is a member of it."""
    return interaction.client.get_guild(interaction.guild_id) if interaction.guild_id else None


def place_of(channel: Place) -> ChatKey:
    """The address of a channel, or of a thread in one."""
    if isinstance(channel, discord.Thread):
        return ChatKey(PLATFORM, str(channel.parent_id), str(channel.id))
    return ChatKey(PLATFORM, str(channel.id))


def kind_of(channel: Place) -> ChatKind:
    """What it is to us: people follow announcement channels, forums open a thread for each post."""
    if channel.type in FORUMS:
        return "forum"
    return "channel" if channel.type is discord.ChannelType.news else "group"


async def channel_at(interaction: Interaction, key: ChatKey) -> Place | None:
    """The channel or thread at ``key``, if it is one of the very server of the interaction; a thread that Discord has
    put away is asked for."""
    guild = guild_of(interaction)
    if guild is None or not (key.thread or key.native).isdecimal():
        return None
    number = int(key.thread or key.native)
    found = guild.get_channel_or_thread(number) or (await _thread(guild, number) if key.thread else None)
    return found if found is not None and place_of(found) == key else None


async def _thread(guild: discord.Guild, number: int) -> discord.Thread | None:
    """https://discord.com/developers/docs/resources/channel#get-channel"""
    try:
        async with asyncio.timeout(PATIENCE):
            found = await guild.fetch_channel(number)
    except _UNREADABLE as error:
        log.info("thread %s is not known: %s", number, type(error).__name__)
        return None
    return found if isinstance(found, discord.Thread) else None


def sees(interaction: Interaction, channel: Place) -> bool:
    """Whether the person may look into ``channel``, as far as we know by ourselves: of a private thread's members we
    know nothing (:func:`enters`)."""
    if interaction.permissions.administrator:
        return True
    member = interaction.user
    if not isinstance(member, discord.Member):
        return False
    rights = channel.permissions_for(member)
    inside = not _is_private(channel) or interaction.channel_id == channel.id or rights.manage_threads
    return rights.view_channel and inside


async def enters(interaction: Interaction, channel: Place) -> bool:
    """The same, with a private thread's members asked for.
    https://discord.com/developers/docs/resources/channel#get-thread-member"""
    if sees(interaction, channel):
        return True
    user = interaction.user
    if not (isinstance(channel, discord.Thread) and _is_private(channel) and isinstance(user, discord.Member)):
        return False
    try:
        async with asyncio.timeout(PATIENCE):
            await channel.fetch_member(user.id)
    except _UNREADABLE:
        return False
    return channel.permissions_for(user).view_channel


def hidden(interaction: Interaction, number: int) -> bool:
    """Whether the channel with this id, of which an interaction tells us, is a private thread: those that we are not in
    we know from nothing else."""
    data: Mapping[str, Any] = interaction.data or {}
    told = ((data.get("resolved") or {}).get("channels") or {}).get(str(number)) or {}
    here = interaction.channel if interaction.channel_id == number else None
    return told.get("type") == _PRIVATE or (isinstance(here, discord.Thread) and _is_private(here))


def _is_private(channel: Place) -> bool:
    return channel.type is discord.ChannelType.private_thread


def may_write(interaction: Interaction) -> bool:
    """Whether the person may write where they are, in a server that the bot is in too."""
    rights = interaction.permissions
    is_thread = isinstance(interaction.channel, discord.Thread)
    allowed = rights.send_messages_in_threads if is_thread else rights.send_messages
    return guild_of(interaction) is not None and (allowed or rights.administrator)
