from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import QuietHours, When
from newsbot.domain.schedule import backoff, format_when, next_due, parse_time, parse_when, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones() - {"localtime", "Factory"})
whens = st.builds(
    When,
    st.sampled_from(["hourly", "daily", "weekly"]),
    st.times().map(lambda t: t.replace(second=0, microsecond=0)),
    st.integers(0, 6),
)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - naive bounds are hypothesis's way


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # *parts has no fixed length


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("instant", When("instant")),
        ("Hourly", When("hourly")),
        ("daily", When("daily", time(8))),
        ("daily 18:30", When("daily", time(18, 30))),
        ("daily at 7pm", When("daily", time(19))),
        ("daily 12am", When("daily", time(0))),
        ("weekly fri 09:00", When("weekly", time(9), 4)),
        ("weekly Sunday", When("weekly", time(8), 6)),
        ("weekly at 9", When("weekly", time(9), 0)),
        ("weekly on mon at 8 pm", When("weekly", time(20), 0)),
        ("08:00", When("daily", time(8))),
        ("8am", When("daily", time(8))),
        ("8 p.m.", When("daily", time(20))),
        ("at 8", When("daily", time(8))),
        ("every day", When("daily", time(8))),
        ("every day at 8 pm", When("daily", time(20))),
        ("Every morning", When("daily", time(8))),
        ("every morning at 7", When("daily", time(7))),
        ("every evening", When("daily", time(18))),
        ("every evening at 9", When("daily", time(21))),
        ("every hour", When("hourly")),
        ("every week", When("weekly")),
        ("mondays 9:00", When("weekly", time(9), 0)),
        ("every fri at 9", When("weekly", time(9), 4)),
        ("on tuesdays", When("weekly", time(8), 1)),
    ],
)
def test_people_write_when_in_words(text: str, when: When) -> None:
    assert parse_when(text) == when


@pytest.mark.parametrize(
    "text",
    ["", "often", "daily 25:00", "daily 8:61", "instant 08:00", "weekly xyz", "daily 8 9", "daily 13pm", "8", "16.04",
     "25:00", "at", "every", "every 2 hours", "every hour at 8", "mondays", "monkey 9:00", "on", "at 25"],
)  # fmt: skip
def test_what_is_no_time_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_when(text)


@given(whens)
def test_a_when_reads_back_as_itself(when: When) -> None:
    again = parse_when(format_when(when))
    assert again.kind == when.kind
    if when.kind != "hourly":
        assert again.at == when.at
    if when.kind == "weekly":
        assert again.weekday == when.weekday


SAID = st.lists(
    st.sampled_from(
        ["every", "on", "at", "daily", "weekly", "mondays", "evening", "8", "08:00", "8am", "pm", "x", "", "٣"]
    ),
    max_size=6,
).map(" ".join)


@given(st.one_of(st.text(max_size=20), SAID))
def test_whatever_people_write_is_a_when_or_refused_and_in_quotes_it_is_words(text: str) -> None:
    with contextlib.suppress(ValueError):
        when = parse_when(text)
        assert parse_when(f"  {text.upper()} ") == when
        assert parse_when(format_when(when)).kind == when.kind
    with pytest.raises(ValueError, match="write"):
        parse_when(f'"{text}"')


@settings(deadline=None, max_examples=100)
@given(whens, st.sampled_from(ZONES), moments)
def test_in_every_zone_there_is_one_digest_a_day_or_week_at_its_hour_by_the_clock_on_the_wall(
    when: When, zone: str, now: datetime
) -> None:
    there = ZoneInfo(zone)
    due = next_due(when, there, now)
    assert due is not None
    period = {"hourly": timedelta(hours=1), "daily": timedelta(days=2), "weekly": timedelta(days=8)}[when.kind]
    assert now < due <= now + period
    local = due.astimezone(there)
    if when.kind == "hourly":
        assert (local.minute, local.second, local.microsecond) == (0, 0, 0)
        return
    following = next_due(when, there, due)
    assert following is not None
    days = (following.astimezone(there).date() - local.date()).days
    if _is_real(due, there, when) and _is_real(following, there, when):
        assert days == (1 if when.kind == "daily" else 7)
        assert when.kind == "daily" or local.weekday() == when.weekday


