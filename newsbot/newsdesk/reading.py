"""The archive, read now: the latest stories, a digest of a period, one story with all its sources, more like it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from newsbot.domain.digest import summarise
from newsbot.domain.models import Article, Chat, Digest, DigestStory, OutcomeState, Topic, What
from newsbot.domain.plan import seen_by
from newsbot.domain.urls import canonical
from newsbot.errors import BadRequest, NotFound
from newsbot.newsdesk.asking import Asker
from newsbot.newsdesk.naming import Choice, Naming, Unclear
from newsbot.newsdesk.tools import Tools

LATEST = 5
MOST = 20
LOOKED_AT = 2000  # articles of a period that a digest is chosen from, newest first
PERIODS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1), "m": timedelta(days=30)}
NAMED = {
    "today": timedelta(days=1), "day": timedelta(days=1), "week": timedelta(weeks=1), "month": timedelta(days=30),
    "hour": timedelta(hours=1), "yesterday": timedelta(days=2),
}  # fmt: skip
LONGEST = timedelta(days=365)
_AMOUNT = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[hdwmy]|hours?|days?|weeks?|months?|years?)?", re.IGNORECASE)
_PERIOD = re.compile(r"(\d{1,4})\s*(h|d|w|m)(?:ours?|ays?|eeks?|onths?|rs?)?")


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest stories of something, newest first. ``hidden``: there are none, but in languages the chat hides."""

    choice: Choice
    stories: tuple[DigestStory, ...]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Review:
    """A digest made on demand: the most important stories of the ``period`` before now. ``hidden``: there are none, but
    in languages that the chat hides."""

    choice: Choice
    digest: Digest
    period: timedelta
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class More:
    """Some of the ``total`` stories that a digest left out; ``shown`` are those that it told."""

    stories: tuple[DigestStory, ...]
    total: int
    shown: int = 0


