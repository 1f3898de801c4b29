"""What people type is understood, and odd syntax is read as words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.models import TopicDefinition
from newsbot.domain.query import (
    And,
    Not,
    Or,
    Prefix,
    SearchQuery,
    Term,
    TopicQuery,
    canonical,
    compile_topic,
    parse_search,
    understood,
)
from newsbot.errors import QueryError

ANALYZER = Analyzer()
LEXICON = Lexicon.default()
BARE = Lexicon()


def search(text: str, lexicon: Lexicon = BARE) -> SearchQuery:
    return parse_search(text, ANALYZER, lexicon)


def topic(text: str = "", lexicon: Lexicon = LEXICON, **facets: tuple[object, ...]) -> TopicQuery:
    return compile_topic(TopicDefinition(query=text, **facets), ANALYZER, lexicon)  # type: ignore[arg-type]  # both kinds of facets


def term(text: str, *, title: bool = False) -> Term:
    return Term((ANALYZER.phrase(text),), text, title)


def labels(query: TopicQuery) -> list[str]:
    return [facet.label for facet in query.facets]


# --- searches ------------------------------------------------------------------------------------


def test_words_are_all_wanted() -> None:
    assert search("battery Tesla").node == And((term("battery"), term("Tesla")))


def test_every_operator_means_what_the_help_says() -> None:
    query = search('"solid state" oil OR gas -recall electri* title:Tesla source:Reuters lang:en,de -source:blog')
    assert query.node == And(
        (
            term("solid state"),
            Or((term("oil"), term("gas"))),
            Not(term("recall")),
            Prefix("electri"),
            term("Tesla", title=True),
        )
    )
    assert query.filters.sources == ("reuters",)
    assert query.filters.not_sources == ("blog",)
    assert query.filters.languages == ("en", "de")


def test_dates_and_spans_bound_the_time() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert search("x after:2026-11-01 before:2026-12").filters.window(now) == (
        datetime(2026, 11, 1, tzinfo=UTC),
        datetime(2026, 12, 1, tzinfo=UTC),
    )
    assert search("x after:7d").filters.window(now) == (now - timedelta(days=7), None)


@pytest.mark.parametrize("text", ["x after:2026-13-45", "x after:yesterday", "x before:0000"])
def test_a_date_that_is_none_is_a_word(text: str) -> None:
    assert search(text).filters.after is search(text).filters.before is None
    assert len(search(text).node.nodes) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"battery recall', ["battery", "recall"]),
        ('battery" recall', ["battery", "recall"]),
        ('"" battery', ["battery"]),
        ("battery OR", ["battery"]),
        ("OR battery", ["battery"]),
        ("battery AND", ["battery"]),
        ("- battery --", ["battery"]),
        ("battery ) ( *", ["battery"]),
        ("title: battery", ["title:", "battery"]),
        ("(battery recall)", ["battery", "recall"]),
        ("solid-state", ["solid-state"]),
        ("battery: -", ["battery:"]),
    ],
)
def test_broken_syntax_is_read_as_words(text: str, words: list[str]) -> None:
    assert [t.text for t in search(text).terms] == words


@pytest.mark.parametrize("text", ["", "   ", "-battery", '""', "lang:en", "🚗", "...", "*", "NOT battery"])
def test_only_a_query_with_no_positive_word_is_refused(text: str) -> None:
    with pytest.raises(QueryError):
        search(text)
    with pytest.raises(QueryError):
        topic(text)


def test_operators_alone_are_words() -> None:
    assert [t.text for t in search("OR").terms] == ["OR"]
    assert [t.text for t in search("AND NOT").terms]


def test_function_words_count_only_where_nothing_else_is_said() -> None:
    assert [t.text for t in search("the state of the economy").terms] == ["state", "economy"]
    assert [t.text for t in search("The Who").terms] == ["Who"]
    assert [t.text for t in search("to be").terms] == ["to", "be"]


def test_a_search_is_widened_by_concepts_and_says_first_what_was_typed() -> None:
    (first, *_) = search("electric cars", LEXICON).terms
    assert isinstance(first, Term)
    assert first.phrases[0] == ("electric", "car")
    assert ("ev",) in first.phrases
    assert ANALYZER.phrase("электромобиль") in first.phrases


def test_quotes_keep_a_search_to_the_letter() -> None:
    assert search('"electric cars"', LEXICON).node == And((term("electric cars"),))


def test_one_chinese_character_is_found_inside_words() -> None:
    assert search("车").node == And((Prefix("车"),))


# --- topics --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "facets", "anchor"),
    [
        ("Xiaomi EV", ["Xiaomi", "EV"], "Xiaomi"),
        ("ev xiaomi", ["ev", "xiaomi"], "xiaomi"),
        ("Xiaomi electric cars", ["Xiaomi", "electric cars"], "Xiaomi"),
        ("solid-state battery", ["solid-state battery"], "solid-state battery"),
        ("Tesla recall", ["Tesla", "recall"], "Tesla"),
        ("小米汽车", ["小米", "汽车"], "小米"),
        ("小米SU7", ["小米", "SU7"], "小米"),
        ("the war in Ukraine", ["war", "Ukraine"], "Ukraine"),
        ("Tesla OR Xiaomi recall", ["Tesla", "recall"], "Tesla"),
        ('"solid state" Toyota', ["solid state", "Toyota"], "Toyota"),
        ("latest news about Tesla", ["Tesla"], "Tesla"),
        ("Neues zu Elon Musk", ["Elon Musk"], "Elon Musk"),
        ("Последние новости о биткоине", ["биткоине"], "биткоине"),
        ("关于特斯拉的新闻", ["特斯拉"], "特斯拉"),
        ("特斯拉上海工厂", ["特斯拉", "上海", "工厂"], "特斯拉"),
        ("Krieg in der Ukraine", ["Krieg", "Ukraine"], "Ukraine"),
        ("الحرب في أوكرانيا", ["الحرب", "أوكرانيا"], "أوكرانيا"),
        ("news", ["news"], "news"),
        ("AT&T layoffs", ["AT&T", "layoffs"], "AT&T"),
    ],
)
def test_a_typed_topic_becomes_facets_with_an_anchor(text: str, facets: list[str], anchor: str) -> None:
    query = topic(text)
    assert labels(query) == facets
    assert query.facets[query.anchor].label == anchor


def test_words_side_by_side_may_be_one_name_and_a_year_is_no_word() -> None:
    assert topic("black hole zorkmids").beside == ()  # a known name is one already
    assert topic("ghost kitchen").beside == (0,)
    assert topic("Ghost kitchen").beside == ()
    assert topic("kitchen of ghosts").beside == (0,)
    assert topic("kitchen in town").beside == ()
    assert topic("iPhone 15").beside == (0,)
    assert (labels(topic("World Cup 2026")), topic("World Cup 2026").year) == (["World Cup"], "2026")
    assert (labels(topic("2026")), topic("2026").year) == (["2026"], "")


def test_a_chinese_car_is_an_electric_car_too() -> None:
    assert {"electric car", "EV", "电动汽车"} & {alias.text for alias in topic("小米汽车").facets[1].aliases}


def test_people_see_what_was_understood() -> None:
    assert understood(topic("Xiaomi EV")) == "Xiaomi + (EV, electric car, electric vehicle, SU7, …)"
    assert understood(topic("zorkmid -gold")) == "zorkmid − gold"
    config = topic(all=(("Xiaomi", "小米"), ("EV", "SU7")), none=("Redmi",))
    assert understood(config).startswith("(Xiaomi, 小米, …) + (EV, SU7, …)")
    assert understood(config).endswith(" − Redmi")


def test_or_not_and_quotes_work_in_a_typed_topic() -> None:
    query = topic('Tesla OR "Li Auto" -recall lang:en', BARE)
    assert [[alias.text for alias in facet.aliases] for facet in query.facets] == [["Tesla", "Li Auto"]]
    assert [alias.text for alias in query.none] == ["recall"]
    assert query.languages == ("en",)


def test_a_listed_any_is_a_facet_that_never_anchors() -> None:
    query = topic(all=(("battery",),), any=("Xiaomi", "CATL"))
    assert labels(query) == ["battery", "Xiaomi"]
    assert query.anchor == 0


def test_the_same_topic_has_one_canonical_form() -> None:
    assert canonical(TopicDefinition("Xiaomi EV")) == canonical(TopicDefinition("  xiaomi\tev "))
    assert canonical(TopicDefinition("a OR b c")) == canonical(TopicDefinition("B OR A c"))
    one = TopicDefinition(all=(("Xiaomi", "小米"), ("EV", "SU7")), none=("x", "y"))
    other = TopicDefinition(all=(("su7", "ev"), ("小米", "xiaomi", "Xiaomi")), none=("Y", "X"))
    assert canonical(one) == canonical(other)
    different = ["Xiaomi EV", "Xiaomi -EV", '"Xiaomi EV"', "Xiaomi OR EV", "title:Xiaomi EV", "Xiaomi"]
    assert len({canonical(TopicDefinition(text)) for text in different}) == len(different)


@settings(max_examples=100, deadline=None)
@given(
    st.one_of(
        st.text(max_size=60),
        st.lists(
            st.sampled_from(
                ['"', "-", "OR", "AND", "NOT", "(", ")", "title:", "lang:", "after:7d", "*", "EV", "小米汽车", "|", "x"]
            ),
            max_size=8,
        ).map(" ".join),
        st.text(alphabet='"-:*|()ORNT x', max_size=20),
    )
)
def test_no_text_raises_anything_but_query_error(text: str) -> None:
    canonical(TopicDefinition(text))
    try:
        query = search(text, LEXICON)
        assert query.terms
        understood(topic(text))
    except QueryError:
        pass
