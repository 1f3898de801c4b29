"""The room that these tests ask in, on both databases."""

from __future__ import annotations

import pytest

from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.newsdesk.room import Room, open_room


@pytest.fixture
async def room(storage: Storage, clock: ManualClock) -> Room:
    """Feeds and topics, and nothing read yet."""
    return await open_room(storage, clock)
