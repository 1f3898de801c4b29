"""Worker processes: they answer, and neither hang, crash nor cancellation outlives its job."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from newsbot.domain.models import ParsedArticle
from newsbot.errors import ParseError
from newsbot.pipeline.workers import Workers
from tests.fakes.feedserver import rss


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    async with Workers(1, seconds=30) as opened:
        yield opened


async def test_a_document_is_read_and_analyzed_in_another_process(workers: Workers) -> None:
    feed = await workers.parse(rss("Solid state batteries are coming"), "https://e.com/feed", "text/xml")
    (found,) = await workers.analyze(list(feed.articles), "en")
    assert (found.language, found.canonical_url) == ("en", "https://e.com/0")
    assert "battery" in found.search_title.split()


async def test_a_refusal_comes_back_as_it_was_said(workers: Workers) -> None:
    with pytest.raises(ParseError, match="answered with a web page, not a feed"):
        await workers.parse(b"<html></html>", "https://e.com/feed")
    with pytest.raises(ParseError, match="no article"):
        await workers.extract(b"<html></html>", "https://e.com/")
    assert await workers.links(b'<link rel="feed" href="/f">', "https://e.com/") == ["https://e.com/f"]


async def test_a_job_that_takes_too_long_is_ended_and_the_next_one_is_served() -> None:
    # each word is a new one, so that no cache helps
    endless = [ParsedArticle(str(n), text=" ".join(f"w{n}x{i}y" for i in range(20_000))) for n in range(50)]
    async with Workers(1, seconds=0.4) as workers:
        with pytest.raises(ParseError, match="took longer than"):
            await workers.analyze(endless, "")
    async with Workers(1, seconds=30) as workers:
        job = asyncio.create_task(workers.analyze(endless, ""))
        await asyncio.sleep(0)
        job.cancel()
        with pytest.raises(asyncio.CancelledError):
            await job
        assert (await workers.parse(rss("A"), "")).title == "News"


async def test_more_jobs_than_processes_are_all_done(workers: Workers) -> None:
    feeds = await asyncio.gather(*(workers.parse(rss(f"T{n}"), "") for n in range(20)))
    assert [feed.articles[0].title for feed in feeds] == [f"T{n}" for n in range(20)]
