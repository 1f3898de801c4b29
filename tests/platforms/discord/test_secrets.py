"""No secret reaches a log or a recorded reason: the bot's token, a proxy's password, addresses that let others post."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import AsyncIterator, Iterator

import aiohttp
import discord
import pytest
import structlog

from newsbot import logs
from newsbot.domain.ports import Unknown
from newsbot.platforms.discord import wire
from newsbot.platforms.discord.answers import outcome_of
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.send import DiscordSender
from newsbot.platforms.discord.troubles import in_words, shorten, trouble
from tests.platforms.discord.sending import Way, open_way

POST = "/channels/*/messages"
HOOK = "https://discord.com/api/v10/webhooks/123456/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDphYmNkZWY"
ANSWER = "https://discord.com/api/v10/interactions/77/aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDphYmNkZWY/callback"
PROXY = "http://user:s3cretword@127.0.0.1:1"


@pytest.fixture
async def way() -> AsyncIterator[Way]:
    async with open_way() as opened:
        yield opened


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What a process says that logs everything there is."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure(verbose=True)
    root.setLevel(logging.DEBUG)
    yield written
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


async def test_no_line_of_the_log_and_no_reason_holds_the_token(way: Way, terminal: io.StringIO) -> None:
    general = way.guild.text("general")
    said: list[str] = []
    for number, fault in enumerate(
        ({"status": 502}, {"status": 429}, {"drop": "before"}, {"body": "<html>", "status": 200})
    ):
        way.dc.faults.next("POST", POST, **fault)  # type: ignore[arg-type]  # the fault's own fields
        said.append(str(await way.send(way.delivery(general, number=number))))
        way.clock.advance(60)
    token, way.dc.token = way.dc.token, "another"
    said.append(str(await way.send(way.delivery(general, number=9))))
    assert "platforms.discord.token" in said[-1]
    assert all(part not in text for part in (token, token.split(".")[-1]) for text in (*said, terminal.getvalue()))


async def test_the_password_of_a_proxy_is_not_said(way: Way, terminal: io.StringIO) -> None:
    pace = Pace(way.clock)
    rest = wire.make_rest(way.dc.token, "http://discord.example/api/v10", PROXY, pace)
    sender = DiscordSender(rest, pace, Doors(rest.http, way.rooms, pace), way.clock, way.wishes)

    async def sent(_: tuple[str, ...]) -> None: ...

    outcome = await sender.send(way.delivery(private(way.ann.id)), sent)
    await rest.close()
    assert "s3cretword" not in str(outcome)
    assert "s3cretword" not in terminal.getvalue()


@pytest.mark.parametrize("address", [HOOK, ANSWER, f"{HOOK}/messages/@original?x=1"])
def test_an_address_that_lets_others_post_is_cut(address: str) -> None:
    error = aiohttp.InvalidURL(address)
    assert "aW50ZXJhY3Rpb24" not in in_words(error)
    assert "aW50ZXJhY3Rpb24" not in str(trouble(error))
    outcome = outcome_of(error, private(1))
    assert isinstance(outcome, Unknown) and "aW50ZXJhY3Rpb24" not in outcome.reason


def test_a_token_in_anothers_words_is_cut_and_so_is_a_whole_page() -> None:
    assert (
        shorten("Bot MTAwMDAwMDAwMDAwMDAwMDAwMA.GabcDe.abcdefghijklmnopqrstuvwxyz0123456789AB went") == "Bot *** went"
    )
    assert len(shorten("x " * 1000)) <= 301
    assert str(trouble(discord.LoginFailure("Improper token has been passed."))).startswith("Discord does not know")
