"""Chats, their orders and vetoes, and the topics they follow."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest

from newsbot.domain.models import (
    ChatKey,
    ChatSettings,
    DeliveryState,
    Digest,
    DigestStory,
    QuietHours,
    TopicDefinition,
    What,
    When,
)
from newsbot.storage import Storage
from tests.storage.making import NOW, chat, outcome, post, posts, queue, settle

LATER = NOW + timedelta(hours=1)
DAILY = When("daily", time(8, 30), 2)


async def test_a_chat_is_made_once_and_keeps_its_settings(storage: Storage) -> None:
    key = ChatKey("telegram", "-100", "7")
    first = await storage.chats.ensure(key, "group", "Old", NOW)
    await storage.chats.set_settings(first.id, ChatSettings(timezone="Asia/Shanghai"))
    again = await storage.chats.ensure(key, "channel", "New", LATER)
    assert (again.id, again.kind, again.title) == (first.id, "channel", "New")
    assert again.settings.timezone == "Asia/Shanghai"
    untitled = await storage.chats.ensure(key, "channel", "", LATER)
    assert untitled == again == await storage.chats.find(key) == await storage.chats.get(first.id)
    assert await storage.chats.find(replace(key, thread="")) is None
    assert await storage.chats.all("web") == []
    assert await storage.chats.all("telegram") == [again]


async def test_every_setting_is_kept(storage: Storage) -> None:
    room = await chat(storage)
    wish = ChatSettings(
        DAILY, "Europe/Berlin", QuietHours(time(22), time(7, 15)), "zh", ("en", "zh"), True, False, True, 5
    )
    await storage.chats.set_settings(room.id, wish)
    found = await storage.chats.get(room.id)
    assert found is not None
    assert (found.settings, found.title) == (wish, room.title)


async def test_pausing_keeps_the_reason_until_the_chat_resumes(storage: Storage) -> None:
    room = await chat(storage)
    await storage.chats.pause(room.id, "kicked")
    paused = await storage.chats.get(room.id)
    assert paused is not None
    assert paused.paused == "kicked"
    assert await storage.chats.paused() == {"kicked": 1}
    await storage.chats.resume(room.id)
    assert await storage.chats.paused() == {}
    assert await storage.chats.get(room.id) == room


async def test_a_refusal_from_before_the_chat_was_released_pauses_it_no_more(storage: Storage) -> None:
    room = await chat(storage, "1")
    await storage.chats.release([room.id], NOW)
    await storage.chats.pause(room.id, "kicked", since=NOW - timedelta(seconds=1))
    assert await storage.chats.paused() == {}
    await storage.chats.pause(room.id, "kicked", since=NOW + timedelta(seconds=1))
    assert await storage.chats.paused() == {"kicked": 1}


async def test_a_place_and_its_threads_are_found_together(storage: Storage) -> None:
    keys = [ChatKey("telegram", "-100"), ChatKey("telegram", "-100", "7"), ChatKey("web", "-100")]
    made = [await storage.chats.ensure(key, "group", "", NOW) for key in keys]
    assert await storage.chats.at("telegram", "-100") == made[:2]
    assert await storage.chats.at("telegram", "-7") == []


async def test_a_persons_language_is_kept_until_another_is_told(storage: Storage) -> None:
    key = ChatKey("telegram", "7")
    made = await storage.chats.ensure(key, "private", "", NOW, "ru")
    assert made.language == "ru"
    assert (await storage.chats.ensure(key, "private", "", NOW)).language == "ru"
    assert (await storage.chats.ensure(key, "private", "", NOW, "")).language == ""
    await storage.chats.set_language(made.id, "zh")
    assert await storage.chats.find(key) == replace(made, language="zh")


async def test_who_is_forgotten_made_no_subscription_any_more(storage: Storage) -> None:
    group = await chat(storage, "-1")
    for query, creator in (("a", "telegram:7"), ("b", "telegram:77"), ("c", "config")):
        await storage.chats.subscribe(group.id, What(), When(), query=query, created_by=creator, created=NOW)
    await storage.chats.disown("telegram:7")
    assert [s.created_by for s in await storage.chats.subscriptions(group.id)] == ["", "telegram:77", "config"]


async def test_a_chat_that_moves_takes_everything_along(storage: Storage) -> None:
    group = await chat(storage, "-1", "telegram")
    await storage.chats.subscribe(group.id, What(), When(), created=NOW)
    moved = await storage.chats.rekey(group.id, ChatKey("telegram", "-1001"))
    assert moved is not None
    assert (moved.id, moved.key.native) == (group.id, "-1001")
    assert await storage.chats.find(ChatKey("telegram", "-1")) is None
    assert len(await storage.chats.subscriptions(group.id)) == 1
    assert await storage.chats.rekey(999, ChatKey("telegram", "5")) is None


async def test_messages_stay_behind_when_a_chat_moves_but_not_when_only_its_name_is_another(storage: Storage) -> None:
    old, new = await chat(storage, "@cars", "telegram"), await chat(storage, "-1001", "telegram")
    await posts(storage, old.id, 2)
    await posts(storage, new.id, 1, first_story=9)

    async def ids() -> list[tuple[str, ...]]:
        return sorted(delivery.message_ids for delivery in await storage.outbox.list())

    for delivery in await storage.outbox.claim("telegram", NOW, 9):
        sent = ("1", "2") if delivery.chat_id == old.id else ("1",)
        await settle(storage.outbox, delivery.id, DeliveryState.SENT, message_ids=sent, now=NOW)
    await storage.chats.rekey(old.id, ChatKey("telegram", "-1"), same_place=True)
    assert await ids() == [(), ("1",), ("1", "2")]
    await storage.chats.rekey(old.id, ChatKey("telegram", "-1"))
    await storage.chats.rekey(old.id, new.key)
    assert await ids() == [(), ("", ""), ("1",)]


async def test_a_chat_that_moves_onto_another_becomes_one_with_it(storage: Storage) -> None:
    old, new = await chat(storage, "-1", "telegram"), await chat(storage, "-1001", "telegram")
    for room in (old, new):
        await storage.chats.subscribe(room.id, What(), When(), created=NOW)
        await storage.chats.mute(room.id, "source", "1", "Tabloid", NOW)
        await posts(storage, room.id, 2, first_story=room.id)
    await storage.chats.subscribe(new.id, What("category", "cars"), When(), created=NOW)
    merged = await storage.chats.rekey(old.id, new.key)
    assert merged is not None
    assert merged.id == old.id
    assert [c.id for c in await storage.chats.all()] == [old.id]
    assert {s.what.kind for s in await storage.chats.subscriptions(old.id)} == {"everything", "category"}
    assert len(await storage.chats.mutes(old.id)) == 1
    assert len(await storage.outbox.outcomes(old.id, range(10))) == 3
    assert {d.chat.native for d in await storage.outbox.list()} == {"-1001"}


async def test_a_story_that_both_of_two_chats_were_to_get_comes_once_when_they_become_one(storage: Storage) -> None:
    old, new = await chat(storage, "-1"), await chat(storage, "-1001")
    both = Digest((DigestStory(1, "One"), DigestStory(2, "Two"), DigestStory(3, "Three")))
    for room in (new, old):
        await storage.outbox.record([], [outcome(room.id, story) for story in (1, 2, 3, 4)])
    [first] = await queue(storage.outbox, [replace(post(new.id, 1), digest=replace(both, stories=both.stories[:1]))])
    assert [d.id for d in await storage.outbox.claim("web", NOW, 9)] == [first]
    await settle(storage.outbox, first, DeliveryState.SENT, message_ids=("m",), now=NOW)
    [waits] = await queue(storage.outbox, [replace(post(old.id, 1, 2, 3), digest=both)])
    [twin] = await queue(storage.outbox, [replace(post(new.id, 2), digest=replace(both, stories=both.stories[1:2]))])
    await storage.chats.rekey(old.id, new.key)
    [only] = await storage.outbox.claim("web", LATER, 9)
    assert (only.id, [story.headline for story in only.digest.stories]) == (waits, ["Two", "Three"])
    assert not await storage.outbox.retry(twin, NOW)
    left = await storage.outbox.get(twin)
    assert left is not None and left.state is DeliveryState.DROPPED
    kept = {story: o.delivery_id for story, o in (await storage.outbox.outcomes(old.id, range(9))).items()}
    assert kept == {1: first, 2: waits, 3: waits, 4: None}


async def test_a_forgotten_chat_leaves_nothing(storage: Storage) -> None:
    room = await chat(storage)
    await storage.chats.subscribe(room.id, What(), When(), created=NOW)
    await storage.chats.mute(room.id, "source", "1", "", NOW)
    await posts(storage, room.id, 1)
    await storage.chats.forget(room.id)
    assert await storage.chats.all() == []
    assert await storage.outbox.list() == []
    assert await storage.chats.subscriptions(room.id) == []
    await storage.outbox.record([], [outcome(room.id, 5)])  # the planner was at it just then
    assert await storage.outbox.waiting(room.id) == []


# --- subscriptions -------------------------------------------------------------------------------


async def test_a_subscription_is_kept_whole(storage: Storage) -> None:
    room = await chat(storage)
    made, created = await storage.chats.subscribe(
        room.id, What("feed", "3"), DAILY, query="battery -tesla", label="Feed: battery",
        next_due=LATER, created_by="web:1", created=NOW,
    )  # fmt: skip
    assert created
    assert (made.what, made.when, made.query, made.label) == (
        What("feed", "3"),
        DAILY,
        "battery -tesla",
        "Feed: battery",
    )
    assert (made.next_due, made.created, made.created_by, made.paused) == (LATER, NOW, "web:1", False)
    assert await storage.chats.subscription(made.id) == made
    assert await storage.chats.subscriptions(room.id) == [made]


async def test_the_same_order_is_placed_once(storage: Storage) -> None:
    room = await chat(storage)

    async def place(what: What, query: str = "") -> bool:
        return (await storage.chats.subscribe(room.id, what, When(), query=query, created=NOW))[1]

    assert await place(What("category", "Cars"))
    assert not await place(What("category", "cars"))
    assert await place(What("category", "cars"), "battery")
    assert await place(What("everything"), "x" * 10_000)
    assert not await place(What("everything"), "x" * 10_000)
    results = await asyncio.gather(*(place(What("feed", "1")) for _ in range(4)))
    assert sorted(results) == [False, False, False, True]


async def test_only_what_is_given_is_changed(storage: Storage) -> None:
    room = await chat(storage)
    made, _ = await storage.chats.subscribe(room.id, What(), DAILY, next_due=LATER, label="All", created=NOW)
    assert await storage.chats.update_subscription(made.id, paused=True) == replace(made, paused=True)
    changed = await storage.chats.update_subscription(made.id, when=When(), next_due=None, paused=False)
    assert changed == replace(made, when=When(), next_due=None)
    assert await storage.chats.update_subscription(made.id) == changed
    assert await storage.chats.update_subscription(999, paused=True) is None


async def test_subscribers_are_found_by_all_that_covers_an_article(storage: Storage) -> None:
    one, two = await chat(storage, "1"), await chat(storage, "2")
    await storage.chats.pause(two.id, "holiday")
    everything, _ = await storage.chats.subscribe(one.id, What(), When(), created=NOW)
    category, _ = await storage.chats.subscribe(two.id, What("category", "АВТО"), When(), created=NOW)
    topic, _ = await storage.chats.subscribe(two.id, What("topic", "5"), When(), created=NOW)
    other, _ = await storage.chats.subscribe(two.id, What("feed", "5"), When(), created=NOW)
    held, _ = await storage.chats.subscribe(one.id, What("topic", "5"), When(), created=NOW)
    await storage.chats.update_subscription(held.id, paused=True)
    asked = [What(), What("feed", "1"), What("category", "авто"), What("topic", "5"), What("topic", "6")]
    found = await storage.chats.subscribers(asked)
    assert [s.id for s, _ in found] == [everything.id, category.id, topic.id]
    assert [c.paused for _, c in found] == ["", "holiday", "holiday"]
    assert other.id not in {s.id for s, _ in found}
    assert await storage.chats.subscribers([]) == []


async def test_subscribers_of_more_feeds_than_a_statement_takes_are_found(storage: Storage) -> None:
    room = await chat(storage)
    made, _ = await storage.chats.subscribe(
        room.id, What("feed", "39999"), When("instant"), created_by="config", created=NOW
    )
    found = await storage.chats.subscribers([What("feed", str(n)) for n in range(40_000)])
    assert [subscription for subscription, _ in found] == [made]
    assert await storage.chats.created_by("config") == [made]
    assert await storage.chats.created_by("me") == []


async def test_overdue_schedules_come_the_longest_overdue_first(storage: Storage) -> None:
    room = await chat(storage)
    ids = []
    for hours, query in ((1, "a"), (2, "b"), (-1, "c")):
        due = NOW - timedelta(hours=hours)
        made, _ = await storage.chats.subscribe(room.id, What(), DAILY, query=query, next_due=due, created=NOW)
        ids.append(made.id)
    await storage.chats.subscribe(room.id, What(), When(), created=NOW)
    assert [s.id for s in await storage.chats.overdue(NOW, 9)] == [ids[1], ids[0]]
    await storage.chats.update_subscription(ids[1], paused=True)
    assert [s.id for s in await storage.chats.overdue(NOW, 9)] == [ids[0]]


async def test_mutes_are_set_once_listed_and_undone(storage: Storage) -> None:
    one, two = await chat(storage, "1"), await chat(storage, "2")
    first = await storage.chats.mute(one.id, "source", "4", "Tabloid", NOW)
    assert await storage.chats.mute(one.id, "source", "4", "Other label", LATER) == first
    second = await storage.chats.mute(two.id, "story", "9", "", NOW)
    assert await storage.chats.mutes_of([one.id, two.id, 99]) == {one.id: [first], two.id: [second]}
    await storage.chats.unmute(first.id)
    assert await storage.chats.mutes(one.id) == []


async def test_a_buttons_meaning_is_remembered_under_a_short_token_once(storage: Storage) -> None:
    meaning = {"verb": "c", "arguments": ["/search “Straße” OR 小米 \0"], "n": 1}
    token = await storage.chats.remember(meaning, NOW)
    assert len(token) == 12
    assert await storage.chats.remember(dict(reversed(meaning.items())), NOW + timedelta(days=1)) == token
    assert await storage.chats.remember(meaning | {"n": 2}, NOW) != token
    assert (await storage.chats.recall(token) or {})["n"] == 1
    assert await storage.chats.recall("nobody-knows") is None


async def test_a_button_is_forgotten_so_long_after_it_was_last_shown(storage: Storage) -> None:
    shown, gone = [await storage.chats.remember({"press": press}, NOW) for press in ("shown", "gone")]
    await storage.chats.remember({"press": "shown"}, NOW + timedelta(days=2))
    assert await storage.chats.forget_tokens(NOW + timedelta(days=1), 9) == 1
    assert await storage.chats.recall(gone) is None
    assert await storage.chats.recall(shown)


async def test_tokens_are_made_with_a_secret_of_the_database(storage: Storage) -> None:
    await storage.meta.set_default("token_secret", "told")
    assert await storage.chats.remember({"a": 1}, NOW) == "9ZgKiJAi8Sru"


async def test_a_forgotten_chat_takes_along_the_buttons_that_act_on_it(storage: Storage) -> None:
    room = await storage.chats.ensure(ChatKey("telegram", "-100", "5"), "group", "Forum", NOW)
    places = ("-100/5", "-100", "-100/55", "")
    told = [await storage.chats.remember({"press": "su", "place": place}, NOW) for place in places]
    kept = await storage.chats.remember({"verb": "c", "arguments": []}, NOW)
    await storage.chats.forget(room.id)
    left = [await storage.chats.recall(token) is not None for token in (*told, kept)]
    assert left == [False, True, True, True, True]


# --- topics --------------------------------------------------------------------------------------

EV = TopicDefinition(all=(("Xiaomi", "小米"), ("EV",)), none=("Redmi",), feeds=("cars",))


async def test_config_topics_keep_their_followers_through_changes(storage: Storage) -> None:
    await storage.topics.sync([("ev", "Xiaomi EV", EV)], NOW)
    made = await storage.topics.find("XIAOMI ev")
    assert made is not None
    assert (made.slug, made.definition, made.enabled) == ("ev", EV, True)
    await storage.topics.sync([], NOW)
    assert await storage.topics.followed() == []
    await storage.topics.sync([("ev", "小米汽车", TopicDefinition("小米"))], NOW)
    back = await storage.topics.find("ev")
    assert back is not None
    assert (back.id, back.name, back.definition) == (made.id, "小米汽车", TopicDefinition("小米"))
    assert await storage.topics.followed() == [back]


async def test_two_who_type_the_same_share_the_topic(storage: Storage) -> None:
    made = await asyncio.gather(
        *(storage.topics.ensure(name, TopicDefinition(name), "k" * 5000, NOW) for name in ("EV", "ev", "Ev"))
    )
    assert len({topic.id for topic in made}) == 1
    assert await storage.topics.get(made[0].id) == made[0]
    assert await storage.topics.get(999) is None


async def test_a_typed_topic_is_matched_while_somebody_subscribes_to_it(storage: Storage) -> None:
    room = await chat(storage)
    topic = await storage.topics.ensure("EV", EV, "ev", NOW)
    assert await storage.topics.followed() == []
    order, _ = await storage.chats.subscribe(room.id, What("topic", str(topic.id)), When(), created=NOW)
    assert await storage.topics.followed() == [topic]
    await storage.chats.unsubscribe([order.id])
    assert await storage.topics.followed() == []


async def test_the_version_grows_with_every_change_of_what_is_matched_and_only_then(storage: Storage) -> None:
    room = await chat(storage)
    versions = [await storage.topics.version()]

    async def grown() -> bool:
        versions.append(await storage.topics.version())
        return versions[-1] > versions[-2]

    await storage.topics.sync([("ev", "EV", EV)], NOW)
    assert await grown()
    await storage.topics.sync([("ev", "EV", EV)], NOW)
    assert not await grown()
    topic = await storage.topics.ensure("x", EV, "x", NOW)
    assert await grown()
    await storage.topics.ensure("x", EV, "x", NOW)
    assert not await grown()
    order, _ = await storage.chats.subscribe(room.id, What("topic", str(topic.id)), When(), created=NOW)
    assert await grown()
    other, _ = await storage.chats.subscribe(room.id, What(), When(), created=NOW)
    await storage.chats.unsubscribe([other.id])
    assert not await grown()
    await storage.chats.unsubscribe([order.id])
    assert await grown()
    await storage.topics.sync([], NOW)
    assert await grown()


@pytest.mark.parametrize("text", ["", "  ", "unheard of"])
async def test_no_topic_is_found_for_a_name_that_none_has(storage: Storage, text: str) -> None:
    await storage.topics.sync([("ev", "EV", EV)], NOW)
    assert await storage.topics.find(text) is None
