"""One person's words and presses, answered by the desk and kept in the transcript, each exactly once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from newsbot.domain.models import ChatKey, ChatKind
from newsbot.domain.ports import Clock, Message, Transcript
from newsbot.newsdesk.asking import Asker
from newsbot.platforms.commands import Request
from newsbot.platforms.views import CommandInfo, Completion, Reply
from newsbot.platforms.web import render
from newsbot.platforms.web.send import BOT, PLATFORM, POSTED, dumps

ME = "me"
"""The web's one person, and the native id of their private chat."""

_PATIENCE = 2.0  # seconds that a stop waits for answers
_PAGES = 20  # how far a repeated command looks for its answer, in pages of the transcript


@dataclass(frozen=True, slots=True)
class WebChat:
    """A chat of the page: ``native`` is "me" or a slug of its name."""

    native: str
    title: str
    kind: ChatKind = "channel"


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a command or a press: messages added or changed, and a short notice ("" for none).

    ``forgotten``: what was there before them is deleted."""

    messages: tuple[Message, ...] = ()
    toast: str = ""
    error: bool = False
    forgotten: bool = False


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does. It never raises for what people do."""

    async def command(self, request: Request) -> Reply:
        """Answer ``request.text``."""

    async def press(self, request: Request, action: str) -> Reply:
        """Answer a pressed button."""

    async def complete(self, request: Request, text: str) -> list[Completion]:
        """Whole lines that ``text`` may become."""

    def commands(self, asker: Asker | None = None) -> list[CommandInfo]:
        """The table as ``asker`` may use it."""


class Talk:
    """``changed`` is told after every change of the transcript."""

    def __init__(self, desk: Desk, transcript: Transcript, clock: Clock, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._transcript = transcript
        self._clock = clock
        self._changed = changed
        self._running: dict[str, asyncio.Task[Said]] = {}

    async def send(self, chat: WebChat, text: str, key: str, language: str) -> Said:
        """Keep what the person wrote and the answer. ``key`` names this one sending: repeating it, at the same time,
        later or after a restart, adds nothing."""
        return await self._once(f"send:{chat.native}:{key}", self._send(chat, text, key, language))

    async def press(self, chat: WebChat, message_id: int, action: str, key: str, language: str) -> Said:
        """Carry out a button of a message; its answer takes the message's place or comes after it."""
        return await self._once(f"press:{chat.native}:{key}", self._press(chat, message_id, action, key, language))

    async def complete(self, chat: WebChat, text: str, language: str) -> Sequence[Completion]:
        """Whole lines that ``text`` may become."""
        return await self._desk.complete(Request(asker(chat, language)), text)

    def commands(self, chat: WebChat, language: str) -> Sequence[CommandInfo]:
        """The commands of this chat, in the person's language."""
        return self._desk.commands(asker(chat, language))

    async def finish(self) -> None:
        """Wait a moment for what is being answered; what takes longer is cut off, and asked again by its page."""
        running = list(self._running.values())
        if not running:
            return
        _, late = await asyncio.wait(running, timeout=_PATIENCE)
        for task in late:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _once(self, name: str, work: Coroutine[Any, Any, Said]) -> Said:
        """Join the work that is under way by this name, or start it; a page that leaves does not stop it."""
        running = self._running.get(name)
        if running is None:
            running = self._running[name] = asyncio.create_task(work, name=name)
            running.add_done_callback(lambda _: self._running.pop(name, None))
        else:
            work.close()
        return await asyncio.shield(running)

    async def _send(self, chat: WebChat, text: str, key: str, language: str) -> Said:
        own = await self._append(chat, f"me:{chat.native}:{key}", ME, render.text(text))
        answered = await self._answer_to(own, f"re:{chat.native}:{key}")
        if answered is not None:
            return Said((own, answered))
        reply = await self._desk.command(Request(asker(chat, language), text))
        if not (reply.blocks or reply.toast):  # words that were not for the bot
            return Said((own,))
        body = render.reply(reply)
        return Said((own, await self._append(chat, f"re:{chat.native}:{key}", BOT, body)))

    async def _press(self, chat: WebChat, message_id: int, action: str, key: str, language: str) -> Said:
        reply = await self._desk.press(Request(asker(chat, language)), action)
        if reply.forgotten:
            await self._transcript.forget(chat.native)
        if not reply.blocks:
            return Said(toast=reply.toast, error=reply.error)
        body = render.reply(reply)
        at = message_id if reply.edit else await self._same(chat, body)
        message = await self._replace(chat, at, body) if at else None
        if message is None:  # not meant to replace it, or not to be replaced
            message = await self._append(chat, f"press:{chat.native}:{key}", BOT, body)
        return Said((message,), reply.toast, reply.error, reply.forgotten)

    async def _append(self, chat: WebChat, key: str, author: str, body: render.Json) -> Message:
        message = await self._transcript.append(chat.native, key, author, dumps(body), self._clock.now())
        self._changed()
        return message

    async def _same(self, chat: WebChat, body: render.Json) -> int:
        """The last message of the chat when a press got the very same answer: once is enough there. 0: none."""
        last = [m for m in await self._transcript.history(chat.native, None, 1) if m.key.startswith("press:")]
        return last[0].id if last and last[0].body == dumps(body) else 0

    async def _replace(self, chat: WebChat, message_id: int, body: render.Json) -> Message | None:
        """Put an answer in the place of an earlier one: of this chat, and no post. The page says which, so look."""
        old = await self._transcript.get(message_id)
        if old is None or (old.chat, old.author) != (chat.native, BOT) or old.key.startswith(POSTED):
            return None
        message = await self._transcript.replace(message_id, dumps(body))
        self._changed()
        return message

    async def _answer_to(self, own: Message, key: str) -> Message | None:
        """The answer that an earlier sending got; a fresh message is the newest, so that one look finds nothing."""
        rev = own.rev
        for _ in range(_PAGES):
            later = await self._transcript.since(rev)
            if not later:
                return None
            for message in later:
                if message.key == key:
                    return message
            rev = later[-1].rev
        return None


def asker(chat: WebChat, language: str) -> Asker:
    """The web's person in ``chat``: they run every chat here, and the bot."""
    return Asker(
        platform=PLATFORM,
        user_id=ME,
        chat=ChatKey(PLATFORM, chat.native),
        is_chat_admin=True,
        is_bot_admin=True,
        chat_kind=chat.kind,
        chat_title=chat.title,
        private=ChatKey(PLATFORM, ME),
        language=language,
    )
