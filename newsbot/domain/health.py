"""How a platform fares, from what it answered one after another: an outage, or answers that get lost. Pure.

Two troubles are told apart. What surely was not accepted costs nothing but time: the platform rests, and one send now
and then probes it. A send that nobody knows the outcome of may show twice when it is repeated: when these pile up,
sending on would only make more of them, and people should know.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from newsbot.domain.schedule import backoff
from newsbot.domain.waiting import Wait

Heard = Literal["well", "down", "unreachable", "unknown"]
"""What one answer says of its platform: it works; the send surely was not accepted, through no fault of its own; there
was no connection; nobody knows, and a repeat may show twice."""

FAILURES = 3
"""So many failed sends in a row, over more than one chat, are the platform's trouble and not a post's."""
CHATS = 3
"""What lasts in fewer chats than these may be theirs after all."""
REST_SECONDS, LONGEST_REST_SECONDS = 5.0, 300.0
"""The first rest of an outage, and the longest; each is about twice as long as the one before."""

PATIENCE = timedelta(days=1)
MANY = 50
"""So long, and so many times, a post is tried again that the platform answers with a failure, where nothing is sent to
other chats by which to tell whose fault that is."""

DOUBTFUL = 3
"""So many unknown outcomes in a row are the platform's trouble."""
WINDOW, AT_LEAST, SHARE = 100, 5, 0.05
"""Or more than this share of the last sends, and no fewer than this many."""
HOLD, LONGEST_HOLD = timedelta(minutes=1), timedelta(minutes=30)
"""The first hold for unknown outcomes, and the longest; each is twice as long as the one before."""
CLEAR = 5
"""So many good answers in a row, one send at a time, end the doubt."""

_NONE = Wait()


@dataclass(frozen=True, slots=True)
class Outage:
    """Sends that fail in a row. ``chats`` holds some of those that they were for, up to :data:`CHATS`; ``rests`` counts
    the rests since it is an outage, 0: it is none; ``since``: the first failure of the row that the platform itself
    ``answered``, as it does not while there is no network, of so many. ``hopeless``: all that was sent for a day was
    for one or two chats, and failed: nothing else will ever tell whose fault it is, and what follows in those chats is
    not to wait for ever. The next failure begins a new row."""

    row: int = 0
    chats: frozenset[int] = frozenset()
    rests: int = 0
    rest: Wait = _NONE
    since: datetime | None = None
    answered: int = 0
    hopeless: bool = False

    def failed(self, chat_id: int, now: datetime, seed: str, *, answered: bool = True) -> Outage:
        """One more failed."""
        if self.hopeless:
            return Outage().failed(chat_id, now, seed, answered=answered)
        chats = self.chats if len(self.chats) >= CHATS else self.chats | {chat_id}
        since, number = (self.since or now, self.answered + 1) if answered else (None, 0)
        more = replace(self, row=self.row + 1, chats=chats, since=since, answered=number)
        if since is not None and now - since >= PATIENCE and number >= MANY and len(chats) < CHATS:
            return replace(more, hopeless=True)
        proven = self.rests > 0 or (more.row >= FAILURES and len(chats) > 1)
        if not proven or self.rest.lasts(now):
            return more
        wait = backoff(self.rests + 1, seed, base=REST_SECONDS, ceiling=LONGEST_REST_SECONDS)
        return replace(more, rests=self.rests + 1, rest=Wait(now, now + wait))


@dataclass(frozen=True, slots=True)
class Doubt:
    """Unknown outcomes among the last sends: ``recent`` has a bit for each of the last ``seen``, the newest the lowest.

    ``open``: they piled up, and one send at a time finds out whether that is over; ``clear`` counts its good answers.
    ``holds`` counts the holds that came one soon after the other."""

    recent: int = 0
    seen: int = 0
    row: int = 0
    open: bool = False
    clear: int = 0
    holds: int = 0
    hold: Wait = _NONE

    def heard(self, unknown: bool, now: datetime) -> Doubt:
        """One more outcome. What was in flight when a hold began tells nothing new."""
        if self.hold.lasts(now):
            return self
        if self.open:
            return self._held(now) if unknown else self._cleared()
        recent = (self.recent << 1 | unknown) & ((1 << WINDOW) - 1)
        more = replace(self, recent=recent, seen=min(WINDOW, self.seen + 1), row=self.row + 1 if unknown else 0)
        if _piled_up(more):
            return self._held(now)
        return replace(more, holds=0) if more.seen == WINDOW else more

    def _held(self, now: datetime) -> Doubt:
        length = min(LONGEST_HOLD, HOLD * 2 ** min(self.holds, 10))
        return Doubt(open=True, holds=self.holds + 1, hold=Wait(now, now + length))

    def _cleared(self) -> Doubt:
        return replace(self, clear=self.clear + 1) if self.clear + 1 < CLEAR else Doubt(holds=self.holds)


def _piled_up(doubt: Doubt) -> bool:
    number = doubt.recent.bit_count()
    return doubt.row >= DOUBTFUL or (number >= AT_LEAST and number > SHARE * doubt.seen)


@dataclass(frozen=True, slots=True)
class Health:
    """How ``platform`` fares: start with ``Health(platform)`` and go on with each :meth:`heard`.

    ``blames``: the last failure was the delivery's own, since the answer before it was a good one."""

    platform: str
    outage: Outage = field(default_factory=Outage)
    doubt: Doubt = field(default_factory=Doubt)
    well: bool = False
    blames: bool = False

    @classmethod
    def held(cls, platform: str, since: datetime, until: datetime) -> Health:
        """What a hold for unknown outcomes, that another process began, tells."""
        holds = max(1, round((until - since) / HOLD).bit_length())
        return cls(platform, doubt=Doubt(open=True, holds=holds, hold=Wait(since, until)))

    def heard(self, what: Heard, chat_id: int, now: datetime) -> Health:
        """After one more answer, to a send for that chat."""
        match what:
            case "well":
                return replace(self, outage=Outage(), doubt=self.doubt.heard(False, now), well=True, blames=False)
            case "unknown":
                return replace(self, doubt=self.doubt.heard(True, now), well=False, blames=False)
            case "down" | "unreachable":
                outage = self.outage.failed(chat_id, now, self.platform, answered=what == "down")
                return replace(self, outage=outage, well=False, blames=self.well and not outage.rests)

    def released(self) -> Health:
        """An admin ended the hold."""
        return replace(self, doubt=Doubt())

    def places(self, most: int, now: datetime) -> int:
        """How many may be in flight at once, of ``most``: none during a rest or a hold, and one to find out whether
        a trouble is over."""
        if self.outage.rest.lasts(now) or self.doubt.hold.lasts(now):
            return 0
        return 1 if self.outage.rests or self.doubt.open else most

    def patience(self, attempts: int, delivery_id: int, now: datetime) -> timedelta:
        """How long a delivery that failed just now waits, at its ``attempts``-th.

        In an outage a little longer than the platform rests, so that another one is the next probe: this one may be
        what the platform cannot take."""
        seed = str(delivery_id)
        if self.outage.rests:
            rest = backoff(self.outage.rests, seed, base=REST_SECONDS, ceiling=LONGEST_REST_SECONDS)
            return max(self.outage.rest.until, now) - now + rest / 2
        if self.blames:
            return backoff(attempts, seed)
        return backoff(max(1, self.outage.row), seed, ceiling=LONGEST_REST_SECONDS)
