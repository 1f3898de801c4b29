"""Fetching: one address to the bytes behind it, politely, with every bound that hostile servers make necessary."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from newsbot.domain.urls import absolute, host_of, is_web, redacted
from newsbot.errors import FetchError, UnsafeUrl
from newsbot.pipeline.addresses import REFUSED, IsPublic, guarded_socket, is_public
from newsbot.pipeline.headers import conditions, credentials, is_own, retry_after
from newsbot.pipeline.hosts import Hosts
from newsbot.pipeline.inflate import ACCEPTED, Body

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.7, */*;q=0.5"
)
MAX_BYTES = 10 * 2**20
MAX_HOPS = 5
MAX_MARK = 1000
_PERMANENT = frozenset({HTTPStatus.MOVED_PERMANENTLY, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS = _PERMANENT | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER, HTTPStatus.TEMPORARY_REDIRECT}
_BROKEN: Mapping[type[BaseException], str] = {
    aiohttp.ClientPayloadError: "broke off in the middle of its answer",
    aiohttp.ServerDisconnectedError: "broke off without an answer",
    aiohttp.ClientResponseError: "answered with something that is no HTTP",
}
_HOST_WIDE = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Fetched:
    """A 200 answer. ``url`` is where it came from; ``moved`` the new address if all hops were permanent, else ""."""

    url: str
    body: bytes
    content_type: str = ""
    etag: str = ""
    last_modified: str = ""
    moved: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """A 304 answer: nothing new since the ``etag`` or ``last_modified`` that we sent."""

    url: str
    etag: str = ""
    last_modified: str = ""
    moved: str = ""


Answer = Fetched | NotModified


def user_agent() -> str:
    """Who asks, honestly: a name, its version, and where a server's owner can read more."""
    return f"newsbot/{version('newsbot')} (+https://example.org/newsbot; feed reader)"


