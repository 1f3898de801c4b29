"""A press: answered once and at once, and carried out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from telegram import Bot, CallbackQuery, Message
from telegram.error import TelegramError

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import Clock
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Request
from newsbot.platforms.telegram import render
from newsbot.platforms.telegram.elsewhere import Answer, Desk, Elsewhere
from newsbot.platforms.telegram.html import shortened
from newsbot.platforms.telegram.links import Aim, Links
from newsbot.platforms.telegram.message import is_shared
from newsbot.platforms.telegram.people import People, place_of
from newsbot.platforms.telegram.troubles import in_words
from newsbot.platforms.telegram.voice import Voice
from newsbot.platforms.views import Block, Button, Paragraph, Reply, Span

log = logging.getLogger(__name__)

QUICK = 0.8  # seconds after which a press is answered whether it is carried out or not
TOAST = 200  # characters: https://core.telegram.org/bots/api#answercallbackquery
WHY = "wy"
"""The verb of a story's own button: a message that has it is a story, and no answer takes its place."""


@dataclass(slots=True)
class _Pressed:
    """A press on its way. ``answered``: its button no longer waits."""

    query: CallbackQuery
    asker: Asker
    data: str
    answered: bool = False


class Presses:
    """Answers pressed buttons."""

    def __init__(
        self, bot: Bot, desk: Desk, elsewhere: Elsewhere, people: People, links: Links, voice: Voice, clock: Clock
    ) -> None:
        self._bot = bot
        self._desk = desk
        self._elsewhere = elsewhere
        self._people = people
        self._links = links
        self._voice = voice
        self._clock = clock
        self._running: set[tuple[int, int, int, str]] = set()
        self._lanes: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def press(self, query: CallbackQuery) -> None:
        """Carry out one. Whatever happens, the presser's button stops waiting, and is told so only once."""
        asker = self._people.of_press(query)
        if query.data is None or asker is None or query.message is None:  # a game, or a message of inline mode
            await self._old(_Pressed(query, self._people.alone(query.from_user), ""))
            return
        running = (query.message.chat.id, query.message.message_id, query.from_user.id, query.data)
        pressed = _Pressed(query, asker, query.data)
        if running in self._running:  # pressed again while the first press is carried out: once is enough
            await self._answer(pressed)
            return
        self._running.add(running)
        try:
            await self._press(pressed)
        finally:
            self._running.discard(running)
            await self._answer(pressed)

    async def act(self, asker: Asker, aim: Aim) -> Answer:
        """Carry out an action, as its place or the asker's chat allows it just now."""
        if aim.place is not None:
            return await self._elsewhere.press(asker, aim)
        vouch = self._people.vouch if is_shared(asker.chat) else None
        return Answer(await self._desk.press(Request(asker, vouch=vouch), aim.action))

    async def _press(self, pressed: _Pressed) -> None:
        asker = pressed.asker
        aim = await self._links.aim(pressed.data)
        if aim is None or (aim.place is not None and is_shared(asker.chat)) or await self._lost(pressed, aim):
            await self._old(pressed)
            return
        lane = self._lanes.setdefault((str(asker.chat), asker.user_id), asyncio.Lock())
        async with self._timely(pressed), lane:  # one after the other for each person in each chat
            async with self._voice.working(_where(pressed)):
                answer = await self.act(asker, aim)
            await self._tell(pressed, aim, answer)

    async def _lost(self, pressed: _Pressed, aim: Aim) -> bool:
        """Whether it would change something in nobody knows which topic: of a message that Telegram no longer gives out
        it does not tell the thread (https://core.telegram.org/bots/api#inaccessiblemessage)."""
        message = pressed.query.message
        unknown = message is not None and not message.is_accessible and bool(message.chat.is_forum)
        return unknown and not await self._elsewhere.reads(aim)

    @contextlib.asynccontextmanager
    async def _timely(self, pressed: _Pressed) -> AsyncIterator[None]:
        """Within it, the press is answered after a moment even when its work takes longer."""

        over = asyncio.Event()

        async def answer() -> None:
            await self._clock.sleep(QUICK)
            over.set()
            await self._answer(pressed)

        moment = asyncio.create_task(answer(), name="a press waits")
        try:
            yield
        finally:
            if not over.is_set():  # an answer that is on its way goes on
                moment.cancel()
            await asyncio.gather(moment, return_exceptions=True)

    async def _tell(self, pressed: _Pressed, aim: Aim, answer: Answer) -> None:
        reply, shared = answer.reply, is_shared(pressed.asker.chat)
        if shared and (way := _way(pressed.asker, aim, reply)):
            await self._show_apart(pressed, reply, way)
            return
        late = pressed.answered
        await self._answer(pressed, reply)
        unseen = late and reply.toast and not (shared and reply.private)
        if reply.blocks or reply.attachment or unseen:
            await self._show(pressed, answer)

    async def _show(self, pressed: _Pressed, answer: Answer) -> None:
        """In place of the message that was pressed, where the answer is meant so, else as a reply to it."""
        message = pressed.query.message
        await self._voice.say(
            _where(pressed),
            answer.reply,
            await self._desk.words(pressed.asker),
            reply_to=message.message_id if message else None,
            edit=_replaceable(pressed) if answer.reply.edit else None,
            place=answer.place,
        )

    async def _show_apart(self, pressed: _Pressed, reply: Reply, way: Aim) -> None:
        """In a chat that others read: for the presser's eyes in an alert, or by a link into their private chat."""
        if not pressed.answered and (text := _alert(reply, way.action)):
            await self._answer(pressed, Reply(toast=text, error=True))
            return
        url = await self._links.link(way)
        if not pressed.answered:
            await self._answer(pressed, url=url)
            return
        words = await self._desk.words(pressed.asker)  # too late: only a message is left
        said = Paragraph((Span(words("press_apart")),))
        button = Button(reply.onward_label or words("onward_button"), url=url)
        await self._show(pressed, Answer(Reply((said,), buttons=((button,),))))

    async def _old(self, pressed: _Pressed) -> None:
        words = await self._desk.words(pressed.asker, aside=True)
        await self._answer(pressed, Reply(toast=words("button_too_old"), error=True))

    async def _answer(self, pressed: _Pressed, reply: Reply | None = None, url: str | None = None) -> None:
        """Let the button rest, with a notice; a refusal stays until it is read.

        https://core.telegram.org/bots/api#answercallbackquery
        """
        if pressed.answered:
            return
        pressed.answered = True
        text = shortened(reply.toast, TOAST) if reply else ""
        try:
            await self._bot.answer_callback_query(
                pressed.query.id, text=text or None, show_alert=bool(reply and reply.error and text), url=url
            )
        except TelegramError as error:  # asked too long ago, as after a restart
            log.info("a press was not answered: %s", in_words(error))


