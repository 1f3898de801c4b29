"""Every key of the config, frozen and typed. What stands below a field is what ``newsbot schema`` tells editors."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr

from newsbot.config.platforms import Platforms
from newsbot.config.section import EmptyIsNone, Section
from newsbot.config.values import (
    ChatRef,
    DatabaseUrl,
    Duration,
    Facet,
    FeedUrl,
    HttpUrl,
    Language,
    Listen,
    ProxyUrl,
    Slug,
    TimeZone,
    UserId,
    WhenText,
    Words,
)
from newsbot.domain.models import FullText, NewFeed, When


class Admins(Section):
    """The bot's own admins, who may use /status and /reload: users' numbers by platform."""

    telegram: tuple[UserId, ...] = ()
    """Telegram users' numbers."""
    discord: tuple[UserId, ...] = ()
    """Discord users' numbers."""


class Access(Section):
    """Which chats may use the bot."""

    mode: Literal["open", "allowlist"] = "open"
    """open: every chat but those in deny; allowlist: only those in allow."""
    allow: tuple[ChatRef, ...] = ()
    """Chats as platform:id."""
    deny: tuple[ChatRef, ...] = ()
    """Chats as platform:id that may never use the bot."""


class Server(Section):
    """The small web server: /healthz, /readyz, /metrics, webhooks and the web chat."""

    listen: Listen = "127.0.0.1:8080"
    """Address and port; 127.0.0.1 is reachable from this machine only."""


class Defaults(Section):
    """What holds where a chat or a feed says nothing else."""

    when: WhenText = When()
    """instant, hourly, daily 08:00 or weekly mon 08:00."""
    max_items: Annotated[int, Field(ge=1, le=50)] = 10
    """Stories in one digest; the others are counted in "N more"."""
    images: bool = True
    """Whether posts show pictures."""
    new_feed: NewFeed = "latest"
    """How much of a new feed's past is posted: none, the latest item, or all."""
    posts_per_day: Annotated[int, Field(ge=0, le=10_000)] = 0
    """So many posts a day in one chat; the rest comes as one digest in the evening. 0: no such limit."""
    news_age: Duration = 7 * 86400
    """What was published longer ago is stored and found, but not posted as news."""


class Limits(Section):
    """How much people may ask of the bot."""

    subscriptions_per_chat: Annotated[int, Field(ge=1, le=100_000)] = 100
    commands_per_minute: Annotated[int, Field(ge=1, le=10_000)] = 20
    """For each user; the members of a shared chat together may ask three times that, its admins not counted."""
    users_may_add_feeds: bool = True
    """Whether people may subscribe to a feed's address that is not in this file."""


class Retention(Section):
    """How long things are kept."""

    articles: Duration | None = 365 * 86400
    """Articles older than this are removed; null keeps them for ever."""


class FeedEntry(Section):
    """One feed: RSS, Atom, RDF or JSON Feed."""

    id: Slug | None = None
    """Its lasting name in the database; made from the name or the host when left out."""
    url: Annotated[FeedUrl, Field(repr=False)]
    """http(s)://… or file:path; a relative path starts at the folder that holds config/."""
    name: str = ""
    """What people see; the feed's own title when left out."""
    category: str = ""
    """People can subscribe to a category as a whole."""
    every: Annotated[Duration | None, EmptyIsNone] = None
    """How often to look; adapts to the feed when left out."""
    full_text: FullText = "auto"
    """Whether to fetch the article's page: when the feed gives little text, always, or never."""
    language: Annotated[Language | None, EmptyIsNone] = None
    """Found out from the text when left out."""
    headers: Annotated[dict[str, str], Field(repr=False, default_factory=dict)]
    """Sent with every request, such as an API key."""
    new_feed: NewFeed | None = None
    """As in defaults, for this feed."""


class TopicEntry(Section):
    """A ready-made topic: a query, or facets. People can also type their own."""

    id: Slug
    """Its lasting name: it keeps its followers when the name below changes."""
    name: str = ""
    """What people see; the id when left out."""
    query: str = ""
    """Words as in /search, in place of facets or with them."""
    all: tuple[Facet, ...] = ()
    """Facets: each must be there; a facet is a list of words or phrases that mean the same."""
    any: Words = ()
    """At least one of these must be there."""
    none: Words = ()
    """None of these may be there."""
    feeds: Words = ()
    """Only articles of these categories or feeds; all when left out."""


class SubscriptionEntry(Section):
    """A standing order for an admin's own chat, with no command typed."""

    chat: ChatRef
    """telegram:@mychannel, telegram:-1001234/5, discord:1234 or web:name."""
    what: str = "everything"
    """everything, a category, a feed (id, name or address) or a topic (id or name)."""
    when: WhenText | None = None
    """As in defaults when left out."""
    query: str = ""
    """Only what also matches these words."""


class Summariser(Section):
    """An OpenAI-compatible endpoint that writes summaries."""

    base_url: HttpUrl
    """Such as http://127.0.0.1:11434/v1."""
    model: Annotated[str, Field(min_length=1)]
    """The model's name there."""
    api_key: SecretStr = SecretStr("")


class ConfigFile(Section):
    """The config of newsbot. Any value may hold ${NAME} or ${NAME:-default}, filled in from the environment."""

    SECRETS: ClassVar[frozenset[str]] = frozenset(
        {"database", "proxy", "token", "password", "secret", "api_key", "headers"}
    )
    """Keys whose values no message repeats."""

    database: Annotated[DatabaseUrl, Field(repr=False)] = "sqlite:///data/newsbot.db"
    """sqlite:///path or postgresql://user:password@host/name."""
    timezone: TimeZone = "UTC"
    """For chats that set none."""
    language: Language = "en"
    """Of the bot's own words."""
    admins: Admins = Admins()
    access: Access = Access()
    server: Server | None = Server()
    """null: no web server."""
    proxy: Annotated[ProxyUrl | None, EmptyIsNone, Field(repr=False)] = None
    """For feeds; each platform may name its own."""
    platforms: Platforms = Platforms()
    defaults: Defaults = Defaults()
    limits: Limits = Limits()
    retention: Retention = Retention()
    feeds: tuple[FeedEntry, ...] = ()
    """What the bot reads."""
    topics: tuple[TopicEntry, ...] = ()
    """Ready-made topics."""
    concepts: tuple[Facet, ...] = ()
    """Words that mean the same, in typed topics and searches too."""
    subscriptions: tuple[SubscriptionEntry, ...] = ()
    """An admin's own channels."""
    summariser: Summariser | None = None
    """null: summaries are sentences of the articles themselves."""
