"""Stories that wait in chats become posts, for many chats at once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import structlog

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lessons import Narrow, narrowing
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Article, Defaults, Digest, Occasion, Outcome, Subscription
from newsbot.domain.plan import (
    BUSY_WINDOW,
    Bounds,
    Candidate,
    Held,
    Post,
    bounds_of,
    called,
    compose,
    due_now,
    lapsed,
    outdated,
    own_feeds,
    seen_by,
)
from newsbot.domain.schedule import next_due
from newsbot.pipeline.contents import Summaries, make_digest
from newsbot.storage import Storage
from newsbot.storage.leases import Fence
from newsbot.storage.outbox import Composed, PlannedDelivery, Table

log = structlog.get_logger(__name__)

CHATS = 500
"""Chats in one transaction, and orders whose time has come."""

STORIES = 1000
"""Stories at most that are read for them, but for one chat all that are due there."""

UNDATED = datetime.fromtimestamp(0, UTC)
"""Older than all news: what bears no date is often no news at all ("About us")."""

URGENT, SCHEDULED = 0, 1
"""Priorities: smaller goes first; edits come last, see :mod:`newsbot.pipeline.growth`."""

INSTANT = frozenset({"story", "burst", "quiet"})
"""Occasions that nobody has waited for since a set hour, or long already."""

Moved = Mapping[int, Sequence[Subscription]]


@dataclass(frozen=True, slots=True)
class Stories:
    """What a batch of chats is told: each story's articles, and what orders are asked about them."""

    articles: Mapping[int, Sequence[Article]]
    narrow: Mapping[int, Narrow]
    digests: dict[Digest, Digest] = field(default_factory=dict)

    def told(self, story_id: int, own: set[int]) -> list[Article]:
        """The tellings of a story that are no secret to a chat with these feeds of its ``own``."""
        return seen_by(self.articles.get(story_id, ()), own)

    def shared(self, digest: Digest) -> Digest:
        """One and the same for all chats that get it in the same words: it is written down once."""
        return self.digests.setdefault(digest, digest)


