"""What the fakes of platforms share of what goes wrong by chance: its odds, how it is drawn, and how it ends."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any, Generic, Protocol, TypeVar

FIRST = 0.8
"""Of the calls that say something, while there is something that each is to be met once."""

FaultT = TypeVar("FaultT")


@dataclass(frozen=True, slots=True)
class Odds:
    """The chances of one call, from 0 to 1, which exclude each other."""

    drop_before: float = 0.0
    drop_after: float = 0.0
    errors: float = 0.0
    forbidden: float = 0.0
    late: float = 0.0
    slow: float = 0.0
    each: float = 0.0
    forbidden_for: float = 2.0
    late_for: float = 1.0
    slow_for: float = 0.6


class Draws(Generic[FaultT]):
    """Draws one of ``names`` for each call; ``met`` counts it, and ``first`` holds what is still to be met once."""

    def __init__(self, names: tuple[str, ...], seed: int, odds: Odds, met: Counter[str]) -> None:
        self._names, self._random, self._odds, self._met = names, Random(seed), odds, met
        self.first = [name for name in names if odds.each and getattr(odds, name)]
        if "errors" in self.first:
            self.first.append("errors_done")

    def draw(self, make: Callable[[str], FaultT], nothing: FaultT, *, speaks: bool) -> FaultT:
        """What a call meets: what ``make`` makes of a name, or ``nothing``."""
        if self.first and speaks and self._random.random() < FIRST:
            for name in tuple(self.first):
                before, fault = self._met[name], make(name)
                if self._met[name] > before:  # it may be none for this chat
                    self.first.remove(name)
                    return fault
        drawn = self._random.random()
        for name in self._names:
            drawn -= getattr(self._odds, name)
            if drawn < 0:
                return make(name)
        return nothing


class Ends(Protocol):
    """Chances, as far as all platforms have them."""

    first: list[str]

    def calm(self) -> None:
        """Nothing stays wrong of what came by chance."""


ChancesT = TypeVar("ChancesT", bound=Ends)


class AtRandom(Generic[ChancesT]):
    """What may be met by chance; ``met`` counts it. ``draw`` makes the chances of a seed and of odds."""

    def __init__(self, draw: Callable[..., ChancesT]) -> None:
        self.met: Counter[str] = Counter()
        self._draw = draw
        self._chances: ChancesT | None = None

    def at_random(self, seed: int, **odds: Any) -> None:
        """From now on calls meet something by chance; ``odds`` are those of the platform's ``chances.Odds``."""
        self.calm()
        self._chances = self._draw(seed, self.met, **odds)

    @property
    def unmet(self) -> list[str]:
        """What each run with ``each`` is to meet, and this one has not met yet."""
        return list(self._chances.first) if self._chances else []

    def calm(self) -> None:
        """Nothing comes by chance any more."""
        if self._chances is not None:
            self._chances.calm()
            self._chances = None


def after(seconds: float) -> asyncio.Event:
    """What is set then."""
    event = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, event.set)
    return event
