"""Forgetting a chat, at its own wish."""

from __future__ import annotations

from newsbot.newsdesk.asking import Asker, by, must_run_chat
from newsbot.newsdesk.tools import Tools


class Forgetting:
    """Deletes what is stored about chats."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def may(self, asker: Asker) -> None:
        """Raises Forbidden unless the asker may have the chat forgotten."""
        must_run_chat(asker)

    async def forget(self, asker: Asker) -> None:
        """Delete the asker's chat: settings, subscriptions, mutes and what it got. In private the person goes too:
        what they set up in other chats stays, and nobody made it. Raises Forbidden."""
        must_run_chat(asker)
        chat = await self._tools.known(asker)
        if chat.id:
            await self._tools.storage.chats.forget(chat.id)
        if asker.chat_kind == "private":
            await self._tools.storage.chats.disown(by(asker))
