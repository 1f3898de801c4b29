"""Who subscribed a place is told in private, once, that posts wait there and that they go on; admins of trouble."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from newsbot.domain.models import Chat, ChatKind, What, When
from newsbot.locales import languages
from newsbot.newsdesk import Rules
from newsbot.platforms.telegram.alerts import Alerts
from newsbot.platforms.telegram.message import key
from newsbot.platforms.telegram.notices import Notices
from newsbot.platforms.telegram.pace import Pace
from newsbot.platforms.telegram.wire import make_bot
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.telegram import Channel, Group, Person, TelegramServer
from tests.newsdesk.room import Room, open_room
from tests.platforms.telegram.town import asker


@dataclass
class House:
    """Notices over a real desk; ``again`` is the process after it."""

    tg: TelegramServer
    room: Room
    notices: Notices
    alerts: Alerts

    async def later(self, seconds: float = 31, rounds: int = 2) -> None:
        for _ in range(rounds):
            await self.notices.step()
            self.room.clock.advance(seconds)
            await self.notices.step()

    def again(self) -> None:
        self.notices = Notices(
            self.alerts._bot, self.room.newsdesk.servers, self.room.newsdesk.presence, Pace(), self.room.clock
        )

    async def subscribed(self, person: Person | None, place: Channel | Group) -> Chat:
        kind: ChatKind = "channel" if isinstance(place, Channel) else "group"
        chats = self.room.storage.chats
        chat = await chats.ensure(key(place.id), kind, place.title, self.room.clock.now())
        by = f"telegram:{person.id}" if person else "config"
        await chats.subscribe(chat.id, What(), When(), created_by=by, created=self.room.clock.now())
        return chat

    async def meets(self, person: Person) -> None:
        await self.room.newsdesk.presence.met(replace(asker(person), language=person.language))


@pytest.fixture
async def house(tg: TelegramServer, sqlite_storage: Storage, clock: ManualClock) -> AsyncIterator[House]:
    room = await open_room(sqlite_storage, clock, Rules(languages=languages()))
    bot = make_bot(tg.token, tg.url)
    pace, desk = Pace(), room.newsdesk
    yield House(
        tg, room, Notices(bot, desk.servers, desk.presence, pace, clock), Alerts(bot, pace, clock, ["1001", "7"])
    )
    await bot.shutdown()


async def test_who_subscribed_is_told_once_in_their_language_and_again_when_it_goes_on(
    house: House, tg: TelegramServer
) -> None:
    ida = tg.person(2001, "Ida", language="de", started=True)
    channel = tg.channel("Autos", admins=[ida], bot=True)
    await house.meets(ida)
    chat = await house.subscribed(ida, channel)
    await house.room.storage.chats.pause(chat.id, "need administrator rights in the channel chat")
    await house.notices.step()
    assert ida.private.messages == []  # it may go on at once
    await house.later()
    house.again()
    await house.later()
    (text,) = ida.private.texts()
    assert "Autos" in text and "Recht" in text and "need administrator rights" in text
    await house.room.newsdesk.presence.back("telegram", str(channel.id))
    await house.later()
    house.again()
    await house.later()
    assert len(ida.private.messages) == 2
    assert "weiter" in ida.private.last.text


async def test_where_nobody_is_known_to_have_subscribed_admins_who_have_met_the_bot_are_told(
    house: House, tg: TelegramServer, ann: Person, ben: Person
) -> None:
    group = tg.group("Team", admins=[ben, ann], bot=True)
    group.permits(writing=False)
    await house.meets(ann)
    chat = await house.subscribed(None, group)
    await house.room.storage.chats.pause(chat.id, "not enough rights to send text messages to the chat")
    await house.later()
    assert len(ann.private.messages) == 1
    assert ben.private.messages == []


async def test_of_a_short_pause_and_of_a_blocked_bot_nobody_is_told(
    house: House, tg: TelegramServer, ann: Person
) -> None:
    await house.meets(ann)
    chat = await house.subscribed(ann, tg.group("Team", admins=[ann], bot=True))
    await house.room.storage.chats.pause(chat.id, "may not post there")
    await house.notices.step()
    await house.room.newsdesk.presence.back("telegram", chat.key.native)
    mine = await house.room.storage.chats.find(key(ann.id))
    assert mine is not None
    await house.room.storage.chats.pause(mine.id, "bot was blocked by the user")
    await house.later()
    await house.room.storage.chats.release([mine.id], house.room.clock.now())
    await house.later()
    assert ann.private.messages == []


async def test_a_right_that_comes_back_without_a_word_is_noticed_by_looking_ever_less_often(
    house: House, tg: TelegramServer, ann: Person
) -> None:
    group = tg.group("Team", admins=[ann], bot=True)
    group.permits(writing=False)
    chat = await house.subscribed(None, group)
    await house.room.storage.chats.pause(chat.id, "not enough rights to send text messages to the chat")
    await house.later(60, rounds=60)
    looks = len(tg.called("getChatMember"))
    assert 4 <= looks <= 6  # within two hours
    group.permits(writing=True)
    await house.later(60, rounds=80)
    found = await house.room.storage.chats.get(chat.id)
    assert found is not None
    assert found.paused == ""


async def test_admins_who_have_started_the_bot_hear_of_a_trouble_once_until_it_is_over(
    house: House, tg: TelegramServer, ann: Person
) -> None:
    tg.person(7, "Not started")
    for _ in range(2):
        await house.alerts.alert("holds", ("telegram: 5 < 6", "look"))
        await house.alerts.step()
    assert ann.private.texts() == ["telegram: 5 < 6\nlook"]
    await house.alerts.alert("holds", None)
    house.room.clock.advance(60)
    await house.alerts.alert("holds", ("again",))
    await house.alerts.step()
    assert ann.private.texts()[1:] == ["again"]
