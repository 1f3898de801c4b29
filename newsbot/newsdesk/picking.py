"""Stories to pick from while somebody types: the best of a search, or the latest ones."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from newsbot.domain.digest import summarise
from newsbot.domain.models import Article, Digest, DigestStory
from newsbot.domain.plan import seen_by
from newsbot.domain.query import parse_search
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.operators import check_operators
from newsbot.newsdesk.tools import Tools
from newsbot.storage.search import SearchRequest, SearchResult

PAGE = 6  # stories, as many as a phone shows: to sum up a new one takes 5 ms of a processor
LOOKED_AT = 40  # of the latest articles, for a page of stories
LAST_PAGE = 50
KEPT = 1000  # stories whose summary is kept: a search changes little from one key to the next
HALF = "*"
"""What the cursor of a search begins with whose last word was not finished."""
Own = tuple[int, ...]
"""The ids of the feeds that the asker's private chat subscribes to."""
_HALF_TYPED = re.compile(r"(?:.*\s)?\w{2,}")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins: its number from 0, and what its kind goes on by, a search's cursor or an article's id."""

    page: int = 0
    cursor: str = ""


@dataclass(frozen=True, slots=True)
class Picks:
    """A page of stories, each as a digest of one; ``next`` is None after the last. ``personal``: the asker's own chat
    has settings that had a say, or not everybody may use the bot."""

    digests: tuple[Digest, ...]
    next: Place | None
    personal: bool


class Picking:
    """Reads the archive for somebody who will show a story to others, so in the bot's own words and time zone unless
    they chose theirs."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._summary = lru_cache(KEPT)(lambda told: summarise(told, tools.analyzer))

    async def pick(self, asker: Asker, text: str, place: Place) -> Picks:
        """The stories that answer ``text``, best and newest first; the latest for "". Raises QueryError, BadRequest."""
        storage = self._tools.storage
        key = asker.private_chat
        chat = await storage.chats.find(key) if key else None
        muted = {int(m.ref) for m in await storage.chats.mutes(chat.id) if m.kind == "source"} if chat else set()
        languages = chat.settings.languages if chat else ()
        own = await self._tools.own_feeds(chat)
        found, after = await self._found(text, place, languages, own)
        told = await asyncio.to_thread(self._told, found, muted)
        language = chat.settings.language if chat else None
        digests = tuple(self._digest(story, language) for story in told)
        return Picks(
            digests, after, bool(muted or languages or language or own) or not self._tools.rules.access.is_open
        )

    async def _found(
        self, text: str, place: Place, languages: Sequence[str], own: Own
    ) -> tuple[list[Sequence[Article]], Place | None]:
        if text:
            return await self._searched(text, place, languages, own)
        return await self._latest(place, languages, own)

    async def _searched(
        self, text: str, place: Place, languages: Sequence[str], own: Own
    ) -> tuple[list[Sequence[Article]], Place | None]:
        """Articles with all the words; where there are none, the last word may be the beginning of one."""
        await check_operators(self._tools, text)
        page, half = min(place.page, LAST_PAGE), place.cursor.startswith(HALF)
        cursor, typed = place.cursor.removeprefix(HALF), half_typed(text) if half else text
        result = await self._page(typed, page, cursor, languages, own)
        if not place.cursor and (result.relaxed or not result.hits) and half_typed(text) != text:
            begun = await self._page(half_typed(text), page, "", languages, own)
            half = bool(begun.hits) and not begun.relaxed
            result = begun if half else result
        hits = await self._tools.storage.articles.get([hit.article_id for hit in result.hits])
        after = Place(page + 1, (HALF if half else "") + result.cursor)
        return await self._stories(hits, own), after if result.more and page < LAST_PAGE else None

    async def _page(self, text: str, page: int, cursor: str, languages: Sequence[str], own: Own) -> SearchResult:
        tools = self._tools
        query = parse_search(text, tools.analyzer, tools.lexicon)
        request = SearchRequest(query, PAGE, page * PAGE, cursor, tuple(languages), own, now=tools.now())
        return await tools.storage.search.find(request)

    async def _latest(
        self, place: Place, languages: Sequence[str], own: Own
    ) -> tuple[list[Sequence[Article]], Place | None]:
        """A story stands where its newest article is, so that no page repeats one."""
        wanted = {"", *languages}
        before = int(place.cursor) if place.cursor.isdecimal() and len(place.cursor) < 19 else None
        newest = await self._tools.storage.articles.latest(
            None, LOOKED_AT, before_id=before, languages=languages, own=own
        )
        found = await self._stories(newest, own)
        placed = [(max(a.id for a in story if not languages or a.language in wanted), story) for story in found]
        fresh = [(top, story) for top, story in placed if before is None or top < before]
        full = len(fresh) > PAGE
        last = fresh[PAGE - 1][0] if full else newest[-1].id if newest else 0
        more = (full or len(newest) == LOOKED_AT) and place.page < LAST_PAGE
        return [story for _, story in fresh[:PAGE]], Place(place.page + 1, str(last)) if more else None

    async def _stories(self, articles: Sequence[Article], own: Own) -> list[Sequence[Article]]:
        """The story of each article, once; one that nobody has judged yet stands for itself."""
        ids = dict.fromkeys(a.story_id for a in articles if a.story_id is not None)
        told = await self._tools.storage.articles.of_stories(list(ids))
        by_story = {a.story_id or -a.id: seen_by(told.get(a.story_id or 0, ()), own) or [a] for a in articles}
        return list(by_story.values())

    def _told(self, stories: Sequence[Sequence[Article]], muted: set[int]) -> list[DigestStory]:
        shown = (tuple(a for a in story if a.feed_id not in muted) for story in stories)
        return [self._summary(told) for told in shown if told]

    def _digest(self, story: DigestStory, language: str | None) -> Digest:
        defaults = self._tools.rules.defaults
        return Digest(
            (story,),
            occasion="answer",
            images=defaults.images,
            language=language or defaults.language,
            timezone=defaults.timezone,
        )


def half_typed(text: str) -> str:
    """``text`` with its last word as the beginning of one, where it is a plain word outside of quotes."""
    plain = _HALF_TYPED.fullmatch(text) and text.count('"') % 2 == 0
    return f"{text}*" if plain else text
