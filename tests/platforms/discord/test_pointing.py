""" "Why is this here?" in the menu of a message."""

from __future__ import annotations

from newsbot.platforms.discord.pointing import WHY
from tests.platforms.discord.town import Town


async def test_a_posts_reason_can_be_asked_for_by_pointing_at_it(town: Town) -> None:
    post = await town.posted(town.general)
    answer = await (await town.ann.points(post, WHY)).replied()
    assert answer.ephemeral
    assert "Xiaomi" in answer.text
    assert not post.edited


async def test_what_others_wrote_has_no_reason_that_the_bot_knows(town: Town) -> None:
    said = await town.ben.says("look at this", town.general)
    answer = await (await town.ann.points(said, WHY)).replied()
    assert "Why is this here?" not in answer.text
    assert answer.ephemeral
    assert town.desk.worked == 0


async def test_pointed_at_twice_at_once_both_are_answered(town: Town) -> None:
    post = await town.posted(town.general)
    town.desk.gate.clear()
    one = await town.ann.points(post, WHY)
    await town.desk.reached.acquire()
    two = await town.ann.points(post, WHY)
    await town.clock.asleep(2)
    town.desk.gate.set()
    for asked in (one, two):
        assert "Xiaomi" in (await asked.replied()).text
        assert not asked.refusals
