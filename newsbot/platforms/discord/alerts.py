"""Tells the bot's own admins, in private, that something is wrong with a whole platform."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol

from newsbot.domain.ports import Clock
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.markdown import escape
from newsbot.platforms.discord.message import Outgoing, Text, payload
from newsbot.platforms.discord.troubles import UNANSWERED, in_words

log = logging.getLogger(__name__)

LATE = timedelta(hours=1)
"""What could not be said for so long is not said any more."""
AGAIN = timedelta(minutes=1)
"""So long after Discord did not take it, it is tried again."""


class Doors(Protocol):
    """What :class:`newsbot.platforms.discord.doors.Doors` does for this."""

    async def knock(self, user_id: str, *, asked: bool = True) -> str:
        """A person's private channel, at a careful pace; not ``asked``: they are not talking to the bot just now."""


@dataclass(slots=True)
class _Trouble:
    """What is said of one trouble since when, to whom already, and when next."""

    lines: tuple[str, ...]
    since: datetime
    next: datetime
    told: set[str] = field(default_factory=set)


class Alerts:
    """One private message to each admin for each trouble, until that is over. ``admins`` are their users' ids, as they
    are at the moment."""

    def __init__(self, rest: wire.Rest, clock: Clock, doors: Doors, admins: Iterable[str]) -> None:
        self._rest, self._clock, self._doors, self._admins = rest, clock, doors, admins
        self._troubles: dict[str, _Trouble] = {}

    async def alert(self, key: str, lines: Sequence[str] | None) -> None:
        """There is the trouble ``key``, told in ``lines`` of plain text: once, until it is over (None). Noted here, and
        said by :meth:`step`."""
        if lines is None:
            self._troubles.pop(key, None)
            return
        now = self._clock.now()
        self._troubles.setdefault(key, _Trouble(tuple(lines), now, now))

    async def step(self) -> bool:
        """Say what is to be said; whether anything was. Call it every few seconds."""
        now, said = self._clock.now(), False
        for key, trouble in list(self._troubles.items()):
            if trouble.next <= now < trouble.since + LATE:
                said = await self._say(key, trouble) or said
        return said

    async def _say(self, key: str, trouble: _Trouble) -> bool:
        waiting = [user for user in self._admins if user not in trouble.told]
        for user in waiting:
            try:
                await self._tell(user, key, trouble)
            except UNANSWERED as error:
                log.warning("the admin %s is not told of %s yet: %s", user, key, in_words(error))
                trouble.next = self._clock.now() + AGAIN
            else:
                trouble.told.add(user)
        return bool(waiting)

    async def _tell(self, user: str, key: str, trouble: _Trouble) -> None:
        await self._rest.ready()
        room = await self._doors.knock(user, asked=False)
        text = Text("\n".join(map(escape, trouble.lines)))
        said = f"{user}:{key}:{trouble.since.timestamp()}"
        nonce = f"a{blake2b(said.encode(), digest_size=12).hexdigest()}"
        await wire.post(self._rest.http, room, payload(Outgoing((text,))), nonce)
