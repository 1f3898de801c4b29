"""A look at one feed as the running bot would read it, with nothing stored: for an admin who checks an address."""

from __future__ import annotations

from datetime import datetime

from newsbot.app.newsroom import Newsroom
from newsbot.domain.models import FeedSpec, ParsedFeed
from newsbot.domain.ports import ProbedFeed
from newsbot.errors import FetchError
from newsbot.pipeline import files
from newsbot.pipeline.fetch import Fetched
from newsbot.pipeline.probe import Probe


async def look(room: Newsroom, spec: FeedSpec) -> ParsedFeed:
    """What a feed of the config gives now. Raises FeedError, as the collector would."""
    if files.is_file(spec.url):
        return await _file(room, spec.url)
    answer = await room.fetcher.get(spec.url, trusted=True, headers=spec.headers)
    if not isinstance(answer, Fetched):
        raise FetchError("did not answer with a document")
    return await room.workers.parse(answer.body, answer.url, answer.content_type)


async def find(room: Newsroom, address: str) -> ProbedFeed:
    """The feed behind what an admin typed: what the config may name (a file, a private address), or a page that names
    its feed. Raises FeedError."""
    if files.is_file(address):
        return ProbedFeed(address, await _file(room, address))
    return await Probe(room.fetcher, room.workers, trusted=True).probe(address)


async def _file(room: Newsroom, url: str) -> ParsedFeed:
    now, started = room.clock.now(), await room.storage.meta.get("first_start")
    body = await files.read(url, room.config.root, datetime.fromisoformat(started) if started else now)
    shown, _ = files.released(await room.workers.parse(body, url), now)
    return shown
