"""People as the test's hands: what they say, press, ask inline, and do to the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.telegram.chats import WAIT, Chat
from tests.fakes.telegram.errors import Json, bad, forbidden
from tests.fakes.telegram.forums import Topic
from tests.fakes.telegram.groups import Room
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.queries import InlineAnswer, Press
from tests.fakes.telegram.text import Text

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_BOT = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


class Private(Chat):
    """The chat of one person with the bot."""

    type = "private"

    def __init__(self, server: TelegramServer, person: Person) -> None:
        super().__init__(server, person.id, username=person.username)
        self.person = person
        self.started = False
        self.blocked = False
        self.gone = False
        self.topics: set[int] = set()
        """The topics that the person made of it: https://core.telegram.org/bots/api#user, ``has_topics_enabled``."""

    def json(self) -> Json:
        user = self.person.json()
        return {"id": self.id, "type": self.type} | {
            key: user[key] for key in ("first_name", "last_name", "username") if key in user
        }

    def hears(self, message: Message) -> bool:
        return not self.blocked

    def bots_way(self, *, thread: int | None = None) -> None:
        """A bot cannot begin, nor write to who blocked it."""
        if self.gone:
            raise forbidden("user is deactivated")
        if self.blocked:
            raise forbidden("bot was blocked by the user")
        if not self.started:
            raise forbidden("bot can't initiate conversation with a user")
        if thread is not None and thread not in self.topics:
            raise bad("message thread not found")


@dataclass(eq=False)
class Person:
    """Someone with a Telegram client."""

    server: TelegramServer
    id: int
    name: str
    language: str = ""
    username: str = ""
    last_name: str = ""
    private: Private = field(init=False)

    def __post_init__(self) -> None:
        self.private = Private(self.server, self)

    def json(self) -> Json:
        """The documented User: https://core.telegram.org/bots/api#user."""
        extra = {"last_name": self.last_name, "username": self.username, "language_code": self.language}
        return {"id": self.id, "is_bot": False, "first_name": self.name} | {k: v for k, v in extra.items() if v}

    async def says(
        self,
        chat: Chat | None,
        text: str,
        *,
        reply_to: Message | None = None,
        thread: Topic | int | None = None,
        anonymous: bool = False,
        as_channel: Chat | None = None,
        **fields: Any,
    ) -> Message:
        """Write ``text`` into ``chat`` (None: the private chat with the bot).

        ``anonymous`` or being an anonymous admin hides the author behind the group; ``as_channel`` behind a channel.
        ``fields`` are further fields of the message, as in the API (``forward_origin={…}``).
        """
        place = chat or self.private
        if isinstance(place, Private):
            assert not place.blocked, f"{self.name} blocked the bot and cannot write to it"
            place.started = True
            place.topics |= {thread} if isinstance(thread, int) else set()
        if isinstance(place, Room):
            anonymous = anonymous or place.member(self.json()).anonymous
        sender, sender_chat = self._author(place, anonymous, as_channel)
        return place.told(
            place.add(
                content=Text(text),
                sender=sender,
                sender_chat=sender_chat,
                reply_to=reply_to,
                thread=thread.id if isinstance(thread, Topic) else thread or (reply_to.thread if reply_to else None),
                extra=fields,
            )
        )

    def _author(self, place: Chat, anonymous: bool, as_channel: Chat | None) -> tuple[Json, Json | None]:
        if as_channel is not None:
            return CHANNEL_BOT, as_channel.json()
        return (ANONYMOUS, place.json()) if anonymous else (self.json(), None)

    async def writes(self, text: str, **fields: Any) -> Message:
        """Write ``text`` into the private chat with the bot."""
        return await self.says(self.private, text, **fields)

    async def opens(self, address: str) -> Message:
        """Follow ``https://t.me/<bot>?start=…`` and press Start."""
        parts = urlsplit(address)
        assert parts.netloc == "t.me" and parts.path == f"/{self.server.username}", address
        payload = parse_qs(parts.query).get("start", [""])[0]
        return await self.writes(f"/start {payload}".strip())

    async def forwards(self, post: Message, to: Chat | None = None) -> Message:
        """Forward a channel's ``post``: https://core.telegram.org/bots/api#messageoriginchannel."""
        origin = {"type": "channel", "chat": post.chat.json(), "message_id": post.id}
        origin["date"] = int(post.date.timestamp())
        return await self.says(to, post.text, forward_origin=origin)

    async def presses(self, message: Message, what: str, *, forged: bool = False, old: bool = False) -> Press:
        """Press the button with this label or data; ``forged`` sends ``what`` as data that no button has, and ``old``
        is a press whose message Telegram no longer gives out (https://core.telegram.org/bots/api#inaccessiblemessage;
        the library makes it a Message that is not ``is_accessible``).
        """
        data = what if forged else message.button(what).data
        assert data, f"{what!r} opens {message.button(what).url}"
        return self.server.press(self, message, data, old=old)

    async def asks_inline(self, query: str, offset: str = "", *, timeout: float = WAIT) -> InlineAnswer:
        """Type ``@bot query`` somewhere and wait for the results; cached ones come without asking the bot."""
        return await self.server.inline(self, query, offset, timeout)

    async def chooses(self, answer: InlineAnswer, result_id: str, chat: Chat) -> Message:
        """Send one of the results into ``chat``, on the bot's behalf."""
        return self.server.choose(self, answer, result_id, chat)

    async def blocks(self) -> None:
        """Block the bot, which is told."""
        self.block(blocked=True)

    async def unblocks(self) -> None:
        """Let the bot in again."""
        self.block(blocked=False)

    def block(self, *, blocked: bool) -> None:
        """:meth:`blocks` or :meth:`unblocks`."""
        self.private.blocked = blocked
        self._stands(*("member", "kicked") if blocked else ("kicked", "member"))

    async def deletes_account(self) -> None:
        """Nobody is told."""
        self.private.gone = True

    def _stands(self, old: str, new: str) -> None:
        until = {"until_date": 0}
        members = [{"user": self.server.me(), "status": s} | (until if s == "kicked" else {}) for s in (old, new)]
        update = {"chat": self.private.json(), "from": self.json(), "date": int(self.server.now().timestamp())}
        update |= {"old_chat_member": members[0], "new_chat_member": members[1]}
        self.server.queue.put("my_chat_member", update, self.id)
