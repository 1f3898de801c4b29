"""Rows of the table of chats as the nouns they stand for."""

from __future__ import annotations

from typing import Any

from newsbot.domain.models import Chat, ChatKey, ChatSettings
from newsbot.storage import codec


def key_of(row: Any) -> ChatKey:
    """The ChatKey of a row that has platform, native and thread."""
    return ChatKey(row.platform, row.native, row.thread)


def chat_of(row: Any) -> Chat:
    """The Chat of a row of the table."""
    settings = codec.decode(ChatSettings, row.settings)
    return Chat(row.id, key_of(row), row.kind, row.title, settings, row.paused, row.language, row.server)
