"""Collect: polls the feeds whose time has come and stores what is new. Any number of processes may do it at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog

from newsbot.domain.models import Defaults, Feed, ParsedArticle, ParsedFeed
from newsbot.domain.polling import after_failure, after_success
from newsbot.domain.ports import Clock, Wake
from newsbot.errors import FeedError, FetchError, StorageError
from newsbot.pipeline import files
from newsbot.pipeline.courtesy import Courtesy
from newsbot.pipeline.fetch import Fetched, Fetcher, NotModified
from newsbot.pipeline.fulltext import FullText
from newsbot.pipeline.leadership import is_dead
from newsbot.pipeline.workers import Workers
from newsbot.storage import Storage
from newsbot.storage.feeds import NewArticle, PolledFeed

log = structlog.get_logger(__name__)

AT_ONCE = 32
"""Feeds polled side by side; most of the time of each is waiting."""

ROUND = timedelta(seconds=30)
"""A round ends after so long, though feeds are still due or being polled, so that the loop can tell that it is well."""

LOOK_AGAIN = 1.0
"""Seconds after which a round looks for feeds that have become due while others are still being polled."""


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of one poll: ``new`` and ``corrected`` articles of ``total`` in the document, or ``error``."""

    feed: Feed
    new: int = 0
    corrected: int = 0
    total: int = 0
    unchanged: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True)
class CollectReport:
    """What one round did, feed by feed, in the order in which they were done."""

    polls: tuple[Polled, ...] = ()

    @property
    def feeds(self) -> int:
        """How many feeds were polled."""
        return len(self.polls)

    @property
    def new(self) -> int:
        """How many articles were stored."""
        return sum(poll.new for poll in self.polls)

    @property
    def failed(self) -> tuple[Polled, ...]:
        """The polls that failed, each with its reason."""
        return tuple(poll for poll in self.polls if poll.error)


Progress = Callable[[str, int, str], None]
"""Called after each poll with the feed's label, its new articles and why it failed ("" if it did not)."""


