"""``@bot words`` in any chat: stories to choose from while somebody types.

https://core.telegram.org/bots/api#inline-mode
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import replace
from typing import Protocol

from telegram import (
    Bot,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InlineQuery,
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
)
from telegram.constants import ParseMode
from telegram.error import BadRequest

from newsbot.domain.models import Digest
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Request
from newsbot.platforms.telegram import render
from newsbot.platforms.telegram.html import shortened, web_url
from newsbot.platforms.telegram.message import Outgoing
from newsbot.platforms.telegram.people import People
from newsbot.platforms.telegram.troubles import in_words
from newsbot.platforms.views import Cards

CACHED = 120  # seconds that Telegram answers the same question for us
PERSONAL = 60  # the same for what only one person gets
TITLE = 200  # characters; nothing tells how much a client shows
DESCRIPTION = 240
REMEMBERED = 1000  # people who type
TOO_LATE = "query is too old"

log = logging.getLogger(__name__)


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does for this. It never raises."""

    async def cards(self, request: Request, text: str, offset: str = "") -> Cards:
        """Stories that answer ``text``."""

    async def words(self, asker: Asker) -> Words:
        """The bot's words as the asker reads them."""


class Inline:
    """Answers inline queries."""

    def __init__(self, bot: Bot, desk: Desk, people: People) -> None:
        self._bot = bot
        self._desk = desk
        self._people = people
        self._latest: OrderedDict[int, str] = OrderedDict()

    async def answer(self, query: InlineQuery) -> None:
        """Answer one keystroke, unless another has followed it meanwhile. Raises TelegramError."""
        person = query.from_user
        self._latest[person.id] = query.id
        self._latest.move_to_end(person.id)
        while len(self._latest) > REMEMBERED:
            self._latest.popitem(last=False)
        asker = self._people.alone(person)
        found = await self._desk.cards(Request(asker), query.query, query.offset)
        if self._latest.get(person.id, query.id) != query.id:
            return
        words = await self._desk.words(asker)
        try:
            await self._show(query.id, found, words)
        except BadRequest as error:
            if TOO_LATE in str(error).lower():
                raise
            log.info("stories to choose from were refused: %s", in_words(error))
            await self._show(query.id, found, words, plain=True)

    async def _show(self, query_id: str, found: Cards, words: Words, *, plain: bool = False) -> None:
        """https://core.telegram.org/bots/api#answerinlinequery: one address that it does not take refuses them all."""
        personal = found.personal or found.failed or _worded(found)
        await self._bot.answer_inline_query(
            query_id,
            results(found, words, plain=plain),
            cache_time=0 if found.failed else PERSONAL if personal else CACHED,
            is_personal=personal,
            next_offset=found.offset,
            button=None if found.digests or found.failed else _way_in(words),
        )


def results(found: Cards, words: Words, *, plain: bool = False) -> list[InlineQueryResultArticle]:
    """What there is to choose from, each story once: their ids are those of the stories. ``plain``: without pictures
    and buttons."""
    digests = {digest.stories[0].story_id: digest for digest in found.digests if digest.stories}
    return [_result(digest, words, plain=plain) for digest in digests.values()]


def _worded(found: Cards) -> bool:
    """Whether the answer has words of the bot's own, which each reads in their language: "also: …", "nothing found"."""
    return not found.digests or any(len(story.sources) > 1 for digest in found.digests for story in digest.stories)


def _result(digest: Digest, words: Words, *, plain: bool) -> InlineQueryResultArticle:
    story = digest.stories[0]
    card = render.card(digest, words)
    card = replace(card, keys=(), picture="") if plain else card
    source = story.sources[0].name if story.sources else ""
    return InlineQueryResultArticle(
        f"story-{story.story_id}",
        shortened(" ".join(story.headline.split()), TITLE) or "…",
        InputTextMessageContent(card.html, ParseMode.HTML, link_preview_options=_preview(card)),
        reply_markup=_keyboard(card),
        description=" · ".join(filter(None, (source, *(shortened(s, DESCRIPTION) for s in story.summary[:1])))) or None,
        thumbnail_url=None if plain else web_url(story.image) or None,
    )


def _preview(card: Outgoing) -> LinkPreviewOptions:
    if not card.picture:
        return LinkPreviewOptions(is_disabled=True)
    return LinkPreviewOptions(url=card.picture, prefer_large_media=True, show_above_text=True)


def _keyboard(card: Outgoing) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(key.label, url=key.url) for key in row if key.url] for row in card.keys]
    return InlineKeyboardMarkup([row for row in rows if row]) if any(rows) else None


def _way_in(words: Words) -> InlineQueryResultsButton:
    """Nothing was found: the way to following what was looked for."""
    return InlineQueryResultsButton(words("inline_nothing"), start_parameter="inline")
