"""Communities that chats are part of, rooms of private chats, and whose admins were told what."""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import delete, select, text, update

from newsbot.domain.models import Chat, ChatKey, ChatKind
from newsbot.storage.chat_rows import chat_of
from newsbot.storage.sql import Repository
from newsbot.storage.tables import OPEN, chats, deliveries, servers

GOES_ON = "goes on"
"""What chats.told says of one whose admins were told of a pause that is over now."""

Arrival = Literal["new", "back", "known"]
"""How the bot comes to a server: for the first time, after it was sent away, or it has been there all along."""


class Servers(Repository):
    """``storage.servers``: the communities where the bot is, or was."""

    async def arrive(self, platform: str, native: str, at: datetime) -> Arrival:
        """Note that the bot is in a server since ``at``."""
        mine = (servers.c.platform == platform) & (servers.c.native == native)
        row = {"platform": platform, "native": native, "joined": at}
        async with self._db.write() as conn:
            made = await conn.execute(self._insert(servers).values(**row).on_conflict_do_nothing())
            if made.rowcount:
                return "new"
            back = await conn.execute(
                update(servers).where(mine, servers.c.gone.is_not(None)).values(gone=None, joined=at)
            )
            return "back" if back.rowcount else "known"

    async def leave(self, platform: str, native: str, at: datetime) -> None:
        """Note that the bot was sent away at ``at``; the first time counts."""
        mine = (servers.c.platform == platform) & (servers.c.native == native) & servers.c.gone.is_(None)
        async with self._db.write() as conn:
            await conn.execute(update(servers).where(mine).values(gone=at))

    async def here(self, platform: str) -> builtins.list[str]:
        """The native ids of the servers that the bot is in, as far as it knows."""
        query = select(servers.c.native).where(servers.c.platform == platform, servers.c.gone.is_(None))
        async with self._db.read() as conn:
            return list((await conn.execute(query)).scalars())

    async def gone_before(self, before: datetime, limit: int) -> builtins.list[tuple[str, str]]:
        """(platform, native id) of servers that the bot has been away from since before ``before``."""
        query = select(servers.c.platform, servers.c.native).where(servers.c.gone < before).order_by(servers.c.gone)
        async with self._db.read() as conn:
            return [(row.platform, row.native) for row in await conn.execute(query.limit(limit))]

    async def forget(self, platform: str, native: str) -> None:
        """Delete the note of a server; its chats are forgotten by themselves."""
        mine = (servers.c.platform == platform) & (servers.c.native == native)
        async with self._db.write() as conn:
            await conn.execute(delete(servers).where(mine))


class Places(Repository):
    """The part of ``storage.chats`` that knows where chats are."""

    async def of_server(self, platform: str, server: str) -> builtins.list[Chat]:
        """The chats of a community, in order of id."""
        mine = (chats.c.platform == platform) & (chats.c.server == server) & (chats.c.server != "")
        return await self._found(mine)

    async def within(self, platform: str, servers: Iterable[str]) -> builtins.list[Chat]:
        """The chats of these communities, and those of which nobody knows what they are part of; no private ones."""
        wanted = chats.c.server.in_(["", *servers]) & (chats.c.platform == platform) & (chats.c.kind != "private")
        return await self._found(wanted)

    async def set_place(self, chat_id: int, kind: ChatKind, server: str) -> None:
        """A chat turned out to be of another kind, or in this server ("": not known)."""
        values = {"kind": kind} | ({"server": server} if server else {})
        async with self._db.write() as conn:
            await conn.execute(update(chats).where(chats.c.id == chat_id).values(**values))

    async def room(self, key: ChatKey) -> str:
        """Where the platform has the messages of a private chat; "" where it is not known."""
        mine = (chats.c.platform == key.platform) & (chats.c.native == key.native) & (chats.c.thread == key.thread)
        async with self._db.read() as conn:
            return str((await conn.execute(select(chats.c.room).where(mine))).scalar() or "")

    async def keep_room(self, key: ChatKey, room: str) -> None:
        """Note where the messages of a private chat are; nothing is kept of a chat that nobody knows."""
        mine = (chats.c.platform == key.platform) & (chats.c.native == key.native) & (chats.c.thread == key.thread)
        async with self._db.write() as conn:
            await conn.execute(update(chats).where(mine).values(room=room))

    async def untold(self, platform: str) -> builtins.list[Chat]:
        """Paused chats whose admins were not told why, in order of id."""
        waits = (chats.c.paused != "") & (chats.c.paused != chats.c.told)
        return await self._found((chats.c.platform == platform) & waits)

    async def resumed(self, platform: str) -> builtins.list[Chat]:
        """Chats that go on, of whose pause somebody was told and of this nobody, in order of id."""
        over = (chats.c.paused == "") & (chats.c.told == GOES_ON) & (chats.c.kind != "private")
        return await self._found((chats.c.platform == platform) & over)

    async def waiting(self, platform: str) -> builtins.list[Chat]:
        """Paused chats that are no private ones, in order of id."""
        return await self._found((chats.c.platform == platform) & (chats.c.paused != "") & (chats.c.kind != "private"))

    async def doubted(self, platform: str, reason: str) -> builtins.list[Chat]:
        """Chats that take posts and have a delivery that is uncertain for this ``reason``, of which their admins were
        not told, in order of id."""
        d = deliveries.c
        there = select(d.chat_id).where(text(OPEN), d.state == "uncertain", d.platform == platform, d.reason == reason)
        well = (chats.c.platform == platform) & (chats.c.paused == "") & (chats.c.told != reason)
        return await self._found(well & chats.c.id.in_(there))

    async def tell(self, chat_id: int, reason: str) -> None:
        """Note that the chat's admins were told why it is paused, or of its doubts."""
        async with self._db.write() as conn:
            await conn.execute(update(chats).where(chats.c.id == chat_id).values(told=reason))

    async def _found(self, wanted: Any) -> builtins.list[Chat]:
        async with self._db.read() as conn:
            rows = await conn.execute(select(chats).where(wanted).order_by(chats.c.id))
            return [chat_of(row) for row in rows]
