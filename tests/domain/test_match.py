"""An article matches the topics that it is about, and the index finds just what the predicate says."""

from __future__ import annotations

import json
import lzma
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import AnalyzedArticle, Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import Matcher, fits, judged, matches
from newsbot.domain.models import Match, TopicDefinition
from newsbot.domain.query import TopicQuery, compile_topic, parse_search

ANALYZER = Analyzer()
LEXICON = Lexicon.default()
FILLER = "The weather was fine in the city, people walked along the river and children played near the bridge. " * 12

SHORT = "More electric cars were sold in the third quarter, the firm said, and analysts expect it to go on so. "


def topic(text: str = "", **facets: tuple[object, ...]) -> TopicQuery:
    return compile_topic(TopicDefinition(query=text, **facets), ANALYZER, LEXICON)  # type: ignore[arg-type]  # both kinds of facets


def article(title: str, text: str = "", language: str = "") -> AnalyzedArticle:
    return ANALYZER.article(title, text, language)


def match(query: str | TopicQuery, title: str, text: str = "", language: str = "") -> Match | None:
    query = topic(query) if isinstance(query, str) else query
    return matches(query, article(title, text, language), LEXICON)


# --- about, or in passing ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "title", "text"),
    [
        ("Xiaomi EV", "Xiaomi's electric car (EV) set to roll off production lines by 2024", ""),
        (
            "Xiaomi EV",
            "Phone maker's first car nears",
            "Xiaomi will mass-produce its electric vehicle in 2024." + FILLER,
        ),
        ("Xiaomi EV", "小米汽车SU7正式发布", "雷军表示，小米汽车将于2024年量产。"),
        ("Xiaomi EV", "Сяоми начала продажи электромобилей", "Китайская компания открыла заказы."),
        ("Xiaomi EV", "Xiaomi vende su primer coche eléctrico", "La empresa china empezó las entregas."),
        ("Xiaomi EV", "", "Xiaomi's SU7 sold out within a day, the carmaker said."),
        ("小米汽车", "Xiaomi's electric car (EV) set to roll off production lines by 2024", ""),
        ("Tesla recall", "Tesla recalls 2 million cars over Autopilot", "The safety recall covers nearly all."),
        ("solid-state battery", "Toyota shows solid state batteries", "They charge in ten minutes."),
        ("earthquake Turkey", "Землетрясение в Турции", "Сильное землетрясение произошло на востоке."),
        ("US tariffs", "US raises import duties on steel", "The White House said on Monday."),
        ("AI layoffs", "Firm cuts jobs as artificial intelligence takes over", "The job cuts affect 400 people."),
    ],
)
def test_an_article_about_the_topic_matches(query: str, title: str, text: str) -> None:
    assert match(query, title, text)


@pytest.mark.parametrize(
    ("query", "title", "text"),
    [
        ("Xiaomi EV", "Xiaomi 14 phone review: a great camera", "Xiaomi's phone has a big battery." + FILLER),
        ("Xiaomi EV", "Xiaomi unveils phone", "Xiaomi showed it." + FILLER + "It also makes electric cars."),
        ("Xiaomi EV", "Tesla EV sales rise", "Tesla sold more." + FILLER + "Its rivals are BYD, Nio and Xiaomi."),
        ("Xiaomi EV", "Tesla EV sales rise", SHORT + "Its rivals are BYD, Nio and Xiaomi."),
        ("Xiaomi EV", "BYD's electric cars come to Europe", "The EV maker will sell five models." + FILLER),
        ("EV", "A great event in the store", "Never before did so many people say so."),
        ("Tor", "The store tore down", "Editors store history."),
        ("AI", "He said it again", "Said and said."),
        ("AI", "Aiuto ai bambini dopo la scuola", "Il sindaco parla ai cittadini e ai giornalisti della città."),
        ("US tariffs", "Let us talk about tariffs", "They told us that tariffs on us will rise in France."),
    ],
)  # fmt: skip
def test_a_mention_in_passing_or_another_word_does_not(query: str, title: str, text: str) -> None:
    assert match(query, title, text) is None


def test_a_veto_holds_wherever_its_word_stands() -> None:
    query = topic(all=(("Xiaomi",), ("EV",)), none=("Redmi",))
    assert match(query, "Xiaomi EV arrives", "The car is here.")
    assert match(query, "Xiaomi EV arrives", "The car is here." + FILLER + "So is Redmi.") is None
    assert match("Xiaomi EV -Redmi", "Xiaomi EV and Redmi phone") is None


