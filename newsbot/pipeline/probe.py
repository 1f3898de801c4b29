"""Finding the feed behind what a person typed: a feed's address, a web page's, or a bare domain."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from newsbot.domain.ports import ProbedFeed
from newsbot.domain.urls import absolute, is_web
from newsbot.errors import FeedError, FetchError, ParseError
from newsbot.pipeline.fetch import Fetched, Fetcher
from newsbot.pipeline.workers import Workers

MAX_LINKS = 4
COMMON_PATHS = ("/feed", "/rss", "/rss.xml", "/atom.xml", "/feed.xml", "/index.xml", "/feed.json")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)")
_FEED_SCHEMES = re.compile(r"feed:(?://)?(?=https?:)|feed:", re.IGNORECASE)


class Probe:
    """Implements :class:`newsbot.domain.ports.FeedProbe`. Only an admin's addresses are ``trusted`` to be private."""

    def __init__(self, fetcher: Fetcher, workers: Workers, *, trusted: bool = False) -> None:
        self._fetcher, self._workers, self._trusted = fetcher, workers, trusted

    async def probe(self, url: str) -> ProbedFeed:
        """The feed at ``url``, else the first readable one that the page there names, else one at a usual place.

        Raises FeedError with the reason why there is none.
        """
        address = typed(url)
        if not is_web(address):
            raise FetchError("is no web address")
        answer = await self._first_answer(address, with_http="://" not in url)
        try:
            return await self._read(answer)
        except ParseError as error:
            found = await self._first([*await self._linked(answer), *_usual(answer.url)])
            if found is None:
                raise ParseError(f"no feed was found there: it {error}") from error
            return found

    async def _first_answer(self, address: str, *, with_http: bool) -> Fetched:
        """``with_http``: the scheme was our guess, so try the other where nobody answers."""
        try:
            return await self._get(address)
        except FetchError as error:
            if not with_http or error.status is not None:
                raise
            try:
                return await self._get(address.replace("https:", "http:", 1))
            except FeedError:
                raise error from None

    async def _get(self, url: str) -> Fetched:
        answer = await self._fetcher.get(url, trusted=self._trusted)
        if not isinstance(answer, Fetched):
            raise FetchError("did not answer with a document")
        return answer

    async def _read(self, answer: Fetched) -> ProbedFeed:
        feed = await self._workers.parse(answer.body, answer.url, answer.content_type)
        return ProbedFeed(answer.moved or answer.url, feed)

    async def _linked(self, answer: Fetched) -> list[str]:
        try:
            return (await self._workers.links(answer.body, answer.url))[:MAX_LINKS]
        except ParseError:
            return []

    async def _first(self, addresses: list[str]) -> ProbedFeed | None:
        """The first of the addresses that holds a feed."""
        for address in dict.fromkeys(addresses):
            try:
                return await self._read(await self._get(address))
            except FeedError:
                continue
        return None


def typed(url: str) -> str:
    """What a person meant: ``example.org`` and ``feed:…`` as web addresses."""
    text = _FEED_SCHEMES.sub("", url.strip(), count=1).lstrip("/")
    return text if _SCHEME.match(text) else f"https://{text}"


def _usual(url: str) -> list[str]:
    """Where sites keep their feeds: beside a section's page, then at the root."""
    section = url if urlsplit(url).path.endswith("/") else url + "/"
    return [absolute(section, "feed"), *(absolute(url, path) for path in COMMON_PATHS)]
