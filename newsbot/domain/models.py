"""The nouns of newsbot, frozen. Times are aware datetimes in UTC; ids are the database's integers.

DESIGN words: Feed, Article, Story, Topic, Chat, Subscription, Digest, Delivery.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Literal

from newsbot.domain.urls import unaddressed

# --- feeds and articles --------------------------------------------------------------------------

FullText = Literal["auto", "always", "never"]
NewFeed = Literal["none", "latest", "all"]


@dataclass(frozen=True, slots=True)
class ParsedArticle:
    """One entry of a feed document. ``text`` is plain text; ``url`` and ``image`` are absolute or ""."""

    guid: str
    url: str = ""
    title: str = ""
    text: str = ""
    published: datetime | None = None
    authors: tuple[str, ...] = ()
    image: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document as read: entries in document order. ``link`` is the site's page."""

    title: str = ""
    link: str = ""
    language: str = ""
    articles: tuple[ParsedArticle, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A feed as an admin's config or a user's command asks for it. ``slug`` is the config's id."""

    url: str
    slug: str | None = None
    name: str = ""
    category: str = ""
    every: int | None = None
    full_text: FullText = "auto"
    language: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    new_feed: NewFeed = "latest"


@dataclass(frozen=True, slots=True)
class Feed:
    """A polled URL with its HTTP state and health. ``every`` is seconds between polls, None for adaptive.

    ``from_config`` feeds may be any address or a file; a user's may not point into a private network. A ``private`` one
    was typed by a person: it is known to the chats that subscribe to it, and read while there are any.
    ``failures`` counts the failed polls since the last good one; ``error`` is their latest reason.
    """

    id: int
    url: str
    slug: str | None = None
    name: str = ""
    category: str = ""
    every: int | None = None
    full_text: FullText = "auto"
    language: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    new_feed: NewFeed = "latest"
    from_config: bool = False
    private: bool = False
    enabled: bool = True
    title: str = ""
    site: str = ""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    next_poll: datetime | None = None
    last_success: datetime | None = None
    last_item: datetime | None = None
    failures: int = 0
    error: str = ""
    articles: int = 0

    @property
    def label(self) -> str:
        """What people see: the admin's name, the feed's own title, or the address; of a private one's, the host."""
        return self.name or self.title or (unaddressed(self.url) if self.private else self.url)


@dataclass(frozen=True, slots=True)
class Article:
    """One stored entry of a Feed.

    ``id`` follows the published time (clamped to the time of arrival), so newest first is the order of ids.
    ``source`` is the feed's label. ``announce`` is False for what was stored silently from a new feed's past;
    ``private``: the feed is.
    """

    id: int
    feed_id: int
    source: str
    title: str
    text: str
    url: str = ""
    language: str = ""
    published: datetime | None = None
    fetched: datetime | None = None
    authors: tuple[str, ...] = ()
    image: str = ""
    category: str = ""
    story_id: int | None = None
    announce: bool = True
    private: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """Articles that report one event. ``first`` and ``updated`` are when its first and latest one arrived."""

    id: int
    headline: str
    language: str
    articles: int
    first: datetime
    updated: datetime


# --- topics and subscriptions --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TopicDefinition:
    """A standing query: typed (``query``) or in facets (``all``: every facet, ``any``: one word of it,
    ``none``: a veto). ``feeds`` narrows it to categories or feed slugs."""

    query: str = ""
    all: tuple[tuple[str, ...], ...] = ()
    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """A named standing query; ``slug`` is the config's id, None for a typed one."""

    id: int
    name: str
    definition: TopicDefinition
    slug: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """Topic ``topic_id`` matches an article: ``score`` in 0..1 and the article's own words that made it."""

    topic_id: int
    score: float
    words: tuple[str, ...]


WhenKind = Literal["instant", "hourly", "daily", "weekly"]


@dataclass(frozen=True, slots=True)
class When:
    """How often: ``at`` and ``weekday`` (Monday is 0) are in the chat's own time zone."""

    kind: WhenKind = "instant"
    at: time = time(8, 0)
    weekday: int = 0


WhatKind = Literal["everything", "category", "feed", "topic"]


@dataclass(frozen=True, slots=True)
class What:
    """What a subscription covers. ``ref`` is a category's name, or a feed's or topic's id as text."""

    kind: WhatKind = "everything"
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where a chat chose nothing: the config's ``defaults``, ``timezone`` and ``language``.

    ``ceiling``: posts a day, 0 for no such limit. ``news_age``: what was published longer ago is no news any more."""

    when: When = field(default_factory=When)
    max_items: int = 10
    images: bool = True
    new_feed: NewFeed = "latest"
    timezone: str = "UTC"
    language: str = "en"
    ceiling: int = 0
    news_age: timedelta = timedelta(days=7)


Threads = Literal["story", "day"]
"""What a forum has a thread of its own for."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` to ``end`` in the chat's time zone, over midnight where end is earlier."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """What a chat chose; None or () means the config's default.

    ``languages``: of articles wanted, () for all. ``max_items``: stories in one digest. ``threads``: what a forum has a
    thread of its own for. ``publish``: a channel that others can follow passes its posts on to them. ``ceiling``: posts
    a day, 0 for no such limit. ``developments``: what is really new of a story may come as a reply to its post.
    """

    when: When | None = None
    timezone: str | None = None
    quiet: QuietHours | None = None
    language: str | None = None
    languages: tuple[str, ...] = ()
    compact: bool = False
    images: bool | None = None
    silent: bool = False
    max_items: int | None = None
    threads: Threads = "story"
    publish: bool = True
    ceiling: int | None = None
    developments: bool = True


ChatKind = Literal["private", "group", "channel", "forum"]
"""One person; people who talk to each other; people who read; threads, of which each post opens one."""


@dataclass(frozen=True, slots=True)
class ChatKey:
    """A place to post to, by its platform's own names. ``thread`` is "" where there is none."""

    platform: str
    native: str
    thread: str = ""

    def __str__(self) -> str:
        """``platform:native[/thread]``, as in the config's ``access`` and ``subscriptions``."""
        return f"{self.platform}:{self.native}" + (f"/{self.thread}" if self.thread else "")


@dataclass(frozen=True, slots=True)
class Chat:
    """A known place. ``paused`` is "" or why its posts wait (blocked, no permission, by its admin).

    ``language`` is that of the person's client in a private chat, "" where it is not known: what the bot speaks there
    unless the settings say otherwise. ``server`` is the native id of the community that the place is part of, "" where
    the platform has none.
    """

    id: int
    key: ChatKey
    kind: ChatKind = "private"
    title: str = ""
    settings: ChatSettings = field(default_factory=ChatSettings)
    paused: str = ""
    language: str = ""
    server: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A story that the owner of a follow praised (``good``) or not, and the telling ``words`` of it."""

    story_id: int
    good: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lessons:
    """What a follow has learned from its owner: marks, latest last, and words that its stories must go ``without``."""

    marks: tuple[Mark, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Subscription:
    """A chat's standing order. ``query`` narrows it, and so do its ``lessons``; ``label`` is what people call it.

    ``next_due`` is None for instant ones. ``ping`` is the native id of the role that its posts call, "" for nobody.
    """

    id: int
    chat_id: int
    what: What
    when: When
    query: str = ""
    label: str = ""
    paused: bool = False
    next_due: datetime | None = None
    created: datetime | None = None
    created_by: str = ""
    lessons: Lessons = field(default_factory=Lessons)
    ping: str = ""


MuteKind = Literal["source", "topic", "story"]


@dataclass(frozen=True, slots=True)
class Mute:
    """A chat's veto: a feed, topic or story by its id as text."""

    id: int
    chat_id: int
    kind: MuteKind
    ref: str
    label: str = ""
    created: datetime | None = None


# --- digests -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure (money, percentage, count, date) as written, and the sentence that carries it."""

    value: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Source:
    """One telling of a story. ``feed_id`` lets a reader mute it; 0 where there is none."""

    name: str
    url: str
    feed_id: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a chat gets a story: the subscription's label and the words that matched ("" parts allowed)."""

    label: str
    words: tuple[str, ...] = ()
    topic_id: int | None = None


@dataclass(frozen=True, slots=True)
class DigestStory:
    """One story of a digest, free of any platform's markup. ``summary`` is verbatim sentences."""

    story_id: int
    headline: str
    summary: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    sources: tuple[Source, ...] = ()
    url: str = ""
    image: str = ""
    language: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    reasons: tuple[Reason, ...] = ()


Occasion = Literal[
    "story", "burst", "quiet", "hourly", "daily", "weekly", "answer", "catchup", "evening", "development"
]
"""Why a post was made: one story; many at once; after quiet hours; a schedule; asked for by a command; after the bot
was away; the rest of a day with a ceiling; or what is really new of a story that was posted before, as a reply."""


@dataclass(frozen=True, slots=True)
class Digest:
    """The content of one post; ``more`` stories were left out of it.

    ``title`` is what its stories have in common (a topic, a category), "" when nothing but the occasion.

    ``compact``, ``images`` and ``silent`` are the chat's wishes at planning; ``language`` is of the bot's words;
    ``audience`` are those who read it: a person, a group, or whoever reads a channel. ``pings`` are the native ids of
    roles that it calls, and ``threads`` and ``publish`` are wishes too.
    """

    stories: tuple[DigestStory, ...]
    title: str = ""
    occasion: Occasion = "story"
    more: int = 0
    compact: bool = False
    images: bool = True
    silent: bool = False
    language: str = "en"
    timezone: str = "UTC"
    audience: ChatKind = "private"
    pings: tuple[str, ...] = ()
    threads: Threads = "story"
    publish: bool = True


# --- the outbox ----------------------------------------------------------------------------------


class DeliveryState(StrEnum):
    """Where a delivery stands. queued → sending → sent | uncertain | quarantined | dropped | queued again."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    QUARANTINED = "quarantined"
    DROPPED = "dropped"


DeliveryKind = Literal["post", "edit", "reply", "retract", "publish"]
"""What is to be done. "publish": what was posted is passed on to those who follow the place from elsewhere."""


NO_MESSAGE = ""
"""In the place of a message's id: this part went out, but nothing can be done with it any more."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to do in one chat, with its attempts. ``target`` is the delivery it edits, retracts or publishes;
    ``message_ids`` are the platform's, of this delivery or else of its target, in order of the parts, with
    ``NO_MESSAGE`` for those that were deleted or left behind.
    ``priority``: smaller goes first (0 urgent, 1 scheduled, 2 edit, then what is published: 3 digests, 4 single
    stories); ``turn``: its place in line, see ``storage.outbox.claim``. ``doubts``: sends of it whose outcome stayed
    unknown and after which it was sent again."""

    id: int
    chat_id: int
    chat: ChatKey
    kind: DeliveryKind
    digest: Digest
    state: DeliveryState = DeliveryState.QUEUED
    priority: int = 0
    target: int | None = None
    message_ids: tuple[str, ...] = ()
    attempts: int = 0
    not_before: datetime | None = None
    created: datetime | None = None
    updated: datetime | None = None
    reason: str = ""
    doubts: int = 0
    turn: datetime | None = None
    sent_at: datetime | None = None


StepKind = Literal["held", "retry", "uncertain", "quarantined", "dropped", "again", "moved", "withdrawn"]
"""Held back by the planner; failed and tried again; outcome unknown; refused for good; given up; tried again at an
admin's word; its chat has a new address; taken back."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step on the way of a story to a chat that the story's outcome and its deliveries do not tell themselves.

    ``detail``: the planner's note, the platform's words, or who did it."""

    at: datetime
    kind: StepKind
    detail: str = ""
    story_id: int | None = None
    delivery_id: int | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is posted on ``platform`` ("" for all), and why; until somebody ends it, or ``until`` then."""

    platform: str
    reason: str
    since: datetime
    until: datetime | None = None


class OutcomeState(StrEnum):
    """What became of a story in a chat: still waiting, shown in a post, counted in "N more", or left out."""

    WAITING = "waiting"
    SHOWN = "shown"
    MORE = "more"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The one record of a story in a chat. ``article_id`` is the article that brought it here first.

    ``due`` is when a waiting one may be posted; ``note`` says why it waits or was left out.
    """

    chat_id: int
    story_id: int
    article_id: int
    reasons: tuple[Reason, ...] = ()
    state: OutcomeState = OutcomeState.WAITING
    note: str = ""
    due: datetime | None = None
    urgent: bool = False
    delivery_id: int | None = None
    at: datetime | None = None
