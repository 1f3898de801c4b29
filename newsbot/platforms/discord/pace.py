"""Staying under Discord's limits for the bot as a whole, so that we need not learn them from refusals.

"All bots can make up to 50 requests per second", and 10,000 invalid ones in ten minutes ban the machine:
https://docs.discord.com/developers/topics/rate-limits. A channel's own limit is :mod:`.buckets`' business.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from datetime import datetime, timedelta

import discord

from newsbot.domain.ports import Clock

PATIENCE = 1.5
"""Seconds that a request waits for its turn in place; with longer to wait its caller is told so."""
LATE = 0.1
"""What a busy process held up, or nobody asked for in time, is made up for by at most so many seconds' worth of
requests: at 45 a second four, of the five by which they are fewer than what Discord allows."""
LULL = 1.0
"""Seconds without any request after which there is nothing to make up for."""
INVALID = frozenset({401, 403, 429})
CEILING = 8_000
"""Invalid requests in ten minutes after which we make none at all for a while."""
WINDOW = timedelta(minutes=10)
_STEP = timedelta(seconds=10)  # what is counted together
BLOCKED = 600.0
"""Seconds that we make none where what stands before Discord refused this machine twice, and said no time."""
DOUBTED = 5.0
"""Seconds after it did so once: it may have been about that one request."""
FIRST = 5.0
"""Seconds between two messages to people who never had one from the bot. Discord gives no figure, only the warning
that "opening a significant amount of DMs too quickly" may block the bot:
https://docs.discord.com/developers/resources/user#create-dm"""
UNASKED = 50
"""First messages in a day to people who are not talking to the bot just now. Bots were blocked after as many."""
SHUT = timedelta(hours=1)
"""How long nobody new is written to once Discord blocked that."""
_DAY = timedelta(days=1)
_REMEMBERED = timedelta(minutes=10)


class NotYet(discord.RateLimited):
    """The turn comes in ``retry_after`` seconds: nothing was asked of Discord. ``everywhere``: nobody's is sooner."""

    def __init__(self, seconds: float, *, everywhere: bool = False) -> None:
        super().__init__(seconds)
        self.everywhere = everywhere


class Pace:
    """What all requests of the bot's token in this process have in common; both clients share one.

    ``per_second``: requests, spread evenly. Processes that share a token know nothing of each other's pace: for Discord
    their sum counts, so that each is to be given its share.
    """

    def __init__(self, clock: Clock, per_second: float = 45.0) -> None:
        self.clock = clock
        self._gap = timedelta(seconds=1 / per_second)
        self._line = asyncio.Lock()
        self._waiting = 0
        self._next = self._until = datetime.min.replace(tzinfo=clock.now().tzinfo)
        self._held_at = self._until
        self._invalid: deque[tuple[datetime, int]] = deque()
        self._doubted: datetime | None = None
        self._doors: OrderedDict[str, datetime] = OrderedDict()
        self._unasked: deque[datetime] = deque()
        self._shut = self._until

    # --- every request -----------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return self._waiting

    async def turn(self) -> None:
        """Return when a request may leave, first come first served. Raises NotYet when that is not soon."""
        self._unless_held()
        wait = self._left(self.clock.now()) + self._waiting * self._gap.total_seconds()
        if wait > PATIENCE:
            raise NotYet(wait)
        self._waiting += 1
        try:
            async with self._line:
                while wait := self._left(self.clock.now()):
                    await self.clock.sleep(wait)
                self._unless_held()
                self._next = self._due(self.clock.now()) + self._gap
        finally:
            self._waiting -= 1

    def answered(self, status: int, scope: str = "") -> None:
        """Discord answered a request; ``scope`` is its X-RateLimit-Scope. A shared one "is not counted against you"."""
        if status not in INVALID or scope == "shared":
            return
        now = self.clock.now()
        if self._invalid and timedelta(0) <= now - self._invalid[-1][0] < _STEP:
            since, number = self._invalid.pop()
            self._invalid.append((since, number + 1))
        else:
            self._invalid.append((now, 1))

    @property
    def invalid(self) -> int:
        """Requests of the last ten minutes that count as invalid."""
        now = self.clock.now()
        while self._invalid and not timedelta(0) <= now - self._invalid[0][0] < WINDOW:
            self._invalid.popleft()
        return sum(number for _, number in self._invalid)

    def hold(self, seconds: float) -> None:
        """Make no request for so long: Discord wants none from this bot, or from this machine."""
        self._held_at = self.clock.now()
        self._until = max(self._until, self._held_at + timedelta(seconds=seconds))

    def blocked(self, seconds: float | None) -> float:
        """What stands before Discord refused a request, for so long if it said so; the seconds that nothing is asked.
        Where it did not say, one such answer is not taken for more than it is."""
        now = self.clock.now()
        if seconds is None:
            sure = self._doubted is not None and now >= self._doubted
            seconds = BLOCKED if sure else DOUBTED
            self._doubted = self._doubted or now + timedelta(seconds=DOUBTED)
        self.hold(max(1.0, seconds))
        return self.held()

    def passed(self) -> None:
        """A request got through to Discord."""
        self._doubted = None

    def held(self) -> float:
        """For how many seconds from now nothing is asked of Discord; 0.0 for not at all."""
        now = self.clock.now()
        if now < self._held_at:  # a clock that was put back must not hold up anything
            self._until = now
        rest = (self._until - now).total_seconds()
        if self._invalid and self.invalid >= CEILING:
            rest = max(rest, (self._invalid[0][0] + WINDOW - now).total_seconds())
        return max(0.0, rest)

    def _unless_held(self) -> None:
        if rest := self.held():
            raise NotYet(rest, everywhere=True)

    def _due(self, now: datetime) -> datetime:
        """From when the next turn counts: a little ago, where the line fell behind."""
        if now - self._next > timedelta(seconds=LULL):
            return now
        return max(self._next, now - timedelta(seconds=LATE))

    def _left(self, now: datetime) -> float:
        if self._next > now + 2 * self._gap:  # the clock was put back
            self._next = now
        return max(0.0, (self._next - now).total_seconds())

    # --- people who never heard of the bot ------------------------------------------------------------

    def knock(self, user_id: str, *, asked: bool = True) -> None:
        """Count the first message to a person, who talks to the bot just now or, not ``asked``, does not. Raises NotYet
        with the seconds until their turn, which is kept."""
        now = self.clock.now()
        if now < self._shut <= now + SHUT:
            raise NotYet((self._shut - now).total_seconds())
        while self._doors and now - next(iter(self._doors.values())) > _REMEMBERED:
            self._doors.popitem(last=False)
        turn = self._doors.get(user_id)
        if turn is None:
            if not asked:
                self._count(now)
            last = next(reversed(self._doors.values()), now - _REMEMBERED)
            if last > now + timedelta(seconds=FIRST) * len(self._doors):  # the clock was put back
                self._doors.clear()
                last = now - _REMEMBERED
            turn = self._doors[user_id] = max(now, last + timedelta(seconds=FIRST))
        if turn > now:
            raise NotYet((turn - now).total_seconds())

    def _count(self, now: datetime) -> None:
        """One of a day's few. Raises NotYet when there were enough."""
        while self._unasked and not timedelta(0) <= now - self._unasked[0] < _DAY:
            self._unasked.popleft()
        if len(self._unasked) >= UNASKED:
            raise NotYet((self._unasked[0] + _DAY - now).total_seconds())
        self._unasked.append(now)

    def shut_doors(self) -> None:
        """Discord lets the bot write to no new people: do not try for a while."""
        self._shut = self.clock.now() + SHUT
