"""What the bot hears of messages, over the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.discord import shapes
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import Message

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer


def tell(dc: DiscordServer, event: str, message: Message) -> None:
    """Send MESSAGE_CREATE or MESSAGE_UPDATE, where the bot sees the message."""
    if not seen(dc, message):
        return
    where = message.channel
    data = shapes.message(message) | {"channel_type": int(where.kind)}
    if message.nonce and event == "MESSAGE_CREATE":
        data["nonce"] = message.nonce
    if where.guild is not None:
        data["guild_id"] = where.guild.id
        if message.author.id in where.guild.members:
            data["member"] = shapes.member(where.guild.members[message.author.id], with_user=False)
    dc.dispatch(event, data, guild_id(where))


def seen(dc: DiscordServer, message: Message) -> bool:
    """Whether the gateway would tell the bot of it."""
    where = message.channel
    if message.ephemeral:
        return False
    if where.guild is None:
        return len(where.recipients) == 1 and where.recipients[0].dm is where
    return Permission.VIEW_CHANNEL in dc.world.may(where)


def guild_id(where: Channel) -> str:
    """The id of the channel's guild; "" in private."""
    return where.guild.id if where.guild else ""
