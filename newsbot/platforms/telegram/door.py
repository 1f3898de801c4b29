"""The door of another place: what Telegram says of the person and of the bot there, before anybody acts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from telegram import Bot, ChatFullInfo, ChatMember
from telegram.constants import ChatType
from telegram.error import BadRequest as Refused
from telegram.error import ChatMigrated, Forbidden

from newsbot.domain.models import ChatKey, ChatKind
from newsbot.errors import BadRequest
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.telegram.links import Links
from newsbot.platforms.telegram.message import key
from newsbot.platforms.telegram.people import ADMINS, UNREADABLE, can_post, kind_of, members_may_write, title_of
from newsbot.platforms.telegram.troubles import said

T = TypeVar("T")
log = logging.getLogger(__name__)

GENERAL = "1"
"""What links to a forum's General call it. Sending knows no such thread: https://core.telegram.org/api/forum"""


@dataclass(frozen=True, slots=True)
class Target:
    """A place as somebody named it: ``ref`` as the Bot API takes it. ``reading``: being a member is enough."""

    ref: int | str
    thread: str = ""
    reading: bool = False


class NoEntry(BadRequest):
    """The person or the bot may not act there; ``ways`` are labels and links that help."""

    def __init__(self, key: str, *ways: tuple[str, str], **values: object) -> None:
        self.ways = ways
        super().__init__(key, **values)


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does for this."""

    async def reached(self, key: ChatKey) -> None:
        """Posts can come there."""


class Door:
    """Lets people act in other places. ``bot_id`` is the bot's own user number."""

    def __init__(self, bot: Bot, presence: Presence, links: Links, bot_id: int) -> None:
        self._bot, self._presence, self._links, self._me = bot, presence, links, bot_id

    async def enter(self, asker: Asker, target: Target) -> Asker:
        """The asker as they stand in the place. Raises NoEntry where they or we may not act."""
        try:
            return await self._enter(asker, target)
        except ChatMigrated as error:  # named by a button from before
            return await self._enter(asker, replace(target, ref=error.new_chat_id))

    async def _enter(self, asker: Asker, target: Target) -> Asker:
        chat, mine, theirs = await asyncio.gather(
            self._said(self._bot.get_chat(target.ref)),
            self._said(self._bot.get_chat_member(target.ref, self._me)),
            self._said(self._bot.get_chat_member(target.ref, int(asker.user_id))),
        )
        name = str(target.ref)
        if chat is None or chat.type not in {ChatType.GROUP, ChatType.SUPERGROUP, ChatType.CHANNEL}:
            raise NoEntry("place_unknown", self._way("channel"), self._way("group"), place=name)
        kind = kind_of(chat)
        if mine is None or not (_may_post(mine, kind, chat) or target.reading):
            raise NoEntry(f"place_not_mine_{kind}", self._way(kind), place=name)
        is_admin = theirs is not None and theirs.status in ADMINS
        if not is_admin and not (target.reading and theirs is not None and _is_member(theirs)):
            raise NoEntry("place_not_yours", place=name)
        if target.thread and not chat.is_forum:
            raise NoEntry("place_no_thread", place=name)
        place = key(chat.id, None if target.thread == GENERAL else int(target.thread or 0))
        if not target.reading:  # nothing keeps posts from there any more
            await self._presence.reached(place)
        return replace(
            asker,
            chat=place,
            chat_kind=kind,
            chat_title=title_of(chat),
            private=asker.chat,
            is_chat_admin=is_admin,
        )

    def _way(self, kind: ChatKind) -> tuple[str, str]:
        return f"place_add_{kind}", self._links.invite(channel=kind == "channel")

    async def _said(self, asked: Awaitable[T]) -> T | None:
        """What Telegram says; None where it refuses. Raises NoEntry where it says nothing, and ChatMigrated."""
        try:
            return await asked
        except ChatMigrated:
            raise
        except (Refused, Forbidden):
            return None
        except UNREADABLE as error:
            log.info("rights elsewhere are not known: %s", said(error))
            raise NoEntry("place_no_answer") from None


def _may_post(member: ChatMember, kind: ChatKind, chat: ChatFullInfo) -> bool:
    is_plain = kind == "group" and member.status == ChatMember.MEMBER
    return can_post(member, kind) and (not is_plain or members_may_write(chat))


def _is_member(member: ChatMember) -> bool:
    if member.status == ChatMember.RESTRICTED:
        return bool(getattr(member, "is_member", False))
    return member.status == ChatMember.MEMBER
