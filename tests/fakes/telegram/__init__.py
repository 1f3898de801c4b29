"""A strict Telegram of our own: https://core.telegram.org/bots/api over HTTP on loopback, and people who use it.

``async with TelegramServer() as tg``: ``telegram.Bot(tg.token, base_url=f"{tg.url}/bot")`` works unchanged. What the
documentation forbids is refused in Telegram's own words; where Telegram is lenient or silent and a bot would never
learn of its mistake, the refusal says "strict:".
"""

from __future__ import annotations

from tests.fakes.telegram import faults
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import ApiError
from tests.fakes.telegram.forums import Group, Supergroup, Topic
from tests.fakes.telegram.groups import Channel, Room
from tests.fakes.telegram.markup import Button
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.people import Person, Private
from tests.fakes.telegram.queries import CallbackAnswer, InlineAnswer, Press
from tests.fakes.telegram.server import TOKEN, TelegramServer
from tests.fakes.telegram.text import Entity, Text, utf16
from tests.fakes.telegram.transcript import transcript

__all__ = [
    "TOKEN",
    "ApiError",
    "Button",
    "CallbackAnswer",
    "Channel",
    "Chat",
    "Entity",
    "Group",
    "InlineAnswer",
    "Message",
    "Person",
    "Press",
    "Private",
    "Room",
    "Supergroup",
    "TelegramServer",
    "Text",
    "Topic",
    "faults",
    "transcript",
    "utf16",
]
