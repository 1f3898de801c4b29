"""What goes wrong by chance, as in the real world: for a bot that is to lose nothing all the same.

``tg.faults.at_random(7, drop_before=0.02, drop_after=0.02, flood=0.03, errors=0.03, forbidden=0.01, forbidden_for=2,
migrate=0.01)`` has each call of sendMessage, editMessageText, editMessageReplyMarkup and deleteMessage meet, with these
chances:

* ``drop_before``, ``drop_after``: the connection breaks before anything was accepted, or behind it without an answer;
* ``late``: the connection breaks, and the call is carried out up to ``late_for`` (1) seconds later;
* ``slow``: all is well, and the answer takes up to ``slow_for`` (0.6) seconds;
* ``flood``: 429 with a ``retry_after`` of one second; nothing is done;
* ``errors``: a 500 that explains itself (nothing is done), or a gateway's 502, 503 or 504, half of them behind a call
  that was carried out ("errors_done");
* ``forbidden``: what sends into a chat finds the bot blocked there, or in a group or channel without its right to
  write, for ``forbidden_for`` seconds; the bot is told by my_chat_member, both times;
* ``migrate``: the basic group that a message goes to has just become a supergroup. It happens to each group once.

With ``each=1.0`` the first calls meet each of these that has a chance, once; after that comes chance.
``tg.faults.met`` counts what was met by these names; ``tg.faults.calm()`` ends it, and every chat is open again.
Updates, presses and questions about chats meet nothing.

What Telegram does not like of a message is said by rules: ``tg.refuses.append(lambda draft: "can't parse entities: …"
if draft.markup else "")`` refuses messages and edits with these words after "Bad Request: "; see
:class:`tests.fakes.telegram.sending.Draft`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tests.fakes import chances
from tests.fakes.chances import Draws, after
from tests.fakes.telegram.errors import ApiError, too_many
from tests.fakes.telegram.faults import Fault, html_error
from tests.fakes.telegram.forums import Group
from tests.fakes.telegram.groups import Member, Room
from tests.fakes.telegram.params import Params
from tests.fakes.telegram.people import TELEGRAM, Private

if TYPE_CHECKING:
    from tests.fakes.telegram.server import TelegramServer

MEETS = {"sendMessage", "editMessageText", "editMessageReplyMarkup", "deleteMessage"}
FAULTS = ("drop_before", "drop_after", "flood", "errors", "forbidden", "migrate", "late", "slow")
EXPLAINED = ApiError(500, "Internal Server Error: CONNECTION_NOT_INITED")


@dataclass(frozen=True, slots=True)
class Odds(chances.Odds):
    """And those that only this platform has."""

    flood: float = 0.0
    migrate: float = 0.0


class Chances(Draws[Fault]):
    """Draws what a call meets; ``met`` counts it."""

    def __init__(self, server: TelegramServer, seed: int, odds: Odds, met: Counter[str]) -> None:
        super().__init__(FAULTS, seed, odds, met)
        self._server = server
        self._shut: dict[int, tuple[asyncio.TimerHandle, Callable[[], None]]] = {}

    def take(self, method: str, params: Params) -> Fault:
        """What this call meets."""
        if method not in MEETS:
            return Fault()
        return self.draw(lambda name: self._fault(name, method, params), Fault(), speaks=method == "sendMessage")

    def _fault(self, name: str, method: str, params: Params) -> Fault:
        match name:
            case "drop_before":
                fault = Fault(drop_before=True)
            case "drop_after":
                fault = Fault(drop_after=True)
            case "flood":
                fault = Fault(error=too_many(1))
            case "late":
                fault = Fault(late=self._random.uniform(0.1, self._odds.late_for))
            case "slow":
                fault = Fault(until=after(self._random.uniform(0.05, self._odds.slow_for)))
            case "errors" | "errors_done":
                fault = self._error(done=name == "errors_done")
                name = "errors_done" if fault.done else name
            case _:
                self._change(name, method, params)
                return Fault()
        self._met[name] += 1
        return fault

    def _error(self, *, done: bool) -> Fault:
        if not done and self._random.random() < 0.5:
            return Fault(error=EXPLAINED)
        gateways = html_error(self._random.choice((502, 503, 504)))
        return Fault(status=gateways.status, body=gateways.body, done=done or self._random.random() < 0.5)

    def _change(self, name: str, method: str, params: Params) -> None:
        try:
            chat = self._server.place(params)
        except ApiError:
            return
        if method != "sendMessage" or chat.id in self._shut:
            return
        if name == "migrate":
            if isinstance(chat, Group) and chat.successor is None:
                self._met[name] += 1
                chat.migrate()
        elif isinstance(chat, Private | Room):
            self._met[name] += 1
            opens = self._shut_room(chat) if isinstance(chat, Room) else self._shut_person(chat)
            timer = asyncio.get_running_loop().call_later(self._odds.forbidden_for, self._open, chat.id)
            self._shut[chat.id] = timer, opens

    def _shut_person(self, chat: Private) -> Callable[[], None]:
        chat.person.block(blocked=True)
        return partial(chat.person.block, blocked=False)

    def _shut_room(self, room: Room) -> Callable[[], None]:
        before = room.bot
        if room.type == "channel":
            room.stands(before.status, TELEGRAM, before.rights | {"can_post_messages": False})
        else:
            room.stands("restricted", TELEGRAM, {"can_send_messages": False})
        return partial(_reopen, room, before)

    def _open(self, chat_id: int) -> None:
        timer, opens = self._shut.pop(chat_id)
        timer.cancel()
        opens()

    def calm(self) -> None:
        """Every chat is open again."""
        for chat_id in list(self._shut):
            self._open(chat_id)


def _reopen(room: Room, before: Member) -> None:
    room = (room.successor if isinstance(room, Group) else None) or room
    room.stands(before.status, TELEGRAM, before.rights)
