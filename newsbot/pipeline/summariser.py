"""A language model behind an OpenAI-compatible address writes summaries, where the config names one.

Asked once for each story, with a time limit; whatever goes wrong, the story is told by its own sentences. After
failures in a row nothing is asked for a while.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import aiohttp
import structlog

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest.written import Verdict, judged, question
from newsbot.domain.models import Article
from newsbot.domain.ports import Clock

log = structlog.get_logger(__name__)

LIMIT = timedelta(seconds=10)
"""For one answer, from the first byte sent to the last received: less than the planner's lease, less than patience."""

FAILURES = 3
"""In a row; then the model is left alone for a while."""

REST, LONGEST_REST = timedelta(minutes=2), timedelta(hours=1)

MOST_BYTES = 100_000
"""Of an answer; a summary is a few hundred."""

MOST_TOKENS = 400

_NO_ANSWER = (aiohttp.ClientError, TimeoutError, OSError, ValueError, LookupError, TypeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Model:
    """Where a model answers: ``url`` up to ``/chat/completions``, its name there, and the key that pays."""

    url: str
    name: str
    key: str = field(default="", repr=False)


class Summariser:
    """Asks ``model`` (None: nobody) for summaries. It may be replaced while running."""

    def __init__(self, analyzer: Analyzer, clock: Clock, model: Model | None = None, limit: timedelta = LIMIT) -> None:
        self._analyzer, self._clock, self._limit = analyzer, clock, limit
        self.model = model
        self._failed = 0
        self._until: datetime | None = None

    @property
    def is_ready(self) -> bool:
        """Whether there is a model, and it is not resting."""
        return self.model is not None and (self._until is None or self._clock.now() >= self._until)

    async def write(self, articles: Sequence[Article]) -> Verdict | None:
        """What the model makes of a story's ``articles`` (at least one), judged; None when it gave no answer.

        The texts leave this machine. Never raises for what the other side does.
        """
        if self.model is None or not self.is_ready:
            return None
        try:
            answer = await self._ask(self.model, articles)
        except _NO_ANSWER as error:
            # Its text may hold what was sent; its kind does not.
            self._fail(f"{type(error).__name__} {error.status}" if isinstance(error, _Status) else type(error).__name__)
            return None
        self._failed, self._until = 0, None
        verdict = await asyncio.to_thread(judged, answer, articles, self._analyzer.keys, self._analyzer.detect)
        if verdict.refused:
            log.warning("a written summary was refused", story=articles[0].story_id, reason=verdict.refused)
        return verdict

    async def _ask(self, model: Model, articles: Sequence[Article]) -> str:
        asked = {"model": model.name, "messages": question(articles), "temperature": 0, "max_tokens": MOST_TOKENS}
        headers = {"Authorization": f"Bearer {model.key}"} if model.key else {}
        timeout = aiohttp.ClientTimeout(total=self._limit.total_seconds())
        address = f"{model.url.rstrip('/')}/chat/completions"
        # No redirects: the key is for this address alone.
        async with (
            aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
            session.post(address, json=asked, allow_redirects=False) as response,
        ):
            if response.status != 200:
                raise _Status(response.status)
            return _content(await _body(response))

    def _fail(self, why: str) -> None:
        self._failed += 1
        rest = min(REST * 2 ** min(self._failed - FAILURES, 10), LONGEST_REST) if self._failed >= FAILURES else None
        self._until = self._clock.now() + rest if rest else None
        log.warning("the summariser gave no answer", why=why, failures=self._failed, rests=str(rest or ""))


class _Status(ValueError):
    """An answer with another status than 200."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """At most MOST_BYTES; ValueError when there are more."""
    body = b""
    async for chunk in response.content.iter_chunked(16_384):
        body += chunk
        if len(body) > MOST_BYTES:
            raise ValueError("a huge answer")
    return body


def _content(body: bytes) -> str:
    content = json.loads(body)["choices"][0]["message"]["content"]
    if not isinstance(content, str):
        raise TypeError("an answer without a text")
    return content
