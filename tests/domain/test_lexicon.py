"""Words that mean the same are known as such, and names never widen into what they make."""

from __future__ import annotations

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Concept, Lexicon, parse, shipped
from newsbot.domain.models import TopicDefinition
from newsbot.domain.query import compile_topic

ANALYZER = Analyzer()
LEXICON = Lexicon.default()


def words(alias: str, lexicon: Lexicon = LEXICON) -> set[str]:
    """All that may stand for ``alias``."""
    return {alias, *(word for concept in lexicon.concepts_of(alias, ANALYZER) for word in lexicon.words_of(concept))}


def test_an_abbreviation_widens_to_its_long_forms_in_other_languages() -> None:
    assert {"electric car", "электромобиль", "电动汽车", "Elektroauto"} <= words("ev")


def test_inflections_and_capitals_find_the_concept() -> None:
    assert words("Electric Cars") >= words("EV")


def test_a_kind_is_wanted_by_the_broader_word_and_not_the_other_way_round() -> None:
    assert "EV" in words("car")
    assert "Bitcoin" in words("cryptocurrency")
    assert "car" not in words("EV")
    assert "cryptocurrency" not in words("Bitcoin")


def test_a_name_widens_to_its_other_spellings_and_to_what_is_nobody_elses() -> None:
    wide = {concept.aliases[0] for concept in LEXICON.concepts if concept.name and concept.narrower}
    countries = {"China", "Russia", "Ukraine", "Iran", "Syria", "Gaza", "North Korea"}
    assert wide == countries | {"Xiaomi", "Tesla", "Apple", "OpenAI", "SpaceX", "Boeing"}
    assert "Kyiv" in words("Ukraine")
    assert "Ukraine" not in words("Kyiv")
    assert words("Xiaomi") >= {"Xiaomi", "小米", "Сяоми", "شاومي"}
    assert not words("Xiaomi") & {"phone", "EV"}


def test_an_unknown_word_stands_for_itself() -> None:
    assert words("zorkmid") == {"zorkmid"}
    assert words("") == {""}


def test_the_configs_concepts_join_the_shipped_ones_in_a_new_snapshot() -> None:
    wider = LEXICON.with_concepts([["Zorkmid", "ZM coin"], []])
    assert words("zm coins", wider) == {"zm coins", "Zorkmid", "ZM coin"}
    assert words("zm coins") == {"zm coins"}
    assert wider.version != LEXICON.version
    assert wider.version == LEXICON.with_concepts([["Zorkmid", "ZM coin"]]).version


def test_a_longer_phrase_tells_more_than_a_word() -> None:
    assert LEXICON.rarity(("solid", "state", "battery")) > LEXICON.rarity(("solid", "state")) > LEXICON.rarity(("say",))


def test_concepts_that_point_at_each_other_do_not_loop() -> None:
    lexicon = Lexicon(parse("a1 | b1 > c1\nc1 > a1 | d1"))
    assert lexicon.words_of(lexicon.concepts[0]) == ("a1", "b1", "c1", "d1")


def test_a_word_in_company_and_one_of_a_set_form_are_told_apart_from_the_others() -> None:
    (concept,) = parse("[names]\n^Fed | Federal Reserve | ~Powell | =Feds")
    assert concept == Concept(
        ("Fed", "Federal Reserve", "Feds"), name=True, beside=("Powell",), forms=(("Fed", "^"), ("Feds", "="))
    )
    lexicon = Lexicon((concept,))
    assert "Powell" not in {alias.text for alias in lexicon.aliases_of(concept, ANALYZER)}
    assert "Powell" in {alias.text for alias in lexicon.aliases_of(concept, ANALYZER, accompanied=True)}
    assert lexicon.aliases_of(concept, ANALYZER) is lexicon.aliases_of(concept, ANALYZER)


def test_what_any_news_may_tell_of_never_anchors_a_topic() -> None:
    assert {concept.aliases[0] for concept in shipped() if concept.common} >= {"price", "launch", "death"}
    query = compile_topic(TopicDefinition("price zorkmid"), ANALYZER, LEXICON)
    assert query.facets[query.anchor].label == "zorkmid"


def test_a_russian_name_is_none_in_small_letters_that_mean_another_word() -> None:
    assert "Gaza" in words("Газа")
    assert words("газ") == {"газ"}


def test_the_shipped_concepts_are_clean() -> None:
    concepts = shipped()
    said = [alias for concept in concepts for alias in (*concept.aliases, *concept.beside, *concept.narrower)]
    heads = [concept.aliases[0] for concept in concepts]
    assert len(concepts) >= 800
    assert len(set(heads)) == len(heads)
    assert not [alias for alias in said if not ANALYZER.phrase(alias)]
    assert not [alias for alias in said if set(alias) & set("|>~^=") or alias != alias.strip()]


def test_a_word_means_one_concept_or_one_and_its_own_kind() -> None:
    """Two names never share a word, nor a name and anything else: those below name what others are named for."""
    index = LEXICON.index(ANALYZER)
    shared = {keys: [c.aliases[0] for c in found] for keys, found in index.items() if len(found) > 1}
    names = {concept.aliases[0] for concept in LEXICON.concepts if concept.name}
    assert [heads for heads in shared.values() if names.intersection(heads)] == []
    assert len(shared) <= 70
