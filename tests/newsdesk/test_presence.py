"""Where the bot is: people met, places that sent it away and took it back, and the language of each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.domain.models import Chat, ChatKey, ChatSettings, Defaults, Digest, What, When
from newsbot.domain.plan import Post
from newsbot.newsdesk import Access, Asker, Rules
from newsbot.newsdesk.languages import spoken
from newsbot.pipeline.contents import Summaries, make_digest
from newsbot.storage import Storage, codec
from tests.clock import ManualClock
from tests.newsdesk.room import ANALYZER, Room, open_room

MANY = Rules(languages=("en", "pt", "ru", "zh"))
GROUP, NEWS = ChatKey("telegram", "-100"), ChatKey("telegram", "-100", "7")
ANNA = Asker("telegram", "7", ChatKey("telegram", "7"), language="ru-RU")
IN_GROUP = replace(ANNA, chat=GROUP, chat_kind="group", private=ANNA.chat)


@pytest.fixture
async def room(storage: Storage, clock: ManualClock) -> Room:
    return await open_room(storage, clock, MANY)


async def place(room: Room, key: ChatKey) -> Chat:
    return await room.storage.chats.ensure(key, "group", "Town", room.clock.now())


async def paused(room: Room, key: ChatKey) -> str:
    found = await room.storage.chats.find(key)
    assert found is not None
    return found.paused


# --- coming and going ------------------------------------------------------------------------------


async def test_a_person_is_known_from_the_first_word_and_heard_again_after_blocking(room: Room) -> None:
    presence = room.newsdesk.presence
    assert not await presence.knows(ANNA.chat)
    await presence.met(ANNA)
    assert await presence.knows(ANNA.chat)
    await presence.gone("telegram", "7", "blocked")
    assert await paused(room, ANNA.chat) == "blocked"
    await presence.met(ANNA)
    assert await paused(room, ANNA.chat) == ""


async def test_nothing_is_kept_of_a_person_who_may_not_use_the_bot(room: Room) -> None:
    room.newsdesk.configure(replace(MANY, access=Access("allowlist")))
    await room.newsdesk.presence.met(ANNA)
    assert not await room.newsdesk.presence.knows(ANNA.chat)


async def test_a_place_that_sends_the_bot_away_waits_with_all_its_threads_and_goes_on_when_it_is_back(
    room: Room,
) -> None:
    presence = room.newsdesk.presence
    for key in (GROUP, NEWS):
        await place(room, key)
    other = await place(room, ChatKey("telegram", "-1001"))
    await presence.gone("telegram", "-100", "kicked")
    assert [await paused(room, key) for key in (GROUP, NEWS, other.key)] == ["kicked", "kicked", ""]
    room.wake.told.clear()
    await presence.back("telegram", "-100")
    assert [await paused(room, key) for key in (GROUP, NEWS)] == ["", ""]
    assert {"plan", "deliver"} <= set(room.wake.told)


async def test_a_closed_thread_pauses_itself_alone(room: Room) -> None:
    for key in (GROUP, NEWS):
        await place(room, key)
    await room.newsdesk.presence.thread_gone(NEWS, "topic closed")
    assert [await paused(room, key) for key in (GROUP, NEWS)] == ["", "topic closed"]
    await room.newsdesk.presence.thread_back(NEWS)
    assert await paused(room, NEWS) == ""


@pytest.mark.parametrize("reason", ["the topic was closed", "TOPIC_DELETED", "message thread not found"])
async def test_a_place_that_takes_the_bot_back_leaves_its_closed_threads_closed(room: Room, reason: str) -> None:
    presence = room.newsdesk.presence
    for key in (GROUP, NEWS):
        await place(room, key)
    await presence.thread_gone(NEWS, reason)
    await presence.gone("telegram", "-100", "blocked or removed")
    await presence.back("telegram", "-100")
    assert [await paused(room, key) for key in (GROUP, NEWS)] == ["", reason]


async def test_a_thread_that_opens_does_not_open_the_place(room: Room) -> None:
    await place(room, NEWS)
    await room.newsdesk.presence.gone("telegram", "-100", "may not post there")
    await room.newsdesk.presence.thread_back(NEWS)
    assert await paused(room, NEWS) == "may not post there"


@pytest.mark.parametrize("reason", ["not enough rights to send text messages to the chat", "TOPIC_CLOSED"])
async def test_where_a_message_of_the_bots_stands_posts_go_on_there_alone(room: Room, reason: str) -> None:
    for key in (GROUP, NEWS):
        chat = await place(room, key)
        await room.storage.chats.pause(chat.id, reason)
    room.wake.told.clear()
    await room.newsdesk.presence.reached(NEWS)
    assert [await paused(room, key) for key in (GROUP, NEWS)] == [reason, ""]
    assert {"plan", "deliver"} <= set(room.wake.told)


async def test_a_thread_where_people_write_is_there_but_may_be_closed(room: Room) -> None:
    chat = await place(room, NEWS)
    await room.storage.chats.pause(chat.id, "TOPIC_CLOSED")  # its admins still write in it
    await room.newsdesk.presence.thread_seen(NEWS)
    assert await paused(room, NEWS) == "TOPIC_CLOSED"
    await room.storage.chats.pause(chat.id, "message thread not found")
    await room.newsdesk.presence.thread_seen(NEWS)
    assert await paused(room, NEWS) == ""


async def test_a_place_that_moves_takes_its_threads_and_what_was_set_up_already(room: Room) -> None:
    old, thread = await place(room, GROUP), await place(room, NEWS)
    fresh = await place(room, replace(GROUP, native="-200"))
    for chat, query in ((old, "a"), (fresh, "b")):
        await room.storage.chats.subscribe(chat.id, What(), When(), query=query, created=room.clock.now())
    await room.newsdesk.presence.moved("telegram", "-100", "-200")
    found = await room.storage.chats.at("telegram", "-200")
    assert [(chat.id, chat.key.thread) for chat in found] == [(old.id, ""), (thread.id, "7")]
    assert [s.query for s in await room.storage.chats.subscriptions(old.id)] == ["a", "b"]
    assert await room.storage.chats.at("telegram", "-100") == []


async def test_places_that_nobody_knows_come_and_go_without_a_trace(room: Room) -> None:
    presence, nowhere = room.newsdesk.presence, ChatKey("telegram", "-5", "5")
    await presence.gone("telegram", "-5", "kicked")
    await presence.back("telegram", "-5")
    await presence.moved("telegram", "-5", "-6")
    await presence.thread_gone(nowhere, "closed")
    await presence.thread_back(nowhere)
    await presence.met(replace(IN_GROUP, private=None))
    assert await room.storage.chats.all() == []


# --- languages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("pt-br", "pt"), ("zh-hans-CN", "zh"), ("ZH_TW", "zh"), ("en", "en"), ("tlh", ""), ("", ""), ("-", ""),
        ("e", ""), ("english", ""), ("x" * 9999, ""), ("pt\0", ""),
    ],
)  # fmt: skip
def test_a_clients_language_is_answered_in_one_that_the_bot_speaks_or_in_none(tag: str, language: str) -> None:
    assert spoken(tag, MANY.languages) == language


async def test_a_person_is_spoken_to_in_the_language_of_their_client_until_they_choose_one(room: Room) -> None:
    desk = room.newsdesk
    assert desk.language(ANNA, await desk.presence.contact(ANNA)) == "ru"
    assert not await desk.presence.knows(ANNA.chat)  # looking is not keeping
    await desk.presence.met(ANNA)
    unknown = replace(ANNA, language="")
    assert desk.language(unknown, await desk.presence.contact(unknown)) == "ru"
    assert (await desk.settling.get(unknown)).effective.language == "ru"
    moved = replace(ANNA, language="pt-BR")
    assert desk.language(moved, await desk.presence.contact(moved)) == "pt"
    assert (await desk.settling.change(moved, "language", "zh-hans")).effective.language == "zh"
    assert desk.language(ANNA, await desk.presence.contact(ANNA)) == "zh"
    assert (await desk.settling.change(ANNA, "language", "default")).effective.language == "ru"


async def test_a_language_that_the_bot_does_not_speak_is_answered_in_the_configs(room: Room) -> None:
    room.newsdesk.configure(replace(MANY, defaults=Defaults(language="zh")))
    klingon = replace(ANNA, language="tlh")
    await room.newsdesk.presence.met(ANNA)
    assert room.newsdesk.language(klingon, await room.newsdesk.presence.contact(klingon)) == "zh"
    assert room.newsdesk.language(klingon) == "zh"


async def test_a_group_speaks_its_own_language_whoever_asks(room: Room) -> None:
    chat = await place(room, GROUP)
    assert room.newsdesk.language(IN_GROUP, await room.newsdesk.presence.contact(IN_GROUP)) == "en"
    await room.storage.chats.set_settings(chat.id, ChatSettings(language="pt"))
    assert room.newsdesk.language(IN_GROUP, await room.newsdesk.presence.contact(IN_GROUP)) == "pt"
    found = await room.storage.chats.find(GROUP)
    assert found is not None
    assert found.language == ""


async def test_a_thread_speaks_as_its_group_does_until_a_language_is_chosen_there(room: Room) -> None:
    presence, thread = room.newsdesk.presence, replace(IN_GROUP, chat=NEWS)

    async def spoken_there() -> str:
        return room.newsdesk.language(thread, await presence.contact(thread))

    assert await spoken_there() == "en"
    await presence.welcomed(IN_GROUP)
    assert await spoken_there() == "ru"
    await room.newsdesk.settling.change(replace(thread, is_chat_admin=True), "compact", "on")
    assert await spoken_there() == "ru"
    found = await room.storage.chats.find(NEWS)
    assert found is not None and found.language == "ru"
    await room.storage.chats.set_settings(found.id, ChatSettings(language="pt"))
    assert await spoken_there() == "pt"


async def test_following_from_a_group_tells_the_private_chat_the_persons_language(room: Room) -> None:
    await room.newsdesk.following.follow(IN_GROUP, "Space")
    found = await room.storage.chats.find(ANNA.chat)
    assert found is not None
    assert found.language == "ru"


def test_a_post_speaks_what_was_chosen_else_the_persons_language_else_the_configs() -> None:
    def language(chosen: str | None, own: str) -> str:
        chat = Chat(1, ANNA.chat, settings=ChatSettings(language=chosen), language=own)
        return make_digest(chat, Post("story", ()), {}, [], Defaults(language="zh"), Summaries(ANALYZER)).language

    assert [language("pt", "ru"), language(None, "ru"), language(None, "")] == ["pt", "ru", "zh"]


def test_a_post_knows_who_reads_it_and_an_old_one_is_read_as_a_private_chats() -> None:
    channel = Chat(1, ANNA.chat, "channel")
    digest = make_digest(channel, Post("story", ()), {}, [], Defaults(), Summaries(ANALYZER))
    assert digest.audience == "channel"
    stored = dict(codec.encode(digest))
    del stored["audience"]
    assert codec.decode(Digest, stored).audience == "private"


# --- forgetting ------------------------------------------------------------------------------------


async def test_of_a_person_who_is_forgotten_nothing_remains(room: Room) -> None:
    await room.newsdesk.presence.met(ANNA)
    await room.newsdesk.following.follow(ANNA, "Space")
    chair = replace(IN_GROUP, is_chat_admin=True)
    await room.newsdesk.subscribing.subscribe(chair, "cars")
    await room.newsdesk.forgetting.forget(ANNA)
    assert not await room.newsdesk.presence.knows(ANNA.chat)
    (kept,) = await room.newsdesk.subscribing.all(chair)
    assert (kept.label, kept.created_by) == ("cars", "")
