"""Whether a post is out already: its mark is in a button of the message, and no other trace is left of it.

A nonce is forgotten within minutes, forums have none, and Discord does not give nonces back: who tries a delivery
again reads what the bot has said since the delivery was made.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import discord
from discord.http import HTTPClient
from discord.utils import time_snowflake

from newsbot.platforms.discord import wire
from newsbot.platforms.discord.answers import UNKNOWN_MESSAGE
from newsbot.platforms.discord.message import Json, post_of

SKEW = timedelta(minutes=5)
"""By how much our clock may differ from Discord's."""
PAGE = 100
PAGES = 50
"""So many pages are read; where more was said since, nobody can tell."""
_THREADS = 10  # pages of archived threads


class Unreadable(Exception):
    """The bot may not read the history of the place."""


class TooMuch(Exception):
    """More was said since than is read."""


@dataclass(slots=True)
class Search:
    """How far a channel was read, so that one who is put off on the way goes on there: up to the message ``last``, in
    so many ``pages``; ``parts`` are those that were found, by their numbers."""

    last: int = 0
    pages: int = 0
    parts: dict[int, str] = field(default_factory=dict)


def bound(since: datetime) -> int:
    """An id below those of all messages since then, whoever's clock is right."""
    return time_snowflake(since - SKEW)


async def parts_in(
    http: HTTPClient, me: str, channel_id: str, delivery_id: int, since: datetime, search: Search | None = None
) -> dict[int, str]:
    """The messages of ours in a channel that are parts of a delivery, by their numbers.

    ``me``: the bot's user id; ``search``: where an earlier look was put off. Raises Unreadable and TooMuch, and what
    :mod:`.wire` raises.
    """
    search = search or Search()
    async for message in _since(http, channel_id, bound(since), search):
        delivery, _, part = post_of(message.get("components") or ()).partition(".")
        if delivery == str(delivery_id) and message["author"]["id"] == me:
            search.parts.setdefault(int(part), str(message["id"]))
    return search.parts


async def threads_of(http: HTTPClient, me: str, server: str, forum_id: str, since: datetime) -> list[str]:
    """The forum's threads that the bot opened and in which something was said since then, archived ones too."""
    oldest = bound(since)
    active = [t for t in await wire.active_threads(http, server) if t.get("parent_id") == forum_id]
    try:
        gone = [thread async for thread in archived(http, forum_id, since - SKEW)]
    except discord.Forbidden:
        raise Unreadable from None
    return sorted({str(t["id"]) for t in (*active, *gone) if t.get("owner_id") == me and _latest(t) > oldest})


def _latest(thread: Json) -> int:
    return max(int(thread["id"]), int(thread.get("last_message_id") or 0))


async def _since(http: HTTPClient, channel_id: str, after: int, search: Search) -> AsyncIterator[Json]:
    while search.pages < PAGES:
        page = await wire.history(http, channel_id, after=str(search.last or after), limit=PAGE)
        if not page and not search.last:
            await _make_sure(http, channel_id, after)
        for message in page:
            yield message
        if len(page) < PAGE:
            return
        search.last, search.pages = _newest(page), search.pages + 1
    raise TooMuch


def _newest(page: Iterable[Json]) -> int:
    return max(int(message["id"]) for message in page)


async def _make_sure(http: HTTPClient, channel_id: str, after: int) -> None:
    """Nothing was said since, or it is not shown: "if the current user is missing the READ_MESSAGE_HISTORY permission
    in the channel, then no messages will be returned".
    https://docs.discord.com/developers/resources/message#get-channel-messages"""
    latest = (await wire.channel(http, channel_id)).get("last_message_id")
    if not latest or int(latest) <= after:
        return
    try:
        await wire.message(http, channel_id, str(latest))
    except discord.Forbidden:
        raise Unreadable from None
    except discord.NotFound as error:
        if error.code != UNKNOWN_MESSAGE:
            raise


async def archived(http: HTTPClient, forum_id: str, since: datetime) -> AsyncIterator[Json]:
    """The forum's threads that were archived since then. Raises discord.Forbidden without Read Message History."""
    before = ""
    for _ in range(_THREADS):
        page = await wire.archived_threads(http, forum_id, before=before)
        for thread in page:
            before = str(thread["thread_metadata"]["archive_timestamp"])
            if datetime.fromisoformat(before) < since:
                return
            yield thread
        if len(page) < PAGE:
            return
