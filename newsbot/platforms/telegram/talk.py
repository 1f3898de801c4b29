"""The one door for every kind of update, and what people write, answered."""

from __future__ import annotations

import asyncio
import functools
import logging
import re
from collections.abc import Collection, Mapping
from typing import Protocol

from telegram import Bot, Document, Message, Update, User
from telegram.error import TelegramError

from newsbot.domain.ports import Clock
from newsbot.errors import BadRequest, NewsbotError, StorageError
from newsbot.locales import Words, languages
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.actions import Memory, short
from newsbot.platforms.commands import TABLE, Request
from newsbot.platforms.telegram import elsewhere, inline, places
from newsbot.platforms.telegram.elsewhere import Answer, Elsewhere
from newsbot.platforms.telegram.inline import Inline
from newsbot.platforms.telegram.links import Aim, Links
from newsbot.platforms.telegram.message import is_shared
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.people import People, place_of
from newsbot.platforms.telegram.places import Places
from newsbot.platforms.telegram.press import Presses
from newsbot.platforms.telegram.troubles import in_words, said
from newsbot.platforms.telegram.voice import Voice
from newsbot.platforms.views import Button, Paragraph, Reply, Span

log = logging.getLogger(__name__)

LONGEST_FILE = 1_000_000  # bytes of a list of feeds
ASKED = ("follow", "search")
"""The commands whose argument may be the answer to a prompt."""
_COMMAND = re.compile(r"/(\w{1,64})(?:@(\w+))?(?=\s|$)\s*", re.ASCII)
_DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Desk(elsewhere.Desk, inline.Desk, Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does. It never raises for what people do."""


class Handler:
    """Answers updates. ``bot_admins``: the users' numbers of the bot's own admins; ``me``: what getMe says."""

    def __init__(
        self,
        bot: Bot,
        desk: Desk,
        presence: places.Presence,
        memory: Memory,
        pace: Pace,
        clock: Clock,
        me: User,
        bot_admins: Collection[str] = (),
    ) -> None:
        self._people = People(bot, presence, bot_admins)
        links = Links(memory, me.username or "")
        voice = Voice(bot, pace, clock, links, presence)
        there = Elsewhere(bot, desk, presence, memory, links, me.id)
        self._places = Places(presence, desk, self._people, voice, clock)
        self._presses = Presses(bot, desk, there, self._people, links, voice, clock)
        self._talk = Talk(desk, presence, self._people, there, self._presses, links, voice, me)
        self._inline = Inline(bot, desk, self._people)

    async def handle(self, update: Update) -> None:
        """Answer one update. Never raises for what people or Telegram do."""
        try:
            await self._handle(update)
        except TelegramError as error:
            log.info("update %s was not answered: %s", update.update_id, in_words(error))
        except NewsbotError as error:
            log.warning("update %s was not answered: %s", update.update_id, error)
        except Exception:
            log.exception("update %s was not answered", update.update_id)

    async def _handle(self, update: Update) -> None:
        if query := update.callback_query:
            await self._presses.press(query)
        elif typed := update.inline_query:
            await self._inline.answer(typed)
        elif change := update.my_chat_member:
            await self._places.changed(change)
        elif (message := update.message or update.channel_post) and not await self._places.told(message):
            asker = self._people.of_message(message)
            if asker is not None:
                await self._talk.answer(asker, message)


class Talk:
    """Answers what people write: commands, words in private, answers to prompts, files and forwarded posts."""

    def __init__(
        self,
        desk: Desk,
        presence: places.Presence,
        people: People,
        there: Elsewhere,
        presses: Presses,
        links: Links,
        voice: Voice,
        me: User,
    ) -> None:
        self._desk = desk
        self._presence = presence
        self._people = people
        self._elsewhere = there
        self._presses = presses
        self._links = links
        self._voice = voice
        self._me = me

    async def answer(self, asker: Asker, message: Message) -> None:
        """Answer a message, if it is for the bot."""
        shared = is_shared(asker.chat)
        if not shared:
            await self._meet(asker)
        text = await self._line(message, shared=shared)
        if not (text or message.document or (message.forward_origin and not shared)):
            return
        where = place_of(message)
        async with self._voice.working(where):
            answer = await self._answer(asker, message, text)
        if answer is None:
            return
        words = await self._desk.words(asker)
        is_apart = shared and answer.reply.private and answer.reply.attachment is not None
        reply = await self._apart(asker, text, words) if is_apart else answer.reply
        reply_to = message.message_id if shared else None
        await self._voice.say(where, reply, words, reply_to=reply_to, place=answer.place)

    async def _apart(self, asker: Asker, text: str, words: Words) -> Reply:
        """In place of a file that is for the asker alone: the way to it, in their private chat."""
        url = await self._links.link(Aim(short("c", text.partition(" ")[0]), asker.chat))
        button = Button(words("onward_button"), url=url)
        return Reply((Paragraph((Span(words("press_apart")),)),), buttons=((button,),))

    async def _meet(self, asker: Asker) -> None:
        """Know the private chat from now on; a database that is busy just now does not keep the answer back."""
        try:
            await self._presence.met(asker)
        except StorageError as error:
            log.warning("chat %s is not remembered: %s", asker.chat, error)

    async def _line(self, message: Message, *, shared: bool) -> str:
        """What a message says to the bot, as the desk reads it; "" for words between people and for other bots. What is
        forwarded was said by others: it is no command."""
        text = message.text or (message.caption or "" if message.document else "")
        if message.forward_origin is not None:
            return "" if shared or message.document else text.lstrip("/")
        if text and not text.startswith("/") and (asked := await self._asked(message)):
            return f"/{asked} {text}"
        if not text.startswith("/"):
            return "" if shared or message.document else text
        command = _COMMAND.match(text)
        name, bot = (command[1].lower(), command[2]) if command else ("", None)
        if bot and bot.lower() != (self._me.username or "").lower():
            return ""
        if shared and not bot and name not in TABLE:  # meant for another bot, or for nobody
            return ""
        return f"/{name} {text[command.end() :]}".strip() if command else text

    async def _asked(self, message: Message) -> str:
        """The command that a message completes, as the answer to a prompt of ours; "" for none."""
        prompt = message.reply_to_message
        if prompt is None or prompt.from_user is None or prompt.from_user.id != self._me.id or prompt.reply_markup:
            return ""
        lines = {_plain(line) for line in (prompt.text or "").splitlines()}
        prompts = await asyncio.to_thread(_prompts)  # all languages' catalogues may have to be read
        return next((name for name in ASKED if lines & prompts[name]), "")

    async def _answer(self, asker: Asker, message: Message, text: str) -> Answer | None:
        shared = is_shared(asker.chat)
        name, _, rest = text[1:].partition(" ") if text.startswith("/") else ("", "", text)
        if message.forward_origin and not shared and (shown := await self._elsewhere.forwarded(asker, message)):
            return shown
        if message.document is not None:
            place = rest if name == "import" else ""
            return await self._take(asker, message.document, place) if name == "import" or not shared else None
        if shared:
            return Answer(await self._desk.command(Request(asker, text, self._people.vouch)))
        if name == "start" and (aim := await self._links.carried(rest)):
            return await self._presses.act(asker, aim)
        return await self._elsewhere.command(asker, text) or Answer(await self._desk.command(Request(asker, text)))

    async def _take(self, asker: Asker, document: Document, place: str) -> Answer | None:
        """Subscribe to the feeds of a file, in ``place`` where it names one; None for one that is no list of feeds by
        its name."""
        if not (document.file_name or "").lower().endswith((".opml", ".xml")):
            return None
        load = functools.partial(_loaded, document)
        if is_shared(asker.chat):
            return Answer(await self._desk.take(Request(asker, vouch=self._people.vouch), load))
        return await self._elsewhere.take(asker, place, load) or Answer(await self._desk.take(Request(asker), load))


async def _loaded(document: Document) -> bytes:
    """A file's content. Raises BadRequest for one that is too large, or may be, and one that Telegram does not give."""
    if not document.file_size or document.file_size > LONGEST_FILE:
        raise BadRequest("import_too_large")
    try:
        file = await document.get_file()
        return bytes(await file.download_as_bytearray())
    except (TelegramError, OSError) as error:  # a server of one's own gives its files by another way, or not at all
        log.warning("a file could not be fetched: %s", said(error))
        raise BadRequest("import_lost") from None


@functools.cache
def _prompts() -> Mapping[str, frozenset[str]]:
    """The sentences that ask for the argument of each command, in every language."""
    spoken = [Words(language) for language in languages()]
    return {name: frozenset(_plain(said) for words in spoken for said in _asking(words, name)) for name in ASKED}


def _asking(words: Words, name: str) -> tuple[str, str]:
    return words(f"ask_{name}"), words("usage", usage=TABLE[name].usage)


def _plain(text: str) -> str:
    """``text`` without what only steers its direction, and with single blanks."""
    return " ".join(_DIRECTION.sub("", text).split())
