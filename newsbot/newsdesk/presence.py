"""Where the bot is: whom it has met alone, and from which places it was sent away."""

from __future__ import annotations

import re

from newsbot.domain.models import Chat, ChatKey
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.tools import Tools

_OF_THREAD = re.compile("topic|thread", re.IGNORECASE)
"""In the reason of a pause: it is one thread's own, whatever the place allows."""
_NOT_FOUND = re.compile("(topic|thread) not found", re.IGNORECASE)
"""What Telegram also says of threads that are there: https://github.com/tdlib/telegram-bot-api/issues/693"""


class Presence:
    """What a platform tells of the bot's own comings and goings. All of it is harmless for chats that nobody knows.

    A place that sent the bot away keeps its subscriptions; they wait. What an admin's emergency stop holds stays held.
    """

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def contact(self, asker: Asker) -> Chat:
        """The asker's chat as it is known (id 0: not at all), from now on with the language of a person alone in it."""
        found = await self._tools.storage.chats.find(asker.chat)
        chat = self._tools.addressed(found or await self._tools.unknown(asker), asker)
        if found is not None and found.language != chat.language:
            await self._tools.storage.chats.set_language(found.id, chat.language)
        return chat

    async def met(self, asker: Asker) -> None:
        """A person writes to the bot alone: know their private chat from now on, and let its posts go out. Nothing is
        kept of one who may not use the bot."""
        if asker.private_chat is None or not self.admits(asker):
            return
        chat = await self._tools.private(asker)
        if chat.paused:
            await self._release([chat])

    async def welcomed(self, asker: Asker) -> None:
        """The asker let the bot into the chat where they are: it speaks their language there, until another is chosen.
        A chat that is known already keeps its own."""
        language = self._tools.client_language(asker)
        if language and not await self.knows(asker.chat):
            await self._tools.storage.chats.ensure(
                asker.chat, asker.chat_kind, asker.chat_title, self._tools.now(), language, asker.server
            )

    def admits(self, asker: Asker) -> bool:
        """Whether the config lets the asker's chat use the bot."""
        return self._tools.rules.access.admits(asker)

    async def knows(self, key: ChatKey) -> bool:
        """Whether anything is stored about this chat."""
        return await self._tools.storage.chats.find(key) is not None

    async def gone(self, platform: str, native: str, reason: str) -> None:
        """The bot may no longer post in a place: pause it and all its threads."""
        await self._hold(await self._tools.storage.chats.at(platform, native), reason)

    async def back(self, platform: str, native: str) -> None:
        """The bot may post there again; a thread that was closed or deleted goes on waiting."""
        found = await self._tools.storage.chats.at(platform, native)
        await self._release([chat for chat in found if not _OF_THREAD.search(chat.paused)], told=True)

    async def reached(self, key: ChatKey) -> None:
        """A message of the bot's stands in this very chat, or an admin wants some there: whatever was refused before,
        posts are tried again. Not every platform tells when a ban is lifted."""
        await self._release(await self._at(key))

    async def moved(self, platform: str, old: str, new: str) -> None:
        """A place and its threads have another native id now."""
        for chat in await self._tools.storage.chats.at(platform, old):
            await self._tools.storage.chats.rekey(chat.id, ChatKey(platform, new, chat.key.thread))

    async def thread_gone(self, key: ChatKey, reason: str) -> None:
        """One thread takes no more posts; the place itself goes on."""
        await self._hold(await self._at(key), reason)

    async def thread_back(self, key: ChatKey) -> None:
        """The thread takes posts again, where it was the thread that did not."""
        await self._release([chat for chat in await self._at(key) if _OF_THREAD.search(chat.paused)])

    async def thread_seen(self, key: ChatKey) -> None:
        """Somebody writes in the thread: it is there, whatever a refused post said."""
        await self._release([chat for chat in await self._at(key) if _NOT_FOUND.search(chat.paused)])

    async def _at(self, key: ChatKey) -> list[Chat]:
        found = await self._tools.storage.chats.find(key)
        return [found] if found else []

    async def _hold(self, chats: list[Chat], reason: str) -> None:
        for chat in chats:
            if not chat.paused:
                await self._tools.storage.chats.pause(chat.id, reason)

    async def _release(self, chats: list[Chat], *, told: bool = False) -> None:
        """``told`` by the platform: then not paused ones too, since an older refusal may be on its way."""
        chats = [chat for chat in chats if told or chat.paused]
        if chats:
            await self._tools.storage.chats.release([chat.id for chat in chats], self._tools.now())
        if any(chat.paused for chat in chats):
            self._tools.wake.notify("plan")
            self._tools.wake.notify("deliver")
