"""Tells the bot's own admins, in private, that something is wrong with a whole platform."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from newsbot.domain.ports import Clock
from newsbot.platforms.telegram import wire
from newsbot.platforms.telegram.html import escape
from newsbot.platforms.telegram.message import Outgoing, key
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.troubles import in_words

log = logging.getLogger(__name__)

LATE = timedelta(hours=1)
"""What could not be said for so long is not said any more."""
AGAIN = timedelta(minutes=1)
"""So long after Telegram did not take it, it is tried again."""


@dataclass(slots=True)
class _Trouble:
    """What is said of one trouble since when, to whom already, and when next."""

    lines: tuple[str, ...]
    since: datetime
    next: datetime
    told: set[str] = field(default_factory=set)


class Alerts:
    """One private message to each admin for each trouble, until that is over: to those who have started the bot.
    ``admins`` are their users' numbers, as they are at the moment."""

    def __init__(self, bot: Bot, pace: Pace, clock: Clock, admins: Iterable[str]) -> None:
        self._bot, self._pace, self._clock, self._admins = bot, pace, clock, admins
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
        for trouble in list(self._troubles.values()):
            if trouble.next <= now < trouble.since + LATE:
                said = await self._say(trouble) or said
        return said

    async def _say(self, trouble: _Trouble) -> bool:
        waiting = [user for user in self._admins if user not in trouble.told]
        for user in waiting:
            if self._pace.delay(key(int(user)), self._clock.now(), urgent=True) > 0:
                trouble.next = self._clock.now()
                continue
            try:
                await wire.send(self._bot, key(int(user)), Outgoing("\n".join(map(escape, trouble.lines))))
            except (Forbidden, BadRequest) as error:
                log.warning("the admin %s cannot be told in private: %s", user, in_words(error))
            except TelegramError as error:
                log.warning("the admin %s is told later: %s", user, in_words(error))
                trouble.next = self._clock.now() + AGAIN
                continue
            trouble.told.add(user)
        return bool(waiting)
