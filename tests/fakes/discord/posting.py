"""What happens in the world when a message is sent, edited or removed, and what the bot hears of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import following, mentions
from tests.fakes.discord.drafts import Draft
from tests.fakes.discord.errors import UNKNOWN_MESSAGE, Json, refusal
from tests.fakes.discord.places import Channel
from tests.fakes.discord.posts import Flag, Message
from tests.fakes.discord.telling import guild_id, seen, tell
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.server import DiscordServer


def post(dc: DiscordServer, channel: Channel, author: User, draft: Draft, **more: Any) -> Message:
    """``author`` sends ``draft``; ``more`` sets further fields of the message. What it calls is notified, an archived
    thread wakes, MESSAGE_CREATE goes out."""
    replied = _replied(channel, draft.reference)
    called = mentions.called(draft.text, channel, author, draft.allowed, replied=replied)
    message = Message(more.pop("id", "") or dc.world.ids.next(), channel, author)
    _fill(dc, message, draft, called)
    message.nonce, message.tts, message.reference = draft.nonce, draft.tts, _reference(channel, draft.reference)
    message.type = 19 if replied else 0
    message.pinged = () if draft.flags & Flag.SUPPRESS_NOTIFICATIONS else called.notified
    for name, value in more.items():
        setattr(message, name, value)
    channel.log.append(message)
    if draft.nonce and author is dc.world.bot:
        dc.nonces[draft.nonce] = message
    if channel.is_thread and not message.ephemeral:
        _enliven(channel, author)
    tell(dc, "MESSAGE_CREATE", message)
    dc.world.ring()
    return message


def change(dc: DiscordServer, message: Message, draft: Draft, *, first: bool = False) -> None:
    """The message becomes ``draft``; nobody is notified by that, unless it is the ``first`` real text of an answer that
    said "thinking" before. MESSAGE_UPDATE goes out; copies of a published message change with it."""
    following.check(message, draft)
    called = mentions.called(draft.text, message.channel, message.author, draft.allowed)
    _fill(dc, message, draft, called)
    if first:
        message.pinged = called.notified
    else:
        message.edited_at = dc.now()
    tell(dc, "MESSAGE_UPDATE", message)
    following.changed(dc, message)
    dc.world.ring()


def remove(dc: DiscordServer, message: Message) -> None:
    """The message is gone; MESSAGE_DELETE goes out."""
    message.deleted = True
    where = message.channel
    if seen(dc, message):
        data: Json = {"id": message.id, "channel_id": where.id}
        dc.dispatch("MESSAGE_DELETE", data | ({"guild_id": where.guild.id} if where.guild else {}), guild_id(where))
    following.removed(dc, message)
    dc.world.ring()


def repeated(dc: DiscordServer, nonce: str) -> Message | None:
    """The bot's message with ``nonce`` of the last ``dc.nonce_seconds``, in whatever channel: the documentation names
    none. ApiError 10008 when it was deleted, which is meant so: https://github.com/discord/discord-api-docs/pull/6647.
    """
    found = dc.nonces.get(nonce)
    if found is None or found.created < dc.now() - timedelta(seconds=dc.nonce_seconds):
        return None
    if found.deleted:
        raise refusal(UNKNOWN_MESSAGE)
    return found


def _fill(dc: DiscordServer, message: Message, draft: Draft, called: mentions.Called) -> None:
    message.content, message.embeds, message.components = draft.content, draft.embeds, draft.components
    message.flags = draft.flags
    message.mentions, message.mention_roles, message.mention_everyone = called.users, called.roles, called.everyone
    message.attachments = []
    for each in draft.attached:
        if each.upload is not None:
            message.attachments.append(dc.attachments.keep(message.channel.id, each.upload, each.description))
        elif each.kept is not None:
            message.attachments.append(each.kept)
    message.files = {str(each["filename"]): dc.attachments.content(each) for each in message.attachments}


def _enliven(thread: Channel, author: User) -> None:
    """A message wakes a thread and makes its author a member."""
    state = thread.state
    state.sent += 1
    state.active_at = thread.world.now()
    state.members.setdefault(author.id, state.active_at)
    if state.archived:
        state.archived, state.archived_at = False, state.active_at
        thread.tell("THREAD_UPDATE")


def _replied(channel: Channel, reference: Json | None) -> User | None:
    found = channel.find(str((reference or {}).get("message_id", "")))
    return found.author if found else None


def _reference(channel: Channel, reference: Json | None) -> Json | None:
    if not reference:
        return None
    found: Json = {"type": 0, "channel_id": channel.id, "message_id": str(reference["message_id"])}
    return found | ({"guild_id": channel.guild.id} if channel.guild else {})
