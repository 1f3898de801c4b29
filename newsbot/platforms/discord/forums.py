"""Forums: a post is a thread, or goes into the day's."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import discord
from discord.http import HTTPClient
from discord.utils import snowflake_time

from newsbot.domain.models import Digest
from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.platforms.discord import finding, render, wire
from newsbot.platforms.discord.message import Json
from newsbot.platforms.discord.places import Place


class Forums:
    """Opens a forum's threads, and finds the day's."""

    def __init__(self, http: HTTPClient, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self._days: dict[str, tuple[str, str]] = {}  # a forum: the day's name, its thread

    async def thread_for(self, me: str, forum: Place, digest: Digest) -> str:
        """The thread that the post goes into, "" when it opens one."""
        if digest.threads == "story":
            return ""
        name = self._today(digest)
        day, thread = self._days.get(forum.id, ("", ""))
        if day == name:
            return thread
        if thread := await self._find(me, forum, name, digest.timezone):
            self._days[forum.id] = (name, thread)
        return thread

    async def open(self, forum: Place, digest: Digest, body: Json, noting: wire.Noting = wire.unheard) -> str:
        """Open a thread with the first message ``body``, which has the same id. Twice makes two."""
        by_day = digest.threads == "day"
        name = self._today(digest) if by_day else render.title(digest)
        tags = forum.tagged(() if by_day else render.tags(digest))
        thread = str((await wire.thread(self._http, forum.id, name, body, tags, noting))["id"])
        if by_day:
            self._days[forum.id] = (name, thread)
        return thread

    def forget(self, forum_id: str) -> None:
        """Look for the day's thread again: something there is not as it was."""
        self._days.pop(forum_id, None)

    async def _find(self, me: str, forum: Place, name: str, timezone: str) -> str:
        """By its owner, its forum, the day of its making and its name, since a story's may be of the same day."""
        zone = ZoneInfo(timezone)
        today = self._clock.now().astimezone(zone).date()
        for thread in await self._standing(forum, datetime.combine(today, time.min, zone)):
            mine = thread.get("owner_id") == me and thread.get("parent_id") == forum.id and thread.get("name") == name
            open_ = not thread.get("thread_metadata", {}).get("locked")
            if mine and open_ and snowflake_time(int(thread["id"])).astimezone(zone).date() == today:
                return str(thread["id"])
        return ""

    async def _standing(self, forum: Place, since: datetime) -> list[Json]:
        """The threads that are open, and those that were archived since then, as far as the bot may see them."""
        active = await wire.active_threads(self._http, forum.server)
        try:
            return [*active, *[thread async for thread in finding.archived(self._http, forum.id, since)]]
        except discord.Forbidden:
            return active

    def _today(self, digest: Digest) -> str:
        """What the day's thread is called: "23 November 2026"."""
        return Words(digest.language)("date", at=self._clock.now().astimezone(ZoneInfo(digest.timezone)))