def _where(pressed: _Pressed) -> ChatKey:
    """Where the pressed button is: in a private chat, too, in its topic."""
    return place_of(pressed.query.message) if pressed.query.message else pressed.asker.chat


def _way(asker: Asker, aim: Aim, reply: Reply) -> Aim | None:
    """What the asker's private chat shall show, for an answer that is not for everybody; None for any other."""
    if reply.onward:
        return Aim(reply.onward)
    return Aim(aim.action, asker.chat) if reply.private and reply.blocks else None


def _alert(reply: Reply, action: str) -> str:
    """The text of a short answer; "" for one that does not fit an alert, or is about its buttons."""
    if reply.onward or reply.attachment is not None:
        return ""
    if action.partition(":")[0] == WHY:
        reply = replace(reply, blocks=tuple(map(_unlinked, reply.blocks)), buttons=())
    return render.brief(reply)


def _unlinked(block: Block) -> Block:
    if not isinstance(block, Paragraph):
        return block
    return replace(block, spans=tuple(replace(span, url="") for span in block.spans))


def _replaceable(pressed: _Pressed) -> int | None:
    """The pressed message, if an answer may take its place: one that really has the button, and that is no story."""
    message = pressed.query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return None
    shown = [str(key.callback_data or "") for row in message.reply_markup.inline_keyboard for key in row]
    is_story = any(data.rpartition(" ")[2].partition(":")[0] == WHY for data in shown)
    return message.message_id if pressed.data in shown and not is_story else None
