"""Presses of buttons and inline queries, which a bot must answer in time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.telegram.chats import WAIT, Chat
from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.markup import markup
from tests.fakes.telegram.messages import Message

if TYPE_CHECKING:
    from tests.fakes.telegram.people import Person
    from tests.fakes.telegram.server import TelegramServer

TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True)
class CallbackAnswer:
    """What the presser sees: ``text`` as a toast or with ``show_alert`` as a window; ``url`` opens at once."""

    text: str = ""
    show_alert: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class InlineAnswer:
    """The results of an inline query as the bot sent them (documented InlineQueryResult objects); ``cached`` ones came
    without asking the bot."""

    query: str
    results: tuple[Json, ...]
    next_offset: str = ""
    cache_time: int = 300
    personal: bool = False
    button: Json = field(default_factory=dict)
    cached: bool = False

    @property
    def titles(self) -> list[str]:
        """What is written in the list."""
        return [str(result.get("title", "")) for result in self.results]


@dataclass(eq=False)
class Press:
    """A pressed button; ``answer`` is done when the bot has answered."""

    id: str
    message: Message
    data: str
    since: datetime
    answer: asyncio.Future[CallbackAnswer]

    async def answered(self, timeout: float = WAIT) -> CallbackAnswer:
        """The bot's answer within ``timeout`` seconds, or TimeoutError."""
        return await asyncio.wait_for(asyncio.shield(self.answer), timeout)


@dataclass(eq=False)
class InlineQuery:
    """A query that waits for results."""

    id: str
    query: str
    user: int
    since: datetime
    offset: str
    answer: asyncio.Future[InlineAnswer]


class Asked:
    """All presses and inline queries of a server, and its cache of results."""

    def __init__(self, server: TelegramServer) -> None:
        self.presses: dict[str, Press] = {}
        self.queries: dict[str, InlineQuery] = {}
        self._server = server
        self._cache: dict[tuple[int, str, str], tuple[datetime, InlineAnswer]] = {}
        self._next = 4_000_000_000_001

    def _id(self) -> str:
        self._next += 1
        return str(self._next)

    def press(self, person: Person, message: Message, data: str, *, old: bool = False) -> Press:
        """https://core.telegram.org/bots/api#callbackquery."""
        answer: asyncio.Future[CallbackAnswer] = asyncio.get_running_loop().create_future()
        press = Press(self._id(), message, data, self._server.now(), answer)
        self.presses[press.id] = press
        update: Json = {"id": press.id, "from": person.json(), "data": data, "chat_instance": str(-message.chat.id * 7)}
        if message.inline_id:
            update["inline_message_id"] = message.inline_id
        elif old:
            update["message"] = {"chat": message.chat.json(), "message_id": message.id, "date": 0}
        else:
            update["message"] = message.json()
        self._server.queue.put("callback_query", update, person.id + (3 << 33))  # as the real server numbers its queues
        return press

    async def inline(self, person: Person, query: str, offset: str, timeout: float) -> InlineAnswer:
        """https://core.telegram.org/bots/api#inlinequery; answers are cached as the bot said, 300 s unless told."""
        assert self._server.inline_mode, "the owner has not switched inline mode on, so nothing is asked"
        if (kept := self._cached(person.id, query, offset)) is not None:
            return kept
        answer: asyncio.Future[InlineAnswer] = asyncio.get_running_loop().create_future()
        asked = InlineQuery(self._id(), query, person.id, self._server.now(), offset, answer)
        self.queries[asked.id] = asked
        update = {"id": asked.id, "from": person.json(), "query": query, "offset": offset, "chat_type": "sender"}
        self._server.queue.put("inline_query", update, person.id + (1 << 33))
        return await asyncio.wait_for(answer, timeout)

    def answered(self, asked: InlineQuery, answer: InlineAnswer) -> None:
        """Keep ``answer`` and hand it to who waits."""
        until = asked.since.timestamp() + answer.cache_time
        kept = datetime.fromtimestamp(until, asked.since.tzinfo)
        self._cache[asked.user if answer.personal else 0, asked.query, asked.offset] = (kept, answer)
        if not asked.answer.done():
            asked.answer.set_result(answer)

    def _cached(self, user: int, query: str, offset: str) -> InlineAnswer | None:
        for whose in (user, 0):
            until, answer = self._cache.get((whose, query, offset), (None, None))
            if until is not None and answer is not None and self._server.now() < until:
                return replace(answer, cached=True)
        return None

    def choose(self, person: Person, answer: InlineAnswer, result_id: str, chat: Chat) -> Message:
        """The result's content appears in ``chat`` in the person's name, "via" the bot; with keys it can be edited."""
        from tests.fakes.telegram.asking import content  # which knows this module

        result = next(each for each in answer.results if each["id"] == result_id)
        keys = markup(result.get("reply_markup"))
        message = chat.add(
            content=content(result),
            sender=person.json(),
            via_bot=True,
            markup=keys,
            preview=result["input_message_content"].get("link_preview_options") or {},
            inline_id=f"inline{self._id()}" if keys.keyboard else "",
        )
        if self._server.inline_feedback:
            inline: Json = {"inline_message_id": message.inline_id} if message.inline_id else {}
            chosen = {"result_id": result_id, "from": person.json(), "query": answer.query} | inline
            self._server.queue.put("chosen_inline_result", chosen, person.id)
        return message


def in_time(since: datetime, now: datetime, seconds: float) -> None:
    """ApiError when the query is older than ``seconds``."""
    if (now - since).total_seconds() > seconds:
        raise bad(TOO_OLD)
