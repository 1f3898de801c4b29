"""Files that people send."""

from __future__ import annotations

import asyncio
import logging

import aiohttp
import discord

from newsbot.errors import BadRequest
from newsbot.platforms.discord.troubles import in_words

log = logging.getLogger(__name__)

LONGEST = 1_000_000  # bytes of a list of feeds
PATIENCE = 30.0  # seconds for it


async def loaded(attachment: discord.Attachment) -> bytes:
    """A file's content. Raises BadRequest for one that is too large, or that Discord does not give."""
    if attachment.size > LONGEST:
        raise BadRequest("import_too_large")
    try:
        async with asyncio.timeout(PATIENCE):
            return await attachment.read()
    except (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("a file could not be fetched: %s", in_words(error))
        raise BadRequest("import_lost") from None
