"""Communities: where the bot is let in, what is held there and why, and who is to be told."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from newsbot.domain.models import Chat, ChatKey, ChatKind
from newsbot.newsdesk.tools import Tools
from newsbot.storage.servers import Arrival

REMOVED = "the bot was removed from the server"
"""Why the chats of a server are paused that sent the bot away: nobody there can be told, and nothing but an invitation
mends it."""


class Servers:
    """What a platform tells of whole communities, and asks about their chats."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def arrived(self, platform: str, server: str, since: datetime) -> Arrival:
        """The bot is in ``server`` since then. Where it was sent away before, its chats go on."""
        arrival = await self._tools.storage.servers.arrive(platform, server, since)
        if arrival == "back":
            held = [c.id for c in await self.chats(platform, server) if c.paused == REMOVED]
            await self._release(held)
        return arrival

    async def left(self, platform: str, server: str) -> None:
        """The bot was sent away: what the chats of ``server`` have is kept, for as long as retention says."""
        await self._tools.storage.servers.leave(platform, server, self._tools.now())
        for chat in await self.chats(platform, server):
            if not chat.paused:
                await self._tools.storage.chats.pause(chat.id, REMOVED)

    async def known(self, platform: str) -> set[str]:
        """The servers that the bot is in, as far as was told here: one that sent it away unheard is still there."""
        return set(await self._tools.storage.servers.here(platform))

    async def chats(self, platform: str, server: str) -> list[Chat]:
        """What is known of a server's chats."""
        return await self._tools.storage.chats.of_server(platform, server)

    async def within(self, platform: str, servers: Iterable[str]) -> list[Chat]:
        """What is known of the chats of some servers, and of those of which no server is known yet."""
        return await self._tools.storage.chats.within(platform, servers)

    async def role_gone(self, platform: str, server: str, role: str) -> None:
        """A role of a server is no more: nothing calls it."""
        for chat in await self.chats(platform, server):
            for order in await self._tools.orders(chat):
                if order.ping == role:
                    await self._tools.storage.chats.update_subscription(order.id, ping="")

    async def publishes(self, key: ChatKey) -> bool:
        """Whether the posts of a chat are to be passed on to those who follow it."""
        found = await self._tools.storage.chats.find(key)
        return found is not None and found.settings.publish

    async def untold(self, platform: str) -> list[Chat]:
        """The platform's chats that are paused, and not by the emergency stop, whose admins were not told of it yet."""
        return [c for c in await self._tools.storage.chats.untold(platform) if c.paused != REMOVED]

    async def doubted(self, platform: str, reason: str) -> list[Chat]:
        """The platform's chats with a delivery that is uncertain for ``reason``, whose admins were not told of it yet;
        each as if it were paused for that."""
        return [replace(c, paused=reason) for c in await self._tools.storage.chats.doubted(platform, reason)]

    async def told(self, chat: Chat) -> None:
        """Its admins were told why it is paused, or what its posts lack, or nobody there can be."""
        await self._tools.storage.chats.tell(chat.id, chat.paused)

    async def to_tell(self, chat: Chat) -> None:
        """Nobody was told of it, after all."""
        await self._tools.storage.chats.tell(chat.id, "")

    async def resumed(self, platform: str) -> list[Chat]:
        """The platform's chats that go on, of whose pause somebody was told, until that is told too."""
        return await self._tools.storage.chats.resumed(platform)

    async def waiting(self, platform: str) -> list[Chat]:
        """The platform's paused chats of several people."""
        return await self._tools.storage.chats.waiting(platform)

    async def listens(self, key: ChatKey) -> str | None:
        """The language of a person whose private chat is known and takes messages; None where there is none."""
        found = await self._tools.storage.chats.find(key)
        return None if found is None or found.paused else self._tools.language(found)

    async def makers(self, chat: Chat) -> list[str]:
        """The users' ids of those who made the chat's subscriptions, latest first."""
        orders = await self._tools.storage.chats.subscriptions(chat.id)
        mine = f"{chat.key.platform}:"
        made = [o.created_by.removeprefix(mine) for o in reversed(orders) if o.created_by.startswith(mine)]
        return list(dict.fromkeys(made))

    async def serves(self, key: ChatKey) -> bool:
        """Whether anything is subscribed to there that does not rest."""
        found = await self._tools.storage.chats.find(key)
        return found is not None and any(not o.paused for o in await self._tools.orders(found))

    async def is_now(self, key: ChatKey, kind: ChatKind, server: str = "") -> None:
        """A place is of this kind, and part of ``server``; harmless for one that nobody knows."""
        found = await self._tools.storage.chats.find(key)
        if found is not None and (found.kind != kind or (server and found.server != server)):
            await self._tools.storage.chats.set_place(found.id, kind, server)

    async def room(self, key: ChatKey) -> str:
        """Where the platform has the messages of a private chat; "" where it is not known."""
        return await self._tools.storage.chats.room(key)

    async def keep_room(self, key: ChatKey, room: str) -> None:
        """Note where they are; harmless for a chat that nobody knows."""
        await self._tools.storage.chats.keep_room(key, room)

    async def go_on(self, chats: Collection[Chat]) -> None:
        """Whatever was refused in these chats before, posts are tried again."""
        await self._release([chat.id for chat in chats if chat.paused])

    async def _release(self, chat_ids: list[int]) -> None:
        if chat_ids:
            await self._tools.storage.chats.release(chat_ids, self._tools.now())
            self._tools.wake.notify("plan")
            self._tools.wake.notify("deliver")
