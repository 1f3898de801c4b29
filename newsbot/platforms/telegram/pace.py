"""Staying under Telegram's limits, so that we need not learn them from refusals. Pure: ``now`` is an argument.

One message a second in one chat, 20 a minute in one group, "no more than 30 messages per second" over all:
https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from newsbot.domain.models import ChatKey
from newsbot.platforms.telegram.message import is_shared

SLACK = 1.0005
"""What Telegram allows within a time we spread over a little more: clocks differ, and messages are under way."""
UNEVEN = 1.02
"""The same for the few that come one after the other when a person presses buttons."""
FEW = 20
"""Of at least so many places replies leave one to deliveries, however many people ask."""
EAGER = 2
"""Up to one in so many of a group's places of a minute are taken as fast as a chat goes, the others evenly."""
BURST = 3
"""Replies that one chat gets at once, as when somebody presses one button after the other: Telegram "may allow short
bursts"."""
ON_THE_WAY = 0.25
"""Seconds that a message may take to arrive: the first ones open connections, and those behind them catch up."""
TRIPS = 100
"""Messages whose way to Telegram and back is remembered; so many are known before the shortest is believed, since the
first ones open connections."""
NEARLY = 0.8
LATE = 0.1
"""Deliveries that the process held up make up for at most so many seconds."""
CROWD = 3
"""So many chats refused within a second were refused for what the bot does as a whole: Telegram does not say which of
its limits was passed, and a chat's own is passed in one chat at a time."""
GRACE = 5.0
"""Seconds for which a place is kept for the delivery that was promised it."""
TICK = 0.0002
"""Seconds that are not worth a wait: fewer than SLACK adds to a second, or two windows would touch."""
NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` messages within any ``window`` seconds, which we make longer by ``slack``."""

    count: int
    window: float
    slack: float = SLACK

    @classmethod
    def of(cls, rate: float, seconds: float = 1.0, slack: float = SLACK) -> Limit:
        """``rate`` messages a second, counted over so many ``seconds``, or over longer where that would be none."""
        count = max(1, round(rate * seconds - 0.4999))
        return cls(count, count / rate, slack)

    @property
    def asked(self) -> int:
        """What is left to replies when deliveries have their share."""
        return self.count - (self.count >= FEW)

    @property
    def length(self) -> float:
        """Seconds for which a message counts."""
        return self.window * self.slack

    @property
    def gap(self) -> float:
        """Seconds between two when they are spread evenly."""
        return self.length / self.count

    def turn(self, times: list[float], *, most: int = 0) -> float:
        """The earliest time at which one more may follow ``times``, which are in order; ``most``: a lower count."""
        most = most or self.count
        return times[-most] + self.length if len(times) >= most else NEVER

    def even(self, times: list[float], at: float) -> float:
        """The same for one that leaves room: with half of the places taken, the others are spread evenly, so that the
        next free one is never far when somebody asks."""
        lately = len(times) - bisect_left(times, at - self.window)
        spread = times[-1] + self.gap if lately > self.count // EAGER else NEVER
        return max(spread, self.turn(times))

    def room(self, times: list[float], at: float) -> bool:
        """Whether one at ``at`` may be among ``times``, some of which are still to come."""
        among = sorted((*times, at))
        return all(last - first >= self.window for first, last in zip(among, among[self.count :], strict=False))

    def note(self, times: list[float], at: float, now: float) -> None:
        """Add a message that leaves at ``at``, and forget those that no longer count."""
        insort(times, at)
        del times[: next((i for i, time in enumerate(times) if time > now - self.length), len(times))]


@dataclass(slots=True)
class _Place:
    """When a chat got its messages, and until when Telegram wants none.

    ``told``: when the delivery that waits was told to ask again; ``kept``: the place that is now its own, one of the
    times."""

    times: list[float] = field(default_factory=list)
    minute: list[float] = field(default_factory=list)
    held: float = NEVER
    told: float = NEVER
    kept: float = NEVER

    def free(self) -> None:
        """Nothing is kept any more, and nobody waits."""
        for times in (self.times, self.minute):
            if self.kept in times:
                times.remove(self.kept)
        self.told = self.kept = NEVER


class Pace:
    """The bot's messages of the last minute; all that sends shares one.

    Replies count and obey the limits too, but go before deliveries. Those use every place, and spread them evenly: the
    next one to get free is never far, and whoever is answered takes it. Within one chat they take turns: a delivery
    that replies went before has the next place for its own, or it would come only when the person there falls silent.
    The topics of a forum are one group to Telegram.
    """

    def __init__(
        self, global_per_second: float = 30.0, chat_per_second: float = 1.0, group_per_minute: float = 20.0
    ) -> None:
        self._all = Limit.of(global_per_second)
        self._group = Limit.of(group_per_minute / 60, 60.0, 1 + ON_THE_WAY / 60)
        self._chat, self._burst = Limit(1, 1 / chat_per_second), Limit(BURST, BURST / chat_per_second, UNEVEN)
        self._forget()

    def _forget(self) -> None:
        self._times: list[float] = []
        self._trips: deque[float] = deque(maxlen=TRIPS)
        self._places: dict[str, _Place] = {}  # in order of their latest message
        self._refusals: dict[str, float] = {}
        self._next = self._held = self._latest = NEVER

    def delay(self, to: ChatKey, now: datetime, *, most: float = 0.0, urgent: bool = False) -> float:
        """Seconds until a message to ``to`` may leave. When that is at most ``most`` it has its place and is counted;
        otherwise nothing is, and one may ask again.

        ``urgent``: a reply, which goes before the deliveries."""
        at = self._clock(now)
        turn = max(self._bots_turn(urgent), self._chats_turn(to, at, urgent))
        turn = turn if turn > at + TICK else at
        if turn - at <= most:
            self._note(to, turn, at, urgent)
        return turn - at

    def recall(self, to: ChatKey, left: datetime, now: datetime) -> None:
        """A message to ``to`` that left at ``left``, through another process: Telegram counts it with ours."""
        at, turn = self._clock(now), min(left, now).timestamp()
        self._all.note(self._times, turn, at)
        self._count(to, self._place(to), turn, at)

    def arrived(self, left: datetime, now: datetime) -> None:
        """A message that left at ``left`` was answered. Until it is, Telegram may count it at any moment; then it did
        so before. What the shortest trip takes, any two take together, this one's way back and the next one's way
        there: by so much, nearly, the next may leave earlier."""
        begun, ended = left.timestamp(), now.timestamp()
        self._trips.append(max(0.0, ended - begun))
        latest = begun + ON_THE_WAY
        place = bisect_left(self._times, latest - TICK)
        if place < len(self._times) and self._times[place] <= latest + TICK:
            del self._times[place]
            insort(self._times, max(begun, ended - self._trip))

    @property
    def _trip(self) -> float:
        return min(self._trips) * NEARLY if len(self._trips) == TRIPS else 0.0

    def refused(self, to: ChatKey, seconds: float, now: datetime) -> bool:
        """Telegram wants nothing for ``to`` for so many seconds: whether that holds for every chat, as it seems."""
        at = self._clock(now)
        self._refusals = {chat: time for chat, time in self._refusals.items() if time > at - 1.0} | {to.native: at}
        place = self._place(to)
        place.held = max(place.held, at + seconds)
        if len(self._refusals) < CROWD:
            return False
        self._held = max(self._held, at + seconds)
        return True

    def _clock(self, now: datetime) -> float:
        """``now`` in seconds. A clock that was put back must not hold up anything: then all is forgotten."""
        at = now.timestamp()
        if at < self._latest - 1.0:
            self._forget()
        self._latest = max(self._latest, at)
        return at

    def _bots_turn(self, urgent: bool) -> float:
        if urgent:
            return max(self._held, self._all.turn(self._times, most=self._all.asked))
        return max(self._held, self._all.turn(self._times), self._next)

    def _chats_turn(self, to: ChatKey, at: float, urgent: bool) -> float:
        place = self._places.get(to.native)
        if place is None:
            return NEVER
        return self._free_turn(to, place, at, urgent) if urgent else max(place.held, self._own_turn(to, place, at))

    def _free_turn(self, to: ChatKey, place: _Place, at: float, urgent: bool) -> float:
        group = self._groups_turn(place, at, urgent) if is_shared(to) else NEVER
        return max(place.held, self._burst.turn(place.times), group)

    def _groups_turn(self, place: _Place, at: float, urgent: bool) -> float:
        return self._group.turn(place.minute) if urgent else self._group.even(place.minute, at)

    def _own_turn(self, to: ChatKey, place: _Place, at: float) -> float:
        """A delivery's: when it was passed over, or a reply has its place already, the next one is kept for it."""
        if at < place.kept:
            return place.kept
        if place.kept != NEVER:
            if at < place.kept + GRACE and self._fits(place, at):
                return at
            place.free()
        turn = self._free_turn(to, place, at, urgent=False)
        evenly = max(turn, self._chat.turn(place.times))
        if evenly <= at + TICK:
            return evenly
        if NEVER < place.told <= at + TICK or max(place.times, default=NEVER) > at:
            return self._keep(to, place, turn, at)
        place.told = evenly if place.told == NEVER else place.told
        return evenly

    def _fits(self, place: _Place, at: float) -> bool:
        """Whether the delivery that has a place may take it as late as ``at``: replies stand behind it."""
        limits = (self._burst, place.times), (self._group, place.minute)
        return all(limit.room([time for time in times if time != place.kept], at) for limit, times in limits)

    def _keep(self, to: ChatKey, place: _Place, turn: float, at: float) -> float:
        if turn > at + TICK:
            place.kept = turn
            self._count(to, place, turn, at)
        return turn

    def _count(self, to: ChatKey, place: _Place, turn: float, now: float) -> None:
        self._burst.note(place.times, turn, now)
        if is_shared(to):
            self._group.note(place.minute, turn, now)

    def _note(self, to: ChatKey, turn: float, now: float, urgent: bool) -> None:
        self._all.note(self._times, turn + ON_THE_WAY, now)
        if not urgent:  # evenly, so that a reply finds a free place at any moment
            self._next = max(self._next, turn - LATE) + self._all.gap
        place = self._place(to)
        if not urgent:
            place.free()
        self._count(to, place, turn, now)
        self._drop_idle(now)

    def _place(self, to: ChatKey) -> _Place:
        place = self._places.pop(to.native, None) or _Place()
        self._places[to.native] = place
        return place

    def _drop_idle(self, now: float) -> None:
        """Forget chats that got nothing within the time that counts: a few at a time, the longest idle first."""
        long = max(self._burst.length, self._group.length)
        for native in list(islice(self._places, 2)):
            place = self._places[native]
            if max(place.times, default=NEVER) < now - long and place.held < now:
                del self._places[native]
