"""What a follow learns: one veto everywhere, words that tell, and every step taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lessons import (
    MOST_MARKS,
    MOST_WITHOUT,
    against,
    allowed,
    candidates,
    left_out,
    mark_of,
    marked,
    narrowing,
    offered,
    taught,
    telling,
    unmarked,
)
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import matches
from newsbot.domain.models import Article, Lessons, Mark, Subscription, TopicDefinition, What, When
from newsbot.domain.query import compile_topic, understood

ANALYZER, LEXICON = Analyzer(), Lexicon.default()
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
XIAOMI = TopicDefinition(query="Xiaomi")
WORDS = (
    "Xiaomi",
    "Redmi",
    "phone",
    "phones",
    "a",
    "US",
    "us",
    "electric",
    "car",
    "小米",
    "红米手机",
    "SU7",
    "who",
    "solid state",
)
REDMI = (
    "Xiaomi’s Redmi Note 15 phone launches in India",
    "The company said on Monday that its Redmi Note 15, a phone with a large battery, comes to India soon.",
)

some_words = st.lists(st.sampled_from(WORDS), max_size=5)


def order(*without: str, query: str = "") -> Subscription:
    return Subscription(1, 1, What("topic", "3"), When(), query=query, lessons=Lessons(without=without))


def told(title: str, text: str) -> Article:
    return Article(1, 1, "Wire", title, text, language="en", published=NOW)


def learned(*marks: Mark, without: tuple[str, ...] = ()) -> Lessons:
    return Lessons(marks, without)


@settings(max_examples=50, deadline=None)
@given(some_words, some_words, some_words)
def test_what_was_learned_vetoes_alike_in_the_compiled_topic_and_for_the_live_order(
    title: list[str], text: list[str], without: list[str]
) -> None:
    article = told(" ".join(title), " ".join(text))
    analyzed = ANALYZER.article(article.title, article.text, article.language)
    lessons = Lessons(without=tuple(without))
    compiled = compile_topic(taught(XIAOMI, lessons), ANALYZER, LEXICON)
    plain = matches(compile_topic(XIAOMI, ANALYZER, LEXICON), analyzed, LEXICON)
    note = narrowing(article, ANALYZER, LEXICON, NOW)(order(*without))
    live = plain if not note else None
    assert live == matches(compiled, analyzed, LEXICON)


def test_a_word_is_left_out_in_all_its_forms_and_the_note_names_it() -> None:
    narrow = narrowing(told("Xiaomi shows two phones", ""), ANALYZER, LEXICON, NOW)
    assert narrow(order("Redmi", "phone")) == "lesson:phone"
    assert narrow(order("Redmi")) == ""
    assert narrow(order(query="tablet")) == "query"
    assert narrow(order(query="-phone")) == "query", "a query without a word to look for lets nothing through"


def test_what_is_looked_for_names_what_it_goes_without() -> None:
    query = compile_topic(taught(XIAOMI, Lessons(without=("Redmi",))), ANALYZER, LEXICON)
    assert understood(query).endswith("− Redmi")
    assert taught(XIAOMI, Lessons()) is XIAOMI


def test_words_of_any_news_are_never_offered() -> None:
    text = "On Tuesday President Lu Weibing said that mass production is improving. Half the cars go to Lyon."
    article = ANALYZER.article("Lu Weibing: Xiaomi EV is presented", text)
    words = candidates(article, compile_topic(XIAOMI, ANALYZER, LEXICON))
    assert "Weibing" in words and "Lyon" in words
    assert not {"President", "mass", "improving", "presented", "Half"} & set(words)


def test_the_telling_words_are_names_first_and_none_of_the_topics_own_nor_common_ones() -> None:
    article = ANALYZER.article(*REDMI)
    words = candidates(article, compile_topic(XIAOMI, ANALYZER, LEXICON))
    assert "Xiaomi" not in words and "15" not in words and "that" not in words
    found = telling(words, article, {"india": 900, "redmi": 3, "phone": 30}, 1000)
    assert found[0] in {"Redmi", "Note"} and "phone" in found and "India" not in found


def test_words_of_chinese_are_whole_words() -> None:
    article = ANALYZER.article("小米发布手机新品", "小米公司周一在北京发布了手机。")
    words = candidates(article, compile_topic(XIAOMI, ANALYZER, LEXICON))
    assert {"手机", "北京"} <= set(words)
    assert not any("米发" in word for word in words)


def test_a_mark_takes_the_place_of_the_one_before_and_the_oldest_of_too_many_goes() -> None:
    lessons = learned(Mark(1, good=False, words=("Redmi",)))
    lessons = marked(lessons, Mark(1, good=True))
    assert [mark.good for mark in lessons.marks] == [True]
    for n in range(2, MOST_MARKS + 2):
        lessons = marked(lessons, Mark(n, good=False))
    assert len(lessons.marks) == MOST_MARKS and mark_of(lessons, 1) is None
    assert mark_of(unmarked(lessons, 9), 9) is None


def test_a_word_of_two_unwanted_stories_speaks_for_itself_unless_a_wanted_one_has_it() -> None:
    bad = learned(Mark(1, good=False, words=("Redmi", "phone")), Mark(2, good=False, words=("redmi", "India")))
    assert against(bad, ANALYZER) == ("redmi",)
    assert against(marked(bad, Mark(3, good=True, words=("REDMI",))), ANALYZER) == ()
    assert against(replace(bad, without=("Redmi",)), ANALYZER) == ()


def test_what_was_taken_back_is_not_left_out_again_for_the_same_stories() -> None:
    bad = learned(Mark(1, good=False, words=("Redmi",)), Mark(2, good=False, words=("Redmi",)), without=("Redmi",))
    back = allowed(bad, ["redmi"], ANALYZER)
    assert back.without == () and against(back, ANALYZER) == ()


def test_words_to_choose_from_are_few_and_none_that_is_left_out_or_praised() -> None:
    mark = Mark(1, good=False, words=("Redmi", "phones", "India", "Note", "camera", "price"))
    lessons = learned(mark, Mark(2, good=True, words=("India",)), without=("phone",))
    assert offered(lessons, mark, ANALYZER) == ("Redmi", "Note", "camera", "price")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=80), max_size=30), st.lists(st.sampled_from(WORDS), max_size=30))
def test_words_left_out_stay_few_whatever_they_are_and_all_can_be_taken_back(odd: list[str], plain: list[str]) -> None:
    lessons = left_out(left_out(Lessons(), odd, ANALYZER), plain, ANALYZER)
    assert len(lessons.without) <= MOST_WITHOUT
    keys = [ANALYZER.phrase(word) for word in lessons.without]
    assert len(set(keys)) == len(keys) and all(keys)
    assert allowed(lessons, lessons.without, ANALYZER).without == ()
