"""Who asks, where, and what Telegram says of their rights there.

Not everybody is a person: an admin may write as the group itself, a channel's posts are written by the channel, and
people may speak as a channel of their own (https://core.telegram.org/bots/api#message, ``sender_chat``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from telegram import Bot, CallbackQuery, Chat, ChatFullInfo, ChatMember, MaybeInaccessibleMessage, Message, User
from telegram.constants import ChatType
from telegram.error import ChatMigrated, TelegramError

from newsbot.domain.models import ChatKey, ChatKind
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.telegram.message import PLATFORM, address, is_shared, key
from newsbot.platforms.telegram.troubles import said

log = logging.getLogger(__name__)

ADMINS = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})
UNREADABLE = (TelegramError, TypeError)
"""What asking raises: a refusal, or the library's surprise at a field that an older server of one's own leaves out."""
_KINDS: dict[str, ChatKind] = {ChatType.PRIVATE: "private", ChatType.CHANNEL: "channel"}


class Moves(Protocol):
    """Learns that a place has another number now."""

    async def moved(self, platform: str, old: str, new: str) -> None:
        """Everything known about ``old`` holds for ``new``."""


class People:
    """Turns those who write and press into :class:`Asker`. ``admins``: the users' numbers of the bot's own admins."""

    def __init__(self, bot: Bot, moves: Moves, admins: Collection[str] = ()) -> None:
        self._bot = bot
        self._moves = moves
        self._admins = admins

    def of_message(self, message: Message) -> Asker | None:
        """Who wrote it; None for what is not for us to answer: other bots' words, ours by way of a person, and a
        channel's posts that Telegram copies into its discussion group."""
        if message.is_automatic_forward or message.via_bot is not None:
            return None
        place, sender = chat_of(message), message.sender_chat
        if sender is not None:  # the chat itself, which only its admins may do, or a channel that somebody has
            return self._asker(str(sender.id), place, message.chat, is_chat_admin=sender.id == message.chat.id)
        if message.from_user is None:
            is_channel = message.chat.type == ChatType.CHANNEL
            return self._asker(str(message.chat.id), place, message.chat, is_chat_admin=True) if is_channel else None
        return self._person(message.from_user, place, message.chat)

    def of_press(self, query: CallbackQuery) -> Asker | None:
        """Who pressed a button of a message in a chat; None for bots, and for messages of no chat we know."""
        message = query.message
        if message is None:
            return None
        return self._person(query.from_user, chat_of(message), message.chat)

    def alone(self, person: User) -> Asker:
        """A person in their private chat with us, wherever they are."""
        own = key(person.id)
        return self._asker(str(person.id), own, None, person.language_code or "", private=own)

    async def vouch(self, asker: Asker) -> Asker:
        """The asker with the rights that Telegram says they have in their chat just now: none when it does not say."""
        if not is_shared(asker.chat) or asker.is_chat_admin or not asker.user_id.isdecimal():
            return asker
        try:
            member = await self._member(asker)
        except ChatMigrated as error:  # a post from before is pressed, and its chat has another number now
            new = str(error.new_chat_id)
            await self._moves.moved(PLATFORM, asker.chat.native, new)
            asker = replace(asker, chat=replace(asker.chat, native=new))
            member = await self._member(asker)
        return replace(asker, is_chat_admin=member is not None and member.status in ADMINS)

    async def lets_members_write(self, chat: Chat) -> bool:
        """Whether a group's ordinary members may write, as far as Telegram says.

        https://core.telegram.org/bots/api#chatfullinfo
        """
        try:
            return members_may_write(await self._bot.get_chat(chat.id))
        except UNREADABLE as error:
            log.info("what members of %s may do is not known: %s", chat.id, said(error))
            return True

    async def _member(self, asker: Asker) -> ChatMember | None:
        """What the asker is in their chat; None when Telegram does not say: no such chat, or we are not in it.

        Raises ChatMigrated. https://core.telegram.org/bots/api#getchatmember
        """
        try:
            return await self._bot.get_chat_member(address(asker.chat)[0], int(asker.user_id))
        except ChatMigrated:
            raise
        except UNREADABLE as error:
            log.info("rights of %s in %s are not known: %s", asker.user_id, asker.chat, said(error))
            return None

    def _person(self, person: User, place: ChatKey, chat: Chat) -> Asker | None:
        if person.is_bot:
            return None
        private = None if is_shared(place) else place
        return self._asker(str(person.id), place, chat, person.language_code or "", private=private)

    def _asker(
        self,
        user_id: str,
        place: ChatKey,
        chat: Chat | None,
        language: str = "",
        *,
        is_chat_admin: bool = False,
        private: ChatKey | None = None,
    ) -> Asker:
        return Asker(
            platform=PLATFORM,
            user_id=user_id,
            chat=place,
            is_chat_admin=is_chat_admin,
            is_bot_admin=user_id in self._admins,
            chat_kind=kind_of(chat) if chat else "private",
            chat_title=title_of(chat) if chat else "",
            private=private,
            language=language,
        )


def place_of(message: MaybeInaccessibleMessage) -> ChatKey:
    """Where an answer to a message is shown: in its topic. Other replies have a thread number that is no topic's."""
    if isinstance(message, Message) and message.is_topic_message:
        return key(message.chat.id, message.message_thread_id)
    return key(message.chat.id)


def chat_of(message: MaybeInaccessibleMessage) -> ChatKey:
    """The chat that a message is in: each topic of a forum is one, while those of a private chat are one person's."""
    place = place_of(message)
    return place if is_shared(place) else replace(place, thread="")


def kind_of(chat: Chat | ChatFullInfo) -> ChatKind:
    """What a chat is to us: groups and supergroups are one."""
    return _KINDS.get(chat.type, "group")


def title_of(chat: Chat | ChatFullInfo) -> str:
    """What a chat is called: a group's or channel's title, a person's name."""
    return chat.title or " ".join(filter(None, (chat.first_name, chat.last_name))) or chat.username or ""


def members_may_write(chat: ChatFullInfo) -> bool:
    """Whether nothing keeps a group's ordinary members from writing."""
    return chat.permissions is None or chat.permissions.can_send_messages is not False


def can_post(member: ChatMember, kind: ChatKind) -> bool:
    """Whether a bot that is this ``member`` may post: a channel asks for the right, a group only for no ban on it.

    What ordinary members may do in a group at all is asked elsewhere. https://core.telegram.org/bots/api#chatmember
    """
    if member.status == ChatMember.OWNER:
        return True
    if kind == "channel":
        return member.status == ChatMember.ADMINISTRATOR and bool(getattr(member, "can_post_messages", False))
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False) and getattr(member, "can_send_messages", False))
    return member.status in {ChatMember.ADMINISTRATOR, ChatMember.MEMBER}
