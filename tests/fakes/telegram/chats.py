"""What all chats have: messages, and waiting for them. Groups and channels are in groups.py, people in people.py."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.text import Text

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

WAIT = 10.0


class Chat(ABC):
    """A place with messages. ``log`` is everything that was ever written there, by anybody, deleted or not."""

    type = "private"

    def __init__(self, server: TelegramServer, id_: int, *, title: str = "", username: str = "") -> None:
        self.server = server
        self.id = id_
        self.title = title
        self.username = username
        self.log: list[Message] = []
        self.actions: list[Json] = []
        """What sendChatAction showed: ``action`` and ``message_thread_id``."""
        self._last = 0
        self._changed = asyncio.Event()

    @property
    def messages(self) -> list[Message]:
        """The bot's messages that can be seen now, oldest first."""
        return [message for message in self.log if message.mine and not message.deleted and not message.service]

    @property
    def last(self) -> Message:
        """The bot's newest message."""
        return self.messages[-1]

    def find(self, message_id: int) -> Message | None:
        """A message that can be seen now, by its id."""
        return next((each for each in self.log if each.id == message_id and not each.deleted), None)

    def add(self, **fields: Any) -> Message:
        """Store a message and wake those who wait; no update is made of it."""
        self._last += 1
        message = Message(self, self._last, self.server.now(), **fields)
        self.log.append(message)
        self.changed()
        return message

    def changed(self) -> None:
        """Wake those who wait."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait(self, condition: Callable[[], bool], timeout: float = WAIT) -> None:
        """Until ``condition`` holds; it is looked at whenever something happens here."""
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"waited {timeout} s in {self!r}; the bot said {self.texts()}") from None

    async def wait_for(
        self, wanted: int | str | Callable[[Message], bool], timeout: float = WAIT, *, after: int = 0
    ) -> Message:
        """The bot's newest visible message with ``wanted`` in its text or for which it holds, or the newest when there
        are at least ``wanted`` of them. Only messages with an id above ``after`` count.

        Raises AssertionError when ``timeout`` seconds pass.
        """

        def found() -> Message | None:
            messages = [message for message in self.messages if message.id > after]
            if isinstance(wanted, int):
                return messages[-1] if messages and len(messages) >= wanted else None
            return next((each for each in reversed(messages) if _fits(each, wanted)), None)

        await self.wait(lambda: found() is not None, timeout)
        message = found()
        assert message is not None
        return message

    def texts(self) -> list[str]:
        """What the bot's visible messages say."""
        return [message.text for message in self.messages]

    def json(self) -> Json:
        """The documented Chat: https://core.telegram.org/bots/api#chat."""
        named = {"username": self.username} if self.username else {}
        return {"id": self.id, "type": self.type, "title": self.title} | named

    @abstractmethod
    def bots_way(self, *, thread: int | None = None) -> None:
        """Raise ApiError when the bot may not write here."""

    def edits_way(self) -> None:
        """Raise ApiError when the bot may not change what it wrote here."""
        self.bots_way()

    @abstractmethod
    def hears(self, message: Message) -> bool:
        """Whether the bot is told of a person's ``message``."""

    def told(self, message: Message, kind: str = "message") -> Message:
        """Make an update of a person's ``message`` where the bot hears it."""
        if self.hears(message):
            self.server.queue.put(kind, message.json(), self.id)
        return message

    def says(self, text: str, **fields: Any) -> Message:
        """A message of ``fields`` with plain ``text`` that the bot hears where it may."""
        return self.told(self.add(content=Text(text), **fields))

    def __repr__(self) -> str:
        return f"<{self.type} {self.id} {self.title or self.username}>"


def _fits(message: Message, wanted: str | Callable[[Message], bool]) -> bool:
    return wanted in message.text if isinstance(wanted, str) else wanted(message)
