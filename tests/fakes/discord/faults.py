"""What can go wrong between a bot and Discord, on request of a test: scripted by ``next``, or by chance with
``at_random``, which :mod:`.chances` explains."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal

from tests.fakes.chances import AtRandom
from tests.fakes.discord.errors import Json

if TYPE_CHECKING:
    from tests.fakes.discord.chances import Chances

Drop = Literal["", "before", "after"]


@dataclass(frozen=True, slots=True)
class Fault:
    """What one call meets. Nothing set: it goes through as always (a pause between faults)."""

    status: int = 0
    """Answered with this status and ``body``; nothing is done, unless ``done``."""
    body: Json | str | None = None
    """None: what Discord says with that status."""
    done: bool = False
    """The call does what it should before the ``status`` is answered, as behind a proxy that gave up."""
    headers: dict[str, str] = field(default_factory=dict)
    drop: Drop = ""
    """The connection breaks before anything was accepted, or after it and before the answer; with ``hold``, when that
    is set."""
    hold: asyncio.Event | None = None
    """The call does what it should, and the answer comes when this is set."""
    late: float = 0.0
    """The connection breaks, and the call is carried out so many seconds later, whether anybody waits for it or not."""


class Faults(AtRandom["Chances"]):
    """What is scripted, by method and path (a pattern: ``/channels/*/messages``), in order; what is not may meet
    something by chance. ``met`` counts what it met, and ``log`` has whatever was met, with its method and path.
    ``draw`` makes the chances of a seed and of odds."""

    def __init__(self, draw: Callable[..., Chances]) -> None:
        super().__init__(draw)
        self._waiting: list[tuple[str, str, Fault]] = []
        self.log: list[tuple[str, str, Fault]] = []

    def next(
        self,
        method: str,
        path: str,
        *,
        status: int = 0,
        body: Json | str | None = None,
        done: bool = False,
        headers: dict[str, str] | None = None,
        drop: Drop = "",
        hold: asyncio.Event | None = None,
        times: int = 1,
    ) -> None:
        """The next ``times`` calls that fit meet this; scripts of one pattern queue up. See :class:`Fault`."""
        fault = Fault(status, body, done, headers or {}, drop, hold)
        self._waiting += [(method, path, fault)] * times

    def take(self, method: str, path: str) -> Fault:
        """The fault that a call meets, which is used up by it."""
        scripted = next((e for e in self._waiting if e[0] in (method, "*") and fits(path, e[1])), None)
        if scripted is not None:
            self._waiting.remove(scripted)
            fault = scripted[2]
        else:
            fault = self._chances.take(method, path) if self._chances else Fault()
        if fault != Fault():
            self.log.append((method, path, fault))
        return fault

    @property
    def left(self) -> int:
        """How many were not met yet."""
        return len(self._waiting)

    def forget(self) -> None:
        """What was scripted and not met never comes."""
        self._waiting.clear()

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self.forget()
        self.calm()


def fits(path: str, pattern: str) -> bool:
    """Whether ``path`` is of ``pattern``, in which ``*`` stands for (a piece of) one part."""
    parts, wanted = path.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(fnmatchcase(*both) for both in zip(parts, wanted, strict=True))
