"""What goes wrong by chance, as in the real world: for a bot that is to lose and double nothing all the same.

``dc.faults.at_random(7, drop_before=0.02, drop_after=0.02, limited=0.05, errors=0.05, forbidden=0.01)`` makes it so:
Each call that posts, edits or reads messages, opens threads or DMs, or looks at a channel meets, with these chances:

* ``drop_before``, ``drop_after``: the connection breaks before anything was accepted, or behind it without an answer;
* ``late``: the connection breaks, and the call is carried out up to ``late_for`` (1) seconds later;
* ``slow``: all is well, and the answer takes up to ``slow_for`` (0.6) seconds;
* ``limited``: a 429 for a moment, one in ten for the whole bot; nothing is done;
* ``errors``: a 500, 502, 503 or 504; half of them behind a call that was carried out ("errors_done");
* ``forbidden``: what sends to a guild's channel loses the permission there for ``forbidden_for`` (2) seconds: the bot
  hears of it by CHANNEL_UPDATE, both times.

With ``each=1.0`` the first posts meet each of these that has a chance, once; after that comes chance.
``dc.faults.met`` counts what was met by these names; ``dc.faults.calm()`` ends it, and every channel is open again.
Commands and presses, logins and the gateway meet nothing. Nonces are enforced for ``dc.nonce_seconds`` and history is
told to whom may read it, whatever happens.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes import chances
from tests.fakes.chances import Draws, after
from tests.fakes.discord.faults import Fault, fits
from tests.fakes.discord.permissions import Permission

if TYPE_CHECKING:
    from tests.fakes.discord.places import Channel, Overwrite
    from tests.fakes.discord.world import World

MEETS = (
    "/channels/*",
    "/channels/*/messages",
    "/channels/*/messages/*",
    "/channels/*/messages/*/crosspost",
    "/channels/*/threads",
    "/users/@me/channels",
)
SPEAKS = ("/channels/*/messages", "/channels/*/threads")
FAULTS = ("drop_before", "drop_after", "limited", "errors", "forbidden", "late", "slow")
GLOBAL = 0.1  # of the 429s
SENDING = Permission.SEND_MESSAGES | Permission.SEND_MESSAGES_IN_THREADS


@dataclass(frozen=True, slots=True)
class Odds(chances.Odds):
    """And those that only this platform has."""

    limited: float = 0.0


class Chances(Draws[Fault]):
    """Draws what a call meets; ``met`` counts it."""

    def __init__(self, world: World, seed: int, odds: Odds, met: Counter[str]) -> None:
        super().__init__(FAULTS, seed, odds, met)
        self._world = world
        self._shut: dict[str, tuple[asyncio.TimerHandle, Channel, Overwrite | None]] = {}

    def take(self, method: str, path: str) -> Fault:
        """What this call meets."""
        if not any(fits(path, each) for each in MEETS):
            return Fault()
        speaks = method == "POST" and any(fits(path, each) for each in SPEAKS)
        return self.draw(lambda name: self._fault(name, method, path), Fault(), speaks=speaks)

    def _fault(self, name: str, method: str, path: str) -> Fault:
        match name:
            case "drop_before":
                fault = Fault(drop="before")
            case "drop_after":
                fault = Fault(drop="after")
            case "limited":
                fault = self._limit()
            case "late":
                fault = Fault(late=self._random.uniform(0.1, self._odds.late_for))
            case "slow":
                fault = Fault(hold=after(self._random.uniform(0.05, self._odds.slow_for)))
            case "errors" | "errors_done":
                done = name == "errors_done" or self._random.random() < 0.5
                fault = Fault(self._random.choice((500, 502, 503, 504)), done=done)
                name = "errors_done" if fault.done else name
            case _:
                return self._forbid(method, path)
        self._met[name] += 1
        return fault

    def _limit(self) -> Fault:
        seconds, everywhere = round(self._random.uniform(0.2, 1.0), 3), self._random.random() < GLOBAL
        body = {"message": "You are being rate limited.", "retry_after": seconds, "global": everywhere}
        headers = {"Retry-After": "1", "X-RateLimit-Scope": "global" if everywhere else "user"}
        return Fault(429, body, headers=headers | ({"X-RateLimit-Global": "true"} if everywhere else {}))

    def _forbid(self, method: str, path: str) -> Fault:
        channel = self._world.channels.get(path.split("/")[2])
        speaks = method == "POST" and any(fits(path, each) for each in SPEAKS)
        if speaks and channel is not None and channel.guild is not None and not channel.is_thread:
            self._close(channel)
        return Fault()

    def _close(self, channel: Channel) -> None:
        assert channel.guild is not None
        if channel.id in self._shut or not channel.guild.has_bot:
            return
        self._met["forbidden"] += 1
        before = channel.overwrites.get(self._world.bot.id)
        channel.overwrite(self._world.bot, deny=SENDING)
        channel.tell("CHANNEL_UPDATE")
        timer = asyncio.get_running_loop().call_later(self._odds.forbidden_for, self._open, channel.id)
        self._shut[channel.id] = timer, channel, before

    def _open(self, channel_id: str) -> None:
        timer, channel, before = self._shut.pop(channel_id)
        timer.cancel()
        channel.overwrites.pop(self._world.bot.id, None)
        if before is not None:
            channel.overwrites[self._world.bot.id] = before
        channel.tell("CHANNEL_UPDATE")

    def calm(self) -> None:
        """Every channel is open again."""
        for channel_id in list(self._shut):
            self._open(channel_id)
