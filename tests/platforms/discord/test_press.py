"""Presses: answered once, with the rights of the moment, whatever a custom_id says."""

from __future__ import annotations

from typing import Any

import pytest

from newsbot.platforms.discord.message import custom_id
from newsbot.platforms.discord.voice import QUICK
from tests.fakes.discord.interactions import DEFERRED_UPDATE, MESSAGE, UPDATE
from tests.platforms.discord.town import Town, one_shard_and_two


@one_shard_and_two
async def test_a_press_under_a_post_is_answered_apart_and_the_post_stays(town: Town) -> None:
    post = await town.posted(town.general)
    before = post.text
    pressed = await town.ben.presses(post, next(b.custom_id for b in post.buttons if "wy:" in b.custom_id))
    answer = await pressed.replied()
    assert answer.ephemeral
    assert pressed.response == MESSAGE
    assert (post.text, post.edited) == (before, False)
    assert town.general.messages == [post]


async def test_every_button_of_a_post_answers(town: Town) -> None:
    post = await town.posted(town.general)
    for button in [each for each in post.buttons if each.custom_id]:
        pressed = await town.ann.presses(post, button.custom_id)
        assert (await pressed.replied()).ephemeral, button.label
    assert not post.edited


async def test_pages_turn_in_place(town: Town) -> None:
    for n in range(12):
        await town.room.publish("volt", f"Battery news number {n}", "A battery.", hours=n + 4)
    answer = await (await town.ben.runs(town.general, "search", query="battery")).replied()
    following = next(label for label in answer.labels if "Weiter" in label or "›" in label)
    turned = await town.ben.presses(answer, following)
    page = await turned.replied()
    assert turned.response == UPDATE
    assert page.id == answer.id
    assert "2/2" in page.text or "Seite 2" in page.text


async def test_a_slow_press_in_ones_own_answer_changes_it_later(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "my settings")).replied()
    await town.settled()
    town.desk.gate.clear()
    pressed = await town.ann.presses(answer, next(each for each in answer.labels if each.startswith("Sound")))
    await town.clock.asleep()
    town.clock.advance(QUICK)
    await pressed.acknowledged()
    assert pressed.response == DEFERRED_UPDATE
    town.desk.gate.set()
    assert (await pressed.replied()).id == answer.id


async def test_pressed_twice_it_is_carried_out_once(town: Town) -> None:
    post = await town.posted(town.general)
    town.desk.gate.clear()
    why = next(b.custom_id for b in post.buttons if "wy:" in b.custom_id)
    one = await town.ann.presses(post, why)
    await town.desk.reached.acquire()
    two = await town.ann.presses(post, why)
    await two.acknowledged()
    assert two.response == DEFERRED_UPDATE
    town.desk.gate.set()
    await one.replied()
    await town.settled()
    assert town.desk.worked == 1
    assert two.messages == []


async def test_what_comes_again_after_a_resume_is_answered_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []
    dispatch = town.dc.dispatch

    def tell(event: str, data: Any, guild_id: str = "") -> None:
        told.append(data)
        dispatch(event, data, guild_id)

    monkeypatch.setattr(town.dc, "dispatch", tell)
    asked = await town.ann.runs(town.general, "channel subscribe", what="cars")
    await asked.replied()
    await town.settled()
    town.dc.dispatch("INTERACTION_CREATE", told[0], town.guild.id)
    await (await town.ann.runs(town.general, "topics")).replied()
    assert town.desk.worked == 2
    assert len(town.dc.called("POST", "/interactions/*/*/callback")) == 2


async def test_old_and_made_up_buttons_say_so(town: Town) -> None:
    for made_up in ("|", "|nonsense", "|~unknown", "nothing", "k9,@zz|sv:silent:on", "|m:nothing", "|="):
        old = await town.button(town.general, made_up)
        answer = await (await town.ann.presses(old, "Old")).replied()
        assert "served its time" in answer.text or "cannot find that channel" in answer.text, made_up
        assert answer.ephemeral


async def test_a_button_made_up_for_another_servers_channel_changes_nothing_there(town: Town) -> None:
    there = town.dc.guild("Other", owner=town.ann)
    target = there.text("target")
    await there.adds_bot(by=town.ann)
    forged = await town.button(town.general, custom_id("sv:silent:on", place=target.id))
    answer = await (await town.ann.presses(forged, "Old")).replied()
    assert "cannot find that channel" in answer.text
    assert await town.chat(target.id) is None


async def test_rights_are_those_of_the_moment(town: Town) -> None:
    asked = await town.ann.runs(town.general, "channel settings", channel=town.wire)
    answer = await asked.replied()
    sound = next(label for label in answer.labels if label.startswith("Sound"))
    town.guild.member(town.ann)
    refused = await (await town.ann.presses(answer, sound)).replied()
    assert "Manage Server" in refused.text
    assert await town.chat(town.wire.id) is None
    old = await town.button(town.general, "|sv:silent:on")
    assert "Server verwalten" in (await (await town.ben.presses(old, "Old")).replied()).text


async def test_a_channels_settings_are_changed_from_another_channel(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "channel settings", channel=town.wire)).replied()
    pressed = await town.ann.presses(answer, next(each for each in answer.labels if each.startswith("Sound")))
    await pressed.replied()
    chat = await town.chat(town.wire.id)
    assert chat is not None and chat.settings.silent
    assert await town.chat(town.general.id) is None


async def test_a_hidden_channel_is_none_that_one_can_act_on(town: Town) -> None:
    secret = town.guild.text("secret")
    secret.overwrite(town.guild.everyone, deny=1 << 10)
    await town.guild.creates(secret)
    forged = await town.button(town.general, custom_id("se", place=secret.id))
    answer = await (await town.ann.presses(forged, "Old")).replied()
    assert "cannot find that channel" in answer.text


async def test_a_post_in_private_stays_while_answers_there_change_in_place(town: Town) -> None:
    await town.ann.says("rocket")
    assert town.ann.dm is not None
    answer = await town.ann.dm.wait_for("A **rocket**")
    post = await town.posted(town.ann.dm)
    why = await town.ann.presses(post, next(b.custom_id for b in post.buttons if "wy:" in b.custom_id))
    assert (await why.replied()).id not in {post.id, answer.id}
    muted = await town.button(town.ann.dm, "|sv:silent:on")
    changed = await town.ann.presses(muted, "Old")
    assert (await changed.replied()).id == muted.id
    assert not post.edited
