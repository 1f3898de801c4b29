"""Plan: judged articles become waiting stories in chats, and due stories become deliveries. One leader at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest import summarise
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import narrowing
from newsbot.domain.models import (
    Article,
    Chat,
    Defaults,
    Delivery,
    Digest,
    DigestStory,
    Mute,
    Outcome,
    Subscription,
    What,
    WhatKind,
)
from newsbot.domain.plan import BUSY_WINDOW, Candidate, Composition, Judged, Post, compose, outcome
from newsbot.domain.ports import Clock, Wake
from newsbot.domain.schedule import next_due
from newsbot.pipeline.leadership import Leadership
from newsbot.storage import Storage
from newsbot.storage.leases import Fence
from newsbot.storage.outbox import PlannedDelivery

BATCH = 200
CHATS = 50
PATIENCE = timedelta(seconds=15)
"""So long, and no longer, posts wait for the judge."""

EDIT_WINDOW = timedelta(hours=24)
"""A post follows its story's growth for so long."""

URGENT, SCHEDULED, EDIT = 0, 1, 2

Served = tuple[Subscription, Chat]


class Planner:
    """The two steps of planning: :meth:`fan_out` over articles, then :meth:`compose_due` over chats."""

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
        self.leadership = Leadership(storage, "plan", owner, clock)
        self._defaults = defaults

    def adopt(self, lexicon: Lexicon, defaults: Defaults) -> None:
        """Plan by a new lexicon and new defaults from the next batch on."""
        self._lexicon, self._defaults = lexicon, defaults

    async def step(self) -> bool:
        """Plan one batch; False when there was nothing to do or another process leads."""
        now = self._clock.now()
        fence = await self.leadership.hold()
        if fence is None:
            return False
        if await self.fan_out(fence, now):
            return True
        if await self._more_is_coming(now) or not await self.compose_due(fence, now):
            return False
        self._wake.notify("deliver")
        return True

    async def _more_is_coming(self, now: datetime) -> bool:
        """Whether articles are still being judged that may belong into the posts that are due: they had better wait,
        or a backlog would come as one digest for each batch. They do not wait long."""
        oldest = next(iter(await self._storage.articles.new(1)), None)
        return oldest is not None and oldest.fetched is not None and now - oldest.fetched <= PATIENCE

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
        edits = await self._edits(judged, now)
        await self._storage.outbox.record([j.article.id for j in judged], outcomes, fence, edits=edits)
        return True

    async def _outcomes(self, judged: Sequence[Judged], now: datetime) -> list[Outcome]:
        served = await self._storage.chats.subscribers(sorted({w for j in judged for w in _whats(j)}, key=str))
        by_what: defaultdict[What, list[Served]] = defaultdict(list)
        for subscription, chat in served:
            by_what[_folded(subscription.what)].append((subscription, chat))
        mutes = await self._storage.chats.mutes_of(sorted({chat.id for _, chat in served}))
        return [
            made
            for j in judged
            for chat, subscriptions in _by_chat(s for what in _whats(j) for s in by_what[what])
            if (made := self._outcome(j, chat, subscriptions, mutes.get(chat.id, ()), now))
        ]

    def _outcome(
        self, j: Judged, chat: Chat, subscriptions: Sequence[Subscription], mutes: Sequence[Mute], now: datetime
    ) -> Outcome | None:
        narrowed = narrowing(j.article, self._analyzer, self._lexicon, now)
        return outcome(chat, subscriptions, mutes, j, now, narrowed)

    # --- posts that grow -----------------------------------------------------------------------

    async def _edits(self, judged: Sequence[Judged], now: datetime) -> list[PlannedDelivery]:
        stories = sorted({j.story_id for j in judged})
        posted = [
            (shown, delivery)
            for shown, delivery in await self._storage.outbox.shown(stories)
            if delivery.created is not None and now - delivery.created <= EDIT_WINDOW
        ]
        if not posted:
            return []
        articles = await self._storage.articles.of_stories(sorted({shown.story_id for shown, _ in posted}))
        mutes = await self._storage.chats.mutes_of(sorted({shown.chat_id for shown, _ in posted}))
        changed: dict[int, tuple[Delivery, Digest]] = {}
        for shown, delivery in posted:
            current = changed[delivery.id][1] if delivery.id in changed else delivery.digest
            grown = self._grown(current, shown, articles.get(shown.story_id, ()), mutes.get(shown.chat_id, ()), now)
            if grown is not None:
                changed[delivery.id] = (delivery, grown)
        return [PlannedDelivery(d.chat_id, "edit", digest, EDIT, now, target=d.id) for d, digest in changed.values()]

    def _grown(
        self, digest: Digest, shown: Outcome, articles: Sequence[Article], mutes: Sequence[Mute], now: datetime
    ) -> Digest | None:
        told = _unmuted(articles, mutes)
        if not told:
            return None
        stories = []
        for story in digest.stories:
            if story.story_id != shown.story_id:
                stories.append(story)
                continue
            fresh = summarise(told, self._analyzer, reasons=story.reasons)
            stories.append(replace(fresh, updated=now) if _differs(fresh, story) else story)
        grown = replace(digest, stories=tuple(stories))
        return grown if grown != digest else None

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
        articles = await self._storage.articles.of_stories(sorted({o.story_id for o in waiting}))
        made = compose(
            chat,
            _candidates(waiting, articles, now),
            await self._storage.outbox.posted_since(chat_id, now - BUSY_WINDOW),
            zone,
            chat.settings.max_items or self._defaults.max_items,
            next((s.when.kind for s in moved if s.when.kind != "instant"), "daily"),
            now,
        )
        await self._store(chat, made, articles, next_dues, fence, now)

    async def _store(
        self,
        chat: Chat,
        made: Composition,
        articles: Mapping[int, Sequence[Article]],
        next_dues: Sequence[tuple[int, datetime]],
        fence: Fence,
        now: datetime,
    ) -> None:
        mutes = await self._storage.chats.mutes(chat.id) if made.posts else ()
        deliveries = [
            PlannedDelivery(
                chat.id,
                "post",
                self._digest(chat, post, articles, mutes),
                SCHEDULED if post.occasion in {"hourly", "daily", "weekly"} else URGENT,
                now,
                shown=tuple(o.story_id for o in post.shown),
                more=tuple(o.story_id for o in post.more),
            )
            for post in made.posts
        ]
        await self._storage.outbox.plan(deliveries, fence, next_due=next_dues)
        if made.hold and made.until:
            await self._storage.outbox.hold(chat.id, [o.story_id for o in made.hold], made.until, made.note)

    def _digest(
        self, chat: Chat, post: Post, articles: Mapping[int, Sequence[Article]], mutes: Sequence[Mute]
    ) -> Digest:
        stories = tuple(self._story(o, _unmuted(articles.get(o.story_id, ()), mutes)) for o in post.shown)
        return Digest(
            stories=tuple(s for s in stories if s is not None),
            title=_common(post.shown),
            occasion=post.occasion,
            more=len(post.more),
            compact=chat.settings.compact,
            images=self._defaults.images if chat.settings.images is None else chat.settings.images,
            silent=chat.settings.silent,
            language=chat.settings.language or self._defaults.language,
            timezone=chat.settings.timezone or self._defaults.timezone,
        )

    def _story(self, shown: Outcome, articles: Sequence[Article]) -> DigestStory | None:
        return summarise(articles, self._analyzer, reasons=shown.reasons) if articles else None


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


def _unmuted(articles: Sequence[Article], mutes: Sequence[Mute]) -> list[Article]:
    muted = {mute.ref for mute in mutes if mute.kind == "source"}
    return [a for a in articles if str(a.feed_id) not in muted]


def _differs(fresh: DigestStory, shown: DigestStory) -> bool:
    return (fresh.headline, fresh.summary, fresh.facts, fresh.sources) != (
        shown.headline,
        shown.summary,
        shown.facts,
        shown.sources,
    )


def _candidates(
    waiting: Iterable[Outcome], articles: Mapping[int, Sequence[Article]], now: datetime
) -> list[Candidate]:
    return [
        Candidate(o, len({a.feed_id for a in told}), max((a.published or now for a in told), default=now))
        for o in waiting
        for told in [articles.get(o.story_id, ())]
    ]


def _common(shown: Sequence[Outcome]) -> str:
    labels = [{reason.label for reason in o.reasons} for o in shown]
    common = set.intersection(*labels) if labels else set()
    return min(common, key=len, default="") if len(shown) > 1 else ""
