"""A served web chat and a client that keeps cookies, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.fakes.webchat import Served


@pytest.fixture
async def chat() -> AsyncIterator[Served]:
    served = Served()
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def locked() -> AsyncIterator[Served]:
    """The same behind a password."""
    served = Served(password="correct horse")
    await served.start()
    yield served
    await served.stop()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session
