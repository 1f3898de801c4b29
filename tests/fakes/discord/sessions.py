"""The gateway's sessions, which outlive their connections: https://discord.com/developers/docs/events/gateway#resuming."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fakes.discord.errors import Json
from tests.fakes.discord.gateway_intents import Intent, needed, without_content

if TYPE_CHECKING:
    from tests.fakes.discord.gateway_socket import Connection

BACKLOG = 2000
"""So many events are kept for a resume."""


@dataclass(slots=True, eq=False)
class Session:
    """One shard of a bot. ``connection`` is None while it is away (what it would hear is kept), ``resumed`` how often
    it came back; ``heard`` are the names of all events that were sent to it.
    """

    id: str
    shard: int
    shards: int
    intents: int
    connection: Connection | None = None
    sequence: int = 0
    lost_at: float = 0.0
    resumed: int = 0
    presence: Json = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    _kept: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=BACKLOG))

    def serves(self, guild_id: str) -> bool:
        """Whether its shard gets what happens in this guild, or (empty) outside of all: #sharding."""
        return self.shard == ((int(guild_id) >> 22) % self.shards if guild_id else 0)

    def asked_for(self, event: str, guild_id: str, *, own: bool) -> bool:
        """Whether the intents of its identify let ``event`` through."""
        wanted = needed(event, guild_id, own=own)
        return wanted == Intent(0) or bool(wanted & self.intents)

    def tell(self, event: str, data: Json, bot_id: str) -> None:
        """Give ``event`` the next number, keep it, and send it if somebody is there."""
        self.sequence += 1
        payload = {"op": 0, "t": event, "s": self.sequence, "d": without_content(event, data, self.intents, bot_id)}
        text = json.dumps(payload, separators=(",", ":"))
        self._kept.append((self.sequence, text))
        self.heard.append(event)
        if self.connection is not None:
            self.connection.send_text(text)

    def missed(self, sequence: int) -> list[str] | None:
        """The payloads after ``sequence``; None when some of them are not kept any more."""
        if self._kept and self._kept[0][0] > sequence + 1:
            return None
        return [text for number, text in self._kept if number > sequence]


class Sessions:
    """All sessions that may still be resumed. ``seconds`` is how long one waits without a connection."""

    def __init__(self) -> None:
        self.seconds = 180.0
        self._all: dict[str, Session] = {}

    def __iter__(self) -> Iterator[Session]:
        return iter(list(self._all.values()))

    def add(self, session: Session) -> None:
        """A new one."""
        self._all[session.id] = session

    def forget(self, session: Session) -> None:
        """It ended, or was invalidated."""
        self._all.pop(session.id, None)

    def find(self, id_: str) -> Session | None:
        """The one with this id, unless it was away for too long."""
        session = self._all.get(id_)
        if session is None:
            return None
        away = session.connection is None and asyncio.get_running_loop().time() - session.lost_at > self.seconds
        return None if away else session
