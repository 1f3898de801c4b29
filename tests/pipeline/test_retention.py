"""What is forgotten by the clock alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsbot.pipeline.retention import BUTTONS, Retention
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
