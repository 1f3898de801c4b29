"""Fixtures of Telegram's room: the strict server, and the real library pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import telegram

from tests.fakes.telegram import Person, TelegramServer


@pytest.fixture
async def tg() -> AsyncIterator[TelegramServer]:
    """A server that runs for the test."""
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def bot(tg: TelegramServer) -> AsyncIterator[telegram.Bot]:
    """The real library's Bot, initialized."""
    async with telegram.Bot(tg.token, base_url=f"{tg.url}/bot") as opened:
        yield opened


@pytest.fixture
def ann(tg: TelegramServer) -> Person:
    """Ann, who speaks English and has written to the bot before."""
    return tg.person(1001, "Ann", username="ann_a", started=True)


@pytest.fixture
def ben(tg: TelegramServer) -> Person:
    """Ben, who speaks German and has not."""
    return tg.person(1002, "Ben", language="de")
