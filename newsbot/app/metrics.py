"""What ``/metrics`` shows: https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

from collections import Counter as Tally

from prometheus_client import CollectorRegistry, Counter, Gauge

from newsbot.app.newsroom import Newsroom
from newsbot.domain.models import Delivery
from newsbot.domain.ports import RetryLater, SendOutcome


class Metrics:
    """A registry of its own for each process, filled by events and, now and then, by looking."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "newsbot_deliveries", "Answers of platforms to deliveries", ["platform", "kind", "answer"],
            registry=self.registry,
        )  # fmt: skip
        self._limits = Counter(
            "newsbot_rate_limited", "Answers of a platform that it was too much", ["platform"], registry=self.registry
        )
        self._outbox = Gauge(
            "newsbot_outbox_deliveries", "Deliveries by state", ["platform", "state"], registry=self.registry
        )
        self._oldest = Gauge(
            "newsbot_outbox_oldest_seconds", "How long ago the post was planned that has been due for longest",
            ["platform"], registry=self.registry,
        )  # fmt: skip
        self._rate = Gauge(
            "newsbot_outbox_sent_last_minute", "Deliveries that went out within a minute", ["platform"],
            registry=self.registry,
        )  # fmt: skip
        self._held = Gauge(
            "newsbot_posting_held", "1 where posting is stopped, by an admin or for a while", ["platform"],
            registry=self.registry,
        )  # fmt: skip
        self._paused = Gauge("newsbot_chats_paused", "Chats in which nothing can be posted", registry=self.registry)
        self.limited: Tally[str] = Tally()
        self._articles = Gauge("newsbot_articles", "Stored articles", registry=self.registry)
        self._feeds = Gauge("newsbot_feeds", "Feeds by health", ["health"], registry=self.registry)
        self._failures = Gauge(
            "newsbot_loop_failures", "Failed rounds of a loop since its last good one", ["loop"], registry=self.registry
        )

    def settled(self, delivery: Delivery, answer: SendOutcome) -> None:
        """A platform answered."""
        if isinstance(answer, RetryLater) and answer.limited:
            self._limits.labels(delivery.chat.platform).inc()
            self.limited[delivery.chat.platform] += 1
        self._answers.labels(delivery.chat.platform, delivery.kind, type(answer).__name__).inc()

    async def observe(self, room: Newsroom) -> bool:
        """Look at the rows and the loops. Always False: there is no more to look at until the next time."""
        await self._posting(room)
        self._articles.set(await room.storage.articles.count())
        feeds = await room.storage.feeds.all()
        failing = sum(1 for feed in feeds if feed.error)
        self._feeds.labels("failing").set(failing)
        self._feeds.labels("well").set(len(feeds) - failing)
        for loop in room.loops:
            self._failures.labels(loop.name).set(loop.health.failures)
        return False

    async def _posting(self, room: Newsroom) -> None:
        now = room.clock.now()
        held = {hold.platform for hold in await room.storage.holds.standing(now)}
        for platform, figures in (await room.storage.outbox.figures(now)).items():
            for state, count in figures.depth.items():
                self._outbox.labels(platform, state).set(count)
            self._oldest.labels(platform).set((now - figures.oldest).total_seconds() if figures.oldest else 0)
            self._rate.labels(platform).set(figures.sent_minute)
            self._held.labels(platform).set(bool(held & {"", platform}))
        self._paused.set(sum((await room.storage.chats.paused()).values()))
