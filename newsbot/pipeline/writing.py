"""Which stories a model is asked to sum up, and where its words may stand: once for each story, in public."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence

from newsbot.domain.digest.corrections import claims
from newsbot.domain.digest.written import taken_back, tellings
from newsbot.domain.models import Article
from newsbot.domain.plan import seen_by
from newsbot.pipeline.summariser import Summariser
from newsbot.storage import Storage
from newsbot.storage.written import Written

AT_ONCE = 16
"""Stories that are asked for before one batch of posts; the rest of a flood is told by its own sentences."""

REMEMBERED = 2000
"""Stories whose written summaries are at hand; others are looked up when their posts change."""


class Writing:
    """Has summaries written, and remembers them: in ``storage``, so that neither a restart nor an edit asks again."""

    def __init__(self, storage: Storage, summariser: Summariser) -> None:
        self._storage, self._summariser = storage, summariser
        self._known: OrderedDict[int, Written] = OrderedDict()

    def of(self, articles: Sequence[Article]) -> tuple[str, ...]:
        """What was written of the story of these ``articles``; () when nothing was, when it was written from others
        (which this chat may not see), or when one of these takes back what it says."""
        written = self._known.get(articles[0].story_id or 0)
        if written is None or not written.sentences or not set(written.articles) <= {a.id for a in articles}:
            return ()
        gone = taken_back(articles)
        return () if any(claims(sentence, gone) for sentence in written.sentences) else written.sentences

    async def recall(self, stories: Iterable[int]) -> None:
        """Have at hand what was written of these stories."""
        for written in (await self._storage.written.of([s for s in stories if s not in self._known])).values():
            self._remember(written)

    async def write(self, told: Mapping[int, Sequence[Article]]) -> bool:
        """Have the stories summed up, each by its ``articles``, of which nothing was written yet; whether any was.

        Only what is public leaves this machine. It takes the summariser's time limit at most.
        """
        before = set(self._known)
        await self.recall(told)
        if self._summariser.is_ready:
            asked = [story for story in told if story not in self._known][-AT_ONCE:]
            await asyncio.gather(*(self._one(story, told[story]) for story in asked))
        return any(self._known[story].sentences for story in set(told) & set(self._known) - before)

    async def _one(self, story_id: int, articles: Sequence[Article]) -> None:
        public = seen_by(articles, ())
        sent = await asyncio.to_thread(tellings, public) if public else []
        verdict = await self._summariser.write(sent) if sent else None
        ids = tuple(article.id for article in sent)
        written = Written(story_id, ids, verdict.sentences if verdict else ())
        self._remember(written)
        if verdict:
            await self._storage.written.put(written)

    def _remember(self, written: Written) -> None:
        self._known[written.story_id] = written
        self._known.move_to_end(written.story_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
