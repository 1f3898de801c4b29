"""What ``/metrics`` shows: https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

from newsbot.app.newsroom import Newsroom
from newsbot.domain.models import Delivery
from newsbot.domain.ports import SendOutcome


class Metrics:
    """A registry of its own for each process, filled by events and, now and then, by looking."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._answers = Counter(
            "newsbot_deliveries", "Answers of platforms to deliveries", ["platform", "kind", "answer"],
            registry=self.registry,
        )  # fmt: skip
        self._outbox = Gauge("newsbot_outbox_deliveries", "Deliveries by state", ["state"], registry=self.registry)
        self._articles = Gauge("newsbot_articles", "Stored articles", registry=self.registry)
        self._feeds = Gauge("newsbot_feeds", "Feeds by health", ["health"], registry=self.registry)
        self._failures = Gauge(
            "newsbot_loop_failures", "Failed rounds of a loop since its last good one", ["loop"], registry=self.registry
        )

    def settled(self, delivery: Delivery, answer: SendOutcome) -> None:
        """A platform answered."""
        self._answers.labels(delivery.chat.platform, delivery.kind, type(answer).__name__).inc()

    async def observe(self, room: Newsroom) -> bool:
        """Look at the rows and the loops. Always False: there is no more to look at until the next time."""
        for state, count in (await room.storage.outbox.depth()).items():
            self._outbox.labels(state).set(count)
        self._articles.set(await room.storage.articles.count())
        feeds = await room.storage.feeds.all()
        failing = sum(1 for feed in feeds if feed.error)
        self._feeds.labels("failing").set(failing)
        self._feeds.labels("well").set(len(feeds) - failing)
        for loop in room.loops:
            self._failures.labels(loop.name).set(loop.health.failures)
        return False
