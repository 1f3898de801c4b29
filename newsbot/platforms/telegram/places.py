"""The bot's own comings and goings: added, removed, let speak again, migrated; and topics of forums closed."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from telegram import ChatMember, ChatMemberUpdated, Message
from telegram.constants import ChatType

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.actions import short
from newsbot.platforms.telegram.message import PLATFORM, key
from newsbot.platforms.telegram.people import People, can_post, kind_of, place_of, title_of
from newsbot.platforms.telegram.voice import Voice
from newsbot.platforms.views import Button, Paragraph, Reply, Span

log = logging.getLogger(__name__)

HERE = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER})
MOST = 10_000  # places that are remembered as greeted
AGAIN = timedelta(hours=1)
"""A place that we come back to is greeted again only after so long."""
NEVER = datetime.min.replace(tzinfo=UTC)
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

    async def thread_seen(self, key: ChatKey) -> None:
        """Somebody writes in it."""

    async def reached(self, key: ChatKey) -> None:
        """A message of ours stands there."""

    async def welcomed(self, asker: Asker) -> None:
        """The asker let us in there, and their language is spoken."""

    def admits(self, asker: Asker) -> bool:
        """Whether the config lets the asker's chat use the bot."""


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does for this."""

    async def words(self, asker: Asker) -> Words:
        """The bot's words as the asker reads them."""


class Places:
    """Tells ``presence`` where the bot is, and greets whoever let it in."""

    def __init__(self, presence: Presence, desk: Desk, people: People, voice: Voice, clock: Clock) -> None:
        self._presence = presence
        self._desk = desk
        self._people = people
        self._voice = voice
        self._clock = clock
        self._known: OrderedDict[int, datetime | None] = OrderedDict()  # None: it has moved, and is no new place

    async def changed(self, update: ChatMemberUpdated) -> None:
        """What the bot may do in a chat is another now. https://core.telegram.org/bots/api#chatmemberupdated"""
        kind, native = kind_of(update.chat), str(update.chat.id)
        now = update.new_chat_member
        allowed = now.status in HERE if kind == "private" else can_post(now, kind)
        if allowed and kind == "group" and now.status == ChatMember.MEMBER:
            allowed = await self._people.lets_members_write(update.chat)
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
            self._note(message.migrate_to_chat_id, None)
            await self._presence.moved(PLATFORM, str(here), str(message.migrate_to_chat_id))
        elif message.migrate_from_chat_id is not None:
            self._note(here, None)
            await self._presence.moved(PLATFORM, str(message.migrate_from_chat_id), str(here))
        elif message.chat.type == ChatType.PRIVATE:
            return False
        elif message.forum_topic_closed or message.general_forum_topic_hidden:
            await self._presence.thread_gone(place_of(message), "the topic was closed")
        elif message.forum_topic_reopened or message.general_forum_topic_unhidden:
            await self._presence.thread_back(place_of(message))
        else:
            if message.is_topic_message:
                await self._presence.thread_seen(place_of(message))
            return False
        return True

    def _note(self, native: int, when: datetime | None) -> None:
        self._known.pop(native, None)
        self._known[native] = when
        while len(self._known) > MOST:
            self._known.popitem(last=False)

    def _is_new(self, native: int) -> bool:
        """Whether a place is to be greeted: no group that has only become a supergroup, for which Telegram says that we
        joined (https://github.com/tdlib/telegram-bot-api/issues/266), and none that sends us away and back."""
        greeted = self._known.get(native, NEVER)
        return greeted is not None and self._clock.now() - greeted >= AGAIN

    async def _greet(self, update: ChatMemberUpdated, *, allowed: bool) -> None:
        """In a group, there; of a channel, whoever added us, if they have met us. Not where we may not work."""
        adder = self._people.alone(update.from_user)
        there = replace(
            adder, chat=key(update.chat.id), chat_kind=kind_of(update.chat), chat_title=title_of(update.chat)
        )
        words = await self._desk.words(adder)
        if not self._is_new(update.chat.id) or not self._presence.admits(there):
            return
        self._note(update.chat.id, self._clock.now())
        await self._presence.welcomed(there)
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


def _is_in(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status in HERE


def _reason(member: ChatMember) -> str:
    """Why the bot may not post, as the status shows it."""
    return "may not post there" if _is_in(member) else "blocked or removed"
