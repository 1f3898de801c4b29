"""What the gateway's client keeps of 2,500 servers, in memory: ours beside discord.py's at its defaults.

Each runs in a process of its own against the fake Discord, which serves both the same servers; what counts is how much
the process has grown from before it connects until it knows them all.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.table import ROOT, Row

NAME = "Discord: memory of the gateway's client"
GUILDS, QUICK_GUILDS = 2500, 250
CHANNELS, ROLES, SHARDS = 40, 20, 3
PATIENCE = 120.0  # seconds


def run(quick: bool = False) -> list[Row]:
    """How many MB each grows by."""
    guilds = QUICK_GUILDS if quick else GUILDS
    ours, plain = asyncio.run(_measured(guilds))
    note = f"{guilds:,} servers of {CHANNELS} channels and {ROLES} roles, {SHARDS} shards"
    return [Row("memory grows by", ours, "discord.py at its defaults", plain, "MB", note)]


async def _measured(guilds: int) -> tuple[float, float]:
    from tests.fakes.discord import DiscordServer

    async with DiscordServer(shards=SHARDS, max_concurrency=SHARDS) as dc:
        dc.gateway.identify_seconds = 0.0
        _settle(dc, guilds)
        return await _grown(dc, guilds, "ours"), await _grown(dc, guilds, "plain")


def _settle(dc: Any, guilds: int) -> None:
    """Servers as they are: channels have topics, every third its own rights, and half of the names are everywhere."""
    owner = dc.person("Owner")
    for number in range(guilds):
        guild = dc.guild(f"Server number {number}", owner=owner)
        roles = [guild.role(_name("Role", number, each), permissions=0x40 * each) for each in range(ROLES)]
        for each in range(CHANNELS):
            channel = guild.text(
                _name("channel", number, each), topic=f"What we say about subject {each} here, and what we do not. " * 3
            )
            if each % 3 == 0:
                channel.overwrite(guild.everyone, deny=1 << 11)
                channel.overwrite(roles[each % ROLES], allow=1 << 11)
        guild.admits_bot()


def _name(what: str, guild: int, number: int) -> str:
    return f"{what}-{number}" if number % 2 else f"{what}-{guild}-{number}"


async def _grown(dc: Any, guilds: int, whose: str) -> float:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.benchmarks.bench_discord_memory", whose, dc.api_url, dc.gateway_url, dc.token, str(guilds)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        out, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
    finally:
        if process.returncode is None:
            process.kill()
    return float(out)


# --- in the other process ---


class _Nobody:
    """A door at which nobody knocks, and a listener that only counts."""

    def __init__(self, guilds: int) -> None:
        self._left = guilds
        self.all_there = asyncio.Event()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self._nothing

    async def _nothing(self, *_: object, **__: object) -> None:
        """Do nothing."""

    async def available(self, _: object) -> None:
        """One more server."""
        self._left -= 1
        if not self._left:
            self.all_there.set()


async def _measure(whose: str, api_url: str, gateway_url: str, token: str, guilds: int) -> float:
    import discord

    from newsbot.pipeline.clockwork import SystemClock
    from newsbot.platforms.discord.client import Gateway
    from newsbot.platforms.discord.wire import point_at

    point_at(api_url, gateway_url)
    nobody = _Nobody(guilds)
    client: discord.AutoShardedClient
    if whose == "ours":
        client = Gateway(nobody, nobody, SystemClock())
    else:
        client = discord.AutoShardedClient(intents=discord.Intents.default())
        setattr(client, "before_identify_hook", nobody._nothing)  # noqa: B010 - else it sleeps between its shards
        client.event(_named("on_guild_available", nobody.available))
    async with client:
        await client.login(token)
        before = _resident()
        connecting = asyncio.create_task(client.connect())
        await nobody.all_there.wait()
        gc.collect()
        grown = _resident() - before
        assert len(client.guilds) == guilds
        connecting.cancel()
        await asyncio.gather(connecting, return_exceptions=True)
    return grown


def _named(name: str, coroutine: Callable[[Any], Any]) -> Any:
    async def handler(guild: object) -> None:
        await coroutine(guild)

    handler.__name__ = name
    return handler


def _resident() -> float:
    """This process's memory, in MB: proc(5)."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4096 / 1e6


if __name__ == "__main__":
    _, whose, api_url, gateway_url, token, guilds = sys.argv
    print(asyncio.run(_measure(whose, api_url, gateway_url, token, int(guilds))))
