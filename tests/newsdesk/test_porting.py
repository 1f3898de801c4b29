"""A chat's feeds out as OPML, and in."""

from __future__ import annotations

import pytest

from newsbot.domain.models import FeedSpec, What
from newsbot.domain.opml import read_opml
from newsbot.errors import BadRequest, Forbidden
from newsbot.newsdesk import Rules
from newsbot.newsdesk.porting import Imported, Left
from newsbot.storage import Storage
from newsbot.storage.feeds import NewArticle, PolledFeed
from tests.clock import ManualClock
from tests.newsdesk.room import CHAIR, FEEDS, ME, MEMBER, Room, open_room

OPML = b"""<opml version="2.0"><body>
  <outline text="cars"><outline text="Stolen name" xmlUrl="https://new.example/feed" category="cars"/></outline>
  <outline text="Motor" xmlUrl="https://motors.example/feed"/><outline text="x" xmlUrl="javascript:alert(1)"/>
</body></opml>"""


SCRIPT = Left("javascript:alert(1)", "web")


async def test_what_is_exported_can_be_imported_elsewhere(room: Room) -> None:
    await room.newsdesk.subscribing.subscribe(ME, "cars")
    made = await room.newsdesk.porting.export(ME)
    document = made.document
    assert (made.feeds, made.local) == (2, 0)
    assert await room.newsdesk.porting.take(CHAIR, document.encode()) == Imported(new=2)
    orders = await room.newsdesk.subscribing.all(CHAIR)
    assert {o.label for o in orders} == {"Motor News", "Volt Daily"}
    assert {f.url for f in read_opml(document.encode())} == {"https://motors.example/feed", "https://volt.example/rss"}


async def test_a_file_gives_no_feed_a_name_or_a_category_that_others_would_see(room: Room) -> None:
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(new=2, left=(SCRIPT,))
    added = await room.storage.feeds.find("https://new.example/feed")
    assert added is not None
    assert (added.name, added.category, added.from_config) == ("", "", False)


async def test_importing_twice_subscribes_once(room: Room) -> None:
    await room.newsdesk.porting.take(ME, OPML)
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(known=2, left=(SCRIPT,))
    assert len(await room.newsdesk.subscribing.all(ME)) == 2


async def test_a_chat_gets_no_more_than_it_may_have(storage: Storage, clock: ManualClock) -> None:
    room = await open_room(storage, clock, Rules(subscriptions_per_chat=1))
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(
        new=1, left=(SCRIPT, Left("https://motors.example/feed", "full"))
    )
    again = await room.newsdesk.porting.take(ME, OPML)
    assert again == Imported(known=1, left=(SCRIPT, Left("https://motors.example/feed", "full")))


async def test_where_people_may_not_add_feeds_only_known_ones_are_taken(storage: Storage, clock: ManualClock) -> None:
    room = await open_room(storage, clock, Rules(users_may_add_feeds=False))
    fixed = Left("https://new.example/feed", "fixed")
    assert await room.newsdesk.porting.take(ME, OPML) == Imported(new=1, left=(SCRIPT, fixed))
    motors = await room.feed("motors")
    assert [o.what for o in await room.newsdesk.subscribing.all(ME)] == [What("feed", str(motors.id))]


async def test_addresses_that_nobody_else_could_read_are_left_out_without_asking(room: Room) -> None:
    private = ["http://127.0.0.1:9/rss", "http://[::1]/", "http://localhost/feed", "https://192.168.0.7/x"]
    outlines = "".join(f'<outline xmlUrl="{url}"/>' for url in (*private, "file:///etc/passwd"))
    done = await room.newsdesk.porting.take(ME, f"<opml><body>{outlines}</body></opml>".encode())
    assert done == Imported(left=(Left("file:///etc/passwd", "web"), *(Left(url, "private") for url in private)))
    assert room.probe.asked == []
    assert len(await room.storage.feeds.all()) == 3


async def test_feeds_without_a_web_address_are_counted_where_others_are_exported(room: Room) -> None:
    await room.storage.feeds.sync((*FEEDS, FeedSpec("file:seeds/x.xml", "x", "X", "local")), room.clock.now())
    await room.newsdesk.subscribing.subscribe(ME, "local")
    made = await room.newsdesk.porting.export(ME)
    assert (made.feeds, made.local) == (0, 1)


async def test_only_the_admins_of_a_group_import_into_it(room: Room) -> None:
    with pytest.raises(Forbidden):
        await room.newsdesk.porting.take(MEMBER, OPML)


@pytest.mark.parametrize("document", [b"", b"\xff\xfe", b"<html/>", b"<!DOCTYPE x [<!ENTITY a 'b'>]><opml>&a;</opml>"])
async def test_what_is_no_opml_is_refused_with_its_reason(room: Room, document: bytes) -> None:
    with pytest.raises(BadRequest) as refused:
        await room.newsdesk.porting.take(ME, document)
    assert refused.value.key == "import_refused"


async def test_the_secret_in_a_feeds_address_is_shown_to_nobody(room: Room) -> None:
    """Until it was read it goes by its host, then by its title; also what an older version called by its address."""
    url, now = "https://reader.example/feed/SECRET?key=SECRET", room.clock.now()
    await room.newsdesk.porting.take(CHAIR, f'<opml><body><outline xmlUrl="{url}"/></body></opml>'.encode())
    (order,) = await room.newsdesk.subscribing.all(MEMBER)
    feed = await room.storage.feeds.find(url)
    assert feed is not None
    assert (order.label, feed.label) == ("reader.example", "reader.example")
    old, _ = await room.storage.chats.subscribe(
        order.chat_id, order.what, order.when, query="lake", label=f"{url}: lake", created=now
    )
    assert old.label == "reader.example: lake"
    entry = NewArticle(key="1", url="https://reader.example/1", title="A lake", published=now)
    await room.storage.feeds.store_poll(feed.id, PolledFeed(now, articles=[entry]), now)
    assert [a.source for a in await room.storage.articles.new(9)] == ["reader.example"]
    await room.storage.feeds.store_poll(feed.id, PolledFeed(now, title="The Reader"), now)
    assert [o.label for o in await room.newsdesk.subscribing.all(MEMBER)] == ["The Reader", "The Reader: lake"]
