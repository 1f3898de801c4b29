"""Suggestions for one argument of a command while it is typed, from memory: people type faster than a database that is
being written to answers."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from newsbot.domain.ports import Clock
from newsbot.domain.schedule import format_when
from newsbot.errors import BadRequest
from newsbot.newsdesk.naming import Choice
from newsbot.platforms.answers.completing import MOST, PERIODS, values
from newsbot.platforms.answers.ordering import TIMES, label_of, time_label
from newsbot.platforms.answers.settings import LANGUAGES
from newsbot.platforms.answers.times import NoTime, period_of, read_span, read_when, spelled
from newsbot.platforms.answers.visit import Visit
from newsbot.platforms.answers.wording import language_code, language_name
from newsbot.platforms.views import CommandInfo, Completion

log = logging.getLogger(__name__)

FRESH, OWN_FRESH = timedelta(seconds=30), timedelta(seconds=3)
"""How long what anybody may name is taken as it was, and how long each one's own is: while they type."""
PATIENCE = 0.08
"""Seconds that each one's own is waited for where there is something to offer without it."""
REMEMBERED = 2000
"""People whose offers are kept; whoever has not typed for longest is forgotten first."""
PUBLIC = ("",)

Key = tuple[str, ...]
Offer = tuple[str, str]
"""What stands for an argument, and what it is called where people choose ("": the same)."""


class Offers:
    """What may be offered: what anybody may name, and within the last seconds each one's own.

    Once it is known, what anybody may name comes from memory alone; when it is older than :data:`FRESH` it is read
    again while the old is offered.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[Key, tuple[datetime, Any]] = OrderedDict()
        self._reading: dict[Key, asyncio.Task[None]] = {}

    async def fitting(
        self, visit: Visit, kind: str, typed: str, head: str, commands: Sequence[CommandInfo]
    ) -> list[Completion]:
        """Up to 25 values of an argument of this ``kind``, after the arguments ``head``, for what is ``typed``: those
        that begin with it first."""
        wanted = typed.casefold()
        near = [offer for offer in await self._all(visit, kind, head, commands) if _fits(offer, wanted)]
        first = sorted(near, key=lambda offer: not offer[0].casefold().startswith(wanted))
        if kind in READ and (heard := READ[kind](visit, typed)) and heard[0] not in {value for value, _ in first}:
            first.insert(0, heard)
        return [Completion(value, label or value) for value, label in first][:MOST]

    async def _all(self, visit: Visit, kind: str, head: str, commands: Sequence[CommandInfo]) -> list[Offer]:
        match kind:
            case "command":
                return [(c.name, c.name) for c in commands]
            case "what" | "source" | "topic":
                public, own = await asyncio.gather(self._public(visit), self._own(visit, kind, PATIENCE))
                return _named(visit, kind, public, own)
            case "followed" | "subscription":
                return await self._own(visit, kind)
            case "language":
                return [(code, language_name(code)) for code in LANGUAGES]
            case "when":
                return [(text, time_label(visit, text)) for text in TIMES]
            case "period":
                return [(text, period_of(visit, read_span(text))) for text in PERIODS]
        return values(visit, kind, head)

    async def _public(self, visit: Visit) -> Sequence[Choice]:
        """Waited for when nobody has typed before, and never again."""
        patience = 0 if PUBLIC in self._kept else None
        found: Sequence[Choice] = await self._get(PUBLIC, visit.newsdesk.naming.everybodys, FRESH, patience)
        return found

    async def _own(self, visit: Visit, kind: str, patience: float | None = None) -> list[Offer]:
        """What the asker follows, or else what their chat subscribes to."""
        asker = visit.asker
        follows = kind in {"topic", "followed"}
        key = (asker.platform, str(asker.private_chat if follows else asker.chat), asker.user_id, str(follows))
        ask = _followed if follows else _subscribed
        found: list[Offer] = await self._get(key, lambda: ask(visit), OWN_FRESH, patience)
        return found

    async def _get(
        self, key: Key, ask: Callable[[], Awaitable[Any]], fresh: timedelta, patience: float | None = None
    ) -> Any:
        """What ``ask`` gives, or gave a moment ago; after ``patience`` seconds (None: as long as it takes) what it gave
        last, while it is still read. Raises as ``ask``, when that is what it waited for."""
        at, kept = self._kept.get(key, (None, ()))
        if at is not None and timedelta(0) <= self._clock.now() - at < fresh:
            self._kept.move_to_end(key)
            return kept
        reading = self._reading.get(key)
        if reading is None:
            reading = self._reading[key] = asyncio.create_task(self._read(key, ask), name="what is offered")
            reading.add_done_callback(lambda done: self._is_read(key, done))
        done, _ = await asyncio.wait({reading}, timeout=patience)
        if not done:
            return kept
        await reading
        return self._kept[key][1]

    async def _read(self, key: Key, ask: Callable[[], Awaitable[Any]]) -> None:
        self._kept[key] = (self._clock.now(), await ask())
        self._kept.move_to_end(key)
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)

    def _is_read(self, key: Key, done: asyncio.Task[None]) -> None:
        del self._reading[key]
        if not done.cancelled() and (error := done.exception()):
            log.info("what is offered was not read: %s", error)


def _when(visit: Visit, typed: str) -> Offer | None:
    """A time to post as it was understood."""
    try:
        when = read_when(typed)
    except NoTime:
        return None
    return format_when(when), visit.often(when)


def _span(visit: Visit, typed: str) -> Offer | None:
    """A period, likewise."""
    try:
        period = read_span(typed)
    except BadRequest:
        return None
    return spelled(period), period_of(visit, period)


def _language(visit: Visit, typed: str) -> Offer | None:
    """A language that was named in English, in one of the bot's languages or by its code."""
    code = language_code(typed)
    return (code, language_name(code)) if code else None


READ: Mapping[str, Callable[[Visit, str], Offer | None]] = {"when": _when, "period": _span, "language": _language}
"""What can be read whatever is offered: it is offered as it was understood."""


def _named(visit: Visit, kind: str, public: Sequence[Choice], own: Sequence[Offer]) -> list[Offer]:
    names = {value for value, _ in own}
    if kind == "topic":
        return [(c.label, "") for c in public if c.what.kind == "topic" and c.label not in names]
    if kind == "source":
        return [(c.label, "") for c in public if c.what.kind == "feed"]
    offered = [(c.handle, label_of(visit, c.what, c.label)) for c in public]
    known = {name for offer in offered for name in offer}
    return offered + [offer for offer in own if offer[0] not in known]


async def _subscribed(visit: Visit) -> list[Offer]:
    orders = await visit.newsdesk.subscribing.all(visit.asker)
    return [(o.label, f"{label_of(visit, o.what, o.label)} · {visit.often(o.when)}") for o in orders]


async def _followed(visit: Visit) -> list[Offer]:
    return [(name, "") for name in await visit.newsdesk.following.names(visit.asker)]


def _fits(offer: Offer, typed: str) -> bool:
    """Whether a word of what is offered begins with what was typed."""
    return f" {typed}" in f" {offer[0].casefold()} {offer[1].casefold()}"
