"""The config's standing orders, and the names by which it calls chats."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from newsbot.app.orders import learn_name, place_orders
from newsbot.config import SubscriptionSpec
from newsbot.domain.models import ChatKey, Outcome, Reason, What, When
from newsbot.storage import Storage
from tests.clock import ManualClock

NAMED, NUMBERED = ChatKey("telegram", "@cars"), ChatKey("telegram", "-1001")
ORDERS = (SubscriptionSpec(NAMED, What(), When(), label="everything"),)


async def test_a_channel_that_the_config_names_is_one_chat_with_its_number(
    storage: Storage, clock: ManualClock
) -> None:
    await place_orders(storage, ORDERS, "UTC", clock.now())
    typed = await storage.chats.ensure(NUMBERED, "channel", "Cars", clock.now())  # meanwhile somebody set it up in chat
    await learn_name(storage, NAMED, NUMBERED.native)
    await place_orders(storage, ORDERS, "UTC", clock.now())
    chats = await storage.chats.all("telegram")
    assert [chat.key for chat in chats] == [NUMBERED]
    assert len(await storage.chats.subscriptions(chats[0].id)) == 1
    assert typed.key == NUMBERED


async def test_a_name_is_learned_before_there_is_an_order_for_it(storage: Storage, clock: ManualClock) -> None:
    await learn_name(storage, NAMED, NUMBERED.native)
    await place_orders(storage, ORDERS, "UTC", clock.now())
    assert [chat.key for chat in await storage.chats.all()] == [NUMBERED]


async def test_an_order_that_leaves_the_config_ends_under_the_number_too(storage: Storage, clock: ManualClock) -> None:
    await place_orders(storage, ORDERS, "UTC", clock.now())
    await learn_name(storage, NAMED, NUMBERED.native)
    await place_orders(storage, (), "UTC", clock.now())
    (chat,) = await storage.chats.all()
    assert await storage.chats.subscriptions(chat.id) == []


async def test_an_order_for_a_group_goes_on_when_the_group_becomes_a_supergroup(
    storage: Storage, clock: ManualClock
) -> None:
    group, supergroup = ChatKey("telegram", "-55"), ChatKey("telegram", "-10055")
    orders = (SubscriptionSpec(group, What(), When(), label="everything"),)
    await place_orders(storage, orders, "UTC", clock.now())
    (chat,) = await storage.chats.all()
    before = await storage.chats.subscriptions(chat.id)
    await storage.chats.rekey(chat.id, supergroup)
    await place_orders(storage, orders, "UTC", clock.now())
    assert [(c.id, c.key) for c in await storage.chats.all()] == [(chat.id, supergroup)]
    assert await storage.chats.subscriptions(chat.id) == before


async def test_what_waits_for_an_order_comes_at_the_new_time_that_the_config_gives_it(
    storage: Storage, clock: ManualClock
) -> None:
    later, now = clock.now() + timedelta(days=3), clock.now()
    weekly = replace(ORDERS[0], when=When("weekly"))
    await place_orders(storage, [weekly], "UTC", now)
    (chat,) = await storage.chats.all()
    waiting = Outcome(chat.id, 1, 1, (Reason("everything"),), due=later, at=now)
    await storage.outbox.record([], [waiting])
    await place_orders(storage, [weekly], "UTC", now)
    assert [o.due for o in await storage.outbox.waiting(chat.id)] == [later]
    await place_orders(storage, ORDERS, "UTC", now)
    assert [(o.due, o.urgent) for o in await storage.outbox.waiting(chat.id)] == [(now, True)]
