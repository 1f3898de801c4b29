"""What comes twice is answered once, and what one person presses at one message is carried out one after the other."""

from __future__ import annotations

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Iterator
from weakref import WeakValueDictionary

from newsbot.platforms.discord.people import Interaction

_REMEMBERED = 32_768  # more than a flood brings while a session is taken up again


class Once:
    """Remembers what was seen lately, in memory."""

    def __init__(self) -> None:
        self._seen: OrderedDict[int, None] = OrderedDict()
        self._running: set[tuple[object, ...]] = set()
        self._lanes: WeakValueDictionary[tuple[int, int], asyncio.Lock] = WeakValueDictionary()

    def is_new(self, number: int) -> bool:
        """Whether the interaction or message ``number`` was never asked for before: the gateway tells of one again when
        it takes up a session that was cut off."""
        if number in self._seen:
            return False
        self._seen[number] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    @contextlib.contextmanager
    def running(self, interaction: Interaction, *what: str) -> Iterator[bool]:
        """Whether this is the person's only press of its kind just now: pressed again meanwhile, once is enough."""
        key = (*_where(interaction), *what)
        if key in self._running:
            yield False
            return
        self._running.add(key)
        try:
            yield True
        finally:
            self._running.discard(key)

    def lane(self, interaction: Interaction) -> asyncio.Lock:
        """One press after the other for each person at each message."""
        return self._lanes.setdefault(_where(interaction), asyncio.Lock())


def _where(interaction: Interaction) -> tuple[int, int]:
    return interaction.user.id, interaction.message.id if interaction.message else 0
