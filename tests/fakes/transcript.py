"""A transcript in memory: the port's promises and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from newsbot.domain.ports import Message


class MemoryTranscript:
    """Implements :class:`newsbot.domain.ports.Transcript`; survives the server, as a database would."""

    def __init__(self) -> None:
        self._messages: dict[int, Message] = {}
        self._rev = 0

    async def append(self, chat: str, key: str, author: str, body: str, at: datetime) -> Message:
        for message in self._messages.values():
            if message.key == key:
                return message
        return self._put(Message(max(self._messages, default=0) + 1, chat, key, author, body, at, 0))

    async def replace(self, message_id: int, body: str) -> Message | None:
        message = self._messages.get(message_id)
        return None if message is None or message.deleted else self._put(replace(message, body=body))

    async def delete(self, message_id: int) -> bool:
        message = self._messages.get(message_id)
        if message is None:
            return False
        self._put(replace(message, body="", deleted=True))
        return True

    async def forget(self, chat: str) -> None:
        self._messages = {n: m for n, m in self._messages.items() if m.chat != chat}

    async def get(self, message_id: int) -> Message | None:
        message = self._messages.get(message_id)
        return None if message is None or message.deleted else message

    async def since(self, rev: int, limit: int = 500) -> Sequence[Message]:
        return sorted((m for m in self._messages.values() if m.rev > rev), key=lambda m: m.rev)[:limit]

    async def history(self, chat: str, before: int | None = None, limit: int = 50) -> Sequence[Message]:
        found = [m for m in self._messages.values() if m.chat == chat and not m.deleted and m.id < (before or 1 << 62)]
        return sorted(found, key=lambda m: m.id)[-limit:]

    async def last_rev(self) -> int:
        return self._rev

    def _put(self, message: Message) -> Message:
        self._rev += 1
        self._messages[message.id] = stamped = replace(message, rev=self._rev)
        return stamped
