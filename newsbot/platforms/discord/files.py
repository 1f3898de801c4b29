"""Files that people send."""

from __future__ import annotations

import asyncio
import logging
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route

from newsbot.errors import BadRequest
from newsbot.platforms.discord.troubles import in_words

log = logging.getLogger(__name__)

LONGEST = 1_000_000  # bytes of a list of feeds
PATIENCE = 30.0  # seconds for it
AT_ONCE = 4  # files
KEEPERS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
"""Where Discord keeps files: https://docs.discord.com/developers/reference#image-formatting"""


class Files:
    """Fetches them, by the way that ``rest`` goes: from Discord alone, whatever an address says, and never more than
    :data:`LONGEST` bytes."""

    def __init__(self, rest: discord.Client) -> None:
        self._rest = rest
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def content(self, attachment: discord.Attachment) -> bytes:
        """A file's content. Raises BadRequest for one that is too large, or that Discord does not give."""
        if attachment.size > LONGEST:
            raise BadRequest("import_too_large")
        if not _is_kept(attachment.url):
            log.warning("a file is not where Discord keeps files: %s", urlsplit(attachment.url).hostname)
            raise BadRequest("import_lost")
        try:
            async with asyncio.timeout(PATIENCE), self._turns:
                return await self._read(attachment.url)
        except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("a file could not be fetched: %s", in_words(error))
            raise BadRequest("import_lost") from None

    async def _read(self, url: str) -> bytes:
        http = self._rest.http  # its own session counts what Discord's API refuses, which this is not
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, allow_redirects=False, proxy=http.proxy, proxy_auth=http.proxy_auth) as response,
        ):
            if response.status != 200:
                raise discord.HTTPException(response, "no file")
            found = bytearray()
            async for chunk in response.content.iter_chunked(1 << 16):
                found += chunk
                if len(found) > LONGEST:
                    raise BadRequest("import_too_large")
            return bytes(found)


def _is_kept(url: str) -> bool:
    """Whether Discord keeps files there; what stands for Discord elsewhere keeps its own."""
    asked, api = urlsplit(url), urlsplit(Route.BASE)
    is_discords = asked.scheme == "https" and asked.netloc in KEEPERS
    return is_discords or (api.hostname != "discord.com" and (asked.scheme, asked.netloc) == (api.scheme, api.netloc))
