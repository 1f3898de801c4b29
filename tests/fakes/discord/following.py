"""What followers of an announcement channel get: https://discord.com/developers/docs/resources/message#crosspost-message.

A webhook copies a published message into each channel that follows: its content, embeds and files. Components are not
copied (https://github.com/discord/discord-api-docs/issues/3079), so a message that is nothing else comes empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord.drafts import Draft
from tests.fakes.discord.errors import ApiError, invalid
from tests.fakes.discord.posts import Flag, Message
from tests.fakes.discord.telling import tell

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel
    from tests.fakes.discord.server import DiscordServer
    from tests.fakes.discord.users import User


@dataclass(frozen=True, slots=True)
class Follower:
    """A channel that gets what another one publishes, and the webhook that writes it there."""

    channel: Channel
    webhook: User


def publish(dc: DiscordServer, message: Message) -> None:
    """``message`` is published: every follower gets a copy. ApiError (strict) when that would be empty."""
    if not (message.content or message.embeds or message.attachments):
        raise _empty("followers")
    message.flags |= Flag.CROSSPOSTED
    tell(dc, "MESSAGE_UPDATE", message)
    message.copies = [_copied(dc, message, each) for each in message.channel.followers]


def _copied(dc: DiscordServer, message: Message, to: Follower) -> Message:
    copy = Message(dc.world.ids.next(), to.channel, to.webhook, flags=Flag.IS_CROSSPOST, webhook_id=to.webhook.id)
    where = message.channel
    assert where.guild is not None
    copy.reference = {"type": 0, "channel_id": where.id, "message_id": message.id, "guild_id": where.guild.id}
    _same(message, copy)
    to.channel.log.append(copy)
    tell(dc, "MESSAGE_CREATE", copy)
    return copy


def _same(message: Message, copy: Message) -> None:
    copy.content, copy.embeds = message.content, list(message.embeds)
    copy.attachments, copy.files = list(message.attachments), dict(message.files)
    copy.edited_at = message.edited_at


def check(message: Message, draft: Draft) -> None:
    """ApiError (strict) when an edit would leave the followers with nothing."""
    if message.copies and not (draft.content or draft.embeds or draft.attached):
        raise _empty("copies")


def _empty(whose: str) -> ApiError:
    return invalid(("components",), "STRICT", f"strict: components are not copied, the {whose} would be empty")


def changed(dc: DiscordServer, message: Message) -> None:
    """The copies follow an edit of ``message``."""
    for copy in message.copies:
        _same(message, copy)
        tell(dc, "MESSAGE_UPDATE", copy)


def removed(dc: DiscordServer, message: Message) -> None:
    """``message`` is gone: the copies stay and say so."""
    for copy in message.copies:
        copy.flags |= Flag.SOURCE_MESSAGE_DELETED
        copy.content, copy.embeds, copy.attachments, copy.files = "[Original Message Deleted]", [], [], {}
        tell(dc, "MESSAGE_UPDATE", copy)
