"""What judged articles mean to each chat: recorded there, whether it is to be posted or not."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lessons import narrowing
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Chat, Defaults, Mute, Outcome, Subscription, What, WhatKind
from newsbot.domain.plan import Judged, outcome
from newsbot.pipeline.growth import Growth
from newsbot.storage import Storage
from newsbot.storage.leases import Fence

log = structlog.get_logger(__name__)

BATCH = 200

Served = tuple[Subscription, Chat]


class FanOut:
    """From articles to the chats whose orders cover them. ``lexicon`` and ``defaults`` may be replaced between
    batches."""

    def __init__(
        self, storage: Storage, analyzer: Analyzer, lexicon: Lexicon, growth: Growth, defaults: Defaults
    ) -> None:
        self._storage, self._analyzer, self._growth = storage, analyzer, growth
        self.lexicon, self.defaults = lexicon, defaults

    async def step(self, fence: Fence, now: datetime) -> bool:
        """Record what one batch of judged articles means to each chat, and plan the edits of posts that grew; False
        when there was none."""
        batch = await self._storage.articles.judged(BATCH)
        if not batch:
            return False
        judged = [
            Judged(j.article, j.article.story_id or j.article.id, {m.topic_id: m for m in j.matches}) for j in batch
        ]
        loud = [j for j in judged if j.article.announce]
        outcomes = await self._outcomes(loud, now)
        edits = await self._growth.edits(judged, now, self.defaults)
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
        narrow = narrowing(j.article, self._analyzer, self.lexicon, now)
        chats = _by_chat(s for what in _whats(j) for s in by_what.get(what, ()))
        try:
            made = [outcome(chat, orders, mutes.get(chat.id, ()), j, now, narrow) for chat, orders in chats]
        except Exception:
            log.exception("an article could not be planned", article=j.article.id, title=j.article.title)
            return []
        return [found for found in made if found is not None]


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
