"""A chat's feeds as OPML, out and in: how people come from another reader, and leave for one."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Literal

from newsbot.domain.models import Feed, FeedSpec, Subscription, What
from newsbot.domain.opml import read_outlines, write_opml
from newsbot.domain.urls import is_private, is_web
from newsbot.errors import BadRequest, ParseError
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.naming import of_feed
from newsbot.newsdesk.subscribing import Subscribing
from newsbot.newsdesk.tools import Tools

Why = Literal["web", "private", "full", "fixed"]


@dataclass(frozen=True, slots=True)
class Left:
    """An address that was left out: it is none of the web, or a private one; the chat may have no more; or people may
    not add feeds ("fixed")."""

    address: str
    why: Why


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the feeds of a list: subscribed to now, subscribed to before, and left out."""

    new: int = 0
    known: int = 0
    left: tuple[Left, ...] = ()


@dataclass(frozen=True, slots=True)
class Exported:
    """A list of feeds (OPML): how many are in it, and how many are not, for they have no web address."""

    document: str
    feeds: int
    local: int = 0


class Porting:
    """Takes a chat's feeds out of the bot, and into it."""

    def __init__(self, tools: Tools, subscribing: Subscribing) -> None:
        self._tools = tools
        self._subscribing = subscribing

    async def export(self, asker: Asker) -> Exported:
        """The feeds that come to the asker's chat; topics are no feeds.

        Raises Forbidden but for those who run the chat: an address may carry its owner's secret."""
        must_run_chat(asker)
        orders = await self._tools.orders(await self._tools.known(asker))
        coming = [feed for feed in await self._tools.storage.feeds.all() if _comes(feed, orders)]
        feeds = [feed for feed in coming if is_web(feed.url)]
        return Exported(write_opml(feeds), len(feeds), len(coming) - len(feeds))

    async def take(self, asker: Asker, document: bytes) -> Imported:
        """Subscribe the asker's chat to every feed of an OPML ``document``, for as long as it may have more.

        Its names and folders are left behind: a feed is called what it calls itself, and only the config has
        categories. An address that gives no feed shows in /sources. Raises Forbidden, BadRequest for what is no OPML.
        """
        must_run_chat(asker)
        try:
            specs, others = read_outlines(document)
        except ParseError as error:
            raise BadRequest("import_refused", reason=str(error)) from error
        chat, most = await self._tools.here(asker), self._tools.rules.subscriptions_per_chat
        orders = await self._tools.orders(chat)
        had, new, known, left = {o.what for o in orders}, 0, 0, [Left(address, "web") for address in others]
        for spec in specs[:most]:
            feed = await self._feed(asker, spec.url, had, full=len(orders) + new >= most)
            if not isinstance(feed, Feed):
                left.append(Left(spec.url, feed))
            elif of_feed(feed).what in had:
                known += 1
            else:
                await self._subscribing.place(asker, chat, of_feed(feed))
                had, new = had | {of_feed(feed).what}, new + 1
        self._tools.wake.notify("collect")
        return Imported(new, known, (*left, *(Left(spec.url, "full") for spec in specs[most:])))

    async def _feed(self, asker: Asker, url: str, had: Set[What], *, full: bool) -> Feed | Why:
        """The feed with this address, added where it is new and people may; else why the chat cannot have it, as far as
        that can be told without asking a hundred servers. ``full``: it may have no more."""
        tools = self._tools
        feed = await tools.storage.feeds.find(url)
        if feed is not None and feed.enabled:
            return feed if of_feed(feed).what in had or not full else "full"
        if is_private(url):
            return "private"
        if not (tools.rules.users_may_add_feeds or asker.is_bot_admin):
            return "fixed"
        spec = FeedSpec(url, new_feed=tools.rules.defaults.new_feed)
        return "full" if full else await tools.storage.feeds.add(spec, tools.now(), private=True)


def _comes(feed: Feed, orders: Sequence[Subscription]) -> bool:
    """Whether one of ``orders`` brings a feed as a whole."""
    for order in orders:
        match order.what.kind:
            case "feed" if order.what.ref == str(feed.id):
                return True
            case "category" if feed.category and order.what.ref.casefold() == feed.category.casefold():
                return True
            case "everything" if not feed.private:
                return True
    return False
