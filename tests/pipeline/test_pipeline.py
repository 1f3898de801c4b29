from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from newsbot.domain.analyze import Analyzer, Token
from newsbot.domain.models import (
    Article,
    Chat,
    ChatKey,
    ChatSettings,
    Delivery,
    DeliveryState,
    FeedSpec,
    Outcome,
    OutcomeState,
    QuietHours,
    Reason,
    What,
    When,
)
from newsbot.domain.ports import ChatGone, Moved, Rejected, RetryLater, SendOutcome, Unknown
from newsbot.pipeline.absence import SEEN, Absence
from newsbot.pipeline.contents import Summaries
from newsbot.storage import Storage
from newsbot.storage.feeds import NewArticle, PolledFeed
from newsbot.storage.leases import Fence
from tests.clock import ManualClock
from tests.fakes.sender import FakeSender
from tests.newsdesk.room import ME, open_room
from tests.pipeline.house import House

XIAOMI = (
    "Xiaomi's electric car set to roll off production lines by 2024",
    (
        "Xiaomi said its first electric car will enter mass production in the first half of 2024. Research and "
        "development spending rose 21% to 4.6 billion yuan in the second quarter, the company said. Xiaomi employs "
        "16,834 research and development staff. President Lu Weibing said the company aims to be among the top five."
    ),
)
XIAOMI_AGAIN = (
    "Xiaomi EV on track for 2024 mass production, says president",
    (
        "Xiaomi's electric car remains on track for mass production in 2024, president Lu Weibing said. It spent "
        "4.6 billion yuan on research and development in the second quarter, up 21%, and posted a record profit of "
        "$700 million. Its 16,834 research staff make up 52% of the workforce."
    ),
)
OTHERS = [
    ("Lisbon tram line 28 reopens", "Passengers boarded the restored yellow carriages at Martim Moniz this morning."),
    ("Norway lends a Viking sword to Dublin", "Curators wrapped the blade from Telemark for its flight to Ireland."),
    ("Quito aqueduct springs a leak", "Engineers closed a valve above the valley after farmers noticed wet roads."),
    ("Vietnam's coffee harvest beats forecasts", "Growers in Dak Lak picked more robusta than traders had expected."),
    ("Perth lighthouse gets a new lamp", "An electric beam replaces the paraffin mantle that sailors knew."),
    ("Carthage mosaic found under a school", "Pupils saw dolphins of blue glass when a floor was lifted in Tunis."),
    ("Krakow bans cars from its old town", "From spring only trams, bicycles and deliveries may enter the square."),
    ("Dakar opens a deep harbour", "Container ships from Rotterdam can now unload at the Ndayane quays."),
    ("Astronomers in Chile spot a comet with two tails", "The icy visitor passes the Sun in June, the team wrote."),
    ("Turin's chocolate makers strike", "Workers laid down their whisks over night shifts before Easter."),
    ("Osaka aquarium hatches penguins", "Three gentoo chicks broke their shells while visitors watched."),
    ("Swedish bridge closes for a rare moth", "Builders pause until the caterpillars have left the timber."),
    ("Cork theatre stages Beckett in a swimming pool", "Actors speak from rubber rings; the audience wears towels."),
    ("Accra hospital prints its first jaw", "Surgeons fitted a titanium bone made by a student's machine."),
]


@pytest.fixture
def house(sqlite_storage: Storage, clock: ManualClock) -> House:
    return House(sqlite_storage, clock)


@pytest.fixture
def either(storage: Storage, clock: ManualClock) -> House:
    """Over one database and the other, for what their SQL decides."""
    return House(storage, clock)


async def test_a_story_reaches_the_chat_that_follows_its_topic_with_the_reason(house: House) -> None:
    feed, chat, topic = await house.feed(), await house.chat(), await house.topic("Xiaomi EV")
    await house.subscribe(chat, What("topic", str(topic.id)), label="Xiaomi EV")
    await house.bring(feed, XIAOMI, OTHERS[0])
    [post] = await house.settle()
    [story] = post.digest.stories
    assert story.headline == XIAOMI[0]
    assert story.reasons[0].label == "Xiaomi EV" and story.reasons[0].words
    assert "4.6 billion yuan" in {fact.value for fact in story.facts} | set(" ".join(story.summary).split("|")) or any(
        "4.6 billion yuan" in text for text in (*story.summary, *(f.sentence for f in story.facts))
    )


