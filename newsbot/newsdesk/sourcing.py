"""The feeds with their health: when each last worked, when it is looked at next, and why it is silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from newsbot.domain.models import Feed, What
from newsbot.newsdesk.asking import Asker, must_run_bot
from newsbot.newsdesk.tools import Tools

SILENT = timedelta(days=14)
"""A feed that answers but brings nothing for so long is called silent."""

State = Literal["waiting", "well", "silent", "failing"]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A feed and how it fares."""

    feed: Feed
    state: State


class Sourcing:
    """Shows the feeds."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    async def all(self, asker: Asker) -> list[SourceRow]:
        """Everybody's feeds and those that the asker's chat subscribes to, failing ones first."""
        orders = await self._tools.orders(await self._tools.known(asker))
        own = {order.what for order in orders}
        feeds = await self._tools.storage.feeds.all()
        return self._in_order([feed for feed in feeds if not feed.private or What("feed", str(feed.id)) in own])

    async def of_site(self, asker: Asker, url: str, limit: int = 3) -> list[SourceRow]:
        """Those of :meth:`all` that are of the same site as the address ``url``, failing ones first."""
        site = _site(url)
        if site is None:
            return []
        return [row for row in await self.all(asker) if site in (_site(row.feed.url), _site(row.feed.site))][:limit]

    async def every(self, asker: Asker) -> list[SourceRow]:
        """Every feed that is read, failing ones first. Raises Forbidden for all but the bot's admins."""
        must_run_bot(asker)
        return self._in_order(await self._tools.storage.feeds.all())

    def _in_order(self, feeds: Sequence[Feed]) -> list[SourceRow]:
        rows = [SourceRow(feed, self._state(feed)) for feed in feeds]
        return sorted(rows, key=lambda r: (r.state != "failing", r.feed.category, r.feed.label.casefold()))

    def _state(self, feed: Feed) -> State:
        if feed.failures:
            return "failing"
        if feed.last_success is None:
            return "waiting"
        since = feed.last_item or feed.last_success
        return "silent" if self._tools.now() - since > SILENT else "well"


def _site(url: str) -> str | None:
    """The host of an address, without "www."; None where there is none."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host else None
