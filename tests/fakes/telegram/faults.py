"""What can go wrong between a bot and Telegram, on request of a test: scripted by ``tg.fail``, or by chance with
``tg.faults.at_random``, which :mod:`.chances` explains."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.chances import AtRandom
from tests.fakes.telegram.errors import ApiError, too_many
from tests.fakes.telegram.params import Params

if TYPE_CHECKING:
    from tests.fakes.telegram.chances import Chances


@dataclass(frozen=True, slots=True)
class Fault:
    """What one call of a method meets. Nothing set: it goes through as always (a pause between faults)."""

    error: ApiError | None = None
    """The call is refused."""
    drop_before: bool = False
    """The connection breaks before anything was accepted; with ``until``, when that is set."""
    drop_after: bool = False
    """The call does what it should, and the connection breaks before the answer."""
    until: asyncio.Event | None = None
    """The call does what it should, and the answer comes when this is set."""
    status: int = 0
    """Answered with this status and ``body``, and nothing is done."""
    body: str = ""
    content_type: str = "text/html"
    done: bool = False
    """The ``status`` is answered behind a call that was carried out."""
    late: float = 0.0
    """The connection breaks, and the call is carried out so many seconds later, whether anybody waits for it or not."""


def refused(code: int, description: str) -> Fault:
    """A refusal with the full description ("Forbidden: …")."""
    return Fault(error=ApiError(code, description))


def flooded(seconds: int) -> Fault:
    """429 with ``retry_after``."""
    return Fault(error=too_many(seconds))


def dropped_before() -> Fault:
    """The connection breaks, nothing was accepted."""
    return Fault(drop_before=True)


def dropped_after() -> Fault:
    """It was accepted, and the connection breaks without an answer."""
    return Fault(drop_after=True)


def delayed(until: asyncio.Event) -> Fault:
    """It was accepted, and the answer comes when ``until`` is set."""
    return Fault(until=until)


def html_error(status: int = 502) -> Fault:
    """A page of the proxy in front of Telegram."""
    return Fault(status=status, body=f"<html><head><title>{status} Bad Gateway</title></head></html>")


def garbage(body: str = '{"ok":tru') -> Fault:
    """200 with something that is no JSON."""
    return Fault(status=200, body=body, content_type="application/json")


def fine() -> Fault:
    """This call goes through."""
    return Fault()


class Faults(AtRandom["Chances"]):
    """What is scripted, by method, in order; what is not may meet something by chance. ``met`` counts that, and ``log``
    has whatever was met, with its call. ``draw`` makes the chances of a seed and of odds."""

    def __init__(self, draw: Callable[..., Chances]) -> None:
        super().__init__(draw)
        self.waiting: dict[str, list[Fault]] = {}
        self.log: list[tuple[str, Params, Fault]] = []

    def take(self, method: str, params: Params) -> Fault:
        """What this call of ``method`` meets."""
        if waiting := self.waiting.get(method):
            fault = waiting.pop(0)
        else:
            fault = self._chances.take(method, params) if self._chances else Fault()
        if fault != Fault():
            self.log.append((method, params, fault))
        return fault
