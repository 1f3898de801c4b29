"""A chat's settings, mutes and questions: who may change what, and what is refused with a reason."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import ChatKey, Outcome, OutcomeState, QuietHours, Reason, When
from newsbot.domain.plan import Held
from newsbot.errors import BadRequest, ConfigError, Forbidden, NotFound, Problem
from newsbot.newsdesk import Access, Rules
from newsbot.newsdesk.settling import NoSuchZone, find_zone
from newsbot.storage import Storage
from newsbot.storage.outbox import Composed
from tests.clock import ManualClock
from tests.newsdesk.room import BATTERY, BOSS, CHAIR, ME, MEMBER, SU7, Room, open_room


@pytest.fixture
async def room(sqlite_storage: Storage, clock: ManualClock) -> Room:
    """On one database: the storage's own tests hold the other to the same."""
    return await open_room(sqlite_storage, clock)


# --- settings ------------------------------------------------------------------------------------


async def test_every_setting_is_read_from_text_and_taken_back(room: Room) -> None:
    values = {
        "when": "daily 07:30", "timezone": "asia/tokyo", "quiet": "22:00-07:00", "languages": "EN, zh",
        "compact": "on", "images": "off", "silent": "yes", "items": "3", "language": "en", "limit": "5",
    }  # fmt: skip
    for name, value in values.items():
        await room.newsdesk.settling.change(ME, name, value)
    chosen = (await room.newsdesk.settling.get(ME)).chosen
    assert chosen.when == When("daily", time(7, 30))
    assert (chosen.timezone, chosen.quiet, chosen.ceiling) == ("Asia/Tokyo", QuietHours(time(22), time(7)), 5)
    assert (chosen.languages, chosen.compact, chosen.images, chosen.silent) == (("en", "zh"), True, False, True)
    for name in values:
        await room.newsdesk.settling.change(ME, name, "default")
    assert (await room.newsdesk.settling.get(ME)).effective.timezone == "UTC"
    assert (await room.newsdesk.settling.get(ME)).chosen.quiet is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("when", "now and then"), ("timezone", "Atlantis"), ("quiet", "at night"), ("language", "tlh"),
        ("languages", "english"), ("compact", "a bit"), ("items", "0"), ("items", "99"), ("items", "two"),
        ("colour", "red"), ("languages", ""), ("limit", "101"), ("timezone", "../../etc/passwd"),
    ],
)  # fmt: skip
async def test_what_is_no_setting_or_value_is_refused(room: Room, name: str, value: str) -> None:
    with pytest.raises(BadRequest):
        await room.newsdesk.settling.change(ME, name, value)


def test_time_zones_are_found_by_name_or_city_and_misspellings_get_near_ones() -> None:
    assert find_zone("europe/berlin") == "Europe/Berlin"
    assert find_zone("New York") == "America/New_York"
    assert find_zone("tokyo") == "Asia/Tokyo"
    with pytest.raises(NoSuchZone) as refusal:
        find_zone("Berlni")
    assert "Europe/Berlin" in refusal.value.near


@given(st.text(max_size=40))
@settings(max_examples=50, deadline=None)
def test_no_text_breaks_the_time_zones(text: str) -> None:
    with contextlib.suppress(NoSuchZone):
        assert find_zone(text)


async def test_another_time_zone_moves_what_is_scheduled(room: Room) -> None:
    await room.newsdesk.subscribing.subscribe(ME, "cars daily 08:00")
    await room.newsdesk.settling.change(ME, "timezone", "Asia/Tokyo")
    (order,) = await room.newsdesk.subscribing.all(ME)
    assert order.next_due == datetime(2026, 1, 15, 23, 0, tzinfo=UTC)


async def test_what_waits_follows_the_chats_new_hours(room: Room) -> None:
    await room.newsdesk.settling.change(ME, "quiet", "00:00-23:59")
    await room.publish("volt", *SU7)
    done = await room.newsdesk.subscribing.subscribe(ME, "cars")
    now, end = room.clock.now(), datetime(2026, 1, 15, 23, 59, tzinfo=UTC)
    assert (done.sample, done.held) == (1, Held("quiet", end))
    (waiting,) = await room.outcomes(ME)
    held = Composed(waiting.chat_id, hold=(waiting.story_id,), held=Held("quiet", end))
    await room.storage.outbox.carry_out([held], None, now)
    room.wake.told.clear()
    await room.newsdesk.settling.change(ME, "quiet", "off")
    assert [o.due for o in await room.outcomes(ME)] == [now]
    assert room.wake.told == ["plan"]