class Collector:
    """Polls feeds. ``root`` is the folder that ``file:`` addresses start from; ``owner`` is this process's name. What
    was published longer ago than ``news_age`` is stored, but is no news."""

    def __init__(
        self,
        storage: Storage,
        fetcher: Fetcher,
        workers: Workers,
        clock: Clock,
        wake: Wake,
        *,
        root: Path,
        owner: str = "",
        at_once: int = AT_ONCE,
        courtesy: Courtesy | None = None,
    ) -> None:
        self._storage, self._fetcher, self._workers = storage, fetcher, workers
        self._clock, self._wake, self._owner = clock, wake, owner
        self._courtesy = courtesy or Courtesy()
        self._recovered = False
        self._root, self._at_once = root, at_once
        self._polling: set[asyncio.Task[Polled]] = set()
        self._full_text = FullText(fetcher, workers)
        self.news_age = Defaults().news_age

    async def step(self) -> bool:
        """Poll what is due until nothing is, or for :data:`ROUND` while something always is: the next step goes on with
        the polls under way. Whether there was anything. Raises StorageError."""
        polled = False

        def done(_: Polled) -> None:
            nonlocal polled
            polled = True

        await self._round(self._clock.now, done, self._clock.now() + ROUND)
        return polled or bool(self._polling)

    async def once(self, progress: Progress | None = None) -> CollectReport:
        """Poll each feed that is due now, one time. Raises StorageError."""
        await self._recover()  # first, so that what comes back by it is due now
        start = self._clock.now()
        polls: list[Polled] = []

        def done(poll: Polled) -> None:
            polls.append(poll)
            if progress is not None:
                progress(poll.feed.label, poll.new, poll.error)

        await self._round(lambda: start, done)
        return CollectReport(tuple(polls))

    async def release(self) -> None:
        """Cut off what is still being polled and give our claims back, so that they are due at once."""
        await self._cut_off()
        await self._storage.feeds.unclaim(self._owner, self._clock.now())

    async def _round(
        self, now: Callable[[], datetime], done: Callable[[Polled], None], ends: datetime | None = None
    ) -> None:
        """Keep up to ``at_once`` polls going while feeds are due by ``now``, until ``ends``; a slow one holds up no
        other."""
        await self._recover()
        try:
            while ends is None or self._clock.now() < ends:
                claimed = await self._claim(now(), self._at_once - len(self._polling))
                self._polling |= {asyncio.create_task(self._poll(feed)) for feed in claimed}
                if not self._polling:
                    return
                finished, self._polling = await asyncio.wait(
                    self._polling, timeout=LOOK_AGAIN, return_when=asyncio.FIRST_COMPLETED
                )
                for task in finished:
                    done(task.result())
        except BaseException:  # cancelled, or failed: the claims run out by themselves
            await self._cut_off()
            raise

    async def _cut_off(self) -> None:
        polling, self._polling = self._polling, set()
        for task in polling:
            task.cancel()
        await asyncio.gather(*polling, return_exceptions=True)

    async def _recover(self) -> None:
        """At the start: what a process of this machine claimed and died over is due again, and not minutes later."""
        if self._recovered:
            return
        for owner in await self._storage.feeds.claimers():
            if owner == self._owner or is_dead(owner):
                await self._storage.feeds.unclaim(owner, self._clock.now())
        self._recovered = True

    async def _claim(self, now: datetime, room: int) -> Sequence[Feed]:
        due = await self._storage.feeds.next_due() if room else None
        return await self._storage.feeds.due(now, room, owner=self._owner) if due is not None and due <= now else ()

    # --- one feed ----------------------------------------------------------------------------------------------------

    async def _poll(self, feed: Feed) -> Polled:
        """One poll. A failure is this feed's result, recorded, and never another's."""
        try:
            try:
                return await self._read(feed)
            except FeedError as error:
                return await self._failed(feed, error)
            except StorageError:
                raise
            except Exception:  # a defect of ours: loud, and no other feed's concern
                log.exception("a poll failed unexpectedly", feed=feed.label)
                return await self._failed(feed, FeedError("could not be read by newsbot; its log tells why"))
        except StorageError as error:  # the claim runs out by itself, and the feed is polled again
            log.error("a poll could not be stored", feed=feed.label, reason=str(error))
            return Polled(feed, error=str(error))

    async def _failed(self, feed: Feed, error: FeedError) -> Polled:
        now = self._clock.now()
        status, wait = (error.status, error.retry_after) if isinstance(error, FetchError) else (None, None)
        again = after_failure(feed, now, retry_after=wait, status=status)
        await self._storage.feeds.record_failure(feed.id, str(error), again, now)
        return Polled(feed, error=str(error))

    async def _read(self, feed: Feed) -> Polled:
        if files.is_file(feed.url):
            return await self._read_file(feed)
        answer = await self._fetcher.get(
            feed.url,
            trusted=feed.from_config,
            etag=feed.etag,
            last_modified=feed.last_modified,
            headers=feed.headers,
        )
        if isinstance(answer, NotModified) or _digest(answer.body) == feed.body_hash:
            return await self._unchanged(feed, answer)
        parsed = await self._workers.parse(answer.body, answer.url, answer.content_type)
        now = self._clock.now()
        poll = PolledFeed(
            next_poll=after_success(feed, [article.published for article in parsed.articles], now),
            etag=answer.etag,
            last_modified=answer.last_modified,
            body_hash=_digest(answer.body),
            url=answer.moved,
        )
        return await self._store(feed, parsed, poll)

    async def _unchanged(self, feed: Feed, answer: Fetched | NotModified) -> Polled:
        now = self._clock.now()
        again = after_success(feed, (), now)
        await self._storage.feeds.record_unchanged(feed.id, again, now, answer.etag, answer.last_modified)
        return Polled(feed, unchanged=True)

    async def _read_file(self, feed: Feed) -> Polled:
        """A file's entries are withheld until their time; the feed is polled again at that moment."""
        if not feed.from_config:
            raise FetchError("is no web address")
        body = await files.read(feed.url, self._root, await self._first_start())
        now = self._clock.now()
        parsed, release = files.released(await self._workers.parse(body, feed.url), now)
        digest = _digest(body + len(parsed.articles).to_bytes(4, "big"))
        usual = after_success(feed, [article.published for article in parsed.articles], now)
        again = files.earliest((usual, release))
        if digest == feed.body_hash:
            await self._storage.feeds.record_unchanged(feed.id, again, now)
            return Polled(feed, unchanged=True)
        return await self._store(feed, parsed, PolledFeed(next_poll=again, body_hash=digest))

    async def _first_start(self) -> datetime:
        text = await self._storage.meta.set_default("first_start", self._clock.now().isoformat())
        return datetime.fromisoformat(text)

    async def _store(self, feed: Feed, parsed: ParsedFeed, poll: PolledFeed) -> Polled:
        articles = await self._prepared(feed, parsed.articles)
        poll = replace(poll, title=parsed.title, site=parsed.link, language=parsed.language, articles=articles)
        await self._courtesy.let_pass()
        now = self._clock.now()
        stored = await self._storage.feeds.store_poll(feed.id, poll, now, now - self.news_age)
        if stored.new or stored.corrected:
            self._wake.notify("judge")
        return Polled(feed, stored.new, stored.corrected, stored.total)

    async def _prepared(self, feed: Feed, articles: Sequence[ParsedArticle]) -> list[NewArticle]:
        """The document's articles as they are stored; text and terms are worked out for the new ones only."""
        entries = {article.guid: article for article in articles}
        rows = {article.guid: _row(article, self._clock.now()) for article in articles}
        unseen = [entries[row.guid] for row in await self._storage.feeds.unseen(feed.id, list(rows.values()))]
        if unseen:
            pages = await self._full_text.read(feed, unseen)
            told = [pages.get(article.guid, article) for article in unseen]
            for article, found in zip(told, await self._workers.analyze(told, feed.language), strict=True):
                rows[article.guid] = replace(
                    _row(article, self._clock.now()),
                    text=entries[article.guid].text,
                    full=article.text if article.guid in pages else "",
                    language=found.language,
                    canonical_url=found.canonical_url,
                    search_title=found.search_title,
                    search_body=found.search_body,
                )
        return list(rows.values())


def _row(article: ParsedArticle, now: datetime) -> NewArticle:
    """An entry as a row to be; the web's clocks run ahead, so what claims to be of the future is of now."""
    return NewArticle(
        key=article.guid,
        guid=article.guid,
        url=article.url,
        title=article.title,
        text=article.text,
        language=article.language,
        published=min(article.published, now) if article.published else None,
        authors=article.authors,
        image=article.image,
    )


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()
