"""Communities: coming, going and coming back, and what is kept of their chats meanwhile. On both databases."""

from __future__ import annotations

from datetime import timedelta

from newsbot.domain.models import Chat, ChatKey
from newsbot.storage import Storage
from tests.storage.making import NOW

GARAGE = "777"


async def channel(storage: Storage, native: str, server: str = GARAGE) -> Chat:
    return await storage.chats.ensure(ChatKey("discord", native), "group", f"#{native}", NOW, server=server)


async def test_a_server_is_new_once_known_while_it_stays_and_back_after_it_was_left(storage: Storage) -> None:
    assert await storage.servers.arrive("discord", GARAGE, NOW) == "new"
    assert await storage.servers.arrive("discord", GARAGE, NOW) == "known"
    await storage.servers.leave("discord", GARAGE, NOW)
    await storage.servers.leave("discord", GARAGE, NOW + timedelta(days=9))  # the first time counts
    assert await storage.servers.here("discord") == []
    assert await storage.servers.gone_before(NOW + timedelta(seconds=1), 9) == [("discord", GARAGE)]
    assert await storage.servers.arrive("discord", GARAGE, NOW + timedelta(days=9)) == "back"
    assert await storage.servers.gone_before(NOW + timedelta(days=99), 9) == []
    assert await storage.servers.here("discord") == [GARAGE]


async def test_a_server_that_was_never_met_is_not_left(storage: Storage) -> None:
    await storage.servers.leave("discord", GARAGE, NOW)
    assert await storage.servers.gone_before(NOW + timedelta(days=99), 9) == []


async def test_a_chat_is_found_by_its_server_and_keeps_it_when_a_platform_does_not_tell(storage: Storage) -> None:
    one, other = await channel(storage, "1"), await channel(storage, "2", server="888")
    await channel(storage, "1", server="")
    assert await storage.chats.of_server("discord", GARAGE) == [one]
    await storage.chats.set_place(other.id, "forum", GARAGE)
    found = await storage.chats.of_server("discord", GARAGE)
    assert [(chat.id, chat.kind) for chat in found] == [(one.id, "group"), (other.id, "forum")]
    assert await storage.chats.of_server("discord", "") == []


async def test_who_was_told_of_a_pause_is_told_anew_only_after_the_chat_went_on(storage: Storage) -> None:
    chat = await channel(storage, "1")
    await storage.chats.pause(chat.id, "missing permission: Send Messages")
    (untold,) = await storage.chats.untold("discord")
    assert untold.id == chat.id
    await storage.chats.tell(chat.id, untold.paused)
    assert await storage.chats.untold("discord") == []
    await storage.chats.pause(chat.id, "the channel was deleted")
    assert [c.id for c in await storage.chats.untold("discord")] == [chat.id]
    await storage.chats.tell(chat.id, "the channel was deleted")
    await storage.chats.release([chat.id], NOW)
    await storage.chats.pause(chat.id, "the channel was deleted")
    assert [c.id for c in await storage.chats.untold("discord")] == [chat.id]


async def test_the_room_of_a_private_chat_is_kept_with_it_and_forgotten_with_it(storage: Storage) -> None:
    key = ChatKey("discord", "@1001")
    await storage.chats.keep_room(key, "55")
    assert await storage.chats.room(key) == ""  # nothing is kept of a chat that nobody knows
    chat = await storage.chats.ensure(key, "private", "", NOW)
    await storage.chats.keep_room(key, "55")
    assert await storage.chats.room(key) == "55"
    await storage.chats.forget(chat.id)
    assert await storage.chats.room(key) == ""
