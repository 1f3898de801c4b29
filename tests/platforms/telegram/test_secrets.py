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


async def test_what_a_typed_feed_brings_is_read_in_its_own_chats_only(
    town: Town, ann: Person, ben: Person, group: Supergroup
) -> None:
    public = await town.room.publish("motors", "Zanzibar drives", "Zanzibar has a new road.")
    letter = await town.room.publish("Private Letter", "Zanzibar memo", "Zanzibar, in confidence.", hours=0.5)
    told = await town.room.publish(
        "Private Letter", "Zanzibar drives on", "Zanzibar, in confidence.", hours=0.1, story=public.story_id
    )
    for asked in ("zanzibar", "/latest 20", "/digest", f"/why {letter.url}", f"/why {told.url}", "/follow zanzibar"):
        said = await town.said(ben.private, ben.writes(asked), 1)
        assert not any(word in said.text for word in ("memo", "drives on", "Private Letter")), asked
    shown = await town.said(ben.private, ben.writes("/settings"), 1)
    for verb in ("st", "so", "lk", "wy", "mm"):
        await (await ben.presses(shown, f"{verb}:{letter.story_id}", forged=True)).answered()
        await (await ben.presses(shown, f"{verb}:{public.story_id}", forged=True)).answered()
    await town.settled()
    assert not any(word in text for text in ben.private.texts() for word in ("memo", "drives on", "Private Letter"))
    assert (await ben.asks_inline("zanzibar")).titles == ["Zanzibar drives"]
    said = await town.said(group, ann.says(group, "/latest 20"), 1)
    assert "Zanzibar memo" in said.text


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
