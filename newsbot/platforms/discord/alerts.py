"""The way of telling an admin of the bot, in private, that something is wrong with a whole platform."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta
from hashlib import blake2b
from typing import Protocol

from newsbot.domain.ports import Clock
from newsbot.platforms import alerts
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.markdown import escape
from newsbot.platforms.discord.message import Outgoing, Text, payload
from newsbot.platforms.discord.troubles import UNANSWERED, in_words

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=1)
"""So long after Discord did not take it, it is tried again."""


class Doors(Protocol):
    """What :class:`newsbot.platforms.discord.doors.Doors` does for this."""

    async def knock(self, user_id: str, *, asked: bool = True) -> str:
        """A person's private channel, at a careful pace; not ``asked``: they are not talking to the bot just now."""


class Alerts(alerts.Alerts):
    """By direct message; what may have arrived is said again with the same nonce."""

    def __init__(self, rest: wire.Rest, clock: Clock, doors: Doors, admins: Iterable[str]) -> None:
        super().__init__(self._private, clock, admins)
        self._rest, self._doors = rest, doors

    async def _private(self, user: str, trouble: alerts.Trouble) -> timedelta | None:
        try:
            await self._post(user, trouble)
        except UNANSWERED as error:
            log.warning("the admin %s is not told of %s yet: %s", user, trouble.key, in_words(error))
            return AGAIN
        return None

    async def _post(self, user: str, trouble: alerts.Trouble) -> None:
        await self._rest.ready()
        room = await self._doors.knock(user, asked=False)
        text = Text("\n".join(map(escape, trouble.lines)))
        said = f"{user}:{trouble.key}:{trouble.since.timestamp()}"
        nonce = f"a{blake2b(said.encode(), digest_size=12).hexdigest()}"
        await wire.post(self._rest.http, room, payload(Outgoing((text,))), nonce)
