"""Telegram's limits of sends: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from datetime import datetime

from tests.fakes.telegram.errors import too_many

PER_SECOND = 30
CHAT_BURST = 3
GROUP_PER_MINUTE = 20


class Rates:
    """30 messages a second over all, 1 a second to one chat (a burst of 3 is borne), 20 a minute to one group.

    Who goes over is refused with 429 until ``retry_after`` seconds are over, and so is everything sent there meanwhile.
    ``refusals`` counts the 429s.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.on = False
        self.refusals = 0
        self._now = now
        self._sent: deque[float] = deque()
        self._chats: dict[int, tuple[float, float]] = {}
        self._minutes: dict[int, deque[float]] = {}
        self._closed: dict[int, float] = {}

    def spend(self, chat: int, *, group: bool) -> None:
        """One message to ``chat``; ApiError 429 when that is one too many."""
        if not self.on:
            return
        now = self._now().timestamp()
        wait = self._waiting(chat, now) or self._asked(chat, group, now)
        if wait:
            self.refusals += 1
            raise too_many(max(math.ceil(wait), 1))
        self._count(chat, group, now)

    def _waiting(self, chat: int, now: float) -> float:
        return max(self._closed.get(chat, 0) - now, self._closed.get(0, 0) - now, 0)

    def _asked(self, chat: int, group: bool, now: float) -> float:
        """Seconds to wait when one of the limits is reached, which then closes the chat (0: everything) so long."""
        while self._sent and self._sent[0] <= now - 1:
            self._sent.popleft()
        if len(self._sent) >= PER_SECOND:
            return self._close(0, now, 1)
        if self._level(chat, now) + 1 > CHAT_BURST:
            return self._close(chat, now, self._level(chat, now) + 1 - CHAT_BURST)
        minute = self._minutes.setdefault(chat, deque())
        while minute and minute[0] <= now - 60:
            minute.popleft()
        if group and len(minute) >= GROUP_PER_MINUTE:
            return self._close(chat, now, minute[0] + 60 - now)
        return 0

    def _level(self, chat: int, now: float) -> float:
        """The chat's bucket, which leaks one message a second."""
        level, since = self._chats.get(chat, (0.0, now))
        return max(level - (now - since), 0)

    def _close(self, chat: int, now: float, seconds: float) -> float:
        self._closed[chat] = now + max(math.ceil(seconds), 1)
        return self._closed[chat] - now

    def _count(self, chat: int, group: bool, now: float) -> None:
        self._sent.append(now)
        self._chats[chat] = (self._level(chat, now) + 1, now)
        if group:
            self._minutes.setdefault(chat, deque()).append(now)
