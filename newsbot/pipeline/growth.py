"""Posts that grow: a story that gains sources or a correction edits what shows it, and never makes a second post."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from newsbot.domain.models import Article, Delivery, DeliveryState, Digest, DigestStory, Outcome
from newsbot.domain.plan import Judged, own_feeds, seen_by
from newsbot.pipeline.contents import Summaries, unmuted
from newsbot.storage import Storage
from newsbot.storage.outbox import PlannedDelivery

WINDOW = timedelta(hours=24)
"""A post follows its story's growth for so long."""

PRIORITY = 2
"""After everything that is new."""


class Growth:
    """Plans the edits of posts whose stories have changed."""

    def __init__(self, storage: Storage, summaries: Summaries) -> None:
        self._storage, self._summaries = storage, summaries

    async def edits(self, judged: Iterable[Judged], now: datetime) -> list[PlannedDelivery]:
        """An edit for each post of the last day that would read differently with these articles in their stories."""
        stories = sorted({j.story_id for j in judged})
        posted = [
            (shown, delivery)
            for shown, delivery in await self._storage.outbox.shown(stories)
            if delivery.created is not None and now - delivery.created <= WINDOW and _stands(delivery)
        ]
        if not posted:
            return []
        articles = await self._storage.articles.of_stories(sorted({shown.story_id for shown, _ in posted}))
        mutes = await self._storage.chats.mutes_of(sorted({shown.chat_id for shown, _ in posted}))
        changed: dict[int, tuple[Delivery, Digest]] = {}
        for shown, delivery in posted:
            current = changed[delivery.id][1] if delivery.id in changed else delivery.digest
            told = await self._seen(shown.chat_id, articles.get(shown.story_id, ()))
            visible = unmuted(told, mutes.get(shown.chat_id, ()))
            if (grown := await asyncio.to_thread(self._grown, current, shown, visible, now)) is not None:
                changed[delivery.id] = (delivery, grown)
        return [
            PlannedDelivery(d.chat_id, "edit", digest, PRIORITY, now, target=d.id) for d, digest in changed.values()
        ]

    async def _seen(self, chat_id: int, articles: Sequence[Article]) -> Sequence[Article]:
        """The tellings that are no secret to a chat."""
        if not any(article.private for article in articles):
            return articles
        return seen_by(articles, own_feeds(await self._storage.chats.subscriptions(chat_id)))

    def _grown(self, digest: Digest, shown: Outcome, articles: Sequence[Article], now: datetime) -> Digest | None:
        if not articles:
            return None
        stories = tuple(
            self._told_anew(story, articles, now) if story.story_id == shown.story_id else story
            for story in digest.stories
        )
        return replace(digest, stories=stories) if stories != digest.stories else None

    def _told_anew(self, story: DigestStory, articles: Sequence[Article], now: datetime) -> DigestStory:
        fresh = self._summaries.told(articles, story.reasons)
        return replace(fresh, updated=now) if _said(fresh) != _said(story) else story


def _stands(delivery: Delivery) -> bool:
    """Whether an edit can reach a post: it is still to go out, or one of its messages can be named."""
    return delivery.state is not DeliveryState.SENT or any(delivery.message_ids)


def _said(story: DigestStory) -> tuple[object, ...]:
    """What of a story a reader would see change."""
    return (story.headline, story.summary, story.facts, story.sources)