def _is_real(due: datetime, zone: ZoneInfo, when: When) -> bool:
    """Whether the clock showed the hour: daylight saving, or a zone that changes sides of the date line, skips some."""
    return due.astimezone(zone).time() == when.at


@settings(deadline=None, max_examples=100)
@given(st.times(), st.times(), st.sampled_from(ZONES), moments)
def test_in_every_zone_quiet_hours_end_and_what_they_hold_is_not_held_again(
    start: time, end: time, zone: str, now: datetime
) -> None:
    quiet = QuietHours(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    until = quiet_until(quiet, ZoneInfo(zone), now)
    if until is not None:
        assert now < until <= now + timedelta(days=1, hours=2)
        skipped = until.astimezone(ZoneInfo(zone)).time() != quiet.end  # by daylight saving
        assert skipped or quiet_until(quiet, ZoneInfo(zone), until) is None


def test_a_leap_day_and_zones_of_half_hours_have_their_digest() -> None:
    eight = When("daily", time(8))
    assert next_due(eight, ZoneInfo("Asia/Kathmandu"), utc(2028, 2, 28, 3)) == utc(2028, 2, 29, 2, 15)
    assert next_due(When("hourly"), ZoneInfo("Asia/Kolkata"), utc(2028, 2, 29, 23, 45)) == utc(2028, 3, 1, 0, 30)
    assert next_due(When("weekly", time(8), 1), ZoneInfo("UTC"), utc(2028, 2, 28, 9)) == utc(2028, 2, 29, 8)


def test_a_daily_digest_keeps_its_local_hour_through_daylight_saving() -> None:
    when = When("daily", time(8))
    assert next_due(when, BERLIN, utc(2026, 3, 28, 8)) == utc(2026, 3, 29, 6)  # summer time begins that night
    assert next_due(when, BERLIN, utc(2026, 10, 24, 7)) == utc(2026, 10, 25, 7)  # and ends that night


def test_an_hour_that_daylight_saving_skips_or_repeats_gives_one_digest() -> None:
    when = When("daily", time(2, 30))
    skipped = next_due(when, BERLIN, utc(2026, 3, 28, 12))
    assert skipped == utc(2026, 3, 29, 1, 30)
    assert next_due(when, BERLIN, skipped) == utc(2026, 3, 30, 0, 30)
    first = next_due(when, BERLIN, utc(2026, 10, 24, 12))
    assert first == utc(2026, 10, 25, 0, 30)
    assert next_due(when, BERLIN, first) == utc(2026, 10, 26, 1, 30)


def test_quiet_hours_run_over_midnight_in_the_chats_zone() -> None:
    quiet = QuietHours(time(22), time(7))
    assert quiet_until(quiet, BERLIN, utc(2026, 1, 10, 21, 30)) == utc(2026, 1, 11, 6)
    assert quiet_until(quiet, BERLIN, utc(2026, 1, 11, 5, 59)) == utc(2026, 1, 11, 6)
    assert quiet_until(quiet, BERLIN, utc(2026, 1, 11, 6)) is None
    assert quiet_until(QuietHours(time(12), time(13)), BERLIN, utc(2026, 1, 10, 11, 30)) == utc(2026, 1, 10, 12)
    assert quiet_until(None, BERLIN, utc(2026, 1, 10)) is None
    twice = QuietHours(time(22), time(2, 30))
    ends = [quiet_until(twice, BERLIN, utc(2026, 10, 25, hour, 10)) for hour in (0, 1)]
    assert ends == [utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)]


def test_backoff_grows_stays_below_its_ceiling_and_spreads() -> None:
    waits = [backoff(n, "x").total_seconds() for n in range(1, 40)]
    assert waits[0] < 3 and max(waits) <= 900 * 1.25
    assert waits[5] > waits[1]
    assert len({backoff(3, str(i)) for i in range(50)}) > 40


def test_a_time_of_day_may_be_written_in_several_ways() -> None:
    assert [parse_time(t) for t in ("8", "08:00", "8am", "20.15", "8h30")] == [
        time(8), time(8), time(8), time(20, 15), time(8, 30),
    ]  # fmt: skip
