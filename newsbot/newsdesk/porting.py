"""A chat's feeds as OPML, out and in: how people come from another reader, and leave for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsbot.domain.models import Feed, FeedSpec, Subscription
from newsbot.domain.opml import read_opml, write_opml
from newsbot.domain.urls import is_web
from newsbot.errors import BadRequest, ParseError
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.newsdesk.naming import of_feed
from newsbot.newsdesk.subscribing import Subscribing
from newsbot.newsdesk.tools import Tools


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of the feeds of a list: subscribed to now, subscribed to before, and left out."""

    new: int = 0
    known: int = 0
    left: int = 0


class Porting:
    """Takes a chat's feeds out of the bot, and into it."""

    def __init__(self, tools: Tools, subscribing: Subscribing) -> None:
        self._tools = tools
        self._subscribing = subscribing

    async def export(self, asker: Asker) -> tuple[str, int]:
        """The feeds that come to the asker's chat, as OPML, and how many they are; topics are no feeds.

        Raises Forbidden but for those who run the chat: an address may carry its owner's secret."""
        must_run_chat(asker)
        orders = await self._tools.orders(await self._tools.known(asker))
        feeds = [f for f in await self._tools.storage.feeds.all() if is_web(f.url) and _comes(f, orders)]
        return write_opml(feeds), len(feeds)

    async def take(self, asker: Asker, document: bytes) -> Imported:
        """Subscribe the asker's chat to every feed of an OPML ``document``, for as long as it may have more.

        Its names and folders are left behind: a feed is called what it calls itself, and only the config has
        categories. An address that gives no feed shows in /sources. Raises Forbidden, BadRequest for what is no OPML.
        """
        must_run_chat(asker)
        try:
            specs = read_opml(document)
        except ParseError as error:
            raise BadRequest("import_refused", reason=str(error)) from error
        chat = await self._tools.here(asker)
        had = {order.what for order in await self._tools.orders(chat)}
        room = self._tools.rules.subscriptions_per_chat - len(had)
        feeds = await self._feeds(asker, specs)
        fresh = [feed for feed in feeds if of_feed(feed).what not in had]
        for feed in fresh[: max(0, room)]:
            await self._subscribing.place(asker, chat, of_feed(feed))
        new = min(len(fresh), max(0, room))
        self._tools.wake.notify("collect")
        return Imported(new, len(feeds) - len(fresh), len(specs) - new - (len(feeds) - len(fresh)))

    async def _feeds(self, asker: Asker, specs: Sequence[FeedSpec]) -> list[Feed]:
        """The feeds with these addresses; new ones are added where people may, as many as a chat may have."""
        feeds, may_add = self._tools.storage.feeds, self._tools.rules.users_may_add_feeds or asker.is_bot_admin
        found = []
        for spec in specs[: self._tools.rules.subscriptions_per_chat]:
            feed = await feeds.find(spec.url)
            if (feed is None or not feed.enabled) and may_add:
                new = FeedSpec(spec.url, new_feed=self._tools.rules.defaults.new_feed)
                feed = await feeds.add(new, self._tools.now())
            if feed is not None and feed.enabled:
                found.append(feed)
        return found


def _comes(feed: Feed, orders: Sequence[Subscription]) -> bool:
    """Whether one of ``orders`` brings a feed as a whole."""
    for order in orders:
        match order.what.kind:
            case "feed" if order.what.ref == str(feed.id):
                return True
            case "category" if feed.category and order.what.ref.casefold() == feed.category.casefold():
                return True
            case "everything" if feed.from_config:
                return True
    return False
