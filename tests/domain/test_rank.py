from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.rank import LEAST_IDF, RECENCY, Term, idf, padded, rank, recency
from newsbot.domain.rank import Candidate as Padded

NOW = datetime(2026, 5, 1, tzinfo=UTC)
keys = st.sampled_from(["a", "b", "c", "at&t", "c++", "小米", "su7", "aa"])
texts = st.lists(keys, max_size=12).map(" ".join)


def Candidate(number: int, title: str, body: str, published: datetime | None = None) -> Padded:  # noqa: N802  reads as one
    return Padded(number, padded(title), padded(body), published)


def order(*candidates: Padded, words: str = "battery", now: datetime | None = NOW) -> list[int]:
    terms = [Term(((word,),)) for word in words.split()]
    frequencies = dict.fromkeys(words.split(), 1)
    return [ranked.id for ranked in rank(candidates, terms, frequencies, 100, now)]


def test_a_word_in_the_title_outweighs_the_same_word_in_the_text() -> None:
    assert order(Candidate(1, "new battery", "the maker said"), Candidate(2, "new car", "the battery said")) == [1, 2]


def test_of_two_equal_articles_the_newer_comes_first() -> None:
    old = Candidate(1, "battery", "", NOW - timedelta(days=30))
    new = Candidate(2, "battery", "", NOW - timedelta(hours=1))
    assert order(old, new) == [2, 1]


def test_a_much_better_old_article_beats_a_passing_mention_of_today() -> None:
    old = Candidate(1, "battery plant", "battery works make a battery " * 3, NOW - timedelta(days=60))
    new = Candidate(2, "stocks", "shares fell and a " * 20 + "battery", NOW)
    assert order(old, new) == [1, 2]


def test_a_rare_word_counts_more_than_a_common_one() -> None:
    terms = [Term((("rare",),)), Term((("common",),))]
    found = rank([Candidate(1, "", "rare x"), Candidate(2, "", "common x")], terms, {"rare": 1, "common": 60}, 100)
    assert [r.id for r in found] == [1, 2]


def test_words_side_by_side_come_before_words_far_apart() -> None:
    apart = Candidate(2, "", "solid x x x x x x state")
    beside = Candidate(1, "", "solid state x x x x x x")
    assert order(apart, beside, words="solid state") == [1, 2]


def test_neighbouring_repeats_are_all_counted() -> None:
    once, thrice = Candidate(1, "", "x a x x"), Candidate(2, "", "x a a a")
    assert order(once, thrice, words="a") == [2, 1]


def test_a_key_is_never_found_inside_another() -> None:
    (found,) = rank([Candidate(1, "aa baa", "a&a")], [Term((("a",),))], {"a": 1}, 10)
    assert found.score == 0


def test_any_spelling_of_a_term_counts_and_a_phrase_only_where_it_stands_together() -> None:
    terms = [Term((("ev",), ("electric", "car")))]
    articles = [Candidate(1, "", "an ev"), Candidate(2, "", "electric car x"), Candidate(3, "", "car electric")]
    assert {r.id: r.score > 0 for r in rank(articles, terms, {}, 10)} == {1: True, 2: True, 3: False}


def test_a_prefix_counts_every_word_that_begins_so() -> None:
    (found,) = rank([Candidate(1, "", "electric x")], [Term((("elect",),), prefix=True)], {"elect": 1}, 10)
    assert found.score > 0


def test_a_title_term_does_not_look_at_the_text() -> None:
    (found,) = rank([Candidate(1, "x", "battery")], [Term((("battery",),), title=True)], {"battery": 1}, 10)
    assert found.score == 0


def test_no_word_is_worth_nothing_and_no_count_breaks_the_weight() -> None:
    assert idf(0, 0) >= LEAST_IDF
    assert idf(10, 1_000) == LEAST_IDF
    assert idf(10, -3) == idf(10, 0)


def test_a_date_in_the_future_counts_as_now() -> None:
    assert recency(NOW + timedelta(days=9), NOW) == 1 + RECENCY


def test_no_candidates_no_results() -> None:
    assert rank([], [Term((("a",),))], {}, 0) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(texts, texts), max_size=8), st.lists(keys, min_size=1, max_size=3))
def test_the_order_does_not_depend_on_the_order_of_the_candidates(
    articles: list[tuple[str, str]], wanted: list[str]
) -> None:
    candidates = [Candidate(i, title, body, NOW - timedelta(hours=i)) for i, (title, body) in enumerate(articles)]
    terms = [Term(((key,),)) for key in wanted]
    ranked = rank(candidates, terms, {}, 50, NOW)
    assert rank(candidates[::-1], terms, {}, 50, NOW) == ranked
    assert sorted(r.id for r in ranked) == list(range(len(articles)))
    words = {i: f"{title} {body}".split() for i, (title, body) in enumerate(articles)}
    assert all((r.score > 0) == any(key in words[r.id] for key in wanted) for r in ranked)
