"""Another program that uses the bot's token: noticed, told once, and forgotten when it is gone."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from newsbot.domain.ports import Clock

log = logging.getLogger(__name__)

TellAdmins = Callable[[str, Sequence[str] | None], Awaitable[None]]
"""Keeps a notice for the bot's admins: the key of a sentence, and lines below it; None: it is over."""

SURE = 2  # encounters after which it is no poll of our own that a cut connection left behind
WITHIN = timedelta(minutes=10)
GONE = timedelta(minutes=3)  # without an encounter


class Rivals:
    """Counts encounters with another program."""

    def __init__(self, clock: Clock, tell_admins: TellAdmins) -> None:
        self._clock, self._tell = clock, tell_admins
        self._met: deque[datetime] = deque(maxlen=SURE)
        self._told = False

    async def met(self, what: str) -> bool:
        """One more, of which ``what`` is known; whether there is surely another program, which is then told once."""
        now = self._clock.now()
        self._met.append(now)
        if len(self._met) < SURE or now - self._met[0] > WITHIN:
            return False
        if not self._told:
            self._told = True
            log.error(
                "another program uses this bot's Telegram token (%s): stop it, or get a new token from @BotFather "
                "(/revoke); until then each takes away what people send to the other",
                what,
            )
            await self._tell("telegram_conflict", [what])
        return True

    async def quiet(self) -> None:
        """A round went well."""
        if self._told and self._clock.now() - self._met[-1] > GONE:
            self._told = False
            self._met.clear()
            log.warning("the other program with this bot's Telegram token is gone")
            await self._tell("telegram_conflict", None)
