"""What every room of the Newsdesk works with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Chat, ChatKey, ChatKind, Subscription, Topic
from newsbot.domain.ports import Clock, FeedProbe, Wake
from newsbot.errors import BadRequest
from newsbot.newsdesk.asking import Asker, Rules
from newsbot.storage import Storage


@dataclass(slots=True)
class Tools:
    """Shared by the rooms; ``rules`` and ``lexicon`` are replaced when the config is reloaded."""

    storage: Storage
    analyzer: Analyzer
    lexicon: Lexicon
    clock: Clock
    probe: FeedProbe
    wake: Wake
    rules: Rules

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.clock.now()

    async def here(self, asker: Asker) -> Chat:
        """The asker's chat, remembered from now on."""
        return await self._ensure(asker.chat, asker.chat_kind, asker.chat_title)

    async def private(self, asker: Asker) -> Chat:
        """The chat where the asker is alone with the bot. Raises BadRequest when none is known."""
        key = asker.private_chat
        if key is None:
            raise BadRequest("needs_private")
        return await self._ensure(key, "private", asker.chat_title if key == asker.chat else "")

    async def known(self, asker: Asker) -> Chat:
        """The asker's chat as it is known; a fresh one that nothing was stored for (id 0) when it is not."""
        found = await self.storage.chats.find(asker.chat)
        return found or Chat(0, asker.chat, asker.chat_kind, asker.chat_title)

    async def orders(self, chat: Chat) -> list[Subscription]:
        """The chat's subscriptions; none for a chat that is not known."""
        return list(await self.storage.chats.subscriptions(chat.id)) if chat.id else []

    async def ready_made(self) -> list[Topic]:
        """The config's topics, by name."""
        topics = await self.storage.topics.all()
        return sorted((t for t in topics if t.slug and t.enabled), key=lambda t: t.name.casefold())

    def zone(self, chat: Chat) -> ZoneInfo:
        """The chat's time zone."""
        return ZoneInfo(chat.settings.timezone or self.rules.defaults.timezone)

    async def _ensure(self, key: ChatKey, kind: ChatKind, title: str) -> Chat:
        return await self.storage.chats.ensure(key, kind, title, self.now())
