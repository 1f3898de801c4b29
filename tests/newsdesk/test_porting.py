"""A chat's feeds out as OPML, and in."""

from __future__ import annotations

import pytest

from newsbot.domain.models import What
from newsbot.domain.opml import read_opml
from newsbot.errors import BadRequest, Forbidden
from newsbot.newsdesk import Rules
from newsbot.newsdesk.porting import Imported
from newsbot.storage import Storage
from tests.clock import ManualClock
from tests.newsdesk.room import CHAIR, ME, MEMBER, Room, open_room

OPML = b"""<opml version="2.0"><body>
  <outline text="cars"><outline text="Stolen name" xmlUrl="https://new.example/feed" category="cars"/></outline>
  <outline text="Motor" xmlUrl="https://motors.example/feed"/><outline text="x" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


async def test_what_is_exported_can_be_imported_elsewhere(room: Room) -> None:
    await room.newsdesk.subscribing.subscribe(ME, "cars")
    document, count = await room.newsdesk.porting.export(ME)
    assert count == 2
    assert await room.newsdesk.porting.take(CHAIR, document.encode()) == Imported(new=2)
    orders = await room.newsdesk.subscribing.all(CHAIR)
    assert {o.label for o in orders} == {"Motor News", "Volt Daily"}
    assert {f.url for f in read_opml(document.encode())} == {"https://motors.example/feed", "https://volt.example/rss"}


async def test_a_file_gives_no_feed_a_name_or_a_category_that_others_would_see(room: Room) -> None:
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(new=2)
    added = await room.storage.feeds.find("https://new.example/feed")
    assert added is not None
    assert (added.name, added.category, added.from_config) == ("", "", False)


async def test_importing_twice_subscribes_once(room: Room) -> None:
    await room.newsdesk.porting.take(ME, OPML)
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(known=2)
    assert len(await room.newsdesk.subscribing.all(ME)) == 2


async def test_a_chat_gets_no_more_than_it_may_have(storage: Storage, clock: ManualClock) -> None:
    room = await open_room(storage, clock, Rules(subscriptions_per_chat=1))
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(new=1, left=1)
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(known=1, left=1)


async def test_where_people_may_not_add_feeds_only_known_ones_are_taken(storage: Storage, clock: ManualClock) -> None:
    room = await open_room(storage, clock, Rules(users_may_add_feeds=False))
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(new=1, left=1)
    motors = await room.feed("motors")
    assert [o.what for o in await room.newsdesk.subscribing.all(ME)] == [What("feed", str(motors.id))]


async def test_only_the_admins_of_a_group_import_into_it(room: Room) -> None:
    with pytest.raises(Forbidden):
        await room.newsdesk.porting.take(MEMBER, OPML)


@pytest.mark.parametrize("document", [b"", b"\xff\xfe", b"<html/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><opml>&a;</opml>"])
async def test_what_is_no_opml_is_refused_with_its_reason(room: Room, document: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        await room.newsdesk.porting.take(ME, document)
    assert refused.value.key == "import_refused"
