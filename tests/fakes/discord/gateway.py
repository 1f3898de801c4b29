"""The gateway: sessions begin, resume and end, and hear what happens in the world.

https://discord.com/developers/docs/events/gateway
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.discord import shapes
from tests.fakes.discord.errors import Json
from tests.fakes.discord.gateway_intents import KNOWN, PRIVILEGED, Intent
from tests.fakes.discord.gateway_socket import (
    AUTHENTICATION_FAILED,
    DISALLOWED_INTENTS,
    INVALID_INTENTS,
    INVALID_SEQ,
    INVALID_SESSION,
    INVALID_SHARD,
    RECONNECT,
    SHARDING_REQUIRED,
    Closed,
    Connection,
)
from tests.fakes.discord.sessions import Session, Sessions

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild
    from tests.fakes.discord.server import DiscordServer


class Gateway:
    """A test may change ``identify_seconds``, in which ``dc.max_concurrency`` shards may identify, the
    ``heartbeat_interval`` in seconds, ``most_guilds``, at which a shard is refused (#sharding), and
    ``sessions.seconds``, after which a session that is away cannot be resumed. ``closed`` are the codes and reasons of
    what it closed itself, ``identified`` the shards in the order of their identifies.
    """

    def __init__(self, dc: DiscordServer) -> None:
        self.dc = dc
        self.world = dc.world
        self.identify_seconds = 5.0
        self.heartbeat_interval = 41.25
        self.most_guilds = 2500
        self.sessions = Sessions()
        self.closed: list[tuple[int, str]] = []
        self.identified: list[int] = []
        self._down: set[str] = set()
        self._connections: list[Connection] = []
        self._last_identify: dict[int, float] = {}
        self._changed = asyncio.Event()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A WebSocket connection, until it ends."""
        connection = Connection(self, request)
        self._connections.append(connection)
        try:
            return await connection.serve()
        finally:
            self._connections.remove(connection)

    def close(self) -> None:
        """End every connection."""
        for connection in list(self._connections):
            connection.drop()

    # What a test does to it.

    async def connected(self, shards: int | None = None, timeout: float = 5) -> list[Session]:
        """Wait until all ``shards`` (else as many as it recommends) are there, after a break: are there again."""
        wanted = set(range(self.dc.shards if shards is None else shards))
        async with asyncio.timeout(timeout):
            while not wanted <= {each.shard for each in self.sessions if each.connection is not None}:
                await self._changed.wait()
        return sorted((each for each in self.sessions if each.connection is not None), key=lambda each: each.shard)

    def drop(self, shard: int = 0) -> None:
        """The connection breaks without a word; its session can be resumed."""
        self._taken(shard).drop()

    def kick(self, shard: int = 0, code: int = 4000) -> None:
        """The gateway closes the connection with ``code``."""
        self._taken(shard).close(code, "closed by the test")

    def reconnect(self, shard: int = 0) -> None:
        """Op 7: the client is to come again and resume."""
        self._taken(shard).send({"op": RECONNECT})

    def invalidate(self, shard: int = 0, *, resumable: bool = False) -> None:
        """Op 9: the session is invalid, for good unless ``resumable``."""
        session = self.session(shard)
        self._taken(shard).send({"op": INVALID_SESSION, "d": resumable})
        if not resumable:
            self.sessions.forget(session)

    def silence(self, shard: int = 0) -> None:
        """The connection stays open, but nothing comes any more, no acks either."""
        self._taken(shard).silent = True

    def session(self, shard: int = 0) -> Session:
        """The session of a shard that is connected; AssertionError when there is none."""
        found = [each for each in self.sessions if each.shard == shard and each.connection is not None]
        assert found, f"shard {shard} is not connected"
        return found[-1]

    def outage(self, guild: Guild) -> None:
        """A guild becomes unavailable: GUILD_DELETE with ``unavailable``."""
        self._down.add(guild.id)
        self.dispatch("GUILD_DELETE", {"id": guild.id, "unavailable": True}, guild.id)

    def recovers(self, guild: Guild) -> None:
        """It is available again: GUILD_CREATE."""
        self._down.discard(guild.id)
        self.dispatch("GUILD_CREATE", _back(guild), guild.id)

    def _taken(self, shard: int) -> Connection:
        """The connection of a shard, which its session no longer has: what happens now waits for the resume."""
        session = self.session(shard)
        assert session.connection is not None
        connection = session.connection
        self._away(session)
        return connection

    # What the world and the connections tell it.

    def dispatch(self, event: str, data: Json, guild_id: str) -> None:
        """Something happened: tell the shards that serve ``guild_id`` (empty: it is in no guild) and asked for it."""
        own = data.get("user", {}).get("id") == self.world.bot.id if event == "GUILD_MEMBER_UPDATE" else False
        for session in self.sessions:
            if session.serves(guild_id) and session.asked_for(event, guild_id, own=own):
                session.tell(event, data, self.world.bot.id)

    def identify(self, connection: Connection, given: Json) -> None:
        """A session begins: READY, then GUILD_CREATE for every guild of its shard. Closed with the code of what is
        wrong; too many at once get op 9 instead: #rate-limiting.
        """
        self._check_intents(given.get("intents"))
        shard, shards = self._shard(given.get("shard"))
        if not isinstance(given.get("properties"), dict):
            raise Closed(4002, "Error while decoding payload.")
        if self.dc.session_starts <= 0:
            raise Closed(AUTHENTICATION_FAILED, "strict: no identifies left today; Discord has reset the token")
        if self._too_early(shard):
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        self.dc.session_starts -= 1
        self.identified.append(shard)
        session = Session(f"session-{self.world.ids.next()}", shard, shards, given["intents"])
        session.presence = given.get("presence") or {}
        self.sessions.add(session)
        self._joined(session, connection)
        self._greet(session, sharded="shard" in given)
        self._ring()

    def resume(self, connection: Connection, given: Json) -> None:
        """What was missed comes again, then RESUMED; op 9 for a session that is over: #resuming."""
        session = self.sessions.find(str(given.get("session_id")))
        sequence = given.get("seq")
        if session is None or not isinstance(sequence, int):
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        if sequence > session.sequence:
            self.sessions.forget(session)
            raise Closed(INVALID_SEQ, "Invalid seq.")
        missed = session.missed(sequence)
        if missed is None:
            self.sessions.forget(session)
            connection.send({"op": INVALID_SESSION, "d": False})
            return
        for text in missed:
            connection.send_text(text)
        session.resumed += 1
        self._joined(session, connection)
        session.tell("RESUMED", {"_trace": []}, self.world.bot.id)
        self._ring()

    def lost(self, connection: Connection, code: int | None) -> None:
        """A connection ended; by the client with ``code`` if that is given. 1000 and 1001 end the session too."""
        session = connection.session
        if session is None:
            return
        if session.connection is connection:
            self._away(session)
        if code in (1000, 1001):
            self.sessions.forget(session)
        self._ring()

    def _check_intents(self, intents: Any) -> None:
        if not isinstance(intents, int) or isinstance(intents, bool) or intents & ~int(KNOWN):
            raise Closed(INVALID_INTENTS, "Invalid intent(s).")
        granted = self.world.application.privileged
        granted |= Intent.MESSAGE_CONTENT if self.world.application.reads_content else 0
        if intents & PRIVILEGED & ~granted:
            raise Closed(DISALLOWED_INTENTS, "Disallowed intent(s).")

    def _shard(self, given: Any) -> tuple[int, int]:
        shard, shards = (0, 1) if given is None else _pair(given)
        served = [each for each in self._guilds() if (int(each.id) >> 22) % shards == shard]
        if len(served) >= self.most_guilds:
            raise Closed(SHARDING_REQUIRED, "Sharding required.")
        return shard, shards

    def _too_early(self, shard: int) -> bool:
        """Whether the bucket of ``shard`` is full: #sharding-max-concurrency."""
        bucket, now = shard % self.dc.max_concurrency, asyncio.get_running_loop().time()
        if now - self._last_identify.get(bucket, float("-inf")) < self.identify_seconds:
            return True
        self._last_identify[bucket] = now
        return False

    def _joined(self, session: Session, connection: Connection) -> None:
        if session.connection is not None:
            session.connection.close(4000, "the session was taken over")
        session.connection, connection.session = connection, session

    def _away(self, session: Session) -> None:
        session.connection = None
        session.lost_at = asyncio.get_running_loop().time()

    def _guilds(self) -> list[Guild]:
        return [guild for guild in self.world.guilds.values() if guild.has_bot]

    def _greet(self, session: Session, *, sharded: bool) -> None:
        bot, mine = self.world.bot, [guild for guild in self._guilds() if session.serves(guild.id)]
        ready: Json = {
            "v": 10,
            "user": shapes.user(bot) | {"verified": True, "mfa_enabled": True, "email": None, "flags": 0},
            "guilds": [{"id": guild.id, "unavailable": True} for guild in mine],
            "private_channels": [],
            "relationships": [],
            "user_settings": {},
            "session_id": session.id,
            "resume_gateway_url": self.dc.gateway_url,
            "application": {"id": self.world.application.id, "flags": 0},
        }
        session.tell("READY", ready | ({"shard": [session.shard, session.shards]} if sharded else {}), bot.id)
        for guild in mine:
            down = guild.id in self._down
            data = {"id": guild.id, "unavailable": True} if down else _back(guild)
            if session.asked_for("GUILD_CREATE", guild.id, own=False):
                session.tell("GUILD_DELETE" if down else "GUILD_CREATE", data, bot.id)

    def _ring(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _back(guild: Guild) -> Json:
    """A guild that was announced as unavailable; one that is joined has no such key."""
    return shapes.guild_create(guild) | {"unavailable": False}


def _pair(given: Any) -> tuple[int, int]:
    """The documented array of shard and number of shards."""
    if not isinstance(given, list) or len(given) != 2 or not all(isinstance(each, int) for each in given):
        raise Closed(INVALID_SHARD, "Invalid shard.")
    shard, shards = given
    if not 0 <= shard < shards:
        raise Closed(INVALID_SHARD, "Invalid shard.")
    return shard, shards


def install(dc: DiscordServer) -> None:
    """Let the world speak by ``dc.gateway``, and connections come to it."""
    dc.transport.socket = dc.gateway.handle
    dc.world.dispatch = dc.gateway.dispatch
