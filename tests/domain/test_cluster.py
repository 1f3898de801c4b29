from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer
from newsbot.domain.cluster import StoryIndex, features
from newsbot.domain.models import Article

ANALYZER = Analyzer()
NOON = datetime(2023, 8, 29, 12, tzinfo=UTC)

XIAOMI_A = (
    "Xiaomi's electric car on track for mass production in 2024",
    (
        "Xiaomi's electric car will enter mass production in the first half of 2024, president Lu Weibing "
        "said on Tuesday. Research and development spending reached 4.6 billion yuan in the second quarter, "
        "up 21%. The company has 16,834 people in research, 52% of the workforce, and posted a record net "
        "profit of $700 million."
    ),
)
XIAOMI_B = (
    "Lu Weibing: Xiaomi EV ahead of plan, company aims for top five",
    (
        "Xiaomi president Lu Weibing told investors that the firm's first electric vehicle is ahead of plan "
        "and that mass production will start in 2024. The Beijing company spent 4.6 billion yuan on research "
        "in the quarter, 21% more than a year ago, and wants to be among the world's top five car sellers."
    ),
)
XIAOMI_PHONE = (
    "Xiaomi 13T phone goes on sale in Europe with Leica cameras",
    (
        "Xiaomi has launched the 13T and 13T Pro smartphones in Berlin. The handsets have a 144 Hz screen, "
        "Leica lenses and a battery of 5,000 mAh, and cost from 649 euros. Sales begin in October in Germany,"
        " France and Spain."
    ),
)
QUAKE_CHILE = (
    "Strong earthquake shakes northern Chile",
    (
        "A 6.3 magnitude earthquake struck northern Chile on Monday night, the National Seismological Centre "
        "said. It was felt in Antofagasta and Calama. No injuries were reported and the navy ruled out a "
        "tsunami, officials said."
    ),
)
QUAKE_JAPAN = (
    "Strong earthquake hits northeastern Japan",
    (
        "A 6.9 magnitude earthquake hit northeastern Japan on Tuesday morning, the Meteorological Agency "
        "said. It was felt in Sendai and Tokyo. No injuries were reported and no tsunami warning was issued, "
        "officials said."
    ),
)
RECALL_TESLA = (
    "Tesla recalls 120,000 cars over doors",
    (
        "Tesla is recalling 120,423 Model S and Model X cars in the United States because their doors may "
        "unlock in a crash, the safety regulator said on Friday."
    ),
)
RECALL_FORD = (
    "Ford recalls 45,000 cars over doors",
    (
        "Ford is recalling 45,607 Explorer and Mustang cars in the United States because their doors may open"
        " while driving, the safety regulator said on Friday."
    ),
)
XIAOMI_GERMAN = (
    "Xiaomi: Elektroauto ab 2024",
    (
        "Xiaomi-Präsident Lu Weibing sagt, das Elektroauto komme 2024. Die Firma gab im Quartal 21 Prozent "
        "mehr für Forschung aus. Dort arbeiten 16,834 Leute, 52 Prozent von allen. Der Gewinn: 700 Millionen "
        "Dollar."
    ),
)
XIAOMI_CHINESE = (
    "小米汽车将于2024年量产",
    ("小米总裁卢伟冰周二表示，小米汽车将于2024年上半年量产。第二季度研发支出46亿元，同比增长21%，净利润创新高。"),
)
XIAOMI_CHINESE_B = (
    "卢伟冰：小米造车进度超预期",
    ("小米集团总裁卢伟冰在财报会上说，小米造车进度超预期，2024年上半年量产的目标不变，第二季度研发支出达46亿元。"),
)
BYD_CHINESE = (
    "比亚迪发布新款电动车",
    ("比亚迪周二在深圳发布新款电动车海豹，续航里程700公里，售价18.98万元起，预计九月开始交付。"),
)
STORM = (
    "Storm Idris has flooded the lower town of Selmouth and toppled a crane in the harbour. About 1,900 homes were "
    "without power on Saturday. The port's master, Colm Devery, closed the port to all ships."
)
STORM_AFTER = (
    "Ships are entering Selmouth again, two days after the storm. The first three freighters came in at daybreak, Colm "
    "Devery said. Two of nine quays stay shut until divers have looked at them. Repairs will cost 85 million crowns."
)


def article(told: tuple[str, str], *, feed: int = 1, at: datetime = NOON, language: str = "en") -> Article:
    return Article(1, feed, f"feed {feed}", told[0], told[1], language=language, published=at)


def index_of(*told: Article) -> StoryIndex:
    index = StoryIndex()
    for story, one in enumerate(told, 1):
        index.add(story, features(one, ANALYZER))
    return index


def test_two_tellings_of_one_event_in_different_words_are_one_story() -> None:
    index = index_of(article(QUAKE_CHILE), article(XIAOMI_A, feed=2), article(XIAOMI_PHONE, feed=3))
    assert index.assign(features(article(XIAOMI_B, feed=4), ANALYZER)) == 2


def test_two_events_of_one_kind_stay_apart() -> None:
    assert index_of(article(QUAKE_CHILE)).assign(features(article(QUAKE_JAPAN, feed=2), ANALYZER)) is None


def test_one_maker_s_phone_and_car_stay_apart() -> None:
    assert index_of(article(XIAOMI_A)).assign(features(article(XIAOMI_PHONE, feed=2), ANALYZER)) is None


def test_two_recalls_stay_apart() -> None:
    assert index_of(article(RECALL_TESLA)).assign(features(article(RECALL_FORD, feed=2), ANALYZER)) is None


