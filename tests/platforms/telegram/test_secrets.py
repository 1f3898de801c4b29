"""What somebody typed in one chat is not had from another: a feed's address may carry its owner's secret."""

from __future__ import annotations

import pytest

from tests.fakes.telegram import Person, Supergroup
from tests.platforms.telegram.town import Town

SECRET = "https://letters.example/feed?key=S3CRET"


@pytest.fixture
async def group(town: Town, ann: Person, ben: Person) -> Supergroup:
    """Ann runs it and typed a secret address there; Ben is a member."""
    town.room.probe.add(SECRET, "Private Letter")
    group = town.tg.supergroup("Letters", [ben], [ann], bot=True)
    await town.said(group, ann.says(group, f"/subscribe {SECRET}"), "Private Letter")
    return group


async def test_an_ending_is_taken_back_only_where_it_was(
    town: Town, ann: Person, ben: Person, group: Supergroup
) -> None:
    ended = await town.said(group, ann.says(group, "/unsubscribe Private Letter"), "Private Letter")
    shown = await town.said(ben.private, ben.writes("/settings"), 1)
    taken = await (await ben.presses(shown, ended.button("Undo").data, forged=True)).answered()
    assert "served its time" in taken.text and not await town.orders(ben.id)
    await (await ann.presses(ended, "Undo")).answered()
    await town.settled()
    assert await town.labels(group.id) == ["Private Letter"]


async def test_a_groups_feeds_go_as_a_file_to_an_admins_private_chat_alone(
    town: Town, ann: Person, ben: Person, group: Supergroup
) -> None:
    await town.said(group, ben.says(group, "/export"), "only admins")
    await town.said(ben.private, ben.writes(f"/export {group.id}"), "Only admins")
    shown = await town.said(group, ann.says(group, "/export"), "for your eyes only")
    await ben.opens(shown.buttons[0].url)
    await ben.private.wait_for("Only admins")
    assert not town.tg.called("sendDocument")
    await ann.opens(shown.buttons[0].url)
    sent = await ann.private.wait_for(lambda message: "document" in message.extra)
    assert SECRET.encode() in town.tg.files.read(sent.extra["document"])[1]
    assert not any("document" in message.extra for message in group.messages)