def test_any_needs_one_of_its_words() -> None:
    query = topic(all=(("battery",),), any=("CATL", "Xiaomi"))
    assert match(query, "CATL battery plant opens")
    assert match(query, "Battery plant opens") is None


def test_a_language_in_the_topic_is_held() -> None:
    german = "Xiaomi zeigt ein Elektroauto und das ist nicht für den Export"
    assert match("Xiaomi EV lang:de", german)
    assert match("Xiaomi EV lang:en", german) is None


def test_a_match_knows_the_articles_own_words_and_its_score() -> None:
    found = match("Xiaomi EV", "Xiaomi’s Electric Cars", "An EV by XIAOMI.")
    assert found is not None
    assert found.words == ("Xiaomi", "Electric Cars", "EV")
    weaker = match("Xiaomi EV", "A maker of phones", "Xiaomi showed an electric car." + FILLER)
    assert weaker is not None
    assert 0 < weaker.score < found.score <= 1


@pytest.mark.parametrize(
    ("query", "title", "text", "reason"),
    [
        ("Xiaomi EV", "Xiaomi shows a phone", "It has a big battery.", "words"),
        ("Xiaomi EV -Redmi", "Xiaomi EV and Redmi phone", "", "veto"),
        ("Xiaomi EV lang:de", "The Xiaomi EV is on sale and will be for all of the year", "", "language"),
        ("World Cup 2026", "Looking back at the World Cup 2022", "", "year"),
        ("Xiaomi", "BYD sells more cars than Tesla", FILLER + "Its rivals are Nio and Xiaomi.", "passing"),
        ("Golden Globes", "John Saxon dies at 83", "Saxon won a Golden Globe in 1966.", "passing"),
        ("Tesla Audi", "Audi sells less", FILLER * 2 + "Tesla! " * 9 + FILLER, "apart"),
        ("ghost kitchen", "A ghost in the city", "It came at night." + FILLER + "It went home to a kitchen.", "words"),
        ("Fed", "How he fed his family", "The Feds came.", "words"),
    ],
)
def test_a_judgement_says_why_an_article_does_not_match(query: str, title: str, text: str, reason: str) -> None:
    judgement = judged(topic(query), article(title, text), LEXICON)
    assert (judgement.match, judgement.reason) == (None, reason)
    assert [facet.label for facet in judgement.facets] == [facet.label for facet in topic(query).facets]


@pytest.mark.parametrize(
    ("query", "title", "text"),
    [
        ("Fed rates", "Federal Reserve holds interest rates", ""),
        ("war in Ukraine", "Russian drones hit Kyiv", ""),
        ("Krieg in der Ukraine", "Россия нанесла удар по Киеву", ""),
        ("World Cup 2026", "World Cup: hosts name their squads", ""),
        ("earthquake Japan", "Forte séisme au large de Tokyo", ""),
        ("ghost kitchen", "Kitchens of ghosts", ""),
        ("nils holgersson", "Holgersson wins again", "On a goose came Nils Holgersson, 14."),
        ("小米汽车", "Xiaomi SU7 sold out", ""),
        ("TSLA", "Tesla cuts jobs", ""),
        ("apple lawsuit", "Justice Department sues Apple", ""),
    ],
)
def test_words_that_mean_a_thing_in_company_are_known(query: str, title: str, text: str) -> None:
    assert match(query, title, text)


# --- the index -----------------------------------------------------------------------------------

VOCABULARY = ["Xiaomi", "小米", "EV", "electric car", "Tesla", "recall", "battery", "US", "us", "Redmi", "said",
              "solid-state", "小米汽车", "электромобиль", "EVs", "car", "Model 3", "the"]  # fmt: skip
PHRASES = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4)
QUERIES = st.builds(
    lambda words, none: " ".join([*words, *(f'-"{word}"' for word in none)]),
    PHRASES,
    st.lists(st.sampled_from(VOCABULARY), max_size=1),
)
ARTICLES = st.builds(
    lambda title, text, gap: article(" ".join(title), " ".join(text[:3]) + gap * 40 + " ".join(text[3:])),
    st.lists(st.sampled_from(VOCABULARY), max_size=4),
    st.lists(st.sampled_from(VOCABULARY), max_size=9),
    st.sampled_from([" ", " word "]),
)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(QUERIES, max_size=8),
    st.lists(ARTICLES, max_size=4),
    st.sets(st.integers(0, 7)),
    st.dictionaries(st.sampled_from([key for text in VOCABULARY for key in ANALYZER.keys(text)]), st.integers(0, 99)),
)
def test_the_matcher_finds_exactly_what_the_predicate_says_whatever_is_common(
    texts: list[str], articles: list[AnalyzedArticle], removed: set[int], frequencies: dict[str, int]
) -> None:
    queries = {n: topic(text) for n, text in enumerate(texts)}
    matcher = Matcher(queries, LEXICON, frequencies)
    for n in removed:
        matcher.remove(n)
        queries.pop(n, None)
    assert len(matcher) == len(queries)
    for one in articles:
        brute = [found for n, query in queries.items() if (found := matches(query, one, LEXICON, n))]
        assert matcher.match(one) == brute
        judgements = {n: judged(query, one, LEXICON, n) for n, query in queries.items()}
        assert [j.match for j in judgements.values() if j.match] == brute
        assert all(bool(j.match) == (not j.reason) for j in judgements.values())