class Composer:
    """Composes what is due. ``lexicon`` and ``defaults`` may be replaced between batches."""

    def __init__(
        self, storage: Storage, analyzer: Analyzer, lexicon: Lexicon, summaries: Summaries, defaults: Defaults
    ) -> None:
        self._storage, self._analyzer, self._summaries = storage, analyzer, summaries
        self.lexicon, self.defaults = lexicon, defaults

    async def step(self, fence: Fence, now: datetime, *, paced: bool = True, away: bool = False) -> bool:
        """Compose what is due in some chats, and move their schedules on; False when nothing was due. ``paced`` and
        ``away``: see :func:`newsbot.domain.plan.compose`."""
        moved: defaultdict[int, list[Subscription]] = defaultdict(list)
        for order in await self._storage.chats.overdue(now, CHATS):
            moved[order.chat_id].append(order)
        due = await self._storage.outbox.due_chats(now, CHATS)
        if not (moved or due):
            return False
        tables = await self._storage.outbox.tables(
            list(dict.fromkeys([*due, *moved])), lambda chat: bounds_of(chat, self.defaults).since(now), now
        )
        tables, ids = _affordable(tables, now)
        told = await self._storage.articles.of_stories(ids)
        made = await asyncio.to_thread(self._composed, tables, told, moved, now, paced=paced, away=away)
        if await self._summaries.write(_shown(made), told):
            made = await asyncio.to_thread(self._composed, tables, told, moved, now, paced=paced, away=away)
        await self._storage.outbox.carry_out(made, fence, now)
        return True

    def _composed(
        self,
        tables: Iterable[Table],
        told: Mapping[int, Sequence[Article]],
        moved: Moved,
        now: datetime,
        *,
        paced: bool,
        away: bool,
    ) -> list[Composed]:
        narrow = {a.id: narrowing(a, self._analyzer, self.lexicon, now) for each in told.values() for a in each}
        stories = Stories(told, narrow)
        made = []
        for table in tables:
            bounds = bounds_of(table.chat, self.defaults)
            orders = moved.get(table.chat.id, ())
            dues = tuple((s.id, due) for s in orders if (due := next_due(s.when, bounds.zone, now)))
            try:
                composed = self._one(table, bounds, orders, stories, now, paced=paced, away=away)
            except Exception:  # a defect of ours that one chat meets must not hold up all others
                log.exception("a chat's posts could not be composed", chat=table.chat.id)
                ready = tuple(o.story_id for o in due_now(table.waiting, now))
                composed = Composed(table.chat.id, hold=ready, held=Held("late", now + BUSY_WINDOW))
            made.append(replace(composed, next_due=dues))
        return made

    def _one(
        self,
        table: Table,
        bounds: Bounds,
        moved: Sequence[Subscription],
        stories: Stories,
        now: datetime,
        *,
        paced: bool,
        away: bool,
    ) -> Composed:
        ready = due_now(table.waiting, now)
        own = own_feeds(table.orders)
        told = {o.story_id: stories.told(o.story_id, own) for o in ready}
        notes = {o.story_id: self._unwanted(o, table, told[o.story_id], stories, now, away=away) for o in ready}
        wanted = [_candidate(o, told[o.story_id]) for o in ready if not notes[o.story_id]]
        occasion: Occasion = next((s.when.kind for s in (*moved, *table.orders) if s.when.kind != "instant"), "daily")
        made = compose(bounds, wanted, table.posted, occasion, now, paced=paced, away=away)
        return Composed(
            table.chat.id,
            tuple(self._delivery(table, post, told, stories, now) for post in made.posts),
            tuple(o.story_id for o in made.hold),
            made.held,
            {story_id: note for story_id, note in notes.items() if note},
        )

    def _unwanted(
        self, waiting: Outcome, table: Table, told: Sequence[Article], stories: Stories, now: datetime, *, away: bool
    ) -> str:
        """Why a story that is due is left out: taken back, too old by now, or turned down since it began to wait. What
        waited while the bot was ``away`` did so for that, and is not too old."""
        if waiting.story_id in table.withdrawn:
            return "withdrawn"
        if not told:
            return "ended"
        if not away and outdated(waiting, table.orders, self.defaults.news_age, now):
            return "old"
        asked = [(article, stories.narrow[article.id]) for article in told]
        return lapsed(table.chat, waiting, table.orders, table.mutes, asked)

    def _delivery(
        self, table: Table, post: Post, told: Mapping[int, Sequence[Article]], stories: Stories, now: datetime
    ) -> PlannedDelivery:
        digest = make_digest(table.chat, post, told, table.mutes, self.defaults, self._summaries)
        return PlannedDelivery(
            table.chat.id,
            "post",
            stories.shared(replace(digest, pings=called(post, table.orders))),
            URGENT if post.occasion in INSTANT else SCHEDULED,
            now,
            shown=tuple(o.story_id for o in post.shown),
            more=tuple(o.story_id for o in post.more),
        )


def _shown(made: Iterable[Composed]) -> list[int]:
    """The stories that posts tell."""
    return list(dict.fromkeys(s.story_id for each in made for post in each.posts for s in post.digest.stories))


def _affordable(tables: Sequence[Table], now: datetime) -> tuple[list[Table], list[int]]:
    """As many of the chats as may be told so many stories, at least one, and these stories."""
    taken: list[Table] = []
    stories: set[int] = set()
    for table in tables:
        stories |= {o.story_id for o in due_now(table.waiting, now)}
        if taken and len(stories) > STORIES:
            break
        taken.append(table)
    return taken, sorted(stories)


def _candidate(waiting: Outcome, told: Sequence[Article]) -> Candidate:
    updated = max((a.published or UNDATED for a in told), default=UNDATED)
    return Candidate(waiting, len({a.feed_id for a in told}), updated)
