"""Answers that come late, or of which nobody heard: none is lost, and nothing is done twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from newsbot.platforms.discord import callbacks
from newsbot.platforms.discord.voice import QUICK
from newsbot.platforms.views import Item, Reply, Span
from tests.fakes.discord.interactions import DEFERRED
from tests.platforms.discord.town import Town


async def test_what_its_person_gave_up_is_not_carried_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[tuple[str, Any, str]] = []
    with monkeypatch.context() as away:  # the gateway brings it when it takes the session up again
        away.setattr(town.dc, "dispatch", lambda *told: held.append(told))
        await town.ann.runs(town.general, "channel subscribe", what="cars")
    ((event, data, guild_id),) = held
    data["id"] = str(int(data["id"]) - (4_000 << 22))
    town.clock.advance((town.dc.now() - town.clock.now()).total_seconds())
    town.dc.dispatch(event, data, guild_id)
    answer = await (await town.ann.runs(town.general, "latest")).replied()
    await town.settled()
    assert answer.text
    assert await town.labels(town.general.id) == []
    assert town.desk.worked == 1


async def test_a_clock_that_is_ahead_loses_no_answer(town: Town) -> None:
    town.clock.advance((town.dc.now() - town.clock.now()).total_seconds() + 60)
    asked = await town.ann.runs(town.general, "search", query="battery")
    assert "battery" in (await asked.replied()).text
    assert asked.response == DEFERRED


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_an_answer_is_seen_though_nobody_heard_whether_it_was_announced(town: Town, cut: Any) -> None:
    town.desk.gate.clear()
    path = "/interactions/*/*/callback"
    town.dc.faults.next("POST", path, drop=cut)
    town.dc.faults.next("POST", path, drop="before")
    asked = await town.ann.runs(town.general, "search", query="battery")
    await town.desk.reached.acquire()
    await town.clock.asleep()
    town.clock.advance(QUICK)
    await asyncio.sleep(0)  # it is announced now
    town.desk.gate.set()
    assert "battery" in (await asked.replied()).text


async def test_a_further_message_waits_for_its_turn(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callbacks, "PATIENCE", 0.3)
    town.desk.gate.clear()
    asked = await town.ann.runs(town.general, "search", query="battery")
    await town.clock.asleep()
    town.clock.advance(QUICK)
    await asked.acknowledged()
    for _ in range(2):
        refused = {"message": "You are being rate limited.", "retry_after": 0.25, "global": False}
        town.dc.faults.next("PATCH", "/webhooks/*/*/messages/@original", status=429, body=refused)
    town.desk.gate.set()
    assert "battery" in (await asked.replied()).text


async def test_a_very_long_answer_comes_in_brief_where_discord_takes_no_more_than_six_messages(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = tuple(Item((Span(f"Story {n}"),), ((Span("word " * 180),),), number=n) for n in range(1, 41))

    async def much(*_: object) -> Reply:
        return Reply(items)

    monkeypatch.setattr(town.desk, "command", much)
    elsewhere = town.dc.guild("Elsewhere", owner=town.ann).text("chat")
    town.ann.installs_bot()
    asked = await town.ann.runs(elsewhere, "sources")
    assert "Story 40" in (await asked.replied()).text
    assert len(asked.messages) == 1
