"""Everything opened and wired for one config."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from newsbot.app.orders import place_orders
from newsbot.config import Config
from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Defaults
from newsbot.domain.ports import Clock, FeedProbe
from newsbot.locales import languages
from newsbot.newsdesk import Access, Newsdesk, Rules
from newsbot.pipeline.clockwork import LocalWake, Loop, SystemClock
from newsbot.pipeline.collect import Collector
from newsbot.pipeline.courtesy import Courtesy
from newsbot.pipeline.fetch import Fetcher
from newsbot.pipeline.judge import Judge
from newsbot.pipeline.leadership import this_process
from newsbot.pipeline.planner import Planner
from newsbot.pipeline.probe import Probe
from newsbot.pipeline.retention import Retention
from newsbot.pipeline.summariser import Model, Summariser
from newsbot.pipeline.workers import Workers
from newsbot.storage import Storage

FOREVER = timedelta(days=36500)


@dataclass(slots=True)
class Newsroom:
    """The rooms of one process. ``config`` is the one in force; ``owner`` is this process's name in leases."""

    config: Config
    storage: Storage
    clock: Clock
    wake: LocalWake
    owner: str
    analyzer: Analyzer
    lexicon: Lexicon
    fetcher: Fetcher
    workers: Workers
    probe: FeedProbe
    newsdesk: Newsdesk
    collector: Collector
    judge: Judge
    planner: Planner
    retention: Retention
    courtesy: Courtesy
    loops: list[Loop] = field(default_factory=list)

    async def adopt(self, config: Config) -> None:
        """Take over ``config``: feeds, topics, subscriptions, concepts, defaults, limits, retention and who writes
        summaries.

        The database, the server and the platforms' own keys take effect at the next start.
        """
        now = self.clock.now()
        await self.storage.feeds.sync(config.feed_specs(), now)
        await self.storage.topics.sync(config.topic_specs(), now)
        orders = [order for order in config.subscription_specs() if config.serves(order.chat.platform)]
        await place_orders(self.storage, orders, config.timezone, now)
        if config.concepts != self.config.concepts:
            self.lexicon = lexicon_of(config)
            self.judge.adopt(self.lexicon)
        self.planner.adopt(self.lexicon, defaults_of(config))
        self.planner.summariser.model = model_of(config)
        self.collector.news_age = defaults_of(config).news_age
        self.newsdesk.configure(rules_of(config), self.lexicon)
        self.retention.keep = keep_of(config)
        self.config = config
        self.wake.notify("collect")


def defaults_of(config: Config) -> Defaults:
    """What holds where a chat chose nothing."""
    chosen = config.defaults
    return Defaults(
        when=chosen.when,
        max_items=chosen.max_items,
        images=chosen.images,
        new_feed=chosen.new_feed,
        timezone=config.timezone,
        language=config.language,
        ceiling=chosen.posts_per_day,
        news_age=timedelta(seconds=chosen.news_age),
    )


def rules_of(config: Config) -> Rules:
    """The config's say in what people ask."""
    access, limits = config.access, config.limits
    return Rules(
        defaults=defaults_of(config),
        languages=languages(),
        subscriptions_per_chat=limits.subscriptions_per_chat,
        commands_per_minute=limits.commands_per_minute,
        users_may_add_feeds=limits.users_may_add_feeds,
        access=Access(access.mode, tuple(map(str, access.allow)), tuple(map(str, access.deny))),
    )


def lexicon_of(config: Config) -> Lexicon:
    """The shipped concepts, and the config's own."""
    return Lexicon.default().with_concepts(config.concepts)


def model_of(config: Config) -> Model | None:
    """Who writes summaries; None: nobody."""
    named = config.summariser
    return Model(str(named.base_url), named.model, named.api_key.get_secret_value()) if named else None


def keep_of(config: Config) -> timedelta:
    """How long articles are kept."""
    seconds = config.retention.articles
    return FOREVER if seconds is None else timedelta(seconds=seconds)


@asynccontextmanager
async def open_newsroom(config: Config, *, clock: Clock | None = None, adopt: bool = True) -> AsyncIterator[Newsroom]:
    """Open the database (migrating it) and wire every room; close them in reverse order.

    Without ``adopt`` the database's feeds, topics and subscriptions stay as the running bot has them.

    Raises StorageError when the database cannot be used.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        storage = await Storage.open(config.database_url)
        stack.push_async_callback(storage.close)
        fetcher = await stack.enter_async_context(Fetcher(proxy=config.proxy))
        workers = await stack.enter_async_context(Workers())
        room = _wire(config, storage, fetcher, workers, clock)
        if adopt:
            await room.adopt(config)
        yield room


def _wire(config: Config, storage: Storage, fetcher: Fetcher, workers: Workers, clock: Clock) -> Newsroom:
    wake, owner, analyzer, lexicon = LocalWake(), this_process(), Analyzer(), lexicon_of(config)
    courtesy = Courtesy()
    probe = Probe(fetcher, workers)
    return Newsroom(
        config=config,
        storage=storage,
        clock=clock,
        wake=wake,
        owner=owner,
        analyzer=analyzer,
        lexicon=lexicon,
        fetcher=fetcher,
        workers=workers,
        probe=probe,
        newsdesk=Newsdesk(
            storage, analyzer=analyzer, lexicon=lexicon, clock=clock, probe=probe, wake=wake, rules=rules_of(config)
        ),
        collector=Collector(storage, fetcher, workers, clock, wake, root=config.root, owner=owner, courtesy=courtesy),
        judge=Judge(storage, analyzer, lexicon, clock, wake, owner, courtesy),
        planner=Planner(
            storage,
            analyzer,
            lexicon,
            clock,
            wake,
            owner,
            defaults_of(config),
            Summariser(analyzer, clock, model_of(config)),
        ),
        retention=Retention(storage, clock, keep_of(config)),
        courtesy=courtesy,
    )
