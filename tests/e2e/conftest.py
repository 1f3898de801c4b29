"""A house for each test, and feeds on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.house import Feeds, House, feeds_served


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A folder of its own with a port of its own; nothing runs yet."""
    return House(tmp_path)


@pytest.fixture
async def feeds() -> AsyncIterator[Feeds]:
    """A server of feeds with no feed yet."""
    async with feeds_served() as served:
        yield served
