"""What is really new of a story that was posted comes as a reply to its post, seldom and never at a bad time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from newsbot.domain.developments import development
from newsbot.domain.growing import Growths, may_reply
from newsbot.domain.models import Article, Chat, Defaults, Delivery, DeliveryState, Outcome
from newsbot.domain.plan import Judged, bounds_of, held
from newsbot.pipeline.contents import Summaries
from newsbot.storage import Storage
from newsbot.storage.outbox import PlannedDelivery

log = structlog.get_logger(__name__)

URGENT = 0
"""It is news."""

DAY = timedelta(days=1, hours=1)
"""What a chat's posts of today are among, also when clocks are set back."""

Seen = Mapping[tuple[int, int], Sequence[Article]]
"""The tellings of stories that chats may see, by chat and story, in order of arrival."""

Posted = Sequence[tuple[Outcome, Delivery]]


class Replying:
    """Plans replies."""

    def __init__(self, storage: Storage, summaries: Summaries) -> None:
        self._storage, self._summaries = storage, summaries

    async def replies(
        self,
        judged: Iterable[Judged],
        posted: Posted,
        seen: Seen,
        growths: Mapping[int, Growths],
        defaults: Defaults,
        now: datetime,
    ) -> list[PlannedDelivery]:
        """A reply to each of the posts that an instant order brought, whose story has developed, and in whose chat it
        may come now: not in quiet hours, not when that was all for today, not where it is not wanted."""
        loud = [j for j in judged if j.article.announce]
        ripe = [(shown, post) for shown, post in posted if _ripe(shown, post, growths, now)]
        found = await asyncio.to_thread(_developed, loud, ripe, seen) if ripe and loud else []
        if not found:
            return []
        chats = await self._storage.outbox.growers(sorted({post.chat_id for _, post, _ in found}), now - DAY)
        return [
            self._reply(shown, post, article, now)
            for shown, post, article in found
            if post.chat_id in chats and _welcome(*chats[post.chat_id], defaults, now)
        ]

    def _reply(self, shown: Outcome, post: Delivery, article: Article, now: datetime) -> PlannedDelivery:
        told = self._summaries.told([replace(article, story_id=shown.story_id)], shown.reasons)
        digest = replace(post.digest, stories=(told,), title="", occasion="development", more=0, pings=())
        return PlannedDelivery(post.chat_id, "reply", digest, URGENT, now, target=post.id)


def _ripe(shown: Outcome, post: Delivery, growths: Mapping[int, Growths], now: datetime) -> bool:
    """Whether a post is out, and for long enough, that an instant order brought."""
    out = post.sent_at or post.created
    if out is None or not shown.urgent or post.state is not DeliveryState.SENT or not any(post.message_ids):
        return False
    return may_reply(out, growths.get(post.id, Growths()), now)


def _developed(judged: Sequence[Judged], posted: Posted, seen: Seen) -> list[tuple[Outcome, Delivery, Article]]:
    """The posts whose stories have developed, each with the article that tells it, in the language of the post."""
    known: dict[tuple[int, ...], bool] = {}
    found: dict[int, tuple[Outcome, Delivery, Article]] = {}
    for shown, post in posted:
        languages = {story.language for story in post.digest.stories if story.story_id == shown.story_id}
        told = seen[shown.chat_id, shown.story_id]
        for j in judged:
            if j.story_id != shown.story_id or j.article not in told or j.article.language not in languages:
                continue
            before = told[: told.index(j.article)]
            key = (j.article.id, *(article.id for article in before))
            if key not in known:
                known[key] = _is_development(j.article, before)
            if known[key]:
                found.setdefault(post.id, (shown, post, j.article))
    return list(found.values())


def _is_development(article: Article, before: Sequence[Article]) -> bool:
    """One that upsets our code is loud, and none."""
    try:
        return development(article, before) is not None
    except Exception:
        log.exception("a development could not be judged", article=article.id, title=article.title)
        return False


def _welcome(chat: Chat, posted: Sequence[datetime], defaults: Defaults, now: datetime) -> bool:
    if chat.paused or not chat.settings.developments:
        return False
    bounds = bounds_of(chat, defaults)
    return held(bounds, [at for at in posted if at >= bounds.since(now)], now) is None
