"""Tells the bot's own admins that posting to a platform is in trouble."""

from __future__ import annotations

from collections.abc import Sequence

from newsbot.app.houses import House
from newsbot.app.newsroom import Newsroom
from newsbot.locales import Words


class Alarm:
    """With /status, and in private on every platform that still works. An :data:`newsbot.pipeline.outbox.Alert`."""

    def __init__(self, room: Newsroom, houses: Sequence[House]) -> None:
        self._room, self._houses = room, houses

    async def __call__(self, key: str, lines: Sequence[str] | None) -> None:
        """``key`` is "outage:PLATFORM" or "doubtful:PLATFORM", ``lines`` are its words; None: that is over."""
        trouble, _, platform = key.partition(":")
        sentence = f"platform_{trouble}"
        await self._room.newsdesk.tell_admins(f"{sentence}:{platform}", lines)
        said = Words(self._room.config.language)(sentence, platform=platform)
        for house in self._houses:
            await house.alert(key, None if lines is None else (said, *lines))
