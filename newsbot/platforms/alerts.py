"""Tells the bot's own admins, in private, that something is wrong with a whole platform."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsbot.domain.ports import Clock

LATE = timedelta(hours=1)
"""What could not be said for so long is not said any more."""


@dataclass(slots=True)
class Trouble:
    """What is said of the trouble ``key`` since when, to whom already, and when next."""

    key: str
    lines: tuple[str, ...]
    since: datetime
    next: datetime
    told: set[str] = field(default_factory=set)


Tell = Callable[[str, Trouble], Awaitable[timedelta | None]]
"""Tells the user of an id of a trouble: None when that is done with, or after how long it is tried again."""


class Alerts:
    """One private message to each admin for each trouble, until that is over. ``admins`` are their users' ids, as they
    are at the moment; ``tell`` is the platform's way of telling one."""

    def __init__(self, tell: Tell, clock: Clock, admins: Iterable[str]) -> None:
        self._tell, self._clock, self._admins = tell, clock, admins
        self._troubles: dict[str, Trouble] = {}

    async def alert(self, key: str, lines: Sequence[str] | None) -> None:
        """There is the trouble ``key``, told in ``lines`` of plain text: once, until it is over (None). Noted here, and
        said by :meth:`step`."""
        if lines is None:
            self._troubles.pop(key, None)
            return
        now = self._clock.now()
        self._troubles.setdefault(key, Trouble(key, tuple(lines), now, now))

    async def step(self) -> bool:
        """Say what is to be said; whether anything was. Call it every few seconds."""
        now, said = self._clock.now(), False
        for trouble in list(self._troubles.values()):
            if trouble.next <= now < trouble.since + LATE:
                said = await self._say(trouble) or said
        return said

    async def _say(self, trouble: Trouble) -> bool:
        waiting = [user for user in self._admins if user not in trouble.told]
        for user in waiting:
            again = await self._tell(user, trouble)
            if again is None:
                trouble.told.add(user)
            else:
                trouble.next = self._clock.now() + again
        return bool(waiting)
