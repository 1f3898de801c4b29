"""Fixtures of Telegram's room: the strict server, and the real library pointed at it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from zlib import crc32

import httpx
import pytest
import telegram
from telegram.request import HTTPXRequest

from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.fakes.telegram import Person, TelegramServer
from tests.platforms.telegram.running import Answers, Proxy
from tests.platforms.telegram.town import MODES, Town, open_town

HERE = Path(__file__).parent
BOTH_WAYS = {"test_talk.py", "test_updates.py", "test_bot.py"}


@pytest.fixture(autouse=True, scope="package")
def one_tls_context() -> Iterator[None]:
    """To read the machine's certificates anew costs each bot 20 ms, and loopback has none."""
    context = httpx.create_ssl_context(trust_env=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx, "create_ssl_context", lambda **_: context)
        yield


@pytest.fixture
async def tg() -> AsyncIterator[TelegramServer]:
    """A server that runs for the test."""
    async with TelegramServer() as server:
        yield server


@pytest.fixture
async def bot(tg: TelegramServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[telegram.Bot]:
    """The real library's Bot, initialized; told that we know both kinds of ``retry_after``."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    # Reading the machine's certificates takes 40 ms a request object, and loopback has none.
    asks, polls = (HTTPXRequest(httpx_kwargs={"verify": False}) for _ in range(2))
    async with telegram.Bot(tg.token, f"{tg.url}/bot", request=asks, get_updates_request=polls) as opened:
        yield opened


@pytest.fixture
def ann(tg: TelegramServer) -> Person:
    """Ann, who speaks English and has written to the bot before."""
    return tg.person(1001, "Ann", username="ann_a", started=True)


@pytest.fixture
def ben(tg: TelegramServer) -> Person:
    """Ben, who speaks German and has not."""
    return tg.person(1002, "Ben", language="de")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What people say and press goes by both ways in; of all else that could, each test takes one, by its name."""
    names = {item.nodeid for item in items}
    left = [item for item in items if _has_another_way(item, names)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


def _has_another_way(test: pytest.Item, names: set[str]) -> bool:
    if test.path.parent != HERE or test.path.name in BOTH_WAYS:
        return False
    mine = next((way for way in MODES if way in test.keywords), None)
    if mine is None or not all(test.nodeid.replace(mine, way) in names for way in MODES):
        return False
    return mine != MODES[crc32(test.nodeid.partition("[")[0].encode()) % len(MODES)]


@pytest.fixture(params=MODES)
async def town(
    request: pytest.FixtureRequest, tg: TelegramServer, sqlite_storage: Storage, clock: ManualClock
) -> AsyncIterator[Town]:
    """The bot, running over a real desk with three articles, by long polling or by webhook."""
    async with open_town(tg, sqlite_storage, clock, mode=request.param) as opened:
        yield opened


@pytest.fixture
def answers() -> Answers:
    """Answers that the test holds and opens."""
    return Answers()


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    """What stands between Telegram and the bot's own server."""
    async with Proxy() as standing:
        yield standing