def test_an_article_with_only_the_common_word_of_a_topic_costs_it_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(
        "newsbot.domain.match.percolator.matches", lambda query, one, lexicon, topic_id: tried.append(topic_id)
    )
    (common,), (rare,) = ANALYZER.keys("government"), ANALYZER.keys("zorkmid")
    matcher = Matcher({1: topic("government zorkmid")}, LEXICON, {common: 900, rare: 2})
    matcher.match(article("The government spoke"))
    assert tried == []
    matcher.match(article("A zorkmid for the government"))
    assert tried == [1]


def test_a_topic_can_be_replaced_and_taken_away() -> None:
    matcher = Matcher({1: topic("Xiaomi EV")}, LEXICON)
    matcher.add(1, topic("Tesla recall"))
    assert matcher.match(article("Xiaomi EV arrives")) == []
    assert [m.topic_id for m in matcher.match(article("Tesla recall widens"))] == [1]
    matcher.remove(1)
    matcher.remove(1)
    assert matcher.match(article("Tesla recall widens")) == []


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_raises(title: str, text: str) -> None:
    one = article(title, text)
    Matcher({1: topic("Xiaomi EV"), 2: topic("US")}, LEXICON).match(one)
    fits(parse_search("EV OR 车 -us", ANALYZER, LEXICON), one)


# --- narrowing -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "fit"),
    [
        ("battery", True),
        ("battery -tesla", False),
        ('"solid state"', True),
        ('"state solid"', False),
        ("title:tesla", True),
        ("title:battery", False),
        ("batt* tesla", True),
        ("cobalt OR battery", True),
        ("cobalt battery", False),
        ("battery lang:en", True),
        ("battery lang:de", False),
        ("battery -lang:en", False),
        ("battery source:electrek", True),
        ("battery source:reuters", False),
        ("battery -source:electrek", False),
        ("battery after:2026-01-01", True),
        ("battery before:2026-01-01", False),
        ("battery after:2d", True),
        ("battery after:1h", False),
        ("Akku", True),
    ],
)
def test_a_narrowing_query_is_held_word_by_word(query: str, fit: bool) -> None:
    one = article("Tesla plans more", "The maker of cars has a solid-state battery in the works.", "en")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    asked = parse_search(query, ANALYZER, LEXICON)
    assert (
        fits(asked, one, source="Electrek https://electrek.co/feed", published=now - timedelta(days=1), now=now) == fit
    )


# --- the wire ------------------------------------------------------------------------------------


@pytest.mark.corpus
def test_topics_of_the_reuters_corpus_are_told_apart() -> None:
    folder = Path(os.environ.get("NEWSBOT_TEST_DATA") or Path(__file__).parents[2] / ".." / "shared" / "data")
    corpus = folder / "articles" / "reuters21578.jsonl.xz"
    if not corpus.exists():
        pytest.skip("the shared data folder is not here")
    codes = {"gold": "gold", "coffee": "coffee", "crude oil": "crude", "wheat": "wheat", "natural gas": "nat-gas"}
    matcher = Matcher({n: topic(query) for n, query in enumerate(codes)}, LEXICON)
    hits = wrong = missed = 0
    with lzma.open(corpus, "rt", encoding="utf-8") as lines:
        for line in list(lines)[:4000]:
            one = json.loads(line)
            if not one["topics"]:
                continue
            found = {list(codes.values())[m.topic_id] for m in matcher.match(article(one["title"], one["text"], "en"))}
            true = set(codes.values()) & set(one["topics"])
            hits, wrong, missed = hits + len(found & true), wrong + len(found - true), missed + len(true - found)
    assert hits / (hits + wrong) > 0.8
    assert hits / (hits + missed) > 0.6
