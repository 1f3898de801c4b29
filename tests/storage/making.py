"""Short ways to fill a database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from newsbot.domain.models import (
    Chat,
    ChatKey,
    DeliveryState,
    Digest,
    DigestStory,
    Feed,
    FeedSpec,
    Match,
    Outcome,
    Reason,
)
from newsbot.storage import Storage
from newsbot.storage.articles import Verdict
from newsbot.storage.feeds import NewArticle, PolledFeed
from newsbot.storage.outbox import Composed, Outbox, PlannedDelivery, Settlement
from tests.clock import START

NOW = START


def entry(key: str, title: str = "", text: str = "", published: datetime | None = NOW, **more: str) -> NewArticle:
    title = title or f"Title of {key}"
    url = more.pop("url", f"https://example.org/{key}")
    return NewArticle(key, url=url, title=title, text=text or f"Text of {key}.", published=published, **more)  # type: ignore[arg-type]  # str only


def poll(*articles: NewArticle, **more: str) -> PolledFeed:
    return PolledFeed(next_poll=NOW + timedelta(minutes=10), articles=articles, **more)


async def feed(storage: Storage, url: str = "https://example.org/feed", **spec: str) -> Feed:
    return await storage.feeds.add(FeedSpec(url=url, new_feed="all", **spec), NOW)  # type: ignore[arg-type]  # str only


async def stored(storage: Storage, feed_id: int, *keys: str, now: datetime = NOW) -> list[int]:
    """Articles of a feed, one for each key, each a minute older than the one before; their ids, in that order."""
    entries = [entry(key, published=now - timedelta(minutes=i)) for i, key in enumerate(keys)]
    before = {article.id for article in await storage.articles.latest(limit=10_000)}
    await storage.feeds.store_poll(feed_id, poll(*entries), now)
    return [article.id for article in await storage.articles.latest(limit=10_000) if article.id not in before]


async def judged(storage: Storage, *article_ids: int, story: int | None = None, topic: int | None = None) -> list[int]:
    """Give each article a story of its own, or all of them one; their stories."""
    matches = () if topic is None else (Match(topic, 0.9, ("words",)),)
    verdicts = [Verdict(i, story or i, f"Headline {i}", "en", matches, NOW) for i in article_ids]
    return await storage.articles.judge(verdicts)


async def chat(storage: Storage, native: str = "1", platform: str = "web") -> Chat:
    return await storage.chats.ensure(ChatKey(platform, native), "private", f"Chat {native}", NOW)


def outcome(chat_id: int, story_id: int, label: str = "Cars", due: datetime | None = NOW, **more: object) -> Outcome:
    values = {"article_id": story_id, "reasons": (Reason(label),), "due": due, "at": NOW} | more
    return Outcome(chat_id, story_id, **values)  # type: ignore[arg-type]  # the test says which


def digest(*headlines: str) -> Digest:
    return Digest(tuple(DigestStory(i, headline) for i, headline in enumerate(headlines, 1)))


def post(
    chat_id: int, *shown: int, at: datetime = NOW, priority: int = 0, more: tuple[int, ...] = ()
) -> PlannedDelivery:
    return PlannedDelivery(chat_id, "post", digest("News"), priority, at, shown=shown, more=more)


def edit(chat_id: int, target: int, headline: str = "Grown", at: datetime = NOW) -> PlannedDelivery:
    return PlannedDelivery(chat_id, "edit", digest(headline), 2, at, target=target)


async def queue(outbox: Outbox, planned: Sequence[PlannedDelivery]) -> list[int]:
    """Queue deliveries; their ids, those left out whose stories wait no longer."""
    return await outbox.carry_out([Composed(each.chat_id, (each,)) for each in planned], None, NOW)


async def settle(
    outbox: Outbox, delivery_id: int, state: DeliveryState, reason: str = "", *, now: datetime = NOW, **more: object
) -> bool:
    """Record what became of a delivery in flight; ``more``: what else a :class:`Settlement` holds."""
    return (await outbox.settle_all([Settlement(delivery_id, state, reason, **more)], now))[0]  # type: ignore[arg-type]  # the test says which


async def posts(storage: Storage, chat_id: int, number: int, *, first_story: int = 1) -> list[int]:
    """Queue posts in a chat, each showing a story of its own; their ids."""
    stories = range(first_story, first_story + number)
    await storage.outbox.record([], [outcome(chat_id, story) for story in stories])
    return await queue(storage.outbox, [post(chat_id, story) for story in stories])
