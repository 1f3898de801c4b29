"""The buttons under a post: few, short, and every story of a digest within reach."""

from __future__ import annotations

from newsbot.domain.models import Digest, DigestStory, Reason, Source
from newsbot.locales import Words
from newsbot.platforms.actions import LIMIT
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.views import Button

HUGE = 2**62


def story(n: int = 1, sources: int = 1, topic: int | None = None) -> DigestStory:
    told = tuple(Source(f"Source {i}", f"https://s{i}.example/", i) for i in range(sources))
    reasons = (Reason("Xiaomi EV and everything else about electric cars", ("SU7",), topic),)
    return DigestStory(HUGE + n, f"Headline {n}", sources=told, reasons=reasons)


def flat(digest: Digest, delivery: int = HUGE) -> list[Button]:
    return [button for row in digest_buttons(digest, delivery, Words()) for button in row]


def test_a_single_story_offers_its_topic_and_what_to_do_with_it() -> None:
    actions = [b.action.partition(":")[0] for b in flat(Digest((story(topic=7, sources=3),)))]
    assert actions == ["tp", "lk", "up", "dn", "mm", "wy", "so"]


def test_a_story_without_topic_and_with_one_source_has_fewer_buttons() -> None:
    actions = [b.action.partition(":")[0] for b in flat(Digest((story(),)))]
    assert actions == ["lk", "mm", "wy"]


def test_readers_of_a_public_post_get_no_buttons_for_what_comes() -> None:
    for told, wanted in ((story(topic=7, sources=3), ["tp", "lk", "so", "wy"]), (story(), ["lk", "wy"])):
        buttons = [b for row in digest_buttons(Digest((told,)), 5, Words(), public=True) for b in row]
        assert [b.action.partition(":")[0] for b in buttons] == wanted


def test_each_story_of_a_digest_is_reached_by_its_number() -> None:
    digest = Digest(tuple(story(n) for n in range(1, 11)), more=4)
    rows = digest_buttons(digest, 5, Words())
    assert [[b.label for b in row] for row in rows[:2]] == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]]
    assert rows[2][0].label == "4 more"
    assert rows[0][0].hint == "Story: Headline 1"


def test_an_answer_that_was_never_delivered_has_no_button_for_its_rest() -> None:
    digest = Digest((story(1), story(2)), more=4)
    assert all(not b.action.startswith("mo") for b in flat(digest, 0))


def test_every_action_fits_every_platform_even_with_the_largest_ids() -> None:
    for digest in (Digest((story(sources=9, topic=HUGE),)), Digest((story(1), story(2)), more=9)):
        assert all(len(b.action.encode()) <= LIMIT for b in flat(digest))


def test_a_digest_of_nothing_has_no_buttons() -> None:
    assert flat(Digest(())) == []
