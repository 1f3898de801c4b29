"""How much a minute one person, or the members of one shared chat, may ask for."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsbot.domain.ports import Clock
from newsbot.newsdesk.asking import Asker, may_run_chat

PRESSES_PER_COMMAND = 3  # presses are cheap and people flip through pages
FOR_ADMINS = 10  # times as many for the bot's own admins, among them the web chat's one person
IN_CHAT = 3  # times as much as of one person is shown in a shared chat, so that no member takes it all
RIGHTS = 5  # times a minute that a person's rights are asked for where the members have had all of that
MINUTE = timedelta(minutes=1)
REMEMBERED = 10_000  # people and chats; whoever was silent longest is forgotten first


@dataclass(slots=True)
class _Seen:
    times: deque[datetime] = field(default_factory=deque)
    told: datetime | None = None


class TooFast(Exception):
    """``who`` asked for more than they may; in ``seconds`` there is room again."""

    def __init__(self, who: str, seconds: int) -> None:
        self.who, self.seconds = who, seconds
        super().__init__(f"{who}: {seconds} s")


class Pace:
    """Counts what each did within the last minute, in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def wait(self, who: str, limit: int) -> int:
        """Count one more by ``who``: 0, or the seconds to wait when it is more than ``limit`` within a minute."""
        seconds = self.left(who, limit)
        if not seconds:
            self._of(who).times.append(self._clock.now())
        return seconds

    def left(self, who: str, limit: int) -> int:
        """The same without counting."""
        now, times = self._clock.now(), self._of(who).times
        while times and not timedelta(0) <= now - times[0] < MINUTE:  # a clock that was put back counts for nothing
            times.popleft()
        if len(times) < limit:
            return 0
        return max(1, math.ceil((times[0] + MINUTE - now).total_seconds())) if times else 60

    def tell(self, who: str) -> bool:
        """Whether to tell ``who`` before others that they must wait: once a minute, for a flood of refusals is a flood
        too."""
        now, seen = self._clock.now(), self._of(who)
        if seen.told is not None and timedelta(0) <= now - seen.told < MINUTE:
            return False
        seen.told = now
        return True

    def _of(self, who: str) -> _Seen:
        seen = self._seen.setdefault(who, _Seen())
        self._seen.move_to_end(who)
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return seen


class Turns:
    """The limits of people, and of chats that they share: ``limit`` is what one person may ask for by commands."""

    def __init__(self, clock: Clock) -> None:
        self._pace = Pace(clock)

    def person(self, asker: Asker, limit: int, *, pressed: bool) -> None:
        """Count a command or a press. Raises TooFast."""
        times = (PRESSES_PER_COMMAND if pressed else 1) * (FOR_ADMINS if asker.is_bot_admin else 1)
        self._count(f"{pressed}:{asker.platform}:{asker.user_id}", limit * times)

    def keystroke(self, asker: Asker, limit: int) -> bool:
        """Count one by who types in another chat; whether it is none too many."""
        return not self._pace.wait(f"cards:{asker.platform}:{asker.user_id}", limit)

    def crowd(self, asker: Asker, limit: int) -> None:
        """In a chat whose members have asked for too much, only its admins are answered: count that a person is looked
        at to see whether they are one. Raises TooFast."""
        who, most = _crowd(asker, limit, pressed=False)
        if not may_run_chat(asker) and limit and (seconds := self._pace.left(who, most)):
            person = f"rights:{asker.platform}:{asker.user_id}"
            if self._pace.wait(person, RIGHTS):
                raise TooFast(who, seconds)

    def shown(self, asker: Asker, limit: int, *, pressed: bool) -> None:
        """Count an answer that the asker's chat will see; what its admins ask for is not counted. Raises TooFast."""
        if not may_run_chat(asker):
            self._count(*_crowd(asker, limit, pressed=pressed))

    def tell(self, who: str) -> bool:
        """See :meth:`Pace.tell`."""
        return self._pace.tell(who)

    def _count(self, who: str, limit: int) -> None:
        if limit and (seconds := self._pace.wait(who, limit)):
            raise TooFast(who, seconds)


def _crowd(asker: Asker, limit: int, *, pressed: bool) -> tuple[str, int]:
    """A shared chat's name, and how much it is shown a minute."""
    times = IN_CHAT * (PRESSES_PER_COMMAND if pressed else 1)
    return f"{pressed}:in:{asker.chat.platform}:{asker.chat.native}", limit * times
