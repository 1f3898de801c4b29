"""Plan: judged articles become waiting stories in chats, and due stories become deliveries. One leader at a time."""

from __future__ import annotations

from datetime import datetime, timedelta

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import Defaults
from newsbot.domain.ports import Clock, Wake
from newsbot.pipeline.absence import Absence
from newsbot.pipeline.composer import Composer
from newsbot.pipeline.contents import Summaries
from newsbot.pipeline.fanout import FanOut
from newsbot.pipeline.growth import Growth
from newsbot.pipeline.leadership import Leadership
from newsbot.pipeline.summariser import Summariser
from newsbot.pipeline.writing import Writing
from newsbot.storage import Storage
from newsbot.storage.leases import Fence

PATIENCE = timedelta(seconds=15)
"""So long, and no longer, posts wait for what is on its way."""


class Planner:
    """The two steps of planning: :class:`FanOut` over articles, then :class:`Composer` over chats.

    ``paced`` is False for a single round, after which nobody would post what a busy chat makes wait, and before which
    every feed was read.
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
        summariser: Summariser | None = None,
    ) -> None:
        self._storage, self._clock, self._wake = storage, clock, wake
        self.summariser = summariser or Summariser(analyzer, clock)
        summaries = Summaries(analyzer, Writing(storage, self.summariser))
        self._fanout = FanOut(storage, analyzer, lexicon, Growth(storage, summaries), defaults)
        self._composer = Composer(storage, analyzer, lexicon, summaries, defaults)
        self._absence = Absence(storage)
        self.paced = True
        self.leadership = Leadership(storage, "plan", owner, clock)

    def adopt(self, lexicon: Lexicon, defaults: Defaults) -> None:
        """Plan by a new lexicon and new defaults from the next batch on."""
        self._fanout.lexicon = self._composer.lexicon = lexicon
        self._fanout.defaults = self._composer.defaults = defaults

    async def step(self) -> bool:
        """Plan one batch; False when there was nothing to do, it must wait, or another process leads."""
        async with self.leadership.led() as fence:
            return fence is not None and await self._step(fence)

    async def _step(self, fence: Fence) -> bool:
        now = self._clock.now()
        if self.paced:
            await self._absence.note(fence, now)
        if await self._fanout.step(fence, now):
            return True
        if await self._must_wait(now):
            return False
        if not await self._composer.step(fence, now, paced=self.paced, away=self._absence.back is not None):
            await self._absence.over(now)
            return False
        self._wake.notify("deliver")
        return True

    async def _must_wait(self, now: datetime) -> bool:
        """Whether nothing is composed just now: an admin has stopped all posts, or there is more to be read first."""
        if any(hold.platform == "" for hold in await self._storage.holds.standing(now)):
            return True
        return self.paced and (await self._absence.reading(now) or await self._more_is_coming(now))

    async def _more_is_coming(self, now: datetime) -> bool:
        """Whether what is due had better wait, and not long, for articles that are being judged and for feeds that are
        read for the first time: or a backlog would come as one digest for each batch, or each feed."""
        if not await self._storage.articles.new(1) and not await self._storage.feeds.unread(now):
            return False
        since = await self._storage.outbox.due_since()
        return since is not None and now - since <= PATIENCE