async def test_what_waits_for_an_orders_hour_comes_at_its_new_one(room: Room) -> None:
    told = await room.publish("volt", *SU7)
    done = await room.newsdesk.subscribing.subscribe(ME, "cars daily 08:00")
    order, chat_id = done.subscription, done.chat.id
    due = done.first or room.clock.now()
    made = Outcome(chat_id, told.story_id or 0, told.id, (Reason("cars"),), due=due, at=room.clock.now())
    await room.storage.outbox.record([], [made])
    await room.newsdesk.settling.change(ME, "timezone", "Asia/Tokyo")
    assert [o.due for o in await room.outcomes(ME)] == [datetime(2026, 1, 15, 23, 0, tzinfo=UTC)]
    await room.newsdesk.subscribing.change_when(ME, order.id, "instant")
    assert [(o.due, o.urgent) for o in await room.outcomes(ME)] == [(room.clock.now(), True)]


async def test_in_a_group_only_admins_change_settings_and_mutes(room: Room) -> None:
    told = await room.publish("motors", *SU7)
    for attempt in (
        room.newsdesk.settling.change(MEMBER, "compact", "on"),
        room.newsdesk.muting.mute(MEMBER, "story", str(told.story_id)),
        room.newsdesk.muting.options(MEMBER, told.story_id or 0),
        room.newsdesk.muting.unmute(MEMBER, 1),
    ):
        with pytest.raises(Forbidden):
            await attempt
    await room.newsdesk.settling.change(CHAIR, "compact", "on")
    assert (await room.newsdesk.settling.get(MEMBER)).chosen.compact


# --- mutes ---------------------------------------------------------------------------------------


async def test_what_can_be_muted_about_a_story_and_taken_back(room: Room) -> None:
    told = await room.publish("motors", *SU7)
    await room.newsdesk.following.follow(ME, "Xiaomi EV")
    options = await room.newsdesk.muting.options(ME, told.story_id or 0)
    assert [(o.kind, o.label) for o in options] == [
        ("story", SU7[0]), ("source", "Motor News"), ("topic", "Xiaomi EV"),
    ]  # fmt: skip
    made = [await room.newsdesk.muting.mute(ME, o.kind, o.ref) for o in (*options, *options)]
    assert len({mute.id for mute in made}) == 3
    assert len(await room.newsdesk.muting.all(ME)) == 3
    assert await room.newsdesk.muting.unmute(ME, made[0].id) is not None
    assert await room.newsdesk.muting.unmute(ME, made[0].id) is None
    assert await room.newsdesk.muting.unmute(CHAIR, made[1].id) is None
    assert len(await room.newsdesk.muting.all(ME)) == 2


@pytest.mark.parametrize(("kind", "ref"), [("source", "999"), ("story", "x"), ("topic", "-1"), ("chat", "1")])
async def test_what_is_not_there_cannot_be_muted(room: Room, kind: str, ref: str) -> None:
    with pytest.raises(BadRequest):
        await room.newsdesk.muting.mute(ME, kind, ref)


# --- why -----------------------------------------------------------------------------------------


async def test_why_tells_what_became_of_a_story(room: Room) -> None:
    told = await room.publish("motors", *SU7)
    why = room.newsdesk.explaining
    assert (await why.link(ME, told.url)).verdict == "uncovered"
    await room.newsdesk.subscribing.subscribe(ME, "cars")
    found = await why.link(ME, told.url)
    assert (found.verdict, [order.label for order in found.orders]) == ("waiting", ["cars"])
    assert found.outcome is not None
    assert found.outcome.reasons == (Reason("cars"),)


