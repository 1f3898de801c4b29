"""What is forgotten by the clock alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.domain.models import ChatKey
from newsbot.pipeline.retention import AWAY, BUTTONS, Retention
from newsbot.storage import Storage
from tests.clock import ManualClock


@pytest.mark.parametrize("keep", [timedelta(days=1), timedelta(days=36500)])
async def test_buttons_are_forgotten_on_their_own_time_however_long_articles_are_kept(
    sqlite_storage: Storage, clock: ManualClock, keep: timedelta
) -> None:
    retention = Retention(sqlite_storage, clock, keep)
    token = await sqlite_storage.chats.remember({"verb": "c"}, clock.now())
    for seconds, known in ((BUTTONS.total_seconds() - 60, True), (120, False)):
        clock.advance(seconds=seconds)
        assert not await retention.step()
        assert (await sqlite_storage.chats.recall(token) is not None) == known


async def test_a_server_that_sent_the_bot_away_can_have_it_back_for_thirty_days_with_everything_as_it_was(
    sqlite_storage: Storage, clock: ManualClock
) -> None:
    storage, retention = sqlite_storage, Retention(sqlite_storage, clock, timedelta(days=365))
    for native in ("gone", "back"):
        await storage.servers.arrive("discord", native, clock.now())
        await storage.chats.ensure(ChatKey("discord", f"1{native}"), "group", "", clock.now(), server=native)
        await storage.servers.leave("discord", native, clock.now())
    clock.advance(seconds=AWAY.total_seconds() - 60)
    await retention.step()
    assert len(await storage.chats.all("discord")) == 2
    assert await storage.servers.arrive("discord", "back", clock.now()) == "back"
    clock.advance(seconds=120)
    await retention.step()
    assert [chat.server for chat in await storage.chats.all("discord")] == ["back"]
    assert await storage.servers.here("discord") == ["back"]
