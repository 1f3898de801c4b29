"""The way of telling an admin of the bot, in private, that something is wrong with a whole platform."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from newsbot.domain.ports import Clock
from newsbot.platforms import alerts
from newsbot.platforms.telegram import wire
from newsbot.platforms.telegram.html import escape
from newsbot.platforms.telegram.message import Outgoing, key
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.troubles import in_words

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
"""So long after Telegram did not take it, it is tried again."""


class Alerts(alerts.Alerts):
    """To those who have started the bot."""

    def __init__(self, bot: Bot, pace: Pace, clock: Clock, admins: Iterable[str]) -> None:
        super().__init__(self._private, clock, admins)
        self._bot, self._pace = bot, pace

    async def _private(self, user: str, trouble: alerts.Trouble) -> timedelta | None:
        to = key(int(user))
        if self._pace.delay(to, self._clock.now(), urgent=True) > 0:
            return timedelta(0)
        try:
            await wire.send(self._bot, to, Outgoing("\n".join(map(escape, trouble.lines))))
        except (Forbidden, BadRequest) as error:
            log.warning("the admin %s cannot be told in private: %s", user, in_words(error))
        except TelegramError as error:
            log.warning("the admin %s is told later: %s", user, in_words(error))
            return AGAIN
        return None
