from __future__ import annotations

import itertools
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer
from newsbot.domain.snippet import LOOKED_AT, Run, Snippet, cut

ANALYZER = Analyzer()
FILLER = "The company said on Monday that it had grown. "


def shown(text: str, *words: str, width: int = 120) -> Snippet:
    return cut(text, [Run(ANALYZER.phrase(word), n) for n, word in enumerate(words)], ANALYZER, width)


def plain(snippet: Snippet) -> str:
    return "".join(piece for piece, _ in snippet)


def marked(snippet: Snippet) -> list[str]:
    return [piece for piece, match in snippet if match]


def test_the_original_words_are_marked_whatever_their_form() -> None:
    assert marked(shown("Xiaomi's electric CARS sell.", "electric car")) == ["electric CARS"]


def test_the_window_is_where_most_of_the_query_is() -> None:
    text = FILLER * 5 + "A battery was seen. " + FILLER * 9 + "Xiaomi builds a battery plant. " + FILLER * 5
    assert marked(shown(text, "battery", "xiaomi")) == ["Xiaomi", "battery"]


def test_it_begins_with_its_sentence_and_is_cut_between_words() -> None:
    text = FILLER * 9 + "Now the battery comes to town and stays for quite some while. " + FILLER * 9
    found = plain(shown(text, "battery"))
    assert found.startswith("… Now the battery")
    assert found.endswith("…")
    assert found.strip("… ").split()[-1].strip(".") in text.replace(".", "").split()


def test_chinese_is_marked_and_cut_without_blanks() -> None:
    text = "今天天气很好。" * 40 + "小米汽车将于2024年量产。" + "今天天气很好。" * 40
    found = shown(text, "汽车", width=40)
    assert marked(found) == ["汽车"]
    assert len(plain(found)) <= 45


def test_a_chinese_snippet_is_as_wide_as_an_english_one() -> None:
    chinese = plain(shown("今天天气很好，大家都去公园。" * 40, "公园", width=120))
    english = plain(shown(FILLER * 40, "company", width=120))
    assert 50 <= len(chinese) <= 64
    assert 100 <= len(english) <= 124


def test_without_a_match_it_is_the_beginning() -> None:
    assert plain(shown(FILLER * 9, "zebra")).startswith("The company said")
    assert plain(shown("short", "zebra")) == "short"
    assert shown("", "zebra") == ()


def test_a_prefix_marks_the_whole_word() -> None:
    found = cut("An electric car.", [Run(("elect",), 0, prefix=True)], ANALYZER, 80)
    assert marked(found) == ["electric"]


def test_a_very_long_text_is_looked_at_only_at_its_head() -> None:
    assert marked(shown("word " * LOOKED_AT + "battery", "battery")) == []
    assert len(plain(shown("x" * 10 * LOOKED_AT, "battery"))) < 200
    assert len(plain(shown("battery " * LOOKED_AT, "battery"))) < 200


@settings(max_examples=50, deadline=None)
@given(
    st.text(max_size=400)
    | st.lists(st.sampled_from(["battery", "ev", "小米汽车", ",", ".", "\n", "电", "a"])).map(" ".join),
    st.lists(st.text(max_size=6) | st.sampled_from(["battery", "ev", "小米", "电"]), max_size=3),
    st.integers(1, 120),
)
def test_it_is_always_a_part_of_the_text(text: str, words: list[str], width: int) -> None:
    found = shown(text, *words, width=width)
    core = plain(found).removeprefix("… ").removesuffix("…")
    assert core in re.sub(r"\s+", " ", text)
    assert all(piece for piece, _ in found)
    assert all(a != b for (_, a), (_, b) in itertools.pairwise(found))
