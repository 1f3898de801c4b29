"""Messages as the server keeps them: https://core.telegram.org/bots/api#message."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from tests.fakes.telegram.errors import Json
from tests.fakes.telegram.markup import Button, Keyboard, Markup
from tests.fakes.telegram.text import Entity, Text, automatic

if TYPE_CHECKING:
    from tests.fakes.telegram.chats import Chat

_NOTHING = Text("")
_NO_MARKUP = Markup()


@dataclass(eq=False, slots=True)
class Message:
    """One message of ``chat``. ``mine`` is the bot's own; ``service`` holds the fields of a service message.

    ``thread`` is the forum topic that it stands in (None in General); ``preview`` the LinkPreviewOptions; ``edits`` how
    often the bot edited it; ``history`` what it said before each edit.
    """

    chat: Chat
    id: int
    date: datetime
    content: Text = _NOTHING
    sender: Json | None = None
    sender_chat: Json | None = None
    mine: bool = False
    markup: Markup = _NO_MARKUP
    preview: Json = field(default_factory=dict)
    silent: bool = False
    thread: int | None = None
    reply_to: Message | None = None
    service: Json = field(default_factory=dict)
    edited: datetime | None = None
    history: list[Text] = field(default_factory=list)
    deleted: bool = False
    via_bot: bool = False
    inline_id: str = ""
    extra: Json = field(default_factory=dict)

    @property
    def text(self) -> str:
        """What people read."""
        return self.content.text

    @property
    def entities(self) -> tuple[Entity, ...]:
        """The entities that the sender asked for."""
        return self.content.entities

    @property
    def automatic(self) -> tuple[Entity, ...]:
        """What Telegram finds in the text by itself: @mentions, /commands, links, hashtags."""
        return automatic(self.content)

    @property
    def keyboard(self) -> Keyboard:
        """Rows of buttons."""
        return self.markup.keyboard

    @property
    def buttons(self) -> list[Button]:
        """All buttons, row after row."""
        return [button for row in self.keyboard for button in row]

    @property
    def labels(self) -> list[str]:
        """What is written on the buttons."""
        return [button.text for button in self.buttons]

    @property
    def picture(self) -> str:
        """The address whose preview people see, "" for none: Telegram says nothing of a page that it cannot load."""
        address = "" if self.preview.get("is_disabled") else str(self.preview.get("url", ""))
        return "" if address in self.chat.server.blank_pages else address

    @property
    def edits(self) -> int:
        """How often it was edited."""
        return len(self.history)

    def button(self, what: str) -> Button:
        """The button with this label or data, or else the only one whose label contains it."""
        exact = [button for button in self.buttons if what in (button.text, button.data)]
        near = exact or [button for button in self.buttons if what in button.text]
        if not near or (not exact and len(near) > 1):
            raise AssertionError(f"no single button {what!r} among {self.labels}")
        return near[0]

    def json(self, *, nested: bool = False) -> Json:
        """The documented Message; ``nested`` ones (replied to) carry no reply of their own."""
        found: Json = {"message_id": self.id, "date": int(self.date.timestamp()), "chat": self.chat.json()}
        if self.sender is not None and self.chat.type != "channel":
            found["from"] = self.sender
        if self.sender_chat is not None:
            found["sender_chat"] = self.sender_chat
        found |= self._threads() | self.service | self.extra | self._words()
        if (answered := self.reply_to or self._root()) is not None and not nested and not answered.deleted:
            found["reply_to_message"] = answered.json(nested=True)
        if self.edited is not None:
            found["edit_date"] = int(self.edited.timestamp())
        return found

    def _root(self) -> Message | None:
        """What answers nothing in a topic answers the service message that created the topic."""
        return None if self.thread in {None, self.id} else self.chat.find(self.thread or 0)

    def _threads(self) -> Json:
        """Forum topics say ``is_topic_message``; a reply in any supergroup has a thread that is no topic."""
        if self.thread is not None:
            return {"message_thread_id": self.thread, "is_topic_message": True}
        if self.reply_to is not None and self.chat.type == "supergroup":
            return {"message_thread_id": self.reply_to.id}
        return {}

    def _words(self) -> Json:
        found: Json = {}
        if self.text:
            found["text"] = self.text
        if marks := [each.json() for each in sorted((*self.entities, *self.automatic), key=lambda each: each.offset)]:
            found["entities"] = marks
        if self.keyboard:
            found["reply_markup"] = self.markup.json()
        if self.preview:
            found["link_preview_options"] = self.preview
        if self.via_bot:
            found["via_bot"] = self.chat.server.me()
        return found
