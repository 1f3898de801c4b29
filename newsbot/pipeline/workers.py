"""Worker processes for CPU-bound work on strangers' bytes: the event loop stays free, and what hangs is killed."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from newsbot.domain.models import ParsedArticle, ParsedFeed
from newsbot.errors import ParseError
from newsbot.pipeline.work import HEADER, Analyzed

SECONDS = 60.0
MAX_ANSWER = 512 * 2**20
_GRACE = 5.0
_START = "from newsbot.pipeline.work import main; main()"  # with -m its classes would be __main__'s, and not ours


class Workers:
    """A pool of ``count`` processes (by default one for each core, at most four), started when first needed.

    Use as an async context manager. Each job has ``seconds``; its process is killed after that and another takes its
    place. Every job raises ParseError for what cannot be read, in time or at all.
    """

    def __init__(self, count: int | None = None, *, seconds: float = SECONDS) -> None:
        self._count = count or max(1, min(4, os.cpu_count() or 1))
        self._seconds = seconds
        self._idle: asyncio.Queue[_Worker | None] = asyncio.Queue()
        self._all: set[_Worker] = set()

    async def __aenter__(self) -> Self:
        for _ in range(self._count):
            self._idle.put_nowait(None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every process."""
        await asyncio.gather(*(worker.end() for worker in self._all))
        self._all.clear()

    async def parse(self, body: bytes, url: str, content_type: str = "") -> ParsedFeed:
        """:func:`newsbot.domain.parse.parse_feed`."""
        feed: ParsedFeed = await self._run("parse", body, url, content_type)
        return feed

    async def links(self, body: bytes, url: str) -> list[str]:
        """:func:`newsbot.domain.extract.feed_links`."""
        found: list[str] = await self._run("links", body, url)
        return found

    async def extract(self, body: bytes, url: str) -> ParsedArticle:
        """:func:`newsbot.domain.extract.extract_page`."""
        article: ParsedArticle = await self._run("extract", body, url)
        return article

    async def analyze(self, articles: list[ParsedArticle], language: str) -> list[Analyzed]:
        """:func:`newsbot.pipeline.work.analyze`."""
        found: list[Analyzed] = await self._run("analyze", articles, language)
        return found

    async def _run(self, job: str, *arguments: Any) -> Any:
        worker = await self._idle.get()
        try:
            if worker is None:
                worker = await _Worker.start()
                self._all.add(worker)
            async with asyncio.timeout(self._seconds):
                good, value = await worker.ask(job, self._seconds + _GRACE, arguments)
        except BaseException as error:
            if worker is not None:
                self._all.discard(worker)
                await asyncio.shield(worker.kill())
                worker = None
            if isinstance(error, TimeoutError):
                raise ParseError(f"took longer than {self._seconds:.0f} seconds to read") from None
            if isinstance(error, asyncio.IncompleteReadError | ConnectionError):
                raise ParseError("made its reader give up") from None
            raise
        finally:
            self._idle.put_nowait(worker)
        if not good:
            raise ParseError(value)
        return value


class _Worker:
    """One process and its two pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls) -> _Worker:
        package = Path(__file__).parents[2]
        path = os.pathsep.join(filter(None, (str(package), os.environ.get("PYTHONPATH", ""))))
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-P", "-c", _START),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        return cls(process)

    async def ask(self, job: str, seconds: float, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        """Send a job and wait for its answer. Raises ConnectionError or IncompleteReadError when the process dies."""
        inbox, outbox = self._process.stdin, self._process.stdout
        if inbox is None or outbox is None:
            raise ConnectionError
        data = pickle.dumps((job, seconds, arguments), pickle.HIGHEST_PROTOCOL)
        inbox.write(HEADER.pack(len(data)) + data)
        await inbox.drain()
        size = HEADER.unpack(await outbox.readexactly(HEADER.size))[0]
        if size > MAX_ANSWER:
            raise ConnectionError
        answer: tuple[bool, Any] = pickle.loads(await outbox.readexactly(size))  # noqa: S301  # our own child's
        return answer

    async def kill(self) -> None:
        """End it now."""
        if self._process.returncode is None:
            self._process.kill()
        await self._close()

    async def end(self) -> None:
        """Let it end by itself, or kill it soon after."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            async with asyncio.timeout(_GRACE):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
        await self._close()

    async def _close(self) -> None:
        """Wait for the process, and for its pipes to be closed."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
