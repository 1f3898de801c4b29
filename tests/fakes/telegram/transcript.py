"""A chat as it looks to its people now, as plain text for documentation and failure messages."""

from __future__ import annotations

from collections.abc import Iterator

from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.messages import Message


def transcript(chat: Chat) -> str:
    """Who wrote what, oldest first, with the buttons below in brackets; deleted messages are not there."""
    return "\n\n".join("\n".join(_lines(message)) for message in chat.log if not message.deleted)


def _lines(message: Message) -> Iterator[str]:
    author = _author(message)
    said = message.text or ", ".join(name.replace("_", " ") for name in message.service)
    edited = " (edited)" if message.edits else ""
    first, *rest = said.split("\n")
    yield f"{author}{edited}: {first}"
    yield from ("  " + line if line else "" for line in rest)
    for row in message.keyboard:
        yield "  " + " ".join(f"[{button.text}]" for button in row)


def _author(message: Message) -> str:
    if message.mine or message.sender is None:
        return message.chat.server.username if message.mine else message.chat.title
    via = f" via @{message.chat.server.username}" if message.via_bot else ""
    hidden = message.sender_chat.get("title") if message.sender_chat else None
    return str(hidden or message.sender["first_name"]) + via
