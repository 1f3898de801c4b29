"""Posts that grow: a story that gains sources or a correction edits what shows it, and never makes a second post.

What is really new of it may come as a reply to its post: see :mod:`newsbot.domain.developments`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from newsbot.domain.digest import clean
from newsbot.domain.digest.corrections import claims, withdrawn
from newsbot.domain.growing import CORRECTED, WINDOW, Growths, edit_at
from newsbot.domain.models import Article, Defaults, Delivery, DeliveryState, Digest, DigestStory, Outcome
from newsbot.domain.plan import Judged, own_feeds, seen_by
from newsbot.pipeline.contents import Summaries, unmuted
from newsbot.pipeline.replying import Replying, Seen
from newsbot.storage import Storage
from newsbot.storage.growing import CORRECTION, GROWTH
from newsbot.storage.outbox import PlannedDelivery

BACKLOG = 1000
"""With more posts than this in a platform's queue, nothing there grows: a later article brings it up to date."""

SWEEP = timedelta(minutes=10)
"""So often edits are looked for that wait for too long."""

DEFAULTS = Defaults()


class Growth:
    """Plans the edits of posts whose stories have changed, and replies to them."""

    def __init__(self, storage: Storage, summaries: Summaries) -> None:
        self._storage, self._summaries = storage, summaries
        self._replying = Replying(storage, summaries)
        self._swept: datetime | None = None

    async def edits(
        self, judged: Iterable[Judged], now: datetime, defaults: Defaults = DEFAULTS
    ) -> list[PlannedDelivery]:
        """An edit for each post that would read differently with these articles in their stories, as far as it may grow
        now; and a reply where they tell what is really new."""
        await self._sweep(now)
        fresh = list(judged)
        await asyncio.to_thread(self._summaries.hear, [j.article for j in fresh])
        posted = await self._posted(fresh, now)
        if not posted:
            return []
        growths = await self._storage.outbox.growths(sorted({delivery.id for _, delivery in posted}))
        seen = await self._seen(posted)
        await self._summaries.recall({shown.story_id for shown, _ in posted})
        crowded = await self._storage.outbox.crowded(BACKLOG)
        edits = await asyncio.to_thread(self._edits, fresh, posted, seen, growths, crowded, now)
        calm = [(shown, post) for shown, post in posted if post.chat.platform not in crowded]
        return [*edits, *await self._replying.replies(fresh, calm, seen, growths, defaults, now)]

    async def _sweep(self, now: datetime) -> None:
        if self._swept is None or now - self._swept >= SWEEP:
            self._swept = now
            await self._storage.outbox.drop_late_edits(now - WINDOW, now)

    async def _posted(self, judged: Sequence[Judged], now: datetime) -> list[tuple[Outcome, Delivery]]:
        """Where the stories of these articles are shown by posts that may still grow."""
        stories = sorted({j.story_id for j in judged})
        gone = await self._storage.articles.withdrawn(stories)
        return [
            (shown, delivery)
            for shown, delivery in await self._storage.outbox.shown([s for s in stories if s not in gone])
            if delivery.created is not None and now - delivery.created <= CORRECTED and _stands(delivery)
        ]

    async def _seen(self, posted: Sequence[tuple[Outcome, Delivery]]) -> Seen:
        """The tellings of each story that are no secret to a chat, and not muted there."""
        articles = await self._storage.articles.of_stories(sorted({shown.story_id for shown, _ in posted}))
        mutes = await self._storage.chats.mutes_of(sorted({shown.chat_id for shown, _ in posted}))
        seen: dict[tuple[int, int], list[Article]] = {}
        for shown, _ in posted:
            told = await self._open(shown.chat_id, articles.get(shown.story_id, ()))
            seen[shown.chat_id, shown.story_id] = unmuted(told, mutes.get(shown.chat_id, ()))
        return seen

    async def _open(self, chat_id: int, articles: Sequence[Article]) -> Sequence[Article]:
        if not any(article.private for article in articles):
            return articles
        return seen_by(articles, own_feeds(await self._storage.chats.subscriptions(chat_id)))

    def _edits(
        self,
        judged: Sequence[Judged],
        posted: Sequence[tuple[Outcome, Delivery]],
        seen: Seen,
        growths: Mapping[int, Growths],
        crowded: set[str],
        now: datetime,
    ) -> list[PlannedDelivery]:
        """One edit for a post, whichever of its stories have grown."""
        changed: dict[int, tuple[Delivery, Digest, bool]] = {}
        for shown, post in posted:
            _, current, before = changed.get(post.id, (post, post.digest, False))
            visible = seen[shown.chat_id, shown.story_id]
            grown = self._grown(current, shown, visible, now) if visible else current
            if grown != current:
                new = [j.article for j in judged if j.story_id == shown.story_id and j.article in visible]
                changed[post.id] = (post, grown, before or _corrects(new, current, shown.story_id))
        made = (self._edit(*each, growths, crowded, now) for each in changed.values())
        return [edit for edit in made if edit is not None]

    def _edit(
        self,
        post: Delivery,
        digest: Digest,
        corrects: bool,
        growths: Mapping[int, Growths],
        crowded: set[str],
        now: datetime,
    ) -> PlannedDelivery | None:
        if post.created is None or (post.chat.platform in crowded and not corrects):
            return None
        at = edit_at(post.created, growths.get(post.id, Growths()), now, corrects=corrects)
        priority = CORRECTION if corrects else GROWTH
        return PlannedDelivery(post.chat_id, "edit", digest, priority, at, target=post.id) if at else None

    def _grown(self, digest: Digest, shown: Outcome, articles: Sequence[Article], now: datetime) -> Digest:
        stories = tuple(
            self._told_anew(story, articles, now) if story.story_id == shown.story_id else story
            for story in digest.stories
        )
        return replace(digest, stories=stories)

    def _told_anew(self, story: DigestStory, articles: Sequence[Article], now: datetime) -> DigestStory:
        fresh = self._summaries.told(articles, story.reasons)
        return replace(fresh, updated=now) if _said(fresh) != _said(story) else story


def _corrects(news: Iterable[Article], digest: Digest, story_id: int) -> bool:
    """Whether one of the articles takes back what the post says of the story."""
    gone = {taken for article in news for taken in withdrawn(article.title, clean(article.text, article.language, ()))}
    told = (story for story in digest.stories if story.story_id == story_id)
    said = (text for s in told for text in (s.headline, *s.summary, *(fact.sentence for fact in s.facts)))
    return bool(gone) and any(claims(text, gone) for text in said)


def _stands(delivery: Delivery) -> bool:
    """Whether an edit can reach a post: it is still to go out, or one of its messages can be named."""
    return delivery.state is not DeliveryState.SENT or any(delivery.message_ids)


def _said(story: DigestStory) -> tuple[object, ...]:
    """What of a story a reader would see change."""
    return (story.headline, story.summary, story.facts, story.sources)
