"""The server itself: its people and chats, what it was asked, and the switches of a test.

https://core.telegram.org/bots/api is what it speaks, on loopback. ``async with TelegramServer() as tg`` serves
``telegram.Bot(tg.token, base_url=f"{tg.url}/bot")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType

from tests.fakes.telegram import methods
from tests.fakes.telegram.chances import Chances, Odds
from tests.fakes.telegram.chats import Chat
from tests.fakes.telegram.errors import Json, bad
from tests.fakes.telegram.faults import Fault, Faults
from tests.fakes.telegram.files import Files
from tests.fakes.telegram.forums import Group, Supergroup
from tests.fakes.telegram.groups import Channel, Room
from tests.fakes.telegram.messages import Message
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.params import params as converted
from tests.fakes.telegram.people import ANONYMOUS, CHANNEL_BOT, TELEGRAM, Person
from tests.fakes.telegram.queries import Asked, InlineAnswer, Press
from tests.fakes.telegram.rates import Rates
from tests.fakes.telegram.sending import Draft
from tests.fakes.telegram.transport import Transport
from tests.fakes.telegram.updates import Queue
from tests.fakes.telegram.webhooks import Webhook

TOKEN = "123456789:AAFakeTokenOfTheTestsAAAAAAAAAAAAAA"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the bot, refused ones too."""

    method: str
    params: Params


def real_time() -> datetime:
    """The time of the machine."""
    return datetime.now(UTC)


