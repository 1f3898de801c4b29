"""Under Telegram's limits at any moment, and not far under them."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter, deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import ChatKey
from newsbot.platforms.telegram.message import is_shared, key
from newsbot.platforms.telegram.pace import Pace
from tests.fakes.telegram import ApiError
from tests.fakes.telegram.rates import Rates

SHORT = 0.2
START = datetime(2026, 1, 15, 12, tzinfo=UTC)
PERSON, OTHER, GROUP = key(1001), key(1002), key(-100123)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_what_another_process_sent_counts_for_the_limits() -> None:
    pace = Pace()
    for n in range(20):
        pace.recall(GROUP, at(n), at(30))
    assert pace.delay(GROUP, at(30)) >= 30
    assert pace.delay(PERSON, at(30)) == 0


class Telegram:
    """The strict server's limits, on a clock of the test's."""

    def __init__(self) -> None:
        self.now = START
        self.rates = Rates(lambda: self.now)
        self.rates.on = True

    def take(self, to: ChatKey, now: datetime) -> None:
        self.now = now
        self.rates.spend(int(to.native), group=is_shared(to))


class Run:
    """Chats that always have something to send, each one at a time and all in one line, as the sender has them, and
    replies at given seconds. A message that may not leave raises ApiError."""

    def __init__(self, chats: list[ChatKey], replies: list[tuple[float, ChatKey]]) -> None:
        self.pace, self.telegram, self.left = Pace(), Telegram(), Counter[ChatKey]()
        self.line: deque[ChatKey] = deque()
        self.order = itertools.count()
        self.waited: list[float] = []
        self.moments: list[tuple[float, int, Callable[[float], None]]] = []
        for second, to in replies:
            self.later(second, partial(self.reply, to))
        for to in chats:
            self.later(0.0, partial(self.ready, to))

    def later(self, second: float, what: Callable[[float], None]) -> None:
        heapq.heappush(self.moments, (second, next(self.order), what))

    def go(self, minutes: float) -> Counter[ChatKey]:
        """Messages that left to each chat."""
        while self.moments and self.moments[0][0] < minutes * 60:
            second, _, what = heapq.heappop(self.moments)
            what(second)
        return self.left

    def reply(self, to: ChatKey, second: float) -> None:
        wait = self.pace.delay(to, at(second), urgent=True)
        if wait:
            self.later(second + wait, partial(self.reply, to))
        else:
            self.take(to, second)

    def ask(self, to: ChatKey, second: float) -> None:
        """A reply that keeps the place it is given, as those of people do."""
        wait = self.pace.delay(to, at(second), most=10.0, urgent=True)
        if wait <= 10.0:
            self.later(second + wait, partial(self.take, to))

    def post(self, to: ChatKey, asked: float, second: float) -> None:
        """A delivery, which asks again when it is told to, as the outbox does: a moment late."""
        wait = self.pace.delay(to, at(second))
        if wait:
            self.later(second + wait + 0.05, partial(self.post, to, asked))
        else:
            self.waited.append(second - asked)
            self.take(to, second)

    def ready(self, to: ChatKey, second: float) -> None:
        wait = self.pace.delay(to, at(second), most=-1.0)
        if wait > SHORT:
            self.later(second + wait, partial(self.ready, to))
            return
        self.line.append(to)
        if len(self.line) == 1:
            self.head(second)

    def head(self, second: float) -> None:
        while self.line:
            to = self.line[0]
            wait = self.pace.delay(to, at(second))
            if 0 < wait <= SHORT:
                self.later(second + wait, self.head)
                return
            self.line.popleft()
            if wait == 0:
                self.take(to, second)
            self.later(second + wait, partial(self.ready, to))

    def take(self, to: ChatKey, second: float) -> None:
        self.telegram.take(to, at(second))
        self.pace.arrived(at(second), at(second))
        self.left[to] += 1


def run(chats: list[ChatKey], minutes: float, replies: list[tuple[float, ChatKey]]) -> Counter[ChatKey]:
    return Run(chats, replies).go(minutes)


HOUR = 60
EVERYBODY = [*(key(1000 + n) for n in range(150)), *(key(-1000 - n) for n in range(50))]
ASKS = [(n * 7.3, key(-1000 - n % 50)) for n in range(490)]


@pytest.mark.parametrize(
    ("chats", "replies", "minutes", "permitted"),
    [
        (EVERYBODY, [], 10, 30 * 600),
        (EVERYBODY, ASKS[:82], 10, 30 * 600),
        ([PERSON], [], HOUR, 3600),
        ([GROUP], [], HOUR, 20 * 60),
        ([GROUP], [(n * 41.0, GROUP) for n in range(87)], HOUR, 20 * 60),
    ],
    ids=["many", "many, who ask too", "a person", "a group", "a group that asks too"],
)
def test_a_backlog_uses_the_whole_limit_and_is_refused_nothing(
    chats: list[ChatKey], replies: list[tuple[float, ChatKey]], minutes: int, permitted: int
) -> None:
    left = run(chats, minutes, replies)
    assert left.total() >= 0.98 * permitted
    assert max(left[to] for to in chats if is_shared(to) or len(chats) == 1) <= max(20 * minutes, permitted)


def test_a_group_at_its_limit_holds_up_nobody_else() -> None:
    left = run([GROUP, *(key(n) for n in range(1, 11))], 2, [])
    assert left[GROUP] <= 40
    assert all(left[key(n)] >= 115 for n in range(1, 11))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 50), st.sampled_from([PERSON, GROUP, key(-7), key(1005)])), max_size=120))
def test_replies_at_any_moment_get_nothing_refused(replies: list[tuple[float, ChatKey]]) -> None:
    run([GROUP, *(key(1000 + n) for n in range(40))], 1, replies)


def test_a_reply_does_not_stand_in_the_deliveries_line() -> None:
    pace, now = Pace(), 0.0
    for n in range(300):
        now += pace.delay(key(2000 + n), at(now), most=1.0)
        pace.arrived(at(now), at(now))
    assert now > 9
    assert pace.delay(PERSON, at(now), most=5.0, urgent=True) <= 0.15


def test_in_a_group_at_its_limit_a_reply_waits_for_the_next_place_only() -> None:
    run = Run([GROUP], [])
    run.go(10)
    now = 600.0
    waits = [run.pace.delay(GROUP, at(now), most=10.0, urgent=True) for _ in range(3)]
    assert waits[0] < 3.1
    assert waits[2] < 9.3


def test_people_who_ask_without_end_leave_something_to_deliveries() -> None:
    run = Run([key(n) for n in range(1, 41)], [])
    for n in range(40 * 60):
        run.later(n / 40, partial(run.ask, key(2000 + n)))
    run.go(1)
    assert sum(run.left[key(n)] for n in range(1, 41)) >= 10


def test_quick_presses_are_answered_at_once_and_then_at_the_chats_pace() -> None:
    pace = Pace()
    waits = [pace.delay(PERSON, at(0), most=5.0, urgent=True) for _ in range(4)]
    assert waits[:3] == [0, 0, 0]
    assert 3.0 < waits[3] < 3.2
    assert pace.delay(OTHER, at(0)) == 0


@pytest.mark.parametrize("every", [0.3, 1.0, 1.5])
def test_whoever_asks_without_end_gets_posts_between_the_answers(every: float) -> None:
    run = Run([], [(n * every, PERSON) for n in range(int(60 / every))])
    wanted = [10.1, 20.0, 30.55]
    for second in wanted:
        run.later(second, partial(run.post, PERSON, second))
    run.go(2)
    assert len(run.waited) == len(wanted)
    assert max(run.waited) <= 3.2


def test_a_delivery_that_waits_in_a_busy_group_gets_its_place() -> None:
    run = Run([], [(n * 1.1, GROUP) for n in range(200)])
    run.later(70.0, partial(run.post, GROUP, 70.0))
    run.go(5)
    assert run.waited
    assert max(run.waited) <= 65


def test_a_place_that_nobody_takes_is_kept_from_nobody_for_long() -> None:
    pace = Pace()
    for n in range(3):
        pace.delay(PERSON, at(n / 10), most=5.0, urgent=True)
    told = pace.delay(PERSON, at(0.5), most=-1.0)
    assert pace.delay(PERSON, at(0.5 + told), urgent=True) == 0
    assert pace.delay(PERSON, at(0.5 + told), most=-1.0) > 0  # and was never heard of again
    assert pace.delay(PERSON, at(60), urgent=True) == 0
    assert pace.delay(PERSON, at(62), most=-1.0) == 0


def test_what_would_wait_too_long_is_not_counted() -> None:
    pace = Pace()
    assert pace.delay(PERSON, at(0)) == 0
    waits = {pace.delay(PERSON, at(0.1)) for _ in range(5)}
    assert len(waits) == 1
    assert 0 < waits.pop() < 1.0


def test_messages_that_are_slow_to_arrive_do_not_arrive_in_a_crowd() -> None:
    pace, telegram, now = Pace(), Telegram(), 0.0
    leaving: list[tuple[ChatKey, float]] = []
    while now < 1.2:
        to = key(3000 + len(leaving))
        if wait := pace.delay(to, at(now)):
            now += wait
        else:
            leaving.append((to, now))
    for to, left in leaving:  # the first ones open connections; the last ones find them open
        telegram.take(to, at(max(left, 0.25)))
    assert len(leaving) >= 28


def test_the_topics_of_a_forum_share_the_groups_limit() -> None:
    pace = Pace()
    assert pace.delay(key(-100123, 5), at(0)) == 0
    assert pace.delay(key(-100123, 9), at(0.5)) > 0


def test_a_refused_chat_is_left_alone_and_the_others_are_not() -> None:
    pace = Pace()
    assert not pace.refused(PERSON, 30, at(0))
    assert pace.delay(PERSON, at(10), urgent=True) == pytest.approx(20)
    assert pace.delay(OTHER, at(10)) == 0
    assert pace.delay(PERSON, at(30)) == 0


def test_chats_refused_all_at_once_mean_that_the_bot_is_too_fast() -> None:
    pace = Pace()
    assert [pace.refused(key(n), 5, at(n / 10)) for n in range(1, 4)] == [False, False, True]
    assert pace.delay(OTHER, at(1)) == pytest.approx(4.3)
    slowly = Pace()
    assert not any(slowly.refused(key(n), 5, at(n * 2)) for n in range(1, 9))


def test_a_clock_put_back_holds_up_nothing() -> None:
    pace = Pace()
    assert pace.delay(PERSON, at(3600)) == 0
    assert pace.delay(PERSON, at(0)) == 0


def test_chats_that_are_silent_are_forgotten() -> None:
    pace = Pace(global_per_second=1000)
    for n in range(5000):
        pace.delay(key(n), at(n / 20))
    assert len(pace._places) < 1500


@pytest.mark.parametrize("rates", [(0.5, 0.1, 0.5), (1.5, 2.5, 7.5), (1000, 1000, 60_000)])
def test_any_rate_of_the_config_is_kept(rates: tuple[float, float, float]) -> None:
    pace, now, left = Pace(*rates), 0.0, 0
    while now < 120 and left < 2000:
        wait = pace.delay(GROUP, at(now), most=60.0)
        if wait > 60:
            now += wait
            continue
        now, left = now + wait, left + 1
        pace.arrived(at(now), at(now))
    permitted = min(rates[0], rates[1], rates[2] / 60) * now
    assert 0.8 * permitted <= left <= permitted + rates[2] / 60 * 60 + 1


def test_refusals_are_what_the_run_would_notice() -> None:
    telegram = Telegram()
    for _ in range(3):
        telegram.take(PERSON, START)
    with pytest.raises(ApiError):
        telegram.take(PERSON, START)
