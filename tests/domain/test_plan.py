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
    BURST,
    BUSY_POSTS,
    BUSY_WINDOW,
    SETTLE,
    Candidate,
    Held,
    Judged,
    compose,
    due_anew,
    held,
    lapsed,
    outcome,
    own_feeds,
    seen_by,
)

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
ZONE = ZoneInfo("UTC")
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


def test_a_few_stories_are_posted_one_by_one_and_many_as_one_digest_with_more() -> None:
    few = compose(CHAT, waiting(BURST), [], ZONE, 10, "daily", NOW)
    assert [p.occasion for p in few.posts] == ["story"] * BURST
    many = compose(CHAT, waiting(100), [], ZONE, 10, "daily", NOW)
    assert [(p.occasion, len(p.shown), len(p.more)) for p in many.posts] == [("burst", 10, 90)]


def test_a_busy_chat_waits_and_then_gets_one_digest() -> None:
    posted = [NOW - timedelta(minutes=n) for n in range(BUSY_POSTS)]
    rested = compose(CHAT, waiting(2), posted, ZONE, 10, "daily", NOW)
    assert not rested.posts and rested.note == "busy" and rested.until == posted[-1] + BUSY_WINDOW


def test_a_second_burst_waits_until_the_first_digest_is_a_while_ago() -> None:
    posted = [NOW - timedelta(minutes=1)]
    rested = compose(CHAT, waiting(30), posted, ZONE, 10, "daily", NOW)
    assert not rested.posts and rested.until == posted[0] + BUSY_WINDOW
    single = compose(CHAT, waiting(1), posted, ZONE, 10, "daily", NOW)
    assert [p.occasion for p in single.posts] == ["story"]


def test_quiet_hours_hold_instant_stories_and_release_them_as_one_digest() -> None:
    chat = replace(CHAT, settings=ChatSettings(quiet=QuietHours(time(11), time(14))))
    rested = compose(chat, waiting(2), [], ZONE, 10, "daily", NOW)
    assert not rested.posts and len(rested.hold) == 2 and rested.until == NOW + timedelta(hours=2)
    released = compose(chat, waiting(2, note="quiet"), [], ZONE, 10, "daily", NOW + timedelta(hours=2))
    assert [(p.occasion, len(p.shown)) for p in released.posts] == [("quiet", 2)]


def test_a_schedule_brings_one_digest_and_waits_for_the_end_of_quiet_hours() -> None:
    made = compose(CHAT, waiting(4, urgent=False), [], ZONE, 3, "hourly", NOW)
    assert [(p.occasion, len(p.shown), len(p.more)) for p in made.posts] == [("hourly", 3, 1)]
    chat = replace(CHAT, settings=ChatSettings(quiet=QuietHours(time(11), time(14))))
    rested = compose(chat, waiting(4, urgent=False), [], ZONE, 3, "hourly", NOW)
    assert not rested.posts and len(rested.hold) == 4 and rested.until == NOW + timedelta(hours=2)
    after = compose(chat, waiting(4, urgent=False, note="quiet"), [], ZONE, 3, "daily", NOW + timedelta(hours=2))
    assert [(p.occasion, len(p.shown), len(p.more)) for p in after.posts] == [("quiet", 3, 1)]


def test_what_waits_is_due_anew_when_hours_or_orders_change() -> None:
    later, night = NOW + timedelta(hours=9), NOW + timedelta(days=1)
    asleep, scheduled = waiting(1, note="quiet", due=night)[0].outcome, waiting(1, urgent=False, due=night)[0].outcome
    assert due_anew([asleep], [sub(label="all")], NOW) == [replace(asleep, due=NOW)]
    assert due_anew([scheduled], [sub(label="all")], NOW) == [replace(scheduled, due=NOW, urgent=True)]
    moved = replace(sub(label="all", when="daily"), next_due=later)
    assert due_anew([scheduled], [moved, sub(label="other")], NOW) == [replace(scheduled, due=later)]
    kept = [replace(asleep, note="busy"), replace(scheduled, due=NOW)]
    assert due_anew([*kept, scheduled], [replace(moved, paused=True)], NOW) == []
    assert due_anew(kept, [moved], NOW) == []


def test_what_is_promised_at_once_is_what_is_not_held() -> None:
    quiet = replace(CHAT, settings=ChatSettings(quiet=QuietHours(time(11), time(14))))
    many = [NOW - timedelta(minutes=n) for n in range(BUSY_POSTS)]
    assert held(CHAT, many[1:], ZONE, NOW) is None
    for chat, posted in ((quiet, []), (CHAT, many)):
        made = compose(chat, waiting(1), posted, ZONE, 10, "daily", NOW)
        assert held(chat, posted, ZONE, NOW) == Held(made.note, made.until or NOW)


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


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 12), st.lists(st.integers(0, 900), max_size=12))
def test_every_due_story_is_shown_counted_or_held_exactly_once(n: int, m: int, max_items: int, ago: list[int]) -> None:
    due = waiting(n) + [
        replace(c, outcome=replace(c.outcome, story_id=c.outcome.story_id + 1000)) for c in waiting(m, urgent=False)
    ]
    posted = [NOW - timedelta(seconds=s) for s in ago]
    made = compose(CHAT, due, posted, ZONE, max_items, "daily", NOW)
    ids = [o.story_id for p in made.posts for o in (*p.shown, *p.more)] + [o.story_id for o in made.hold]
    assert sorted(ids) == sorted(c.outcome.story_id for c in due)
    assert len(made.posts) <= BURST
