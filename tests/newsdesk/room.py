"""A newsdesk over a real database with a small, made-up newsroom in it, for tests of what people ask."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Article, ChatKey, ChatKind, Feed, FeedSpec, Outcome, ParsedFeed, TopicDefinition
from newsbot.domain.ports import ProbedFeed
from newsbot.errors import FetchError, UnsafeUrl
from newsbot.newsdesk import Asker, Newsdesk, Rules
from newsbot.storage import Storage
from newsbot.storage.articles import Verdict
from newsbot.storage.feeds import NewArticle, PolledFeed
from tests.clock import ManualClock

FEEDS = (
    FeedSpec("https://motors.example/feed", "motors", "Motor News", "cars"),
    FeedSpec("https://volt.example/rss", "volt", "Volt Daily", "cars"),
    FeedSpec("https://stars.example/atom", "stars", "Star Gazette", "space"),
)
TOPICS = (
    ("xiaomi-ev", "Xiaomi EV", TopicDefinition(all=(("Xiaomi", "小米"), ("EV", "electric car", "SU7")))),
    ("space", "Space", TopicDefinition(query="rocket OR satellite")),
)
ANALYZER = Analyzer()
LEXICON = Lexicon.default()


class Wakes:
    """A Wake port that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def notify(self, name: str) -> None:
        self.told.append(name)

    async def wait(self, name: str, timeout: float) -> None:
        await asyncio.sleep(0)


class Addresses:
    """A FeedProbe port that knows some addresses; any other does not answer."""

    def __init__(self) -> None:
        self.known: dict[str, ProbedFeed] = {}
        self.asked: list[str] = []
        self.private: set[str] = set()

    def add(self, url: str, title: str, feed_url: str = "") -> None:
        self.known[url] = ProbedFeed(feed_url or url, ParsedFeed(title))

    async def probe(self, url: str) -> ProbedFeed:
        self.asked.append(url)
        if url in self.private:
            raise UnsafeUrl("is private")
        if url not in self.known:
            raise FetchError("HTTP 404 Not Found", status=404)
        return self.known[url]


@dataclass(slots=True)
class Room:
    """The parts, and short ways to publish and to ask."""

    storage: Storage
    clock: ManualClock
    newsdesk: Newsdesk
    wake: Wakes
    probe: Addresses
    published: int = field(default=0)

    async def feed(self, slug: str) -> Feed:
        found = await self.storage.feeds.find(slug)
        assert found is not None
        return found

    async def publish(
        self, slug: str, title: str, text: str = "", *, hours: float = 1, story: int | None = None, language: str = "en"
    ) -> Article:
        """Store and judge an article that was published ``hours`` ago, as a story of its own or a part of ``story``."""
        article = await self.arrive(slug, title, text, hours=hours, language=language)
        verdict = Verdict(article.id, story or article.id, title, language, (), self.clock.now())
        await self.storage.articles.judge([verdict])
        return (await self.storage.articles.get([article.id]))[0]

    async def arrive(self, slug: str, title: str, text: str = "", *, hours: float = 1, language: str = "en") -> Article:
        """Store an article that nobody has judged yet."""
        self.published += 1
        feed, now = await self.feed(slug), self.clock.now()
        url = f"https://{slug}.example/{self.published}"
        article = NewArticle(
            key=url,
            url=url,
            canonical_url=url,
            title=title,
            text=text,
            language=language,
            published=now - timedelta(hours=hours),
            search_title=ANALYZER.search_terms(title, language),
            search_body=ANALYZER.search_terms(text, language),
        )
        await self.storage.feeds.store_poll(feed.id, PolledFeed(now + timedelta(hours=1), articles=[article]), now)
        return next(a for a in await self.storage.articles.new(100) if a.url == url)

    async def outcomes(self, asker: Asker) -> list[Outcome]:
        """What waits in the asker's chat."""
        chat = await self.storage.chats.find(asker.chat)
        return await self.storage.outbox.waiting(chat.id) if chat else []


async def open_room(storage: Storage, clock: ManualClock, rules: Rules | None = None) -> Room:
    """A room with three feeds and two topics, and nothing read yet."""
    wake, probe = Wakes(), Addresses()
    newsdesk = Newsdesk(
        storage, analyzer=ANALYZER, lexicon=LEXICON, clock=clock, probe=probe, wake=wake, rules=rules or Rules()
    )
    await storage.feeds.sync(FEEDS, clock.now())
    await storage.topics.sync(TOPICS, clock.now())
    return Room(storage, clock, newsdesk, wake, probe)


def person(kind: ChatKind = "private", *, admin: bool = False, bot_admin: bool = False, user: str = "7") -> Asker:
    """Somebody in a private chat, or in a group that the bot and they are in."""
    private = ChatKey("web", user)
    chat = private if kind == "private" else ChatKey("web", "town")
    return Asker("web", user, chat, admin, bot_admin, kind, "Town" if kind != "private" else "", private)


ME = person()
MEMBER = person("group")
CHAIR = person("group", admin=True, user="8")
BOSS = person(bot_admin=True, user="1")

SU7 = (
    "Xiaomi’s electric car is on the road",
    "Xiaomi has begun to deliver the SU7, its first electric car. It costs 215,900 yuan. Its battery lasts for 800 km.",
)
BATTERY = (
    "A solid-state battery for cars by 2027",
    "The maker says that a solid-state battery doubles the range. Tesla was not asked. Sales begin in 2027.",
)
ROCKET = ("A rocket lands on its tail", "The rocket came back after nine minutes. A satellite was left in orbit.")
