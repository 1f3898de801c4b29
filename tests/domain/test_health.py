"""How a platform fares: who is to blame for a failure, how long it is left alone, and how that ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.health import AT_LEAST, CLEAR, DOUBTFUL, FAILURES, Health, Heard
from tests.clock import START

NEW = Health("telegram")
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
ANSWERS = st.lists(
    st.tuples(st.sampled_from(["well", "down", "unknown"]), st.integers(1, 3), st.integers(0, 2000)), max_size=80
)


KINDS: dict[str, Heard] = {"w": "well", "d": "down", "u": "unknown"}


def after(answers: str, health: Health = NEW, now: datetime = START, chats: Iterable[int] = range(2000)) -> Health:
    """These answers (w, d, u) at once, each for another chat."""
    for what, chat in zip(answers, chats, strict=False):
        health = health.heard(KINDS[what], chat, now)
    return health


def test_failures_in_a_row_are_an_outage_when_more_than_one_chat_has_them() -> None:
    assert after("d" * FAILURES).places(30, START) == 0
    assert after("d" * (FAILURES - 1)).places(30, START) == 30
    assert after("ddwdd").places(30, START) == 30
    assert after("d" * 50, chats=[7] * 50).places(30, START) == 30


def test_a_failure_is_the_deliverys_own_only_when_something_else_went_well_before_it() -> None:
    assert after("wd").blames
    assert not after("d").blames
    assert not after("wdd").blames
    assert not after("wud").blames


def test_in_an_outage_the_rests_grow_to_five_minutes_with_one_probe_between_and_one_good_answer_ends_it() -> None:
    health, now, rests = after("d" * FAILURES), START, []
    for _ in range(12):
        rests.append((health.outage.rest.until - now).total_seconds())
        assert health.places(30, now) == 0
        assert health.heard("down", 9, now).outage.rest == health.outage.rest  # it was in flight before
        now = health.outage.rest.until
        assert health.places(30, now) == 1
        health = health.heard("down", 1, now)
    assert 3 < rests[0] < 7 and rests[3] > 4 * rests[0] and 200 < rests[-1] < 400
    assert health.heard("well", 2, health.outage.rest.until).places(30, health.outage.rest.until) == 30


def test_what_fails_for_a_day_in_one_or_two_chats_alone_may_be_their_own_fault() -> None:
    for chats, hopeless in ((1, True), (2, True), (3, False)):
        health = NEW
        for n in range(300):
            assert not health.outage.hopeless
            health = health.heard("down", n % chats, START + n * 5 * MINUTE)
            if health.outage.hopeless:
                break
        assert health.outage.hopeless is hopeless
        now = START + 26 * 60 * MINUTE
        assert (health.heard("down", 1, now).outage.row == 1) is hopeless  # and it is to be shown anew


def test_what_failed_in_an_outage_is_not_the_next_probe_for_it_may_be_what_cannot_be_taken() -> None:
    health = after("d" * FAILURES)
    assert START + health.patience(1, 5, START) > health.outage.rest.until


def test_unknown_outcomes_pile_up_in_a_row_or_as_a_share_of_the_last_hundred() -> None:
    assert after("u" * DOUBTFUL).places(30, START) == 0
    assert after("u" * (DOUBTFUL - 1) + "wu").places(30, START) == 30
    spread = ("w" * 9 + "u") * AT_LEAST
    assert after(spread[:-1]).places(30, START) == 30
    assert after(spread).places(30, START) == 0
    assert after(("w" * 24 + "u") * 40).places(30, START) == 30


def test_a_hold_doubles_to_half_an_hour_and_ends_when_sends_go_well() -> None:
    health, now, minutes = after("u" * DOUBTFUL), START, []
    for _ in range(8):
        minutes.append((health.doubt.hold.until - now) / MINUTE)
        assert after("w" * CLEAR, health, now).doubt == health.doubt  # what was in flight tells nothing new
        now = health.doubt.hold.until
        assert health.places(30, now) == 1
        health = health.heard("unknown", 1, now)
    assert minutes == [1, 2, 4, 8, 16, 30, 30, 30]
    now = health.doubt.hold.until
    for n in range(CLEAR):
        assert health.places(30, now) == 1, n
        health = health.heard("well", n, now)
    assert health.places(30, now) == 30
    assert Health.held("telegram", START, START + 4 * MINUTE).heard("unknown", 1, START + 5 * MINUTE).doubt.holds == 4
    assert after("u" * DOUBTFUL).released().places(30, START) == 30


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_whatever_came_a_platform_is_tried_again_within_half_an_hour_and_good_answers_heal_it(
    answers: list[tuple[Heard, int, int]],
) -> None:
    health, now = NEW, START
    for what, chat, seconds in answers:
        now += seconds * SECOND
        health = health.heard(what, chat, now)
        assert health.patience(3, 1, now) > timedelta(0)
        assert health.places(30, now + 31 * MINUTE) >= 1
    now += 31 * MINUTE
    for n in range(CLEAR):
        health = health.heard("well", n, now)
    assert health.places(30, now) == 30
