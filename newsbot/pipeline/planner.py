"""Plan: judged articles become waiting stories in chats, and due stories become deliveries. One leader at a time."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lessons import narrowing
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import (
    Article,
    Chat,
    Defaults,
    Mute,
    Outcome,
    Subscription,
    What,
    WhatKind,
)
from newsbot.domain.plan import (
    BUSY_WINDOW,
    Candidate,
    Composition,
    Judged,
    called,
    compose,
    due_now,
    lapsed,
    outcome,
    own_feeds,
    seen_by,
)
from newsbot.domain.ports import Clock, Wake
from newsbot.domain.schedule import next_due
from newsbot.pipeline.contents import Summaries, make_digest
from newsbot.pipeline.growth import Growth
from newsbot.pipeline.leadership import Leadership
from newsbot.storage import Storage
from newsbot.storage.leases import Fence
from newsbot.storage.outbox import PlannedDelivery

log = structlog.get_logger(__name__)

BATCH = 200
CHATS = 50
PATIENCE = timedelta(seconds=15)
"""So long, and no longer, posts wait for what is on its way."""

UNDATED = datetime.fromtimestamp(0, UTC)
"""Older than all news: what bears no date is often no news at all ("About us")."""

URGENT, SCHEDULED = 0, 1
"""Priorities: smaller goes first; edits come last, see :mod:`newsbot.pipeline.growth`."""

Served = tuple[Subscription, Chat]


class Planner:
    """The two steps of planning: :meth:`fan_out` over articles, then :meth:`compose_due` over chats.

    ``paced`` is False for a single round, after which nobody would post what a busy chat makes wait.
    """

    def __init__(
        self,
        storage: Storage,
        analyzer: Analyzer,
        lexicon: Lexicon,
        clock: Clock,
        wake: Wake,
        owner: str,
        defaults: Defaults,
    ) -> None:
        self._storage, self._analyzer, self._lexicon = storage, analyzer, lexicon
        self._clock, self._wake = clock, wake
        self._summaries = Summaries(analyzer)
        self._growth = Growth(storage, self._summaries)
        self.paced = True
        self.leadership = Leadership(storage, "plan", owner, clock)
        self._defaults = defaults

    def adopt(self, lexicon: Lexicon, defaults: Defaults) -> None:
        """Plan by a new lexicon and new defaults from the next batch on."""
        self._lexicon, self._defaults = lexicon, defaults

    async def step(self) -> bool:
        """Plan one batch; False when there was nothing to do or another process leads."""
        async with self.leadership.led() as fence:
            return fence is not None and await self._step(fence)

    async def _step(self, fence: Fence) -> bool:
        now = self._clock.now()
        if await self.fan_out(fence, now):
            return True
        if (self.paced and await self._more_is_coming(now)) or not await self.compose_due(fence, now):
            return False
        self._wake.notify("deliver")
        return True

    async def _more_is_coming(self, now: datetime) -> bool:
        """Whether what is due had better wait, and not long, for articles that are being judged and for feeds that are
        read for the first time: or a backlog would come as one digest for each batch, or each feed."""
        if not await self._storage.articles.new(1) and not await self._storage.feeds.unread(now):
            return False
        since = await self._storage.outbox.due_since()
        return since is not None and now - since <= PATIENCE

    # --- articles to chats ---------------------------------------------------------------------

    async def fan_out(self, fence: Fence, now: datetime) -> bool:
        """Record what one batch of judged articles means to each chat, and plan the edits of posts that grew."""
        batch = await self._storage.articles.judged(BATCH)
        if not batch:
            return False
        judged = [
            Judged(j.article, j.article.story_id or j.article.id, {m.topic_id: m for m in j.matches}) for j in batch
        ]
        loud = [j for j in judged if j.article.announce]
        outcomes = await self._outcomes(loud, now)
        edits = await self._growth.edits(judged, now)
        versions = {j.article.id: j.version for j in batch}
        await self._storage.outbox.record(list(versions), outcomes, fence, edits=edits, versions=versions)
        return True

    async def _outcomes(self, judged: Sequence[Judged], now: datetime) -> list[Outcome]:
        served = await self._storage.chats.subscribers(sorted({w for j in judged for w in _whats(j)}, key=str))
        by_what: defaultdict[What, list[Served]] = defaultdict(list)
        for subscription, chat in served:
            by_what[_folded(subscription.what)].append((subscription, chat))
        mutes = await self._storage.chats.mutes_of(sorted({chat.id for _, chat in served}))
        return await asyncio.to_thread(lambda: [made for j in judged for made in self._fanned(j, by_what, mutes, now)])

    def _fanned(
        self, j: Judged, by_what: Mapping[What, Sequence[Served]], mutes: Mapping[int, Sequence[Mute]], now: datetime
    ) -> list[Outcome]:
        """One article in every chat that it concerns. One that upsets our code is loud, and holds up no other."""
        narrow = narrowing(j.article, self._analyzer, self._lexicon, now)
        chats = _by_chat(s for what in _whats(j) for s in by_what.get(what, ()))
        try:
            made = [outcome(chat, orders, mutes.get(chat.id, ()), j, now, narrow) for chat, orders in chats]
        except Exception:
            log.exception("an article could not be planned", article=j.article.id, title=j.article.title)
            return []
        return [found for found in made if found is not None]

    # --- chats to deliveries -------------------------------------------------------------------

    async def compose_due(self, fence: Fence, now: datetime) -> bool:
        """Compose what is due in some chats, and move their schedules on; False when nothing was due."""
        overdue = await self._storage.chats.overdue(now, CHATS)
        due = await self._storage.outbox.due_chats(now, CHATS)
        moved: defaultdict[int, list[Subscription]] = defaultdict(list)
        for subscription in overdue:
            moved[subscription.chat_id].append(subscription)
        for chat_id in sorted({*due, *moved}):
            await self._compose(chat_id, moved.get(chat_id, []), fence, now)
        return bool(due or moved)

    async def _compose(self, chat_id: int, moved: Sequence[Subscription], fence: Fence, now: datetime) -> None:
        chat = await self._storage.chats.get(chat_id)
        if chat is None:
            return
        zone = ZoneInfo(chat.settings.timezone or self._defaults.timezone)
        next_dues = [(s.id, due) for s in moved if (due := next_due(s.when, zone, now))]
        waiting = [] if chat.paused else await self._storage.outbox.waiting(chat_id)
        ready = due_now(waiting, now)
        orders = await self._storage.chats.subscriptions(chat_id) if ready else []
        told = await self._storage.articles.of_stories(sorted({o.story_id for o in ready}))
        articles = {story_id: seen_by(stored, own_feeds(orders)) for story_id, stored in told.items()}
        mutes = await self._storage.chats.mutes(chat_id)
        made = compose(
            chat,
            _candidates(await self._wanted(chat, ready, orders, mutes, articles, now), articles),
            await self._storage.outbox.posted_since(chat_id, now - BUSY_WINDOW) if self.paced else (),
            zone,
            chat.settings.max_items or self._defaults.max_items,
            next((s.when.kind for s in (*moved, *orders) if s.when.kind != "instant"), "daily"),
            now,
        )
        pings = [called(post, orders) for post in made.posts]
        await self._store(chat, made, pings, articles, mutes, next_dues, fence, now)

    async def _wanted(
        self,
        chat: Chat,
        due: Sequence[Outcome],
        orders: Sequence[Subscription],
        mutes: Sequence[Mute],
        articles: Mapping[int, Sequence[Article]],
        now: datetime,
    ) -> list[Outcome]:
        """Those of the stories that the chat has not turned down since they began to wait; the others are recorded."""
        told = {
            o.story_id: [(a, narrowing(a, self._analyzer, self._lexicon, now)) for a in articles.get(o.story_id, ())]
            for o in due
        }
        notes = await asyncio.to_thread(
            lambda: {
                o.story_id: lapsed(chat, o, orders, mutes, told[o.story_id]) if told[o.story_id] else "ended"
                for o in due
            }
        )
        if turned_down := {story_id: note for story_id, note in notes.items() if note}:
            await self._storage.outbox.skip(chat.id, turned_down, now)
        return [o for o in due if not notes[o.story_id]]

    async def _store(
        self,
        chat: Chat,
        made: Composition,
        pings: Sequence[tuple[str, ...]],
        articles: Mapping[int, Sequence[Article]],
        mutes: Sequence[Mute],
        next_dues: Sequence[tuple[int, datetime]],
        fence: Fence,
        now: datetime,
    ) -> None:
        digests = [
            replace(
                await asyncio.to_thread(make_digest, chat, post, articles, mutes, self._defaults, self._summaries),
                pings=called_roles,
            )
            for post, called_roles in zip(made.posts, pings, strict=True)
        ]
        deliveries = [
            PlannedDelivery(
                chat.id,
                "post",
                digest,
                SCHEDULED if post.occasion in {"hourly", "daily", "weekly"} else URGENT,
                now,
                shown=tuple(o.story_id for o in post.shown),
                more=tuple(o.story_id for o in post.more),
            )
            for post, digest in zip(made.posts, digests, strict=True)
        ]
        await self._storage.outbox.plan(deliveries, fence, next_due=next_dues)
        if made.hold and made.until:
            await self._storage.outbox.hold(chat.id, [o.story_id for o in made.hold], made.until, made.note)


def _whats(judged: Judged) -> list[What]:
    article = judged.article
    kinds: list[tuple[WhatKind, str]] = [("everything", ""), ("feed", str(article.feed_id))]
    if article.category:
        kinds.append(("category", article.category.casefold()))
    kinds += [("topic", str(topic_id)) for topic_id in judged.matches]
    return [What(kind, ref) for kind, ref in kinds]


def _folded(what: What) -> What:
    return replace(what, ref=what.ref.casefold())


def _by_chat(served: Iterable[Served]) -> list[tuple[Chat, list[Subscription]]]:
    chats: dict[int, tuple[Chat, list[Subscription]]] = {}
    for subscription, chat in served:
        chats.setdefault(chat.id, (chat, []))[1].append(subscription)
    return list(chats.values())


def _candidates(waiting: Iterable[Outcome], articles: Mapping[int, Sequence[Article]]) -> list[Candidate]:
    return [
        Candidate(o, len({a.feed_id for a in told}), max((a.published or UNDATED for a in told), default=UNDATED))
        for o in waiting
        for told in [articles.get(o.story_id, ())]
    ]
