"""Standing orders: what people may type, what a new one begins with, and who may change a chat."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from newsbot.domain.models import Defaults, OutcomeState, What, When
from newsbot.errors import BadRequest, Forbidden, NotFound, QueryError
from newsbot.newsdesk import Rules
from newsbot.newsdesk.naming import NoWhen, Unclear
from tests.newsdesk.room import BATTERY, BOSS, CHAIR, ME, MEMBER, ROCKET, SU7, Room, person


async def place(room: Room, text: str) -> tuple[What, str, When]:
    done = await room.newsdesk.subscribing.subscribe(ME, text)
    return done.subscription.what, done.subscription.query, done.subscription.when


async def test_everything_a_category_a_feed_and_a_topic_can_be_named(room: Room) -> None:
    motors = What("feed", str((await room.feed("motors")).id))
    assert (await place(room, "everything"))[0] == What()
    assert (await place(room, "CARS"))[0] == What("category", "cars")
    assert (await place(room, "motor news"))[0] == motors
    assert (await place(room, "motors"))[0] == motors
    assert (await place(room, "https://motors.example/feed"))[0] == motors
    assert (await place(room, "xiaomi ev"))[0].kind == "topic"


async def test_an_order_is_read_as_what_query_and_when(room: Room) -> None:
    what, query, when = await place(room, "motor news battery -tesla daily 08:30")
    assert (what.kind, query, when) == ("feed", "battery -tesla", When("daily", time(8, 30)))
    assert await place(room, "cars weekly mon 7") == (What("category", "cars"), "", When("weekly", time(7), 0))
    assert await place(room, "daily 09:00") == (What(), "", When("daily", time(9)))


async def test_a_time_at_the_end_is_read_as_people_say_it(room: Room) -> None:
    daily = When("daily", time(8))
    said = {
        "08:00": daily, "8am": daily, "at 8": daily, "every morning": daily, "every hour": When("hourly"),
        "mondays 9:00": When("weekly", time(9), 0), "every day at 8 pm": When("daily", time(20)),
    }  # fmt: skip
    for text, when in said.items():
        order = await room.newsdesk.naming.order(ME, f"cars {text}")
        assert (order.query, order.when) == ("", when)


async def test_what_is_no_time_or_stands_in_quotes_is_words(room: Room) -> None:
    for words in (
        '"at 8"',
        '"08:00"',
        '"every morning"',
        'every "morning"',
        "iphone 16",
        "happy mondays",
        "bayern 3:2",
    ):
        order = await room.newsdesk.naming.order(ME, f"cars {words}")
        assert (order.query, order.when) == (words, None)


async def test_a_mistaken_time_is_refused_with_one_that_is_none(room: Room) -> None:
    for text in ("25:00", "at 8:75", "13pm", "battery every fortnight", "daily 25:00", "at 25"):
        with pytest.raises(NoWhen) as refused:
            await room.newsdesk.naming.order(ME, f"cars {text}")
        assert refused.value.when == "daily 08:00"
        assert (await room.newsdesk.naming.order(ME, refused.value.instead)).when == When("daily", time(8))


async def test_a_name_that_ends_like_a_time_is_still_a_name(room: Room) -> None:
    volt = What("feed", str((await room.feed("volt")).id))
    assert await place(room, "Volt Daily") == (volt, "", When())
    assert await place(room, "Volt Daily daily 10:00") == (volt, "", When("daily", time(10)))


async def test_a_scheduled_order_has_its_first_moment_in_the_chats_time_zone(room: Room) -> None:
    await room.newsdesk.settling.change(ME, "timezone", "Asia/Tokyo")
    done = await room.newsdesk.subscribing.subscribe(ME, "cars daily 08:00")
    assert done.first == done.subscription.next_due == datetime(2026, 1, 15, 23, 0, tzinfo=UTC)
    assert done.sample == 0
    assert await room.outcomes(ME) == []


async def test_a_new_instant_order_begins_with_the_newest_story(room: Room) -> None:
    old = await room.publish("motors", *BATTERY, hours=30)
    new = await room.publish("volt", *SU7, hours=2)
    await room.publish("stars", *ROCKET, hours=1)
    done = await room.newsdesk.subscribing.subscribe(ME, "cars")
    (waiting,) = await room.outcomes(ME)
    assert done.sample == 1
    assert (waiting.story_id, waiting.state, waiting.urgent) == (new.story_id, OutcomeState.WAITING, True)
    assert waiting.story_id != old.story_id
    assert [reason.label for reason in waiting.reasons] == ["cars"]
    assert "plan" in room.wake.told


async def test_a_new_scheduled_order_has_its_first_digests_period_waiting(room: Room) -> None:
    await room.newsdesk.settling.change(ME, "languages", "en")
    await room.publish("motors", *BATTERY, hours=25)
    await room.publish("motors", "小米汽车", "小米汽车发布", language="zh", hours=1)
    new = await room.publish("volt", *SU7, hours=2)
    done = await room.newsdesk.subscribing.subscribe(ME, "cars daily 12:30")
    (waiting,) = await room.outcomes(ME)
    assert (done.sample, waiting.story_id, waiting.urgent) == (0, new.story_id, False)
    assert waiting.due == done.first == done.subscription.next_due
    assert await room.newsdesk.subscribing.change_when(ME, done.subscription.id, "weekly mon 08:00")
    assert len(await room.outcomes(ME)) == 1  # another time brings nothing of the past


async def test_a_story_that_the_chat_has_had_is_no_sample(room: Room) -> None:
    await room.publish("volt", *SU7)
    await room.newsdesk.subscribing.subscribe(ME, "cars")
    done = await room.newsdesk.subscribing.subscribe(ME, "volt")
    assert done.sample == 0
    assert len(await room.outcomes(ME)) == 1


async def test_a_sample_fits_the_narrowing_query_the_languages_and_the_mutes(room: Room) -> None:
    await room.publish("motors", "小米汽车", "小米汽车发布", language="zh", hours=1)
    muted = await room.publish("motors", *BATTERY, hours=2)
    fitting = await room.publish("volt", "Another battery", "A battery for ships.", hours=3)
    await room.publish("volt", *SU7, hours=1)
    await room.newsdesk.settling.change(ME, "languages", "en")
    await room.newsdesk.muting.mute(ME, "story", str(muted.story_id))
    await room.newsdesk.subscribing.subscribe(ME, "cars battery -yuan")
    assert [o.story_id for o in await room.outcomes(ME)] == [fitting.story_id]


async def test_how_a_new_order_begins_is_the_configs_choice(room: Room) -> None:
    for title in ("One", "Two", "Three"):
        await room.publish("volt", title, "Something about cars.")
    await room.publish("volt", "Long ago", "Cars.", hours=24 * 9)
    room.newsdesk.configure(Rules(Defaults(new_feed="none")))
    assert (await room.newsdesk.subscribing.subscribe(ME, "everything")).sample == 0
    room.newsdesk.configure(Rules(Defaults(new_feed="all")))
    assert (await room.newsdesk.subscribing.subscribe(ME, "cars")).sample == 3


async def test_the_same_order_again_changes_only_its_time(room: Room) -> None:
    first = await room.newsdesk.subscribing.subscribe(ME, "cars")
    again = await room.newsdesk.subscribing.subscribe(ME, "cars")
    moved = await room.newsdesk.subscribing.subscribe(ME, "cars hourly")
    assert (again.created, again.changed) == (False, False)
    assert (moved.created, moved.changed, moved.subscription.when.kind) == (False, True, "hourly")
    assert moved.subscription.next_due == room.clock.now() + timedelta(hours=1)
    assert moved.subscription.id == first.subscription.id


async def test_an_unknown_name_is_answered_with_near_ones(room: Room) -> None:
    with pytest.raises(Unclear) as refusal:
        await room.newsdesk.subscribing.subscribe(ME, "motr news daily 08:00")
    assert [choice.label for choice in refusal.value.choices] == ["Motor News"]


async def test_an_address_is_probed_and_its_feed_added_once(room: Room) -> None:
    room.probe.add("https://new.example", "New Example", "https://new.example/feed.xml")
    done = await room.newsdesk.subscribing.subscribe(ME, "new.example battery daily 08:00")
    assert done.added is not None
    assert (done.added.url, done.subscription.label) == ("https://new.example/feed.xml", "New Example: battery")
    assert "collect" in room.wake.told
    again = await room.newsdesk.subscribing.subscribe(ME, "https://new.example")
    assert again.added is None
    assert again.subscription.what == done.subscription.what


async def test_an_address_without_a_feed_is_refused_with_its_reason(room: Room) -> None:
    with pytest.raises(BadRequest) as refusal:
        await room.newsdesk.subscribing.subscribe(ME, "https://nothing.example")
    assert refusal.value.values["reason"] == "HTTP 404 Not Found"
    assert await room.newsdesk.subscribing.all(ME) == []


async def test_people_add_no_feeds_where_the_config_says_so(room: Room) -> None:
    room.probe.add("https://new.example", "New Example")
    room.newsdesk.configure(Rules(users_may_add_feeds=False))
    with pytest.raises(Forbidden):
        await room.newsdesk.subscribing.subscribe(ME, "https://new.example")
    done = await room.newsdesk.subscribing.subscribe(person(bot_admin=True), "https://new.example")
    assert done.added is not None


async def test_somebodys_own_feed_is_nobody_elses_to_see(room: Room) -> None:
    room.probe.add("https://secret.example/feed?key=abc", "My Feed")
    await room.newsdesk.subscribing.subscribe(ME, "https://secret.example/feed?key=abc")
    other = person(user="9")
    assert all(c.label != "My Feed" for c in (await room.newsdesk.naming.names(other)).choices)
    assert all(row.feed.label != "My Feed" for row in await room.newsdesk.sourcing.all(other))
    assert any(row.feed.label == "My Feed" for row in await room.newsdesk.sourcing.all(ME))
    assert any(row.feed.label == "My Feed" for row in await room.newsdesk.sourcing.every(BOSS))
    with pytest.raises(Forbidden):
        await room.newsdesk.sourcing.every(other)


async def test_a_chat_has_only_so_many_orders(room: Room) -> None:
    room.newsdesk.configure(Rules(subscriptions_per_chat=2))
    for text in ("cars", "space"):
        await room.newsdesk.subscribing.subscribe(ME, text)
    with pytest.raises(BadRequest) as refusal:
        await room.newsdesk.subscribing.subscribe(ME, "everything")
    assert refusal.value.values == {"limit": 2}
    assert (await room.newsdesk.subscribing.subscribe(ME, "cars hourly")).changed


async def test_a_query_with_no_words_is_refused_before_anything_is_stored(room: Room) -> None:
    with pytest.raises(QueryError):
        await room.newsdesk.subscribing.subscribe(ME, 'cars "" ()')
    assert await room.newsdesk.subscribing.all(ME) == []


async def test_in_a_group_only_its_admins_change_what_comes(room: Room) -> None:
    done = await room.newsdesk.subscribing.subscribe(CHAIR, "cars")
    service, n = room.newsdesk.subscribing, done.subscription.id
    for attempt in (
        service.subscribe(MEMBER, "space"),
        service.unsubscribe(MEMBER, "cars"),
        service.pause(MEMBER, n, paused=True),
        service.change_when(MEMBER, n, "hourly"),
        service.remove(MEMBER, n),
        service.end_all(MEMBER),
        service.restore(MEMBER, 1, What(), "", "instant", "everything"),
    ):
        with pytest.raises(Forbidden):
            await attempt
    assert [o.label for o in await service.all(MEMBER)] == ["cars"]


async def test_an_order_of_another_chat_cannot_be_touched(room: Room) -> None:
    done = await room.newsdesk.subscribing.subscribe(CHAIR, "cars")
    for attempt in (
        room.newsdesk.subscribing.pause(ME, done.subscription.id, paused=True),
        room.newsdesk.subscribing.remove(ME, done.subscription.id),
    ):
        with pytest.raises(NotFound):
            await attempt


async def test_pausing_and_resuming_moves_the_next_moment(room: Room) -> None:
    done = await room.newsdesk.subscribing.subscribe(ME, "cars hourly")
    rests = await room.newsdesk.subscribing.pause(ME, done.subscription.id, paused=True)
    assert rests.paused
    room.clock.advance(hours=5)
    goes_on = await room.newsdesk.subscribing.pause(ME, done.subscription.id, paused=False)
    assert not goes_on.paused
    assert goes_on.next_due == room.clock.now() + timedelta(hours=1)


async def test_a_time_that_is_none_is_refused(room: Room) -> None:
    done = await room.newsdesk.subscribing.subscribe(ME, "cars")
    with pytest.raises(BadRequest):
        await room.newsdesk.subscribing.change_when(ME, done.subscription.id, "sometimes")


async def test_unsubscribing_takes_a_label_or_a_name(room: Room) -> None:
    for text in ("cars battery", "cars ship", "motors"):
        await room.newsdesk.subscribing.subscribe(ME, text)
    assert [o.label for o in await room.newsdesk.subscribing.unsubscribe(ME, "cars: battery")] == ["cars: battery"]
    assert [o.label for o in await room.newsdesk.subscribing.unsubscribe(ME, "cars")] == ["cars: ship"]
    with pytest.raises(NotFound):
        await room.newsdesk.subscribing.unsubscribe(ME, "cars")
    assert len(await room.newsdesk.subscribing.all(ME)) == 1


async def test_an_ending_can_be_taken_back(room: Room) -> None:
    done = await room.newsdesk.subscribing.subscribe(ME, "cars battery daily 08:00")
    ended = await room.newsdesk.subscribing.remove(ME, done.subscription.id)
    with pytest.raises(NotFound):
        await room.newsdesk.subscribing.remove(ME, done.subscription.id)
    kept = ended.chat_id, ended.what, ended.query, "daily 08:00", ended.label
    again = await room.newsdesk.subscribing.restore(ME, *kept)
    assert replace(again.subscription, id=0, created=None) == replace(ended, id=0, created=None)
    twice = await room.newsdesk.subscribing.restore(ME, *kept)
    assert not twice.created


@pytest.mark.parametrize(
    ("text", "said"),
    [("cars daily 25:00", "daily 25:00"), ("cars weekly funday 08:00", "weekly funday 08:00"),
     ("cars battery daily noon", "daily noon"), ("daily 25:00", "daily 25:00")],
)  # fmt: skip
async def test_a_time_that_is_none_is_not_taken_for_words(room: Room, text: str, said: str) -> None:
    with pytest.raises(BadRequest) as caught:
        await room.newsdesk.subscribing.subscribe(ME, text)
    assert (caught.value.key, caught.value.values) == ("no_when", {"text": said})
    assert await room.newsdesk.subscribing.all(ME) == []
    assert (await place(room, 'cars "daily news"'))[1] == '"daily news"'


async def test_an_address_that_is_private_or_not_of_the_web_is_refused_as_such(room: Room) -> None:
    room.probe.private.add("https://localhost:8124/feed.xml")
    for text, key in (("localhost:8124/feed.xml", "private_address"), ("file:/etc/passwd", "not_web")):
        with pytest.raises(BadRequest) as caught:
            await room.newsdesk.subscribing.subscribe(ME, text)
        assert caught.value.key == key


async def test_a_subscription_of_a_server_calls_a_role_and_a_private_one_or_everybody_nobody(room: Room) -> None:
    admin = replace(CHAIR, server="777")
    await room.newsdesk.subscribing.subscribe(admin, "cars")
    assert (await room.newsdesk.subscribing.ping(admin, "cars", "123")).ping == "123"
    assert (await room.newsdesk.subscribing.all(admin))[0].ping == "123"
    with pytest.raises(BadRequest):
        await room.newsdesk.subscribing.ping(admin, "cars", "777")  # the server's own id is that of @everyone
    with pytest.raises(NotFound):
        await room.newsdesk.subscribing.ping(admin, "boats", "123")
    with pytest.raises(Forbidden):
        await room.newsdesk.subscribing.ping(replace(admin, is_chat_admin=False), "cars", "123")
    assert (await room.newsdesk.subscribing.ping(admin, "cars", "")).ping == ""


async def test_a_role_is_called_for_the_very_subscription_that_was_named(room: Room) -> None:
    admin, desk = replace(CHAIR, server="777"), room.newsdesk.subscribing
    await desk.subscribe(admin, "everything battery")
    assert (await desk.ping(admin, "everything", "1")).label == "everything: battery"  # the only one on it
    await desk.subscribe(admin, "everything")
    assert (await desk.ping(admin, "everything", "123")).label == "everything"
    assert (await desk.ping(admin, "EVERYTHING: battery", "")).label == "everything: battery"
    assert [o.ping for o in await desk.all(admin)] == ["", "123"]
    await desk.subscribe(admin, "cars battery")
    await desk.subscribe(admin, "cars tesla")
    with pytest.raises(NotFound, match="ping_what"):
        await desk.ping(admin, "cars", "123")  # it may be either