async def test_why_tells_what_was_left_out_and_what_came_too_early(room: Room) -> None:
    early = await room.publish("motors", *BATTERY, hours=30)
    late = await room.publish("motors", *SU7)
    await room.newsdesk.subscribing.subscribe(ME, "cars")
    assert (await room.newsdesk.explaining.link(ME, early.url)).verdict in {"earlier", "silent"}
    chat = await room.storage.chats.find(CHAIR.chat) or await room.storage.chats.ensure(
        CHAIR.chat, "group", "", room.clock.now()
    )
    left = Outcome(chat.id, late.story_id or 0, late.id, (), OutcomeState.SKIPPED, "muted:source", at=room.clock.now())
    await room.storage.outbox.record([], [left])
    found = await room.newsdesk.explaining.story(CHAIR, late.story_id or 0)
    assert (found.verdict, found.note) == ("skipped", "muted:source")


async def test_why_knows_what_has_just_arrived_and_what_it_never_read(room: Room) -> None:
    article = await room.arrive("motors", *SU7)
    assert (await room.newsdesk.explaining.link(ME, article.url)).verdict == "judging"
    with pytest.raises(NotFound):
        await room.newsdesk.explaining.link(ME, "https://elsewhere.example/1")


# --- sources and running -------------------------------------------------------------------------


async def test_a_failing_feed_stands_first_with_its_reason(room: Room) -> None:
    await room.publish("motors", *SU7)
    stars, now = await room.feed("stars"), room.clock.now()
    await room.storage.feeds.record_failure(stars.id, "HTTP 404 Not Found", now, now)
    rows = await room.newsdesk.sourcing.all(ME)
    assert [(row.feed.label, row.state) for row in rows] == [
        ("Star Gazette", "failing"), ("Motor News", "well"), ("Volt Daily", "waiting"),
    ]  # fmt: skip
    room.clock.advance(days=20)
    assert [row.state for row in await room.newsdesk.sourcing.all(ME)] == ["failing", "silent", "waiting"]


async def test_status_and_reload_are_the_bots_admins(room: Room) -> None:
    with pytest.raises(Forbidden):
        await room.newsdesk.running.status(ME)
    with pytest.raises(Forbidden):
        await room.newsdesk.running.reload(CHAIR)
    await room.publish("motors", *SU7)
    status = await room.newsdesk.running.status(BOSS)
    assert (status.articles, status.feeds, status.failing) == (1, 3, 0)


async def test_a_refused_config_is_told_with_its_problems(room: Room) -> None:
    async def refuse() -> list[str]:
        raise ConfigError([Problem("newsbot.yaml", 3, "feeds", "is no list")])

    async def accept() -> list[str]:
        return ["feed added: volt"]

    with pytest.raises(BadRequest):
        await room.newsdesk.running.reload(BOSS)
    room.newsdesk.reload = refuse
    with pytest.raises(BadRequest, match=r"newsbot\.yaml:3: feeds: is no list"):
        await room.newsdesk.running.reload(BOSS)
    await room.newsdesk.tell_admins("config_refused", ["newsbot.yaml:3: feeds: is no list"])
    await room.newsdesk.tell_admins("telegram_conflict", ["terminated"])
    told = (await room.newsdesk.running.status(BOSS)).notices
    assert [notice.key for notice in told] == ["telegram_conflict", "config_refused"]
    room.newsdesk.reload = accept
    assert await room.newsdesk.running.reload(BOSS) == ["feed added: volt"]
    [left] = (await room.newsdesk.running.status(BOSS)).notices
    assert left.key == "telegram_conflict"
    await room.newsdesk.tell_admins("telegram_conflict", None)
    assert not (await room.newsdesk.running.status(BOSS)).notices


async def test_who_may_use_the_bot_at_all(room: Room) -> None:
    room.newsdesk.configure(Rules(access=Access("allowlist", ("web:town",), ("web:8",))))
    room.newsdesk.admit(MEMBER)
    room.newsdesk.admit(BOSS)
    for asker in (ME, CHAIR):
        with pytest.raises(Forbidden):
            room.newsdesk.admit(asker)
    room.newsdesk.configure(Rules(access=Access(deny=("web:town",))))
    room.newsdesk.admit(ME)
    with pytest.raises(Forbidden):
        room.newsdesk.admit(MEMBER)


def test_a_chat_in_a_thread_is_known_by_its_whole_too() -> None:
    from dataclasses import replace

    thread = replace(MEMBER, chat=ChatKey("web", "town", "5"))
    assert Access("allowlist", ("web:town",)).admits(thread)
    assert Access("allowlist", ("web:town/5",)).admits(thread)
    assert not Access("allowlist", ("web:town/5",)).admits(MEMBER)
