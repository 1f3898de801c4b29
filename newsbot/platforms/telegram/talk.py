"""The one door for every kind of update, and what people write, answered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from telegram import Bot, Update, User

from newsbot.domain.models import ChatKey, Digest
from newsbot.domain.ports import Clock
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.actions import Memory
from newsbot.platforms.commands import Request
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.views import Reply


class Handler:
    """Answers updates. ``bot_admins``: the users' numbers of the bot's own admins; ``me``: what getMe says."""

    def __init__(
        self,
        bot: Bot,
        desk: Desk,
        presence: Presence,
        memory: Memory,
        pace: Pace,
        clock: Clock,
        me: User,
        bot_admins: Collection[str] = (),
    ) -> None: ...

    async def handle(self, update: Update) -> None:
        """Answer one update. Never raises for what people or Telegram do."""
