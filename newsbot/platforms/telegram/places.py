"""The bot's own comings and goings: added, removed, let speak again, migrated; and topics of forums closed."""

from __future__ import annotations

import logging
from typing import Protocol

from telegram import ChatMember, ChatMemberUpdated, Message
from telegram.constants import ChatType

from newsbot.domain.models import ChatKey
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.actions import short
from newsbot.platforms.telegram.message import PLATFORM, key
from newsbot.platforms.telegram.people import People, can_post, kind_of, title_of
from newsbot.platforms.telegram.voice import Voice
from newsbot.platforms.views import Button, Paragraph, Reply, Span

log = logging.getLogger(__name__)

HERE = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER})
EXAMPLE = "/subscribe {place} everything daily 08:00"


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does. All of it is harmless for chats that nobody knows."""

    async def met(self, asker: Asker) -> None:
        """The asker's private chat is known from now on, and takes posts."""

    async def gone(self, platform: str, native: str, reason: str) -> None:
        """A place and its threads take no more posts."""

    async def back(self, platform: str, native: str) -> None:
        """They take posts again."""

    async def moved(self, platform: str, old: str, new: str) -> None:
        """They have another number now."""

    async def thread_gone(self, key: ChatKey, reason: str) -> None:
        """One thread takes no more posts."""

    async def thread_back(self, key: ChatKey) -> None:
        """It takes posts again."""


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does for this."""

    async def words(self, asker: Asker) -> Words:
        """The bot's words as the asker reads them."""


class Places:
    """Tells ``presence`` where the bot is, and greets whoever let it in."""

    def __init__(self, presence: Presence, desk: Desk, people: People, voice: Voice) -> None:
        self._presence = presence
        self._desk = desk
        self._people = people
        self._voice = voice

    async def changed(self, update: ChatMemberUpdated) -> None:
        """What the bot may do in a chat is another now. https://core.telegram.org/bots/api#chatmemberupdated"""
        kind, native = kind_of(update.chat), str(update.chat.id)
        now = update.new_chat_member
        allowed = now.status in HERE if kind == "private" else can_post(now, kind)
        if allowed:
            await self._presence.back(PLATFORM, native)
        else:
            await self._presence.gone(PLATFORM, native, _reason(now))
        if kind != "private" and _is_in(now) and not _is_in(update.old_chat_member):
            await self._greet(update, allowed=allowed)

    async def told(self, message: Message) -> bool:
        """What a service message says of a place; False for one that says nothing of the kind.

        https://core.telegram.org/bots/api#message: of a migration both chats tell, in either order.
        """
        here = message.chat.id
        if message.migrate_to_chat_id is not None:
            await self._presence.moved(PLATFORM, str(here), str(message.migrate_to_chat_id))
        elif message.migrate_from_chat_id is not None:
            await self._presence.moved(PLATFORM, str(message.migrate_from_chat_id), str(here))
        elif message.forum_topic_closed or message.general_forum_topic_hidden:
            await self._presence.thread_gone(_topic(message), "the topic was closed")
        elif message.forum_topic_reopened or message.general_forum_topic_unhidden:
            await self._presence.thread_back(_topic(message))
        else:
            return False
        return True

    async def _greet(self, update: ChatMemberUpdated, *, allowed: bool) -> None:
        """In a group, there; of a channel, whoever added us, if they have met us."""
        adder = self._people.alone(update.from_user)
        words = await self._desk.words(adder)
        if update.chat.type != ChatType.CHANNEL:
            if allowed:
                await self._voice.say(key(update.chat.id), _to_group(words), words)
        elif not update.from_user.is_bot:
            place = key(update.chat.id)
            reply = _to_channel(words, update, allowed=allowed)
            await self._voice.say(adder.chat, reply, words, place=place)


def _to_group(words: Words) -> Reply:
    row = (
        Button(words("welcome_subscribe_button"), short("c", "/subscribe"), style="primary"),
        Button(words("greeting_settings"), short("c", "/settings")),
    )
    return Reply((Paragraph((Span(words("greeting_group")),)),), buttons=(row,))


def _to_channel(words: Words, update: ChatMemberUpdated, *, allowed: bool) -> Reply:
    title = title_of(update.chat)
    if not allowed:
        return Reply((Paragraph((Span(words("greeting_channel_mute", place=title)),)),))
    name = f"@{update.chat.username}" if update.chat.username else str(update.chat.id)
    typed = EXAMPLE.format(place=name)
    said = Paragraph((Span(words("greeting_channel", place=title) + " "), Span(typed, command=typed)))
    return Reply((said,), buttons=_to_group(words).buttons)


def _topic(message: Message) -> ChatKey:
    """The topic that a message tells of: General is the group itself."""
    return key(message.chat.id, message.message_thread_id if message.is_topic_message else None)


def _is_in(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status in HERE


def _reason(member: ChatMember) -> str:
    """Why the bot may not post, as the status shows it."""
    return "may not post there" if _is_in(member) else "blocked or removed"
