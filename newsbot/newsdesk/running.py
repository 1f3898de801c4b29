"""For the bot's admins: how the bot fares, and reading its config again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from newsbot.domain.models import Delivery, DeliveryState, Hold
from newsbot.errors import BadRequest, ConfigError, NotFound
from newsbot.newsdesk.asking import Asker, must_run_bot
from newsbot.newsdesk.tools import Tools
from newsbot.storage.figures import Figures

PLATFORMS = ("telegram", "discord", "web")
STOPPED = "stopped by an admin"
"""Why posting is held that an admin has stopped."""
MOST_STUCK = 5
"""Deliveries shown that need an admin's word."""


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


Limited = Callable[[], Mapping[str, int]]
"""How often each platform has said since the start that we asked for too much."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that the bot's admins should know. ``key`` is a sentence's; ``lines`` stand below it."""

    key: str
    lines: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Status:
    """The bot in figures. ``outbox``: each platform's; ``last_sent``: by platform; ``paused``: chats by the reason
    for which nothing is posted there; ``holds``: where posting is stopped; ``stuck``: the latest deliveries that were
    refused, or of which nobody knows whether they arrived; ``limited``: answers that we asked for too much, by
    platform; ``notices``: what is wrong, the latest first."""

    articles: int
    feeds: int
    failing: int
    chats: int
    loops: tuple[LoopState, ...] = ()
    outbox: Mapping[str, Figures] = field(default_factory=dict)
    last_sent: Mapping[str, datetime] = field(default_factory=dict)
    paused: Mapping[str, int] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    stuck: tuple[Delivery, ...] = ()
    limited: Mapping[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


class Running:
    """What only bot admins may see and do."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self.loops: Loops | None = None
        self.port: Reload | None = None
        self.limited: Limited | None = None
        self._notices: dict[str, Notice] = {}

    async def tell_admins(self, key: str, lines: Sequence[str] | None) -> None:
        """Keep a notice for the admins, one for each ``key``, shown with /status until its ``lines`` are None. The key
        is a sentence's, with the platform behind a colon where it is about one."""
        self._notices.pop(key, None)
        if lines is not None:
            self._notices[key] = Notice(key, tuple(lines), self._tools.now())

    def config_taken_over(self) -> None:
        """The config has no problem (any more): what was told of it is over."""
        self._notices.pop("config_refused", None)

    async def status(self, asker: Asker) -> Status:
        """How the bot fares. Raises Forbidden."""
        must_run_bot(asker)
        storage, now = self._tools.storage, self._tools.now()
        stuck = [DeliveryState.QUARANTINED, DeliveryState.UNCERTAIN]
        feeds = await storage.feeds.all()
        return Status(
            articles=await storage.articles.count(),
            feeds=len(feeds),
            failing=sum(1 for feed in feeds if feed.failures),
            chats=len(await storage.chats.all()),
            loops=tuple(self.loops()) if self.loops else (),
            outbox=await storage.outbox.figures(now),
            last_sent=await storage.outbox.last_sent(),
            paused=await storage.chats.paused(),
            holds=tuple(await storage.holds.standing(now)),
            stuck=tuple(await storage.outbox.list(stuck, MOST_STUCK)),
            limited=self.limited() if self.limited else {},
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

    # --- the emergency stop ----------------------------------------------------------------------

    async def stop(self, asker: Asker, platform: str = "") -> None:
        """Post nothing more on ``platform`` ("": on any) until :meth:`go_on`; what comes in waits. Raises Forbidden,
        BadRequest for a platform that there is not."""
        must_run_bot(asker)
        await self._tools.storage.holds.hold(_platform(platform), STOPPED, self._tools.now())

    async def go_on(self, asker: Asker, platform: str = "") -> list[Hold]:
        """End what holds posting on ``platform`` ("": wherever it is held); returns what ended. A hold of all platforms
        ends only as a whole. Raises Forbidden, BadRequest."""
        must_run_bot(asker)
        wanted = _platform(platform)
        standing = await self.holds()
        ended = [hold for hold in standing if wanted in ("", hold.platform)]
        for hold in ended:
            await self._tools.storage.holds.end(hold.platform)
        self._tools.wake.notify("plan")
        self._tools.wake.notify("deliver")
        return ended

    async def holds(self, platform: str | None = None) -> list[Hold]:
        """Where posting is stopped: all of it, or what concerns a platform. Anybody may know."""
        standing = await self._tools.storage.holds.standing(self._tools.now())
        return [hold for hold in standing if platform is None or hold.platform in ("", platform)]

    # --- what needs a word -----------------------------------------------------------------------

    async def retry(self, asker: Asker, delivery_id: int) -> None:
        """Send a delivery again that is uncertain, quarantined or dropped. Raises Forbidden, NotFound for any other."""
        must_run_bot(asker)
        if not await self._tools.storage.outbox.retry(delivery_id, self._tools.now()):
            raise NotFound("no_such_delivery", n=delivery_id)
        self._tools.wake.notify("deliver")

    async def drop(self, asker: Asker, delivery_id: int) -> None:
        """Give a delivery up that is queued, uncertain or quarantined. Raises Forbidden, NotFound for any other."""
        must_run_bot(asker)
        if not await self._tools.storage.outbox.drop(delivery_id, self._tools.now()):
            raise NotFound("no_such_delivery", n=delivery_id)


def _platform(name: str) -> str:
    wanted = name.strip().casefold()
    if wanted and wanted not in PLATFORMS:
        raise BadRequest("no_such_platform", name=name[:40], names=", ".join(PLATFORMS))
    return wanted
