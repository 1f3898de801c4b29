"""What every room of the Newsdesk works with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Chat, ChatKey, ChatKind, Subscription, Topic
from newsbot.domain.plan import due_anew, own_feeds
from newsbot.domain.ports import Clock, FeedProbe, Wake
from newsbot.errors import BadRequest
from newsbot.newsdesk.asking import Asker, Rules
from newsbot.newsdesk.languages import spoken
from newsbot.storage import Storage


class NeedsPrivate(BadRequest):
    """What was asked for happens in the asker's private chat with the bot, and none is known yet."""

    def __init__(self) -> None:
        super().__init__("needs_private")


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
        alone = asker.chat_kind == "private"
        own = self.client_language(asker) if alone else (await self.known(asker)).language or None
        return await self._ensure(asker.chat, asker.chat_kind, asker.chat_title, own, asker.server)

    async def private(self, asker: Asker) -> Chat:
        """The chat where the asker is alone with the bot. Raises NeedsPrivate when none is known."""
        key = asker.private_chat
        if key is None:
            raise NeedsPrivate
        title = asker.chat_title if key == asker.chat else ""
        return await self._ensure(key, "private", title, self.client_language(asker))

    def client_language(self, asker: Asker) -> str | None:
        """Which of the bot's languages answers that of the asker's client: "" for none, None when it is not known."""
        return spoken(asker.language, self.rules.languages) if asker.language else None

    def language(self, chat: Chat) -> str:
        """What the bot speaks in a chat: what was chosen there, else the person's own language, else the config's."""
        return chat.settings.language or chat.language or self.rules.defaults.language

    async def known(self, asker: Asker) -> Chat:
        """The asker's chat as it is known; a fresh one that nothing was stored for (id 0) when it is not. In private it
        speaks the language of their client as that is now."""
        return self.addressed(await self.storage.chats.find(asker.chat) or await self.unknown(asker), asker)

    async def unknown(self, asker: Asker) -> Chat:
        """The asker's chat before anything is stored for it (id 0): a thread speaks as the place does that it is in."""
        place = await self.storage.chats.find(replace(asker.chat, thread="")) if asker.chat.thread else None
        language = (place.settings.language or place.language) if place else ""
        return Chat(0, asker.chat, asker.chat_kind, asker.chat_title, language=language, server=asker.server)

    def addressed(self, chat: Chat, asker: Asker) -> Chat:
        """``chat`` with the asker's language where they are alone in it."""
        language = self.client_language(asker)
        return chat if language is None or asker.chat_kind != "private" else replace(chat, language=language)

    async def orders(self, chat: Chat) -> list[Subscription]:
        """The chat's subscriptions; none for a chat that is not known."""
        return list(await self.storage.chats.subscriptions(chat.id)) if chat.id else []

    async def recall_due(self, chat_id: int) -> None:
        """The chat's hours, or those of an order, are others: what waits there is due when it would be now."""
        orders = await self.storage.chats.subscriptions(chat_id)
        await self.storage.outbox.move(due_anew(await self.storage.outbox.waiting(chat_id), orders, self.now()))
        self.wake.notify("plan")

    async def own_feeds(self, chat: Chat | None) -> tuple[int, ...]:
        """The feeds that the chat subscribes to as such: of what people typed, it is shown these and no others."""
        return tuple(sorted(own_feeds(await self.orders(chat)))) if chat else ()

    async def ready_made(self) -> list[Topic]:
        """The config's topics, by name."""
        topics = await self.storage.topics.all()
        return sorted((t for t in topics if t.slug and t.enabled), key=lambda t: t.name.casefold())

    def zone(self, chat: Chat) -> ZoneInfo:
        """The chat's time zone."""
        return ZoneInfo(chat.settings.timezone or self.rules.defaults.timezone)

    async def _ensure(self, key: ChatKey, kind: ChatKind, title: str, language: str | None, server: str = "") -> Chat:
        return await self.storage.chats.ensure(key, kind, title, self.now(), language, server)