class Reading:
    """Reads the archive for people."""

    def __init__(self, tools: Tools, naming: Naming) -> None:
        self._tools = tools
        self._naming = naming

    async def latest(self, asker: Asker, text: str, count: int | None = None) -> Latest:
        """``[what] [N]``: the N newest stories (5; at most 20); ``count``: N, for ``text`` has none. Raises Unclear."""
        name, count = (text, count) if count else split_count(text)
        choice = await self._named(asker, name, BadRequest("no_count", most=MOST))
        chat = await self._tools.known(asker)
        stories = await self._stories(chat, choice, count * 4, languages=chat.settings.languages)
        hidden = not stories and bool(chat.settings.languages) and bool(await self._stories(chat, choice, 1))
        return Latest(choice, await self._told(stories[:count]), hidden)

    async def digest(self, asker: Asker, text: str, period: timedelta | None = None) -> Review:
        """``[what] [period]``: what mattered within ``3d``, ``12h``, ``week`` (a day); ``period``: ``text`` has none.
        Raises Unclear."""
        chat = await self._tools.known(asker)
        choice, period, stories = await self._review(asker, chat, text, period)
        most = self._most(chat)
        told = await self._told(stories[:most])
        since = self._tools.now() - period
        hidden = not stories and bool(chat.settings.languages) and bool(await self._stories(chat, choice, 1, since))
        return Review(choice, self._compose(chat, told, len(stories) - len(told)), period, hidden)

    async def rest(self, asker: Asker, text: str, offset: int, limit: int) -> More:
        """The stories that :meth:`digest` leaves out for the same ``text``. Raises Unclear."""
        chat = await self._tools.known(asker)
        _, _, stories = await self._review(asker, chat, text)
        most = self._most(chat)
        left = stories[most:]
        return More(await self._told(left[offset : offset + limit]), len(left), most)

    async def _review(
        self, asker: Asker, chat: Chat, text: str, period: timedelta | None = None
    ) -> tuple[Choice, timedelta, list[list[Article]]]:
        name, period = (text, period) if period else split_period(text)
        choice = await self._named(asker, name, BadRequest("no_period"))
        since = self._tools.now() - period
        stories = await self._stories(chat, choice, LOOKED_AT, since, chat.settings.languages)
        return choice, period, sorted(stories, key=_importance)

    async def _named(self, asker: Asker, name: str, otherwise: BadRequest) -> Choice:
        """What has the name. Raises ``otherwise`` where a number at its end was meant to say how much, Unclear."""
        try:
            return await self._naming.one(asker, name)
        except Unclear:
            if _AMOUNT.fullmatch(name.split()[-1]):
                raise otherwise from None
            raise

    def _most(self, chat: Chat) -> int:
        return chat.settings.max_items or self._tools.rules.defaults.max_items

    async def story(self, asker: Asker, story_id: int) -> Digest:
        """One story with all its sources, and why the chat got it where it did, as a digest of one. Raises NotFound."""
        chat = await self._tools.known(asker)
        (told,) = await self._told([await self.articles(asker, story_id)])
        outcomes = await self._tools.storage.outbox.outcomes(chat.id, [story_id]) if chat.id else {}
        reasons = outcomes[story_id].reasons if story_id in outcomes else ()
        return self._compose(chat, (replace(told, reasons=reasons),))

    async def at(self, asker: Asker, url: str) -> Article | None:
        """The newest article at an address, as any feed that the asker may see has it; None when none is stored."""
        found = await self._tools.storage.articles.by_url(canonical(url))
        seen = seen_by(found, await self._own(asker))
        return seen[0] if seen else None

    async def articles(self, asker: Asker, story_id: int) -> list[Article]:
        """A story's articles, in order of arrival, as the asker may see them. Raises NotFound."""
        found = (await self._tools.storage.articles.of_stories([story_id])).get(story_id, ())
        seen = seen_by(found, await self._own(asker))
        if not seen:
            raise NotFound("story_gone")
        return seen

    async def of_topic(self, asker: Asker, topic: Topic) -> tuple[DigestStory, ...]:
        """The newest stories of a topic, newest first."""
        choice = Choice(What("topic", str(topic.id)), topic.name, topic.name)
        chat = await self._tools.known(asker)
        return await self._told((await self._stories(chat, choice, LATEST * 4))[:LATEST])

    async def more(self, asker: Asker, delivery_id: int, offset: int, limit: int) -> More:
        """The stories that one of the chat's digests counted as "N more". Raises NotFound for another chat's."""
        chat = await self._tools.known(asker)
        found = await self._tools.storage.outbox.of_delivery(delivery_id)
        counted = [o.story_id for o in found if o.chat_id == chat.id and o.state is OutcomeState.MORE]
        if not counted:
            raise NotFound("more_none")
        return More(await self.tell(asker, counted[offset : offset + limit]), len(counted), len(found) - len(counted))

    async def tell(self, asker: Asker, story_ids: Sequence[int]) -> tuple[DigestStory, ...]:
        """Stories by their ids, in that order, as the asker may see them; those that are gone left out."""
        return await self._told(await self._whole(story_ids, await self._own(asker)))

    async def _own(self, asker: Asker) -> tuple[int, ...]:
        return await self._tools.own_feeds(await self._tools.known(asker))

    async def _stories(
        self, chat: Chat, choice: Choice, limit: int, since: datetime | None = None, languages: Sequence[str] = ()
    ) -> list[list[Article]]:
        """The stories of the newest ``limit`` articles that the chat may see, each whole in order of arrival, newest
        story first."""
        own = await self._tools.own_feeds(chat)
        newest = await self._tools.storage.articles.latest(
            choice.what, limit, since=since, languages=languages, own=own
        )
        return await self._whole(list(dict.fromkeys(a.story_id for a in newest if a.story_id is not None)), own)

    async def _whole(self, story_ids: Sequence[int], own: Collection[int]) -> list[list[Article]]:
        told = await self._tools.storage.articles.of_stories(story_ids)
        return [seen for i in story_ids if (seen := seen_by(told.get(i, ()), own))]

    async def _told(self, stories: Sequence[Sequence[Article]]) -> tuple[DigestStory, ...]:
        """The stories summarised, off the loop."""
        return await asyncio.to_thread(lambda: tuple(summarise(s, self._tools.analyzer) for s in stories))

    def _compose(self, chat: Chat, told: tuple[DigestStory, ...], more: int = 0) -> Digest:
        settings, defaults = chat.settings, self._tools.rules.defaults
        return Digest(
            told,
            occasion="answer",
            more=more,
            compact=settings.compact,
            images=defaults.images if settings.images is None else settings.images,
            language=self._tools.language(chat),
            timezone=settings.timezone or defaults.timezone,
        )


def split_count(text: str) -> tuple[str, int]:
    """``"cars 5"`` to ``("cars", 5)``; the number may be left out. Raises BadRequest for 0 and for over 20."""
    head, _, last = text.rpartition(" ")
    if not (last.isascii() and last.isdigit()):
        return text, LATEST
    count = int(last[:6])
    if not 1 <= count <= MOST:
        raise BadRequest("no_count", most=MOST)
    return head.strip(), count


def split_period(text: str) -> tuple[str, timedelta]:
    """``"cars 3d"`` or ``"cars week"`` to the name and the period, a day when it is left out."""
    words = text.split()
    for length in (2, 1):
        period = read_period(" ".join(words[-length:])) if len(words) >= length else None
        if period is not None:
            return " ".join(words[:-length]), period
    return text, PERIODS["d"]


def read_period(text: str) -> timedelta | None:
    """ "12h", "3 days", "2w", "week": as a timedelta of at most a year; None for what is no period."""
    word = text.lower()
    if word in NAMED:
        return NAMED[word]
    found = _PERIOD.fullmatch(word)
    if not found or not int(found[1]):
        return None
    return min(int(found[1]) * PERIODS[found[2]], LONGEST)


def _importance(articles: Sequence[Article]) -> tuple[int, float]:
    """Told by more feeds first, then newer."""
    latest = max((a.published.timestamp() for a in articles if a.published), default=0.0)
    return -len({a.feed_id for a in articles}), -latest
