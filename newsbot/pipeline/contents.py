"""What a post holds: the digest of its stories as one chat gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import structlog

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest import Refrains, hear, summarise
from newsbot.domain.models import Article, Chat, Defaults, Digest, DigestStory, Mute, Outcome, Reason, Source
from newsbot.domain.plan import Post
from newsbot.pipeline.writing import Writing

log = structlog.get_logger(__name__)

KEPT = 200
"""Stories of which a summary is kept: as many as one step may post or edit."""

EVERYTHING = "everything"
"""The label of a subscription to all there is: as a title it would tell nothing."""


def unmuted(articles: Sequence[Article], mutes: Sequence[Mute]) -> list[Article]:
    """The tellings of a story that a chat may see: a muted source is not named in its posts either."""
    muted = {mute.ref for mute in mutes if mute.kind == "source"}
    return [article for article in articles if str(article.feed_id) not in muted]


class Summaries:
    """Stories as posts tell them. Many chats get the same story: each is worked out once while it is in the news."""

    def __init__(self, analyzer: Analyzer, writing: Writing | None = None) -> None:
        self._analyzer, self.writing = analyzer, writing
        self._refrains = Refrains()
        self._of = lru_cache(KEPT)(self._summarised)

    def hear(self, articles: Iterable[Article]) -> None:
        """Learn what these articles' feeds say in every article, so that no summary says it."""
        try:
            hear(tuple(articles), self._refrains)
        except Exception:  # one text that upsets our code must not hold up the news
            log.exception("articles could not be heard")

    def told(self, articles: Sequence[Article], reasons: Sequence[Reason]) -> DigestStory:
        """A story (one article or more), and why a chat gets it."""
        story = replace(self._of(tuple(articles)), reasons=tuple(reasons))
        written = self.writing.of(articles) if self.writing else ()
        return replace(story, summary=written) if written else story

    async def write(self, stories: Iterable[int], told: Mapping[int, Sequence[Article]]) -> bool:
        """Have the summaries of these stories written where that is wanted; whether any will be told otherwise now."""
        return self.writing is not None and await self.writing.write({s: told[s] for s in stories if told.get(s)})

    async def recall(self, stories: Iterable[int]) -> None:
        """Look up what was written of these stories before."""
        if self.writing is not None:
            await self.writing.recall(stories)

    def _summarised(self, articles: tuple[Article, ...]) -> DigestStory:
        """One that upsets our code must not hold up every other chat's posts: loud, and told by its headline alone."""
        try:
            return summarise(articles, self._analyzer, refrains=self._refrains)
        except Exception:
            first = articles[0]
            log.exception("a story could not be summarised", story=first.story_id, title=first.title)
            source = Source(first.source, first.url, first.feed_id)
            return DigestStory(first.story_id or 0, first.title, sources=(source,), url=first.url)


def make_digest(
    chat: Chat,
    post: Post,
    articles: Mapping[int, Sequence[Article]],
    mutes: Sequence[Mute],
    defaults: Defaults,
    summaries: Summaries,
) -> Digest:
    """The content of ``post``, written from its stories' ``articles`` by story, with the chat's wishes."""
    tellings = ((shown, unmuted(articles.get(shown.story_id, ()), mutes)) for shown in post.shown)
    chosen = chat.settings
    return Digest(
        stories=tuple(summaries.told(texts, shown.reasons) for shown, texts in tellings if texts),
        title=_common(post.shown),
        occasion=post.occasion,
        more=len(post.more),
        compact=chosen.compact,
        images=defaults.images if chosen.images is None else chosen.images,
        silent=chosen.silent,
        language=chosen.language or chat.language or defaults.language,
        timezone=chosen.timezone or defaults.timezone,
        audience=chat.kind,
        threads=chosen.threads,
        publish=chosen.publish,
    )


def _common(shown: Sequence[Outcome]) -> str:
    """The label of a narrower subscription that brought every one of several stories; "" when there is none."""
    labels = [{reason.label for reason in outcome.reasons} for outcome in shown]
    common = set.intersection(*labels) - {EVERYTHING} if labels else set()
    return min(common, key=len, default="") if len(shown) > 1 else ""