class TelegramServer:
    """Telegram, as far as one bot sees it.

    ``now`` is its clock; ``inline_mode`` whether the owner switched it on, ``inline_feedback`` whether it is told what
    was chosen; ``reads_all`` whether privacy mode is off; ``blank_pages`` the addresses that Telegram cannot load for a
    preview, ``refused_pages`` those for which it refuses the message, ``refused_thumbnails`` those that it takes for no
    pictures, ``refuses`` rules that say why a message or an edit is refused ("": it is not); ``query_seconds`` and
    ``inline_seconds`` how long presses and inline queries can be answered.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = real_time,
        username: str = "newsbot",
        token: str = TOKEN,
        inline: bool = True,
        reads_all: bool = False,
    ) -> None:
        self.now = now
        self.username = username
        self.token = token
        self.inline_mode = inline
        self.reads_all = reads_all
        self.inline_feedback = False
        self.query_seconds = 60.0
        self.inline_seconds = 30.0
        self.blank_pages: set[str] = set()
        self.refused_pages: set[str] = set()
        self.refused_thumbnails: set[str] = set()
        self.people: dict[int, Person] = {}
        self.rooms: dict[int, Room] = {}
        self.calls: list[Call] = []
        self.commands: dict[tuple[tuple[str, ...], str], tuple[tuple[str, str], ...]] = {}
        self.texts: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[str, Json] = {}
        self.queue = Queue()
        self.rates = Rates(lambda: self.now())
        self.refuses: list[Callable[[Draft], str]] = []
        self.faults = Faults(lambda seed, met, **odds: Chances(self, seed, Odds(**odds), met))
        self.asked = Asked(self)
        self.files = Files(self)
        self.webhook: Webhook = Webhook(self)
        self.transport = Transport(self)
        self._next_room = 1_000_000_001

    @classmethod
    async def start(cls, **settings: object) -> TelegramServer:
        """A server that runs; :meth:`close` ends it."""
        return await cls(**settings).__aenter__()  # type: ignore[arg-type]  # the settings of __init__

    async def __aenter__(self) -> TelegramServer:
        await self.transport.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop serving and delivering."""
        self.faults.calm()
        await self.webhook.stop()
        await self.transport.close()

    @property
    def url(self) -> str:
        """Its address; ``base_url`` of telegram.Bot is this with "/bot" behind."""
        return self.transport.url

    def me(self) -> Json:
        """The bot: https://core.telegram.org/bots/api#getme, without what only getMe tells."""
        return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "News", "username": self.username}

    def called(self, method: str) -> list[Params]:
        """The parameters of all calls of ``method``."""
        return [call.params for call in self.calls if call.method == method]

    def note(self, method: str, params: Params) -> None:
        """Remember a call."""
        self.calls.append(Call(method, params))

    async def perform(self, method: str, given: Json) -> object:
        """A call that came as the answer of a webhook."""
        found = converted(method, given)
        self.note(method, found)
        return await methods.call(self, method, found)

    def fail(self, method: str, *faults: Fault) -> None:
        """The next calls of ``method`` meet these, one each."""
        self.faults.waiting.setdefault(method, []).extend(faults)

    def person(
        self,
        id_: int,
        name: str,
        *,
        language: str = "en",
        username: str = "",
        last_name: str = "",
        started: bool = False,
    ) -> Person:
        """Someone new; ``started`` if they wrote to the bot before the test began."""
        person = self.people[id_] = Person(self, id_, name, language, username, last_name)
        person.private.started = started
        return person

    def group(
        self, title: str, members: Iterable[Person] = (), admins: Iterable[Person] = (), *, bot: bool = False
    ) -> Group:
        """A basic group; the first admin made it. ``bot``: the bot is a member already."""
        room = Group(self, -self._number(), title=title)
        self._furnish(room, members, admins, "member" if bot else "")
        return room

    def supergroup(
        self,
        title: str,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        *,
        forum: bool = False,
        username: str = "",
        bot: bool = False,
    ) -> Supergroup:
        """A supergroup, with topics when it is a ``forum``; public when it has a ``username``."""
        room = Supergroup(self, -1_000_000_000_000 - self._number(), title=title, username=username, forum=forum)
        self._furnish(room, members, admins, "member" if bot else "")
        return room

    def channel(
        self,
        title: str,
        username: str = "",
        admins: Iterable[Person] = (),
        *,
        members: Iterable[Person] = (),
        bot: bool = False,
    ) -> Channel:
        """A channel; ``bot``: the bot is an admin with all rights already."""
        room = Channel(self, -1_000_000_000_000 - self._number(), title=title, username=username)
        self._furnish(room, members, admins, "administrator" if bot else "")
        return room

    def _number(self) -> int:
        self._next_room += 1
        return self._next_room

    def _furnish(self, room: Room, members: Iterable[Person], admins: Iterable[Person], bot: str) -> None:
        self.rooms[room.id] = room
        for number, admin in enumerate(admins):
            room.joins(admin, "administrator" if number else "creator")
        for member in members:
            if member.id not in room.members:
                room.joins(member)
        if bot:
            room.puts_bot(bot)

    def place(self, params: Params) -> Chat:
        """The chat that ``chat_id`` names, by number or by @name."""
        return self.chat_at(params.text("chat_id"))

    def chat_at(self, name: str) -> Chat:
        """A chat by its id or @name; ApiError 400 when there is none."""
        if not name:
            raise bad("chat_id is empty")
        if name.startswith("@"):
            found = [room for room in self.rooms.values() if room.username.lower() == name[1:].lower()]
            if found:
                return found[0]
        elif name.lstrip("-").isdigit():
            if int(name) in self.rooms:
                return self.rooms[int(name)]
            if int(name) in self.people:
                return self.people[int(name)].private
        raise bad("chat not found")

    def user(self, id_: int) -> Json | None:
        """The documented User of someone known."""
        known = {user["id"]: user for user in (self.me(), ANONYMOUS, CHANNEL_BOT, TELEGRAM)}
        return self.people[id_].json() if id_ in self.people else known.get(id_)

    def inline_message(self, inline_id: str) -> Message:
        """A message that was sent by inline mode, by its inline_message_id."""
        chats = [*self.rooms.values(), *(person.private for person in self.people.values())]
        found = [each for chat in chats for each in chat.log if each.inline_id == inline_id]
        if not found:
            raise bad("MESSAGE_ID_INVALID")
        return found[0]

    def press(self, person: Person, message: Message, data: str, *, old: bool = False) -> Press:
        """See :meth:`Person.presses`."""
        return self.asked.press(person, message, data, old=old)

    async def inline(self, person: Person, query: str, offset: str, timeout: float) -> InlineAnswer:
        """See :meth:`Person.asks_inline`."""
        return await self.asked.inline(person, query, offset, timeout)

    def choose(self, person: Person, answer: InlineAnswer, result_id: str, chat: Chat) -> Message:
        """See :meth:`Person.chooses`."""
        return self.asked.choose(person, answer, result_id, chat)