async def test_what_arrives_together_from_two_sources_is_one_post(house: House) -> None:
    one, two, chat = await house.feed("one"), await house.feed("two"), await house.chat()
    await house.subscribe(chat)
    await house.bring(one, XIAOMI)
    await house.bring(two, XIAOMI_AGAIN)
    [post] = await house.settle()
    assert post.kind == "post" and len(post.digest.stories[0].sources) == 2


async def test_a_backlog_becomes_one_digest_with_n_more(either: House) -> None:
    house = either
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    await house.bring(feed, *OTHERS)
    [digest] = await house.settle()
    assert (digest.digest.occasion, len(digest.digest.stories), digest.digest.more) == ("burst", 10, 4)
    outcomes = await house.storage.outbox.outcomes(
        chat.id, [a.story_id or 0 for a in await house.storage.articles.latest(limit=50)]
    )
    assert sorted(o.state for o in outcomes.values()) == [OutcomeState.MORE] * 4 + [OutcomeState.SHOWN] * 10


async def test_an_article_without_a_date_does_not_pass_for_the_newest(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    now = house.clock.now()
    articles = [NewArticle("about", title="About us", text="We write on tests.", language="en")]
    articles += [
        NewArticle(title, title=title, text=body, language="en", published=now - timedelta(hours=1))
        for title, body in OTHERS[:5]
    ]
    await house.storage.feeds.store_poll(feed.id, PolledFeed(now + timedelta(hours=1), articles=articles), now)
    [post] = await house.settle()
    headlines = [story.headline for story in post.digest.stories]
    assert len(headlines) == 6 and headlines[-1] == "About us"


async def test_two_subscriptions_that_match_one_story_make_one_post_with_both_reasons(house: House) -> None:
    feed, chat, topic = await house.feed(), await house.chat(), await house.topic("Xiaomi EV")
    await house.subscribe(chat, What("topic", str(topic.id)), label="Xiaomi EV")
    await house.subscribe(chat, What("category", "Cars"), label="cars")
    await house.bring(feed, XIAOMI)
    [post] = await house.settle()
    assert {reason.label for reason in post.digest.stories[0].reasons} == {"Xiaomi EV", "cars"}


async def test_a_narrowed_subscription_gets_only_what_fits(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat, query="tram -bicycles")
    await house.bring(feed, OTHERS[0], OTHERS[1], OTHERS[6])
    [post] = await house.settle()
    assert "tram" in post.digest.stories[0].headline


async def test_a_daily_digest_comes_at_its_hour_in_the_chats_zone_and_the_next_a_day_later(either: House) -> None:
    house = either
    feed, chat = await house.feed(), await house.chat()
    await house.storage.chats.set_settings(chat.id, ChatSettings(timezone="Asia/Tokyo"))
    chat = replace(chat, settings=ChatSettings(timezone="Asia/Tokyo"))
    await house.subscribe(chat, when=When("daily", time(8)))
    await house.bring(feed, OTHERS[0], OTHERS[1])
    assert not await house.settle()
    await house.wait(seconds=(datetime(2026, 1, 15, 23, tzinfo=UTC) - house.clock.now()).total_seconds())
    [digest] = await house.settle()
    assert (digest.digest.occasion, len(digest.digest.stories)) == ("daily", 2)
    [order] = await house.storage.chats.subscriptions(chat.id)
    assert order.next_due == datetime(2026, 1, 16, 23, tzinfo=UTC)


async def test_a_new_orders_first_digest_comes_with_what_was_out_before_and_no_story_comes_twice(house: House) -> None:
    feed = await house.feed()
    await house.bring(feed, OTHERS[0], OTHERS[1])
    await house.settle()
    room = await open_room(house.storage, house.clock)
    for slug in ("motors", "volt", "stars"):
        await house.bring(await room.feed(slug))
    begun = [await room.newsdesk.subscribing.subscribe(ME, text) for text in ("daily 12:30", "cars daily 12:30")]
    assert not await house.settle()
    await house.bring(feed, OTHERS[2])
    assert begun[0].first
    await house.wait(seconds=(begun[0].first - house.clock.now()).total_seconds())
    [digest] = await house.settle()
    assert {story.headline for story in digest.digest.stories} == {title for title, _ in OTHERS[:3]}
    await house.wait(hours=24)
    assert not await house.settle()


async def test_what_an_ended_order_a_muted_source_or_a_story_taken_back_had_waiting_is_not_posted_and_says_why(
    either: House,
) -> None:
    house = either
    one, two, three = [await house.feed(name) for name in ("one", "two", "three")]
    chat = await house.chat()
    await house.subscribe(chat, What("feed", str(three.id)), When("hourly"), label="three")
    ended = await house.subscribe(chat, What("feed", str(one.id)), When("hourly"), label="one")
    await house.subscribe(chat, What("feed", str(two.id)), When("hourly"), label="two")
    await house.bring(one, OTHERS[0])
    await house.bring(two, OTHERS[1])
    await house.bring(three, OTHERS[2])
    await house.think()
    await house.storage.chats.unsubscribe([ended])
    await house.storage.chats.mute(chat.id, "source", str(two.id), "two", house.clock.now())
    [taken_back] = await house.storage.articles.latest(What("feed", str(three.id)))
    await house.storage.articles.withdraw(taken_back.story_id or 0, house.clock.now())
    await house.wait(hours=1)
    assert not await house.settle()
    assert await left_out(house, chat) == {"ended", "muted:source", "withdrawn"}


async def test_quiet_hours_hold_instant_stories_and_release_one_digest(either: House) -> None:
    house = either
    feed, chat = await house.feed(), await house.chat()
    await house.storage.chats.set_settings(chat.id, ChatSettings(quiet=QuietHours(time(11), time(14))))
    await house.subscribe(chat)
    await house.bring(feed, OTHERS[0])
    assert not await house.settle()
    await house.bring(feed, OTHERS[1])
    assert not await house.settle()
    await house.wait(hours=2)
    [digest] = await house.settle()
    assert (digest.digest.occasion, len(digest.digest.stories)) == ("quiet", 2)


async def test_a_muted_source_is_left_out_with_its_reason(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    await house.storage.chats.mute(chat.id, "source", str(feed.id), "wire", house.clock.now())
    await house.bring(feed, XIAOMI)
    assert not await house.settle()
    [article] = await house.storage.articles.latest()
    [outcome] = (await house.storage.outbox.outcomes(chat.id, [article.story_id or 0])).values()
    assert (outcome.state, outcome.note) == (OutcomeState.SKIPPED, "muted:source")


async def test_a_new_feeds_past_is_stored_and_only_its_newest_item_posted(house: House) -> None:
    chat = await house.chat()
    await house.subscribe(chat)
    feed = await house.storage.feeds.add(FeedSpec("https://new.example/rss", name="new"), house.clock.now())
    await house.bring(feed, *OTHERS)
    [post] = await house.settle()
    assert [s.headline for s in post.digest.stories] == [OTHERS[0][0]]
    assert await house.storage.articles.count() == len(OTHERS)


async def test_a_story_of_a_paused_chat_waits_and_comes_when_it_is_back(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    house.sender.answer = lambda _: ChatGone("blocked by the user")
    await house.bring(feed, XIAOMI)
    await house.settle()
    paused = await house.storage.chats.get(chat.id)
    assert paused is not None and paused.paused == "blocked by the user"
    await house.bring(feed, OTHERS[0])
    assert not await house.settle()
    house.sender.answer = lambda _: None
    await house.storage.chats.resume(chat.id)
    back = await house.settle()
    assert {d.digest.stories[0].headline for d in back} == {XIAOMI[0], OTHERS[0][0]}


async def left_out(house: House, chat: Chat) -> set[str]:
    """Why stories were left out of a chat."""
    stories = [a.story_id or 0 for a in await house.storage.articles.latest(limit=50)]
    outcomes = (await house.storage.outbox.outcomes(chat.id, stories)).values()
    return {outcome.note for outcome in outcomes if outcome.state is OutcomeState.SKIPPED}


def told(posts: Iterable[Delivery]) -> list[tuple[str, str, int, int]]:
    return sorted((p.chat.native, p.digest.occasion, len(p.digest.stories), p.digest.more) for p in posts)


@pytest.mark.parametrize("hours", [1, 7 * 24])
async def test_after_an_absence_each_chat_gets_one_digest_of_all_that_came_the_most_important_first(
    house: House, hours: int
) -> None:
    one, two = await house.feed("one"), await house.feed("two")
    for name, when in (("instant", When("instant")), ("daily", When("daily", time(12, 30)))):
        await house.subscribe(await house.chat(name), when=when)
    await house.bring(one, OTHERS[0])
    assert told(await house.settle()) == [("instant", "story", 1, 0)]
    house.clock.advance(hours=hours)
    back = House(house.storage, house.clock, house.sender, owner="here:2")
    await back.read(one)
    await back.bring(one, *OTHERS[1:13], XIAOMI)
    assert not await back.settle()  # the other feed is being read
    house.clock.advance(minutes=1)
    again = House(house.storage, house.clock, house.sender, owner="here:3")  # it was killed meanwhile
    assert not await again.settle()
    await again.bring(two, XIAOMI_AGAIN)
    posts = await again.settle()
    assert told(posts) == [("daily", "catchup", 10, 4), ("instant", "catchup", 10, 3)]
    assert {post.digest.stories[0].headline for post in posts} == {XIAOMI[0]}
    await again.bring(two, OTHERS[13])
    assert told(await again.settle()) == [("instant", "story", 1, 0)]


async def test_after_an_absence_a_feed_that_cannot_be_read_is_not_waited_for_nor_a_slow_one_for_long(
    house: House,
) -> None:
    one, slow, gone = [await house.feed(name) for name in ("one", "slow", "gone")]
    await house.subscribe(await house.chat())
    await house.settle()
    house.clock.advance(hours=2)
    await house.read(one)
    await house.storage.feeds.record_failure(gone.id, "404", house.clock.now(), house.clock.now())
    await house.bring(one, OTHERS[0], OTHERS[1])
    assert not await house.settle()
    await house.storage.feeds.record_failure(slow.id, "timed out", house.clock.now(), house.clock.now())
    assert told(await house.settle()) == [("me", "catchup", 2, 0)]
    house.clock.advance(hours=2)
    await house.bring(one, OTHERS[2], OTHERS[3])
    await house.storage.feeds.record_unchanged(slow.id, house.clock.now(), house.clock.now())
    await house.storage.feeds.record_unchanged(gone.id, house.clock.now(), house.clock.now())
    assert len(await house.settle()) == 1
    house.clock.advance(hours=2)
    await house.bring(one, OTHERS[4], OTHERS[5])
    assert not await house.settle()
    await house.wait(minutes=10)
    assert told(await house.settle()) == [("me", "catchup", 2, 0)]


async def test_a_clock_that_is_put_back_holds_up_no_post(house: House) -> None:
    feed = await house.feed()
    await house.subscribe(await house.chat())
    await house.bring(feed, OTHERS[0])
    await house.think()
    house.clock.advance(3)
    await house.think()  # one is in line, and another about to be
    await house.bring(feed, OTHERS[1])
    await house.think()
    house.clock.advance(hours=-1)
    assert [d.digest.stories[0].headline for d in await house.settle()] == [OTHERS[0][0], OTHERS[1][0]]


async def test_catching_up_ends_though_something_is_always_due_within_seconds(house: House) -> None:
    chat, now, outbox = await house.chat(), house.clock.now(), house.storage.outbox
    fence, back = Fence("plan", 1), now + timedelta(hours=2)
    absence = Absence(house.storage)
    for at in (now, back):
        await absence.note(fence, at)
    for seconds, away in ((0, True), (119, True), (121, False)):
        at = back + timedelta(seconds=seconds)
        await outbox.record([], [Outcome(chat.id, seconds + 1, 1, (), due=at + timedelta(seconds=1), at=at)])
        assert not await absence.reading(at)
        await absence.over(at)
        assert (absence.back is not None) is away


async def test_after_an_outage_of_the_platform_one_digest_follows_what_was_planned_before(either: House) -> None:
    house = either
    feed = await house.feed()
    await house.subscribe(await house.chat())
    house.sender.answer = lambda _: RetryLater("503")
    for article in OTHERS[:8]:
        await house.bring(feed, article)
        await house.settle()
        await house.wait(minutes=8)
    house.sender.answer = lambda _: None
    house.sender.sent.clear()
    house.clock.advance(minutes=20)
    await house.deliver()
    house.clock.advance(minutes=1)
    await house.deliver()
    assert told(house.sender.sent) == [("me", "story", 1, 0)]
    assert told(await house.settle()) == [("me", "catchup", 7, 0)]


async def test_after_so_many_posts_a_day_the_rest_comes_as_one_digest_in_the_evening(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.storage.chats.set_settings(chat.id, ChatSettings(ceiling=2))
    await house.subscribe(chat)
    for n, article in enumerate(OTHERS[:5]):
        await house.bring(feed, article)
        assert len(await house.settle()) == (n < 2)
    waiting = await house.storage.outbox.waiting(chat.id)
    evening = datetime(2026, 1, 15, 20, tzinfo=UTC)
    assert {(outcome.note, outcome.due) for outcome in waiting} == {("ceiling", evening)}
    await house.wait(hours=8)
    assert told(await house.settle()) == [("me", "evening", 3, 0)]
    await house.bring(feed, OTHERS[6])
    assert not await house.settle()


async def test_what_is_old_is_no_news_but_what_a_new_feed_begins_with_and_what_bears_no_date(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    now = house.clock.now()

    async def poll(feed_id: int, *articles: NewArticle) -> None:
        await house.storage.feeds.store_poll(feed_id, PolledFeed(now, articles=articles), now, now - timedelta(days=7))

    aged = [
        NewArticle(title, title=title, text=body, language="en", published=published)
        for (title, body), published in zip(
            OTHERS, (now - timedelta(days=8), now - timedelta(days=6), None), strict=False
        )
    ]
    await poll(feed.id, *aged)
    assert {post.digest.stories[0].headline for post in await house.settle()} == {OTHERS[1][0], OTHERS[2][0]}
    spec = FeedSpec("https://all.example/rss", name="all", new_feed="all")
    begun = await house.storage.feeds.add(spec, now)
    await poll(begun.id, replace(aged[0], title=OTHERS[3][0], text=OTHERS[3][1]))
    assert [post.digest.stories[0].headline for post in await house.settle()] == [OTHERS[3][0]]


async def test_what_waited_for_too_long_is_left_out_and_nothing_is_composed_while_all_posts_are_stopped(
    house: House,
) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    await house.storage.holds.hold("", "stopped by an admin", house.clock.now())
    await house.bring(feed, OTHERS[0])
    assert not await house.settle()
    assert not await house.storage.outbox.list()
    house.clock.advance(days=7, minutes=5)
    await house.storage.meta.put(SEEN, house.clock.now().isoformat())  # the planner was at work all the time
    later = House(house.storage, house.clock, house.sender, owner="here:2")
    await later.bring(feed, OTHERS[1], OTHERS[2])
    assert await house.storage.holds.end("")
    assert len(await later.settle()) == 2
    assert await left_out(house, chat) == {"old"}


class Touchy(Analyzer):
    """Trips over one text, as a defect of ours might."""

    def tokens(self, text: str, language: str = "") -> tuple[Token, ...]:
        if "sword" in text:
            raise RecursionError
        return super().tokens(text, language)


async def test_a_story_that_upsets_our_code_holds_up_no_other(sqlite_storage: Storage, clock: ManualClock) -> None:
    house = House(sqlite_storage, clock, analyzer=Touchy())
    feed, chat, other = await house.feed(), await house.chat(), await house.chat("other")
    await house.subscribe(chat)
    await house.subscribe(other, query="tram")
    await house.bring(feed, OTHERS[1], OTHERS[0])
    posts = await house.settle()
    told = [(post.chat.native, post.digest.stories[0].headline) for post in posts]
    assert sorted(told) == [("me", OTHERS[0][0]), ("me", OTHERS[1][0]), ("other", OTHERS[0][0])]


class Counting(Analyzer):
    """Counts how often it is asked."""

    asked = 0

    def tokens(self, text: str, language: str = "") -> tuple[Token, ...]:
        self.asked += 1
        return super().tokens(text, language)


def test_a_story_is_summarised_once_for_all_chats_and_each_gets_its_own_reasons() -> None:
    analyzer, article = Counting(), Article(1, 1, "wire", *XIAOMI, language="en", story_id=1)
    summaries = Summaries(analyzer)
    one = summaries.told([article], [Reason("cars")])
    asked = analyzer.asked
    other = summaries.told([replace(article)], [Reason("everything")])
    assert analyzer.asked == asked > 0
    assert one.summary == other.summary
    assert (one.reasons, other.reasons) == ((Reason("cars"),), (Reason("everything"),))
    assert summaries.told([replace(article, text=XIAOMI_AGAIN[1])], []).summary != one.summary


# --- what platforms answer -----------------------------------------------------------------------


async def _one_queued(house: House) -> Delivery:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    await house.bring(feed, XIAOMI)
    await house.think()
    house.clock.advance(3)
    await house.think()
    [delivery] = await house.storage.outbox.list()
    return delivery


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (RetryLater("503"), DeliveryState.QUEUED),
        (RetryLater("429", 30), DeliveryState.QUEUED),
        (Rejected("can't parse entities"), DeliveryState.QUARANTINED),
        (Moved(ChatKey("web", "elsewhere")), DeliveryState.QUEUED),
    ],
)
async def test_every_answer_is_settled_with_its_reason(house: House, answer: SendOutcome, state: DeliveryState) -> None:
    queued = await _one_queued(house)
    house.sender.answer = lambda _: answer if len(house.sender.sent) == 1 else None
    assert await house.outbox.step()
    settled = await house.storage.outbox.get(queued.id)
    assert settled is not None and settled.state is state and settled.reason


async def test_a_failed_send_waits_and_is_sent_again(house: House) -> None:
    queued = await _one_queued(house)
    house.sender.answer = lambda _: RetryLater("503") if len(house.sender.sent) == 1 else None
    await house.deliver()
    assert not await house.outbox.step()
    house.clock.advance(minutes=1)
    await house.deliver()
    settled = await house.storage.outbox.get(queued.id)
    assert settled is not None and settled.state is DeliveryState.SENT and len(house.sender.shown) == 1


async def test_a_lost_answer_is_sent_again_where_that_is_safe_and_uncertain_where_it_is_not(
    storage: Storage, clock: ManualClock
) -> None:
    for idempotent, state in ((True, DeliveryState.QUEUED), (False, DeliveryState.UNCERTAIN)):
        sender = FakeSender(platform="web" if idempotent else "telegram", idempotent=idempotent)
        sender.answer = lambda _: Unknown("the connection broke")
        house = House(storage, clock, sender)
        feed = await house.feed(f"feed{idempotent}")
        chat = await house.chat(platform=sender.platform)
        await house.subscribe(chat, What("feed", str(feed.id)))
        await house.bring(feed, XIAOMI if idempotent else OTHERS[3])
        await house.settle()
        [delivery] = [d for d in await storage.outbox.list() if d.chat.platform == sender.platform]
        assert delivery.state is state


async def test_a_sender_that_died_mid_send_loses_nothing(storage: Storage, clock: ManualClock) -> None:
    house = House(storage, clock)
    queued = await _one_queued(house)
    [claimed] = await storage.outbox.claim("web", clock.now(), 10)  # and then the process is killed
    assert claimed.id == queued.id
    heir = House(storage, clock, owner="here:2")
    clock.advance(minutes=1)
    await heir.deliver()
    assert [d.id for d in heir.sender.sent] == [queued.id]


async def test_only_one_of_two_processes_judges_plans_and_sends(storage: Storage, clock: ManualClock) -> None:
    first, second = House(storage, clock), House(storage, clock, owner="elsewhere:2")
    feed, chat = await first.feed(), await first.chat()
    await first.subscribe(chat)
    assert not await first.judge.step()
    await first.bring(feed, XIAOMI)
    assert not await second.judge.step()
    assert len(await first.settle()) == 1
    assert not await second.settle()
    clock.advance(timedelta(minutes=2).total_seconds())
    await second.bring(feed, OTHERS[0])
    assert len(await second.settle()) == 1


async def test_posts_wait_a_moment_for_feeds_that_are_read_for_the_first_time(house: House) -> None:
    chat = await house.chat()
    await house.subscribe(chat)
    now = house.clock.now()
    feeds = [await house.storage.feeds.add(FeedSpec(f"https://{n}.example/rss", name=str(n)), now) for n in range(5)]
    await house.storage.feeds.due(now, 5, owner="here:1")
    await house.bring(feeds[0], OTHERS[0])
    assert not await house.settle()
    for feed, article in zip(feeds[1:], OTHERS[1:], strict=False):
        await house.bring(feed, article)
    [digest] = await house.settle()
    assert len(digest.digest.stories) == 5


async def test_posts_do_not_wait_long_for_a_slow_feed(house: House) -> None:
    feed, chat = await house.feed(), await house.chat()
    await house.subscribe(chat)
    await house.storage.feeds.add(FeedSpec("https://slow.example/rss"), house.clock.now())
    await house.storage.feeds.due(house.clock.now(), 5, owner="here:1")
    await house.bring(feed, XIAOMI)
    assert not await house.settle()
    house.clock.advance(20)
    assert len(await house.settle()) == 1
