"""The loaded config: the file's keys, plus what the rest of the bot needs made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from newsbot.config.model import ConfigFile, FeedEntry, TopicEntry
from newsbot.config.names import Names, feed_slugs
from newsbot.domain.models import ChatKey, FeedSpec, TopicDefinition, What, When


@dataclass(frozen=True, slots=True)
class SubscriptionSpec:
    """A standing order of the config. ``what.ref`` is a category, or a feed's or topic's config id (not a row's)."""

    chat: ChatKey
    what: What
    when: When
    query: str = ""
    label: str = ""


class Config(ConfigFile):
    """A config without problems. ``path`` is its file; ``root`` is where relative paths start."""

    path: Path
    root: Path

    @property
    def database_url(self) -> str:
        """``database`` with an absolute path for SQLite, and ``postgresql`` as the scheme otherwise."""
        if not self.database.startswith("sqlite:///"):
            return self.database.replace("postgres://", "postgresql://", 1)
        return f"sqlite:///{self.root / self.database.removeprefix('sqlite:///')}"

    @property
    def web_enabled(self) -> bool:
        """Whether to serve the web chat: as said, or (auto) when no other platform has a token."""
        if self.server is None:
            return False
        web = self.platforms.web.enabled
        return not (self.telegram_enabled or self.discord_enabled) if web == "auto" else web

    @property
    def telegram_enabled(self) -> bool:
        """Whether Telegram has a token."""
        return bool(self.platforms.telegram.token.get_secret_value())

    @property
    def discord_enabled(self) -> bool:
        """Whether Discord has a token."""
        return bool(self.platforms.discord.token.get_secret_value())

    def serves(self, platform: str) -> bool:
        """Whether ``platform`` is on: nothing is planned for one that is off."""
        on = {"web": self.web_enabled, "telegram": self.telegram_enabled, "discord": self.discord_enabled}
        return on.get(platform, False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The tokens and passwords that no log may show."""
        platforms = self.platforms
        held = [platforms.telegram.token, platforms.discord.token, platforms.web.password]
        held += [platforms.telegram.webhook.secret] if platforms.telegram.webhook else []
        held += [self.summariser.api_key] if self.summariser else []
        return tuple(secret.get_secret_value() for secret in held if secret.get_secret_value())

    def feed_specs(self) -> tuple[FeedSpec, ...]:
        """The feeds in file order, each with its id and with defaults filled in."""
        slugs = feed_slugs(self.feeds)
        return tuple(self._feed(feed, slug) for feed, slug in zip(self.feeds, slugs, strict=True))

    def _feed(self, feed: FeedEntry, slug: str) -> FeedSpec:
        return FeedSpec(
            url=feed.url,
            slug=slug,
            name=feed.name,
            category=feed.category,
            every=feed.every,
            full_text=feed.full_text,
            language=feed.language or "",
            headers=tuple(feed.headers.items()),
            new_feed=feed.new_feed or self.defaults.new_feed,
        )

    def topic_specs(self) -> tuple[tuple[str, str, TopicDefinition], ...]:
        """The topics in file order as (id, name, definition); a definition's feeds are categories or feed ids."""
        names = Names(self.feeds, self.topics)
        return tuple((topic.id, topic.name or topic.id, _definition(topic, names)) for topic in self.topics)

    def subscription_specs(self) -> tuple[SubscriptionSpec, ...]:
        """The admin's standing orders in file order."""
        names = Names(self.feeds, self.topics)
        labels = {(What("topic", topic.id)): topic.name or topic.id for topic in self.topics}
        specs = []
        for entry in self.subscriptions:
            what = names.what(entry.what) or What()
            label = labels.get(what, entry.what)
            specs.append(SubscriptionSpec(entry.chat, what, entry.when or self.defaults.when, entry.query, label))
        return tuple(specs)


def _definition(topic: TopicEntry, names: Names) -> TopicDefinition:
    feeds = tuple(names.feeds_or_category(name) or name for name in topic.feeds)
    return TopicDefinition(query=topic.query, all=topic.all, any=topic.any, none=topic.none, feeds=feeds)