class Fetcher:
    """An HTTP client for feeds and pages; use as an async context manager. ``timeout`` and ``stall`` are in seconds:
    for one request as a whole, redirects counting as their own, and for one silence within it.

    ``allowed`` says which IP addresses untrusted URLs may reach.
    """

    def __init__(
        self,
        *,
        proxy: str | None = None,
        timeout: float = 30.0,
        stall: float = 15.0,
        max_bytes: int = MAX_BYTES,
        per_host: int = 4,
        connections: int = 100,
        allowed: IsPublic = is_public,
        resolver: AbstractResolver | None = None,
    ) -> None:
        self._proxy, self._timeout, self._max_bytes = proxy, timeout, max_bytes
        self._allowed, self._resolver, self._connections = allowed, resolver, connections
        self._client_timeout = aiohttp.ClientTimeout(total=None, sock_connect=stall, sock_read=stall)
        self._hosts = Hosts(per_host)
        self._open: aiohttp.ClientSession | None = None
        self._guarded: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._open = self._session(None)
        # Through a proxy the socket leads to the proxy: there the target is checked by name instead.
        self._guarded = self._session(None if self._proxy else self._allowed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close every connection."""
        for session in (self._open, self._guarded):
            if session is not None:
                await session.close()

    async def get(
        self,
        url: str,
        *,
        trusted: bool = False,
        etag: str = "",
        last_modified: str = "",
        headers: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """Fetch ``url``; with ``etag`` or ``last_modified`` of the last answer, the server may say that nothing is new.

        A ``trusted`` address (an admin's) may be anywhere, and so may redirects within its host; all others must be
        public. ``headers`` and credentials in the URL go to the URL's own origin only, or its encrypted twin.
        Raises FetchError and UnsafeUrl, whose texts name no more of an address than its host.
        """
        if not is_web(url):
            raise FetchError("is no web address")
        return await self._follow(url, trusted, conditions(etag, last_modified), credentials(url) | dict(headers))

    async def _follow(self, url: str, trusted: bool, open_: Mapping[str, str], secret: Mapping[str, str]) -> Answer:
        """Hop by hop, each checked anew (RFC 9110, 15.4); ``secret`` headers are for the address's own server."""
        at, moved, permanent, seen = redacted(url), "", True, set[str]()
        for _ in range(MAX_HOPS):
            seen.add(at)
            headers = {**open_, **(secret if is_own(at, url) else {})}
            answer = await self._hop(at, trusted and host_of(at) == host_of(url), headers)
            if isinstance(answer, Fetched | NotModified):
                return _with_move(answer, moved)
            status, location = answer
            permanent = permanent and status in _PERMANENT
            at = redacted(absolute(at, location)) if location else ""
            moved = at if permanent else moved
            if not at:
                raise FetchError("redirects to no web address", status=status)
            if at in seen:
                raise FetchError("redirects in a circle", status=status)
        raise FetchError("redirects too often")

    async def _hop(self, url: str, trusted: bool, headers: Mapping[str, str]) -> Answer | tuple[int, str]:
        """One request: the answer, or the status and target of a redirect. Waiting for a turn is not on its clock."""
        async with self._hosts.turn(host_of(url)), _failures(url), asyncio.timeout(self._timeout):
            session = await self._chosen(url, trusted)
            request = session.get(URL(url), headers=headers, allow_redirects=False, proxy=self._proxy)
            async with request as response:
                if response.status in _REDIRECTS:
                    return response.status, response.headers.get("Location", "")
                return await self._answer(url, response, "If-None-Match" in headers or "If-Modified-Since" in headers)

    async def _chosen(self, url: str, trusted: bool) -> aiohttp.ClientSession:
        session = self._open if trusted else self._guarded
        if session is None:
            raise RuntimeError("the fetcher is not open")
        if not trusted and self._proxy:
            await self._check_name(url)
        return session

    async def _answer(self, url: str, response: aiohttp.ClientResponse, conditional: bool) -> Answer:
        etag = _short(response.headers.get("ETag", ""))
        last_modified = _short(response.headers.get("Last-Modified", ""))
        if response.status == HTTPStatus.NOT_MODIFIED and conditional:
            return NotModified(url, etag, last_modified)
        if not 200 <= response.status < 300:
            raise self._refusal(url, response)
        body = Body(response.headers.get("Content-Encoding", ""), self._max_bytes)
        async for chunk in response.content.iter_any():
            body.feed(chunk)
        kind = response.headers.get("Content-Type", "")[:200]
        return Fetched(url, body.finish(), kind, etag, last_modified)

    def _refusal(self, url: str, response: aiohttp.ClientResponse) -> FetchError:
        status = response.status
        wait = retry_after(response.headers.get("Retry-After", ""))
        if status in _HOST_WIDE and wait:
            self._hosts.pause(host_of(url), wait)
        if status == HTTPStatus.GONE:
            return FetchError("is gone for good (410)", status=status)
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
        return FetchError(f"answered {status} {phrase}".rstrip(), status=status, retry_after=wait)

    async def _check_name(self, url: str) -> None:
        """For a proxy: refuse what this machine's own resolver places in a private network."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host_of(url), None)
        except OSError:
            return  # a name that only the proxy can resolve
        if not all(self._allowed(str(address[0])) for *_, address in found):
            raise UnsafeUrl(REFUSED)

    def _session(self, allowed: IsPublic | None) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=self._connections,
            ttl_dns_cache=60,
            resolver=self._resolver,
            socket_factory=guarded_socket(allowed) if allowed else None,
        )
        return aiohttp.ClientSession(
            connector=connector,
            timeout=self._client_timeout,
            headers={"User-Agent": user_agent(), "Accept": ACCEPT, "Accept-Encoding": ACCEPTED},
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )


def _short(mark: str) -> str:
    """A validator to send back next time, "" for one so long that half of it would have to be cut off."""
    return mark if len(mark) <= MAX_MARK else ""


def _with_move(answer: Answer, moved: str) -> Answer:
    if isinstance(answer, Fetched):
        return Fetched(answer.url, answer.body, answer.content_type, answer.etag, answer.last_modified, moved)
    return NotModified(answer.url, answer.etag, answer.last_modified, moved)


@asynccontextmanager
async def _failures(url: str) -> AsyncIterator[None]:
    """Turns what the client raises into words that people understand, without the address."""
    try:
        yield
    except TimeoutError as error:  # aiohttp's own are subclasses
        raise FetchError("did not answer in time") from error
    except aiohttp.ClientConnectorCertificateError as error:
        raise FetchError("has a certificate that is not valid") from error
    except aiohttp.ClientConnectorDNSError as error:
        raise FetchError(f"no such host: {host_of(url)}") from error
    except aiohttp.ClientConnectorError as error:
        if REFUSED in str(error.os_error):
            raise UnsafeUrl(f"{host_of(url)} {REFUSED}") from None
        reason = os.strerror(error.os_error.errno).lower() if error.os_error.errno else "no connection"
        raise FetchError(f"could not be reached ({reason})") from error
    except (aiohttp.InvalidURL, UnicodeError, ValueError) as error:
        raise FetchError("is no web address that can be fetched") from error
    except (aiohttp.ClientError, ssl.SSLError, OSError) as error:
        words = next((words for kind, words in _BROKEN.items() if isinstance(error, kind)), "broke off")
        raise FetchError(words) from error
