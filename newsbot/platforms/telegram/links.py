"""Actions that travel: into the private chat by a link, and with the place that they are about.

A button in the private chat may act on a channel or group: its data is ``@<place> <action>``, or ``@~<token>`` where
that has more than the 64 bytes that Telegram gives (https://core.telegram.org/bots/api#inlinekeyboardbutton). A link
``https://t.me/<bot>?start=a_<token>`` carries an action into the private chat
(https://core.telegram.org/bots/features#deep-linking). All of it is user input, and gives nobody a right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from newsbot.domain.models import ChatKey
from newsbot.platforms.actions import Memory
from newsbot.platforms.telegram.message import PLATFORM, Key, Outgoing

LIMIT = 64  # bytes
START = "a_"
_PLACE = re.compile(r"(-[1-9]\d{0,18})(?:/([1-9]\d{0,18}))?", re.ASCII)
_TOKEN = re.compile(r"[\w-]{1,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Aim:
    """An action and the channel or group that it is about, None for the chat where it is pressed."""

    action: str
    place: ChatKey | None = None


class Links:
    """Packs actions and unpacks them. ``memory`` keeps what is too long; ``username`` is the bot's."""

    def __init__(self, memory: Memory, username: str) -> None:
        self._memory = memory
        self._username = username

    async def link(self, aim: Aim) -> str:
        """A link that carries ``aim`` into the private chat of whoever taps it."""
        return self.start(START + await self._keep(aim))

    def start(self, argument: str) -> str:
        """A link that sends ``/start argument`` in the private chat."""
        return f"https://t.me/{self._username}?start={argument}"

    def invite(self, *, channel: bool) -> str:
        """A link that lets the person add the bot to a channel or group of theirs, with the right to post."""
        if channel:
            return f"https://t.me/{self._username}?startchannel&admin=post_messages"
        return f"https://t.me/{self._username}?startgroup"

    async def carried(self, argument: str) -> Aim | None:
        """The aim of a ``/start`` argument; None for one that nobody remembers, or that carries none."""
        return await self._recall(argument[len(START) :]) if argument.startswith(START) else None

    async def aim(self, data: str) -> Aim | None:
        """The aim of a pressed button's data; None for what is none."""
        if not data.startswith("@"):
            return Aim(data)
        if data.startswith("@~"):
            return await self._recall(data[2:])
        where, _, action = data[1:].partition(" ")
        place = place_of(where)
        return Aim(action, place) if place and action else None

    async def placed(self, place: ChatKey, message: Outgoing) -> Outgoing:
        """``message`` with buttons that act on ``place`` wherever they are pressed."""
        rows = [tuple([await self._placed(place, key) for key in row]) for row in message.keys]
        return replace(message, keys=tuple(rows))

    async def _placed(self, place: ChatKey, key: Key) -> Key:
        if not key.data:
            return key
        data = f"@{written(place)} {key.data}"
        if len(data.encode()) > LIMIT:
            data = "@~" + await self._keep(Aim(key.data, place))
        return replace(key, data=data)

    async def _keep(self, aim: Aim) -> str:
        return await self._memory.remember({"press": aim.action, "place": written(aim.place) if aim.place else ""})

    async def _recall(self, token: str) -> Aim | None:
        payload = await self._memory.recall(token) if _TOKEN.fullmatch(token) else None
        action, where = (payload or {}).get("press"), (payload or {}).get("place")
        if not isinstance(action, str) or not isinstance(where, str) or not action or action.startswith("@"):
            return None
        place = place_of(where)
        return Aim(action, place) if place or not where else None


def written(place: ChatKey) -> str:
    """A place as it stands in a button: ``-1001234567890`` or, for a forum's topic, ``-1001234567890/5``."""
    return f"{place.native}/{place.thread}" if place.thread else place.native


def place_of(text: str) -> ChatKey | None:
    """The channel or group that ``text`` names by its number; None for anything else, among it people's numbers."""
    found = _PLACE.fullmatch(text)
    return ChatKey(PLATFORM, found[1], found[2] or "") if found else None
