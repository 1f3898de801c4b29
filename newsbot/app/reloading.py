"""A changed config, taken over by what runs: when the file changes, on SIGHUP, and by ``/reload``."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import structlog

from newsbot.app.newsroom import Newsroom
from newsbot.config import config_diff, load_config
from newsbot.errors import ConfigError, NewsbotError

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0


class Reloader:
    """Takes over the config's file when it changes. A config with an error is refused whole; the running one stays."""

    def __init__(self, room: Newsroom) -> None:
        self._room = room
        self._path = room.config.path
        self._seen = _stamp(self._path)
        self._now = asyncio.Event()
        self._turn = asyncio.Lock()

    def poke(self) -> None:
        """Reload at once, changed or not."""
        self._now.set()

    async def watch(self) -> None:
        """Until cancelled: reload when poked or when the file is another."""
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._now.wait()
            except TimeoutError:
                if await asyncio.to_thread(_stamp, self._path) == self._seen:
                    continue
            self._now.clear()
            await self._reload_loudly()

    async def reload(self) -> list[str]:
        """Take over the file now: the lines of what changed, none when nothing did.

        Raises ConfigError, with every problem; then the running config stays.
        """
        async with self._turn:
            self._seen = await asyncio.to_thread(_stamp, self._path)
            config = await asyncio.to_thread(load_config, self._path, os.environ)
            changes = config_diff(self._room.config, config)
            if changes:
                await self._room.adopt(config)
            self._room.newsdesk.running.config_taken_over()
            return changes

    async def _reload_loudly(self) -> None:
        try:
            changes = await self.reload()
        except ConfigError as error:
            for problem in error.problems:
                log.error("config refused; the running one stays", problem=str(problem))
            await self._room.newsdesk.tell_admins("config_refused", [str(problem) for problem in error.problems])
        except NewsbotError as error:
            log.error("config not taken over", reason=str(error))
        except Exception:  # a defect of ours: what runs goes on with the config that it has
            log.exception("config not taken over")
        else:
            for line in changes or ["nothing changed"]:
                log.info("config reloaded", change=line)


def _stamp(path: Path) -> tuple[int, int, int]:
    """What tells one state of a file from another: its time, size and inode; zeros when it is not there."""
    try:
        stat = path.stat()
    except OSError:
        return (0, 0, 0)
    return (stat.st_mtime_ns, stat.st_size, stat.st_ino)
