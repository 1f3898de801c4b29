"""For the bot's admins: how the bot fares, and reading its config again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from newsbot.errors import BadRequest, ConfigError
from newsbot.newsdesk.asking import Asker, must_run_bot
from newsbot.newsdesk.tools import Tools


@dataclass(frozen=True, slots=True)
class LoopState:
    """A loop of the pipeline: its last good round, failures since then, and their latest reason."""

    name: str
    last_good: datetime | None = None
    failures: int = 0
    error: str = ""


Loops = Callable[[], Sequence[LoopState]]
Reload = Callable[[], Awaitable[Sequence[str]]]
"""Read the config again; returns what changed, a line each. Raises ConfigError when it is refused."""


@dataclass(frozen=True, slots=True)
class Status:
    """The bot in figures. ``outbox``: deliveries by state; ``last_sent``: by platform."""

    articles: int
    feeds: int
    failing: int
    chats: int
    loops: tuple[LoopState, ...] = ()
    outbox: Mapping[str, int] = field(default_factory=dict)
    last_sent: Mapping[str, datetime] = field(default_factory=dict)


class Running:
    """What only bot admins may see and do."""

    def __init__(self, tools: Tools, loops: Loops | None = None, reload: Reload | None = None) -> None:
        self._tools = tools
        self._loops = loops
        self._reload = reload

    async def status(self, asker: Asker) -> Status:
        """How the bot fares. Raises Forbidden."""
        must_run_bot(asker)
        storage = self._tools.storage
        feeds = await storage.feeds.all()
        return Status(
            articles=await storage.articles.count(),
            feeds=len(feeds),
            failing=sum(1 for feed in feeds if feed.failures),
            chats=len(await storage.chats.all()),
            loops=tuple(self._loops()) if self._loops else (),
            outbox=await storage.outbox.depth(),
            last_sent=await storage.outbox.last_sent(),
        )

    async def reload(self, asker: Asker) -> Sequence[str]:
        """Read the config again; returns what changed. Raises Forbidden, BadRequest with the config's problems."""
        must_run_bot(asker)
        if self._reload is None:
            raise BadRequest("no_reload")
        try:
            return await self._reload()
        except ConfigError as error:
            raise BadRequest("reload_refused", problems="\n".join(map(str, error.problems))) from error
