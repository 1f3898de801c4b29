"""The pipeline over a real Storage, for tests: articles in, posts out, the clock in the test's hands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Chat, ChatKey, Defaults, Delivery, Feed, FeedSpec, Topic, TopicDefinition, What, When
from newsbot.domain.query import canonical
from newsbot.domain.schedule import next_due
from newsbot.pipeline.clockwork import LocalWake
from newsbot.pipeline.judge import Judge
from newsbot.pipeline.outbox import Outbox
from newsbot.pipeline.planner import Planner
from newsbot.storage import Storage
from newsbot.storage.feeds import NewArticle, PolledFeed
from tests.clock import ManualClock
from tests.fakes.sender import FakeSender

ANALYZER, LEXICON = Analyzer(), Lexicon.default()
UTC_DEFAULTS = Defaults()


@dataclass
class House:
    storage: Storage
    clock: ManualClock
    sender: FakeSender = field(default_factory=FakeSender)
    owner: str = "here:1"
    analyzer: Analyzer = ANALYZER

    def __post_init__(self) -> None:
        wake = LocalWake()
        self.judge = Judge(self.storage, self.analyzer, LEXICON, self.clock, wake, self.owner)
        self.planner = Planner(self.storage, self.analyzer, LEXICON, self.clock, wake, self.owner, UTC_DEFAULTS)
        self.outbox = Outbox(self.storage, self.sender, self.clock, self.owner, lambda *_: None)

    async def feed(self, name: str = "wire", category: str = "cars") -> Feed:
        """A feed that has been polled before, so that what comes next is news."""
        feed = await self.storage.feeds.add(
            FeedSpec(f"https://{name}.example/rss", name=name, category=category), self.clock.now()
        )
        await self.bring(feed)
        return feed

    async def bring(self, feed: Feed, *articles: tuple[str, str], language: str = "en") -> None:
        """Store (title, text) pairs as a poll of ``feed`` would."""
        now = self.clock.now()
        site = f"https://{feed.name}.example"
        made = [
            NewArticle(title, title, f"{site}/{abs(hash(title))}", "", title, text, language, now)
            for title, text in articles
        ]
        await self.storage.feeds.store_poll(feed.id, PolledFeed(now + timedelta(hours=1), articles=made), now)

    async def chat(self, native: str = "me", platform: str = "web") -> Chat:
        return await self.storage.chats.ensure(ChatKey(platform, native), "private", "", self.clock.now())

    async def subscribe(
        self, chat: Chat, what: What | None = None, when: When | None = None, query: str = "", label: str = "all"
    ) -> int:
        when = when or When("instant")
        due = next_due(when, ZoneInfo(chat.settings.timezone or "UTC"), self.clock.now())
        made, _ = await self.storage.chats.subscribe(
            chat.id, what or What(), when, query=query, label=label, next_due=due, created=self.clock.now()
        )
        return made.id

    async def topic(self, query: str) -> Topic:
        definition = TopicDefinition(query=query)
        return await self.storage.topics.ensure(query, definition, canonical(definition), self.clock.now())

    async def wait(self, **parts: float) -> None:
        """Let ``hours=`` or ``minutes=`` pass with the planner at work, as it is all the time."""
        until = self.clock.now() + timedelta(**parts)
        while (left := until - self.clock.now()) > timedelta(0):
            self.clock.advance(min(left, timedelta(minutes=29)).total_seconds())
            await self.think()

    async def read(self, feed: Feed) -> None:
        """A poll that is due starts; :meth:`bring` ends it."""
        await self.storage.feeds.due(self.clock.now(), 100, owner=self.owner)

    async def think(self) -> None:
        """Judge and plan all there is."""
        while await self.judge.step():
            pass
        while await self.planner.step():
            pass

    async def deliver(self) -> None:
        while await self.outbox.step():
            pass

    async def settle(self) -> list[Delivery]:
        """Judge, plan, let instant stories settle, deliver; what the sender was given meanwhile."""
        before = len(self.sender.sent)
        await self.think()
        self.clock.advance(3)
        await self.think()
        await self.deliver()
        return self.sender.sent[before:]
