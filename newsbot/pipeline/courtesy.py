"""Background work gives way while people are being answered: both need the one interpreter."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 0.25
"""Seconds that work waits at one time."""

SHARE = 4.0
"""Work waits at most so many times as long as it has worked, however many people there are to be answered."""


class Courtesy:
    """Who answers says so by :meth:`answering`; who works in the background calls :meth:`give_way` between two pieces
    of work (in a worker thread), or :meth:`let_pass` (on the event loop)."""

    def __init__(self) -> None:
        self._answering = 0
        self._free = threading.Event()
        self._free.set()
        self._resumed = threading.local()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Somebody is being answered, on the event loop."""
        self._answering += 1
        self._free.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._free.set()

    def give_way(self) -> None:
        """Wait while somebody is being answered, as long as is fair."""
        now = time.monotonic()
        worked = now - getattr(self._resumed, "at", now)
        if not self._free.is_set():
            self._free.wait(min(LONGEST, worked * SHARE))
        self._resumed.at = time.monotonic()

    async def let_pass(self) -> None:
        """The same for work on the event loop, which is done in few and short pieces."""
        if not self._free.is_set():
            await asyncio.to_thread(self._free.wait, LONGEST)
