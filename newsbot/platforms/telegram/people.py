"""Who asks, where, and what Telegram says of their rights there.

Not everybody is a person: an admin may write as the group itself, a channel's posts are written by the channel, and
people may speak as a channel of their own (https://core.telegram.org/bots/api#message, ``sender_chat``).
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import replace

from telegram import Bot, CallbackQuery, Chat, ChatFullInfo, ChatMember, Message, User
from telegram.constants import ChatType
from telegram.error import TelegramError

from newsbot.domain.models import ChatKey, ChatKind
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.telegram.message import PLATFORM, address, is_shared, key
from newsbot.platforms.telegram.troubles import in_words

log = logging.getLogger(__name__)

ADMINS = frozenset({ChatMember.OWNER, ChatMember.ADMINISTRATOR})
_KINDS: dict[str, ChatKind] = {ChatType.PRIVATE: "private", ChatType.CHANNEL: "channel"}


class People:
    """Turns those who write and press into :class:`Asker`. ``admins``: the users' numbers of the bot's own admins."""

    def __init__(self, bot: Bot, admins: Collection[str] = ()) -> None:
        self._bot = bot
        self._admins = admins

    def of_message(self, message: Message) -> Asker | None:
        """Who wrote it; None for what is not for us to answer: other bots' words, ours by way of a person, and a
        channel's posts that Telegram copies into its discussion group."""
        if message.is_automatic_forward or message.via_bot is not None:
            return None
        place, sender = key(message.chat.id, thread_of(message)), message.sender_chat
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
        thread = thread_of(message) if isinstance(message, Message) else None
        return self._person(query.from_user, key(message.chat.id, thread), message.chat)

    def alone(self, person: User) -> Asker:
        """A person in their private chat with us, wherever they are."""
        own = key(person.id)
        return self._asker(str(person.id), own, None, person.language_code or "", private=own)

    async def vouch(self, asker: Asker) -> Asker:
        """The asker with the rights that Telegram says they have in their chat just now: none when it does not say."""
        if not is_shared(asker.chat) or asker.is_chat_admin or not asker.user_id.isdecimal():
            return asker
        member = await self.member(asker.chat, int(asker.user_id))
        return replace(asker, is_chat_admin=member is not None and member.status in ADMINS)

    async def member(self, place: ChatKey, user_id: int) -> ChatMember | None:
        """What a user is in a chat; None when Telegram does not say: no such chat, or we are not in it.

        https://core.telegram.org/bots/api#getchatmember
        """
        try:
            return await self._bot.get_chat_member(address(place)[0], user_id)
        except TelegramError as error:
            log.info("rights of %s in %s are not known: %s", user_id, place, in_words(error))
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


def thread_of(message: Message) -> int | None:
    """The forum topic that a message is in. Other replies have a thread number too, which is no topic."""
    return message.message_thread_id if message.is_topic_message else None


def kind_of(chat: Chat | ChatFullInfo) -> ChatKind:
    """What a chat is to us: groups and supergroups are one."""
    return _KINDS.get(chat.type, "group")


def title_of(chat: Chat | ChatFullInfo) -> str:
    """What a chat is called: a group's or channel's title, a person's name."""
    return chat.title or " ".join(filter(None, (chat.first_name, chat.last_name))) or chat.username or ""


def can_post(member: ChatMember, kind: ChatKind) -> bool:
    """Whether a bot that is this ``member`` may post: a channel asks for the right, a group only for no ban on it.

    https://core.telegram.org/bots/api#chatmember
    """
    if member.status == ChatMember.OWNER:
        return True
    if kind == "channel":
        return member.status == ChatMember.ADMINISTRATOR and bool(getattr(member, "can_post_messages", False))
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False) and getattr(member, "can_send_messages", False))
    return member.status in {ChatMember.ADMINISTRATOR, ChatMember.MEMBER}
