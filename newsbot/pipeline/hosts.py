"""Politeness: no host sees more than a few requests of ours at once, and one that asks for rest gets it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from newsbot.errors import FetchError

_MANY = 1000


@dataclass(slots=True)
class _Host:
    room: asyncio.Semaphore
    users: int = 0
    rest_until: float = 0.0


class Hosts:
    """Turns at hosts, by name; remembers only those in use or at rest."""

    def __init__(self, per_host: int) -> None:
        self._per_host = per_host
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Wait for a place at a host and keep it for the block. Raises FetchError while the host is at rest."""
        host = self._hosts.setdefault(name, _Host(asyncio.Semaphore(self._per_host)))
        host.users += 1
        try:
            async with host.room:
                left = host.rest_until - _now()
                if left > 0:
                    raise FetchError("asked us to wait before asking again", status=429, retry_after=left)
                yield
        finally:
            host.users -= 1
            self._forget(name, host)

    def pause(self, name: str, seconds: float) -> None:
        """Let a host rest, as its ``Retry-After`` asked. Without effect outside of a turn at it."""
        if name in self._hosts:
            self._hosts[name].rest_until = _now() + seconds

    def _forget(self, name: str, host: _Host) -> None:
        now = _now()
        if not host.users and host.rest_until <= now:
            self._hosts.pop(name, None)
        if len(self._hosts) > _MANY:
            self._hosts = {name: host for name, host in self._hosts.items() if host.users or host.rest_until > now}


def _now() -> float:
    return asyncio.get_running_loop().time()
