"""What Discord's answers mean for a delivery."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from newsbot.domain.models import ChatKey
from newsbot.domain.ports import ChatGone, Over, Rejected, RetryLater, Unknown
from newsbot.platforms.discord.answers import TOKEN_WAIT, outcome_of
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.pace import NotYet

CHANNEL = ChatKey("discord", "100")
THREAD = ChatKey("discord", "100", "200")
ANN = private(7)


def refused(status: int, code: int = 0, message: str = "No.", **more: Any) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="Reason")
    return discord.HTTPException(response, {"code": code, "message": message, **more})


@pytest.mark.parametrize(
    ("status", "code", "to", "reason"),
    [
        (404, 10003, CHANNEL, "the channel was deleted"),
        (404, 10003, THREAD, "the thread was deleted"),
        (403, 50001, CHANNEL, "missing permission: View Channel (or Connect, in a voice channel)"),
        (403, 50013, CHANNEL, "missing permission: Send Messages"),
        (403, 50013, THREAD, "missing permission: Send Messages in Threads"),
        (400, 50083, THREAD, "the thread is archived"),
        (400, 160005, THREAD, "the thread is locked"),
        (403, 50007, ANN, "this person's private messages are closed to the bot"),
        (403, 50278, ANN, "this person's private messages are closed to the bot: they share no server with it"),
        (403, 50001, ANN, "this person's private messages are closed to the bot"),
    ],
)
def test_a_place_that_takes_no_messages_is_gone_in_words(status: int, code: int, to: ChatKey, reason: str) -> None:
    assert outcome_of(refused(status, code), to) == ChatGone(reason)


@pytest.mark.parametrize(("status", "code"), [(400, 50035), (400, 50006), (403, 200000), (403, 240000), (403, 99999)])
def test_what_is_refused_for_what_it_says_pauses_no_chat(status: int, code: int) -> None:
    outcome = outcome_of(refused(status, code, "Blocked."), CHANNEL)
    assert outcome == Rejected(f"Discord answered: {status} Blocked. ({code})")


def test_the_places_in_a_body_that_was_refused_are_told() -> None:
    errors = {"components": {"0": {"content": {"_errors": [{"message": "Too long."}]}}}}
    outcome = outcome_of(refused(400, 50035, "Invalid Form Body", errors=errors), CHANNEL)
    assert outcome == Rejected("Discord answered: 400 Invalid Form Body In components.0.content: Too long. (50035)")


def test_a_message_that_somebody_deleted_leaves_nothing_to_do() -> None:
    assert isinstance(outcome_of(refused(404, 10008), CHANNEL), Over)


@pytest.mark.parametrize("code", [20026, 40003, 40062, 130000, 160006])
def test_what_is_refused_for_now_is_tried_again(code: int) -> None:
    outcome = outcome_of(refused(400, code), CHANNEL)
    assert isinstance(outcome, RetryLater)
    assert outcome.seconds and not outcome.whole_platform


@pytest.mark.parametrize("error", [refused(401, 0, "401: Unauthorized"), discord.LoginFailure("Improper token.")])
def test_a_token_that_discord_does_not_know_holds_the_platform(error: Exception) -> None:
    outcome = outcome_of(error, CHANNEL)
    assert isinstance(outcome, RetryLater)
    assert (outcome.seconds, outcome.whole_platform) == (TOKEN_WAIT, True)
    assert "platforms.discord.token" in outcome.reason


@pytest.mark.parametrize("error", [refused(403), refused(404), refused(429), refused(403, 40333)])
def test_what_stands_before_discord_says_nothing_of_one_chat(error: Exception) -> None:
    outcome = outcome_of(error, CHANNEL)
    assert isinstance(outcome, RetryLater)
    assert outcome.whole_platform


def test_a_wait_that_was_ours_is_no_attempt_and_one_that_discord_asked_for_is() -> None:
    assert outcome_of(NotYet(3), CHANNEL) == RetryLater("pace", 3, tried=False)
    assert outcome_of(NotYet(3, everywhere=True), CHANNEL) == RetryLater("pace", 3, whole_platform=True, tried=False)
    assert outcome_of(discord.RateLimited(3), CHANNEL) == RetryLater("Discord asks to wait 3 s", 3, limited=True)


@pytest.mark.parametrize(
    "error",
    [
        refused(500),
        refused(502),
        refused(503),
        TimeoutError(),
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(),
    ],
)
def test_where_no_answer_came_the_outcome_is_unknown(error: Exception) -> None:
    assert isinstance(outcome_of(error, CHANNEL), Unknown)


def test_what_never_left_is_surely_not_out() -> None:
    key: Any = SimpleNamespace(host="discord.com", port=443, ssl=True)
    error = aiohttp.ClientConnectorError(key, OSError(111, "Connection refused"))
    assert isinstance(outcome_of(error, CHANNEL), RetryLater)
