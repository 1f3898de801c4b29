"""Retention: what is older than the config allows is deleted, a bounded batch at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsbot.domain.ports import Clock
from newsbot.storage import Storage

BATCH = 500
BUTTONS = timedelta(days=90)
"""How long a button works whose meaning is stored, from the day when it was last shown."""
AWAY = timedelta(days=30)
"""How long a server that sent the bot away can have it back with everything as it was."""


class Retention:
    """The loop that forgets."""

    def __init__(self, storage: Storage, clock: Clock, keep: timedelta) -> None:
        self._storage, self._clock = storage, clock
        self.keep = keep

    async def step(self) -> bool:
        """Delete one batch of old articles and what hangs on them, of old buttons, and of servers left long ago; True
        while there may be more."""
        now = self._clock.now()
        articles = await self._storage.articles.purge(now - self.keep, BATCH)
        buttons = await self._storage.chats.forget_tokens(now - BUTTONS, BATCH)
        return max(articles, buttons, await self._forget_servers(now)) >= BATCH

    async def _forget_servers(self, now: datetime) -> int:
        left = await self._storage.servers.gone_before(now - AWAY, BATCH)
        for platform, server in left:
            for chat in await self._storage.chats.of_server(platform, server):
                await self._storage.chats.forget(chat.id)
            await self._storage.servers.forget(platform, server)
        return len(left)
