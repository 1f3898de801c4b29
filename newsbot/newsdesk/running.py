"""For the bot's admins: how the bot fares, and reading its config again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsbot.errors import BadRequest, ConfigError
from newsbot.newsdesk.asking import Asker, must_run_bot
from newsbot.newsdesk.tools import Tools


class LoopState(Protocol):
    """A loop of the pipeline as it reports itself."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def last_good(self) -> datetime | None:
        """Its last good round."""

    @property
    def failures(self) -> int:
        """Failed rounds since then."""

    @property
    def error(self) -> str:
        """The latest reason."""


Loops = Callable[[], Sequence[LoopState]]
Reload = Callable[[], Awaitable[Sequence[str]]]
"""Read the config again; returns what changed, a line each. Raises ConfigError when it is refused."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the bot's admins should know. ``key`` is a sentence's; ``lines`` stand below it."""

    key: str
    lines: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The bot in figures. ``outbox``: deliveries by state; ``last_sent``: by platform; ``paused``: chats by the reason
    for which nothing is posted there; ``notices``: what is wrong, the latest first."""

    articles: int
    feeds: int
    failing: int
    chats: int
    loops: tuple[LoopState, ...] = ()
    outbox: Mapping[str, int] = field(default_factory=dict)
    last_sent: Mapping[str, datetime] = field(default_factory=dict)
    paused: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


class Running:
    """What only bot admins may see and do."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.loops: Loops | None = None
        self.port: Reload | None = None
        self._notices: dict[str, Notice] = {}

    async def tell_admins(self, key: str, lines: Sequence[str] | None) -> None:
        """Keep a notice for the admins, one for each ``key``, shown with /status until its ``lines`` are None."""
        self._notices.pop(key, None)
        if lines is not None:
            self._notices[key] = Notice(key, tuple(lines), self._tools.now())

    def config_taken_over(self) -> None:
        """The config has no problem (any more): what was told of it is over."""
        self._notices.pop("config_refused", None)

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
            loops=tuple(self.loops()) if self.loops else (),
            outbox=await storage.outbox.depth(),
            last_sent=await storage.outbox.last_sent(),
            paused=await storage.chats.paused(),
            notices=tuple(reversed(self._notices.values())),
        )

    async def reload(self, asker: Asker) -> Sequence[str]:
        """Read the config again; returns what changed. Raises Forbidden, BadRequest with the config's problems."""
        must_run_bot(asker)
        if self.port is None:
            raise BadRequest("no_reload")
        try:
            changes = await self.port()
        except ConfigError as error:
            raise BadRequest("reload_refused", problems="\n".join(map(str, error.problems))) from error
        self.config_taken_over()
        return changes
