from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.lessons import Narrow
from newsbot.domain.models import (
    Article,
    Chat,
    ChatKey,
    ChatSettings,
    Match,
    Mute,
    Outcome,
    OutcomeState,
    QuietHours,
    Reason,
    Subscription,
    What,
    When,
)
from newsbot.domain.plan import (
    AWAY,
    BURST,
    BUSY_POSTS,
    BUSY_WINDOW,
    LATE,
    READING,
    SETTLE,
    Bounds,
    Candidate,
    Composition,
    Held,
    Judged,
    caught_up,
    compose,
    due_anew,
    held,
    lapsed,
    outcome,
    outdated,
    own_feeds,
    seen_by,
    still_reading,
    was_away,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
BOUNDS = Bounds(ZONE)
SIESTA = Bounds(ZONE, QuietHours(time(11), time(14)))
CHAT = Chat(1, ChatKey("web", "me"))


def judged(
    story: int = 1, *, feed: int = 7, category: str = "cars", language: str = "en", topics: tuple[int, ...] = ()
) -> Judged:
    article = Article(story, feed, "Wire", "t", "x", language=language, category=category, published=NOW)
    return Judged(article, story, {t: Match(t, 0.9, ("electric car",)) for t in topics})


def sub(
    kind: str = "everything", ref: str = "", when: str = "instant", query: str = "", label: str = "all"
) -> Subscription:
    due = None if when == "instant" else NOW + timedelta(hours=5)
    return Subscription(1, 1, What(kind, ref), When(when), query=query, label=label, next_due=due)  # type: ignore[arg-type]  # literals by parameter


def test_what_a_private_feed_brings_other_orders_cover_only_where_the_chat_has_the_feed() -> None:
    letter = judged(feed=9, topics=(4,))
    letter = replace(letter, article=replace(letter.article, private=True))
    wide = [sub(), sub("category", "cars"), sub("topic", "4", label="EV")]
    wants_all: Narrow = lambda _: ""  # noqa: E731 - as narrowing() gives one
    for orders in ([order] for order in wide):
        assert outcome(CHAT, orders, (), letter, NOW, wants_all) is None
        made = outcome(CHAT, [*orders, sub("feed", "9", label="Letter")], (), letter, NOW, wants_all)
        assert made is not None and len(made.reasons) == 2
        assert outcome(CHAT, [*orders, sub("feed", "8")], (), letter, NOW, wants_all) is None
    assert seen_by([letter.article, judged().article], {8}) == [judged().article]
    assert own_feeds([*wide, sub("feed", "9")]) == {9}


def waiting(n: int, *, urgent: bool = True, note: str = "", due: datetime = NOW) -> list[Candidate]:
    return [
        Candidate(Outcome(1, i, i, (Reason("all"),), note=note, due=due, urgent=urgent), 1, NOW - timedelta(minutes=i))
        for i in range(1, n + 1)
    ]


def decide(subs: list[Subscription], of: Judged, chat: Chat = CHAT, mutes: tuple[Mute, ...] = ()) -> Outcome | None:
    return outcome(chat, subs, mutes, of, NOW, lambda order: narrowed(of.article, order))


def narrowed(article: Article, order: Subscription) -> str:
    """Both kinds of narrowing, by plain substrings."""
    learned = [f"lesson:{word}" for word in order.lessons.without if word in article.text]
    return "query" if order.query not in article.text else "".join(learned[:1])


def test_a_story_waits_for_the_chats_that_cover_it_and_no_others() -> None:
    assert decide([sub("category", "Cars")], judged()) is not None
    assert decide([sub("feed", "7")], judged()) is not None
    assert decide([sub("topic", "3")], judged(topics=(3,))) is not None
    assert decide([sub("category", "tech"), sub("feed", "8"), sub("topic", "4")], judged(topics=(3,))) is None
    assert decide([sub(query="battery")], judged()) is None


def test_two_subscriptions_make_one_outcome_with_both_reasons() -> None:
    made = decide([sub(label="everything"), sub("topic", "3", label="Xiaomi EV", when="daily")], judged(topics=(3,)))
    assert made is not None
    assert made.reasons == (Reason("everything"), Reason("Xiaomi EV", ("electric car",), 3))
    assert made.urgent and made.due == NOW + SETTLE


def test_a_scheduled_subscription_makes_the_story_wait_for_its_hour() -> None:
    made = decide([sub(when="daily")], judged())
    assert made is not None and not made.urgent and made.due == NOW + timedelta(hours=5)


def test_mutes_and_unwanted_languages_skip_with_a_reason() -> None:
    german_only = replace(CHAT, settings=ChatSettings(languages=("de",)))
    skipped = [
        decide([sub()], judged(), german_only),
        decide([sub()], judged(), mutes=(Mute(1, 1, "source", "7"),)),
        decide([sub()], judged(), mutes=(Mute(1, 1, "story", "1"),)),
        decide([sub("topic", "3")], judged(topics=(3,)), mutes=(Mute(1, 1, "topic", "3"),)),
    ]
    assert [o and (o.state, o.note) for o in skipped] == [
        (OutcomeState.SKIPPED, "language:en"),
        (OutcomeState.SKIPPED, "muted:source"),
        (OutcomeState.SKIPPED, "muted:story"),
        (OutcomeState.SKIPPED, "muted:topic"),
    ]


def told(made: Composition) -> list[tuple[str, int, int]]:
    return [(post.occasion, len(post.shown), len(post.more)) for post in made.posts]


def test_a_few_stories_are_posted_one_by_one_and_many_as_one_digest_with_more() -> None:
    assert told(compose(BOUNDS, waiting(BURST), [], "daily", NOW)) == [("story", 1, 0)] * BURST
    assert told(compose(BOUNDS, waiting(100), [], "daily", NOW)) == [("burst", 10, 90)]


def test_a_busy_chat_waits_and_then_gets_one_digest_and_so_does_one_that_has_just_had_one() -> None:
    posted = [NOW - timedelta(minutes=n) for n in range(BUSY_POSTS)]
    rested = compose(BOUNDS, waiting(2), posted, "daily", NOW)
    assert not rested.posts and rested.held == Held("busy", posted[-1] + BUSY_WINDOW)
    after_one = compose(BOUNDS, waiting(30), posted[1:2], "daily", NOW)
    assert not after_one.posts and after_one.held == Held("busy", posted[1] + BUSY_WINDOW)
    assert told(compose(BOUNDS, waiting(1), posted[1:2], "daily", NOW)) == [("story", 1, 0)]
    assert told(compose(BOUNDS, waiting(30), posted, "daily", NOW, paced=False)) == [("burst", 10, 20)]


def test_quiet_hours_hold_what_is_due_and_release_it_as_one_digest() -> None:
    for urgent, occasion in ((True, "daily"), (False, "hourly")):
        rested = compose(SIESTA, waiting(4, urgent=urgent), [], occasion, NOW)  # type: ignore[arg-type]  # a literal
        assert not rested.posts and len(rested.hold) == 4
        assert rested.held == Held("quiet", NOW + timedelta(hours=2))
        after, due = NOW + timedelta(hours=2), NOW + timedelta(hours=2)
        released = compose(SIESTA, waiting(4, urgent=urgent, note="quiet", due=due), [], "daily", after)
        assert told(released) == [("quiet", 4, 0)]


def test_a_schedule_brings_one_digest() -> None:
    assert told(compose(replace(BOUNDS, max_items=3), waiting(4, urgent=False), [], "hourly", NOW)) == [
        ("hourly", 3, 1)
    ]


def test_what_was_held_up_comes_as_one_digest_and_after_half_an_hour_or_an_absence_to_catch_up() -> None:
    late = waiting(2, due=NOW - LATE - SETTLE)
    assert told(compose(BOUNDS, late, [], "daily", NOW)) == [("burst", 2, 0)]
    assert told(compose(BOUNDS, waiting(2, due=NOW - AWAY), [NOW], "daily", NOW)) == [("catchup", 2, 0)]
    assert told(compose(BOUNDS, waiting(2, urgent=False, due=NOW - AWAY), [], "daily", NOW)) == [("catchup", 2, 0)]
    assert told(compose(BOUNDS, waiting(2), [], "daily", NOW, away=True)) == [("catchup", 2, 0)]
    assert told(compose(BOUNDS, waiting(1), [], "daily", NOW, away=True)) == [("story", 1, 0)]
    assert told(compose(BOUNDS, waiting(2, urgent=False, due=NOW - AWAY), [], "daily", NOW, paced=False)) == [
        ("daily", 2, 0)
    ]


def test_the_bot_was_away_after_half_an_hour_and_then_reads_for_ten_minutes_at_most() -> None:
    assert [was_away(last, NOW) for last in (None, NOW - AWAY, NOW - AWAY + SETTLE)] == [False, True, False]
    assert still_reading(NOW, NOW, unread=True) and not still_reading(NOW, NOW, unread=False)
    assert not still_reading(NOW - READING, NOW, unread=True)
    assert [caught_up(NOW, NOW + timedelta(minutes=m)) for m in (-1, 0, 1, 2)] == [True, False, False, True]


def test_a_ceiling_makes_the_rest_of_a_day_wait_for_one_digest_in_the_evening() -> None:
    kathmandu = Bounds(ZoneInfo("Asia/Kathmandu"), ceiling=3)  # 17:45 there; its day began at 18:15 of the day before
    midnight, evening = NOW - timedelta(hours=17, minutes=45), NOW + timedelta(hours=2, minutes=15)
    today = [midnight, midnight + timedelta(hours=5), NOW - timedelta(hours=1)]
    assert kathmandu.since(NOW) == midnight
    full = compose(kathmandu, waiting(2), today, "hourly", NOW)
    assert not full.posts and len(full.hold) == 2 and full.held == Held("ceiling", evening)
    assert not compose(kathmandu, waiting(2, urgent=False), today, "hourly", NOW).posts
    assert told(compose(kathmandu, waiting(2, urgent=False), today, "daily", NOW)) == [("daily", 2, 0)]
    yesterdays = [midnight - SETTLE, *today[1:]]
    assert told(compose(kathmandu, waiting(1), yesterdays, "daily", NOW)) == [("story", 1, 0)]
    assert told(compose(kathmandu, waiting(3), yesterdays, "daily", NOW)) == [("burst", 3, 0)]  # the last of the day
    rest = waiting(2, note="ceiling", due=evening)
    assert told(compose(kathmandu, rest, [*today, NOW], "daily", evening)) == [("evening", 2, 0)]
    later = compose(kathmandu, waiting(1, due=evening), [*today, evening], "daily", evening + SETTLE)
    assert later.held == Held("ceiling", evening + timedelta(days=1))
    assert compose(replace(kathmandu, ceiling=0), waiting(1), today, "daily", NOW).posts


def test_what_waits_is_due_anew_when_hours_or_orders_change() -> None:
    later, night = NOW + timedelta(hours=9), NOW + timedelta(days=1)
    asleep, scheduled = waiting(1, note="quiet", due=night)[0].outcome, waiting(1, urgent=False, due=night)[0].outcome
    assert due_anew([asleep], [sub(label="all")], NOW) == [replace(asleep, due=NOW)]
    enough = replace(asleep, note="ceiling")
    assert due_anew([enough], [sub(label="all")], NOW) == [replace(enough, due=NOW, note="")]
    assert due_anew([scheduled], [sub(label="all")], NOW) == [replace(scheduled, due=NOW, urgent=True)]
    moved = replace(sub(label="all", when="daily"), next_due=later)
    assert due_anew([scheduled], [moved, sub(label="other")], NOW) == [replace(scheduled, due=later)]
    kept = [replace(asleep, note="busy"), replace(scheduled, due=NOW)]
    assert due_anew([*kept, scheduled], [replace(moved, paused=True)], NOW) == []
    assert due_anew(kept, [moved], NOW) == []


def test_what_is_promised_at_once_is_what_is_not_held() -> None:
    many = [NOW - timedelta(minutes=n) for n in range(BUSY_POSTS)]
    assert held(BOUNDS, many[1:], NOW) is None
    for bounds, posted in ((SIESTA, []), (BOUNDS, many), (replace(BOUNDS, ceiling=2), many[:2])):
        made = compose(bounds, waiting(1), posted, "daily", NOW)
        assert made.held is not None and held(bounds, posted, NOW) == made.held


def test_a_waiting_story_lapses_with_what_brought_it_and_when_all_its_tellings_are_muted() -> None:
    [story] = [c.outcome for c in waiting(1)]
    told: list[tuple[Article, Narrow]] = [(judged(feed=n).article, lambda _: "") for n in (7, 8)]
    first, second = Mute(1, 1, "source", "7"), Mute(2, 1, "source", "8")
    assert lapsed(CHAT, story, [sub(label="all")], [], told) == ""
    assert lapsed(CHAT, story, [sub(label="cars")], [], told) == "ended"
    assert lapsed(CHAT, story, [replace(sub(label="all"), paused=True)], [], told) == "ended"
    assert lapsed(CHAT, story, [sub(label="all")], [first], told) == ""
    assert lapsed(CHAT, story, [sub(label="all")], [first, second], told) == "muted:source"
    assert lapsed(CHAT, story, [sub(label="all")], [Mute(3, 1, "story", "1")], told) == "muted:story"


def test_what_waited_for_a_week_is_no_news_but_what_comes_weekly_may_wait_for_two() -> None:
    week = timedelta(days=7)
    story = replace(waiting(1)[0].outcome, at=NOW - week)
    older = replace(story, at=NOW - week - SETTLE)
    assert not outdated(story, [sub()], week, NOW) and outdated(
        older, [sub(), sub(when="weekly", label="x")], week, NOW
    )
    assert not outdated(older, [sub(when="weekly")], week, NOW)
    assert outdated(replace(older, at=NOW - 2 * week - SETTLE), [sub(when="weekly")], week, NOW)


@settings(deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(1, 12),
    st.lists(st.integers(0, 900), max_size=12),
    st.integers(0, 9),
)
def test_every_due_story_is_shown_counted_or_held_exactly_once_and_no_day_has_more_posts_than_it_may(
    n: int, m: int, max_items: int, ago: list[int], ceiling: int
) -> None:
    due = waiting(n) + [
        replace(c, outcome=replace(c.outcome, story_id=c.outcome.story_id + 1000)) for c in waiting(m, urgent=False)
    ]
    posted = [NOW - timedelta(seconds=s) for s in ago]
    made = compose(Bounds(ZONE, ceiling=ceiling, max_items=max_items), due, posted, "daily", NOW)
    ids = [o.story_id for p in made.posts for o in (*p.shown, *p.more)] + [o.story_id for o in made.hold]
    assert sorted(ids) == sorted(c.outcome.story_id for c in due)
    assert len(made.posts) <= BURST
    assert m or not ceiling or not made.posts or len(posted) + len(made.posts) <= ceiling