@pytest.mark.parametrize("source", [1, 2])
def test_a_verbatim_copy_always_joins(source: int) -> None:
    shouted = (XIAOMI_A[0].upper(), XIAOMI_A[1].replace(" ", "  "))
    assert index_of(article(XIAOMI_A)).assign(features(article(shouted, feed=source), ANALYZER)) == 1


def test_a_correction_by_the_same_source_joins() -> None:
    corrected = (XIAOMI_A[0], XIAOMI_A[1].replace("16,834", "16,843") + " This corrects the number of people.")
    assert index_of(article(XIAOMI_A)).assign(features(article(corrected), ANALYZER)) == 1


def test_a_follow_up_by_the_same_source_is_a_story_of_its_own() -> None:
    shut = ("Storm Idris floods Selmouth and topples a crane", STORM)
    opened = ("Selmouth harbour opens again after Storm Idris", STORM_AFTER)
    assert index_of(article(shut)).assign(features(article(opened, at=NOON + timedelta(days=2)), ANALYZER)) is None


def test_headlines_alone_are_enough() -> None:
    index = index_of(
        article(("Colts beat Chiefs 20-13 to clinch playoff berth", "")),
        article(("The Guardian stops posting on 'toxic media platform' X", ""), feed=2),
    )
    assert index.assign(features(article(("Guardian stops posting on 'toxic' platform X", ""), feed=3), ANALYZER)) == 2
    assert index.assign(features(article(("Microsoft releases emergency browser patch", ""), feed=3), ANALYZER)) is None


def test_a_story_takes_no_article_after_its_window() -> None:
    index = index_of(article(XIAOMI_A))
    late = article(XIAOMI_A, feed=2, at=NOON + timedelta(days=6))
    assert index.assign(features(late, ANALYZER)) is None


def test_another_language_joins_only_when_names_and_figures_leave_no_doubt() -> None:
    index = index_of(article(XIAOMI_A))
    assert index.assign(features(article(XIAOMI_CHINESE, feed=2, language="zh"), ANALYZER)) is None
    assert index.assign(features(article(XIAOMI_GERMAN, feed=3, language="de"), ANALYZER)) == 1


def test_chinese_tellings_join_each_other() -> None:
    index = index_of(article(XIAOMI_CHINESE, language="zh"), article(BYD_CHINESE, feed=2, language="zh"))
    assert index.assign(features(article(XIAOMI_CHINESE_B, feed=3, language="zh"), ANALYZER)) == 1


def test_forgetting_leaves_nothing_behind() -> None:
    index = index_of(article(XIAOMI_A), article(QUAKE_CHILE, at=NOON + timedelta(days=2)))
    index.forget(NOON + timedelta(days=1))
    assert len(index) == 1
    assert index.assign(features(article(XIAOMI_A, feed=2), ANALYZER)) is None
    assert index.assign(features(article(QUAKE_CHILE, feed=2, at=NOON + timedelta(days=2)), ANALYZER)) == 2
    index.forget(NOON + timedelta(days=9))
    assert len(index) == 0
    assert not index._postings
    assert not index._copies


def test_an_index_built_anew_from_stored_articles_decides_the_same() -> None:
    stream = [article(told, feed=n) for n, told in enumerate([XIAOMI_A, QUAKE_CHILE, XIAOMI_B, QUAKE_JAPAN], 1)]
    index, stories = StoryIndex(), []
    for number, one in enumerate(stream, 1):
        found = index.assign(features(one, ANALYZER)) or number
        index.add(found, features(one, ANALYZER))
        stories.append(found)
    again = StoryIndex()
    for story, one in zip(stories, stream, strict=True):
        again.add(story, features(one, ANALYZER))
    probe = features(article(XIAOMI_PHONE, feed=9), ANALYZER)
    assert index.assign(probe) == again.assign(probe)
    assert stories == [1, 2, 1, 4]


def test_the_number_of_stories_is_bounded_even_without_times() -> None:
    index = StoryIndex(most=50)
    for number in range(1, 200):
        index.add(
            number, features(Article(number, 1, "", f"Title {number} of nothing", f"text{number} word"), ANALYZER)
        )
    assert len(index) <= 50


def test_an_article_is_compared_with_few_of_many_stories() -> None:
    index = StoryIndex()
    words = [f"word{n}" for n in range(400)]
    for number in range(3000):
        text = " ".join(words[(number * 7 + k * 13) % 400] for k in range(60)) + f" own{number}"
        index.add(number + 1, features(Article(number, number, "", f"Title own{number}", text), ANALYZER))
    probe = features(Article(0, 1, "", "word1 word2", " ".join(words[:250])), ANALYZER)
    compared = 0

    def step(frame: FrameType, event: str, _: object) -> None:
        nonlocal compared
        compared += event == "call" and frame.f_code.co_name == "margin"

    sys.setprofile(step)
    try:
        index.assign(probe)
    finally:
        sys.setprofile(None)
    assert 0 < compared <= 100


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text(), st.sampled_from(["", "en", "zh"])), max_size=6))
def test_no_article_whatever_it_holds_raises(told: list[tuple[str, str, str]]) -> None:
    index = StoryIndex()
    for number, (title, text, language) in enumerate(told, 1):
        one = features(Article(number, 1, "", title, text + "\ud800", language=language), ANALYZER)
        story = index.assign(one) or number
        index.add(story, one)
        if one.copy:
            assert index.assign(one) == story
