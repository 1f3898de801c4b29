"""What kept a topic from an article: the reason that people are told."""

from __future__ import annotations

import pytest

from newsbot.domain.analyze import Analyzer
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import judged
from newsbot.domain.missing import Missing, lacking
from newsbot.domain.models import TopicDefinition
from newsbot.domain.query import compile_topic

ANALYZER, LEXICON = Analyzer(), Lexicon()
TALK = "The harbour council met on Monday and spoke of its new cranes and the depth of the old basin. " * 8


def why(query: str, title: str, text: str, language: str = "en") -> Missing:
    asked = compile_topic(TopicDefinition(query=query), ANALYZER, LEXICON)
    article = ANALYZER.article(title, text, language)
    found = judged(asked, article, LEXICON)
    assert found.match is None
    return lacking(asked, article, found)


@pytest.mark.parametrize(
    ("query", "title", "text", "expected"),
    [
        ("Xiaomi ferry", "Xiaomi shows a phone", "Xiaomi has a phone.", Missing("words", ("ferry",))),
        ("Xiaomi OR Redmi phone", "Xiaomi", "Xiaomi sails.", Missing("words", ("phone",))),
        ("Xiaomi -Redmi", "Xiaomi shows the Redmi", "A phone.", Missing("veto", ("Redmi",))),
        ("Xiaomi lang:de", "Xiaomi shows a phone", "This is the phone that they have.", Missing("language", ("de",))),
        ("cranes Xiaomi", "Harbour", TALK + "Xiaomi came.", Missing("passing", ("Xiaomi",), 1, "end")),
        ("basin", "The harbour", TALK[:95] + "Nobody came. " * 30, Missing("passing", ("basin",), 1, "head")),
        ("Xiaomi 2022", "Xiaomi 2026 in pictures", "It was good.", Missing("year", ("2022",))),
    ],
)
def test_the_reason_names_what_is_lacking(query: str, title: str, text: str, expected: Missing) -> None:
    assert why(query, title, text) == expected


def test_words_that_make_one_name_only_side_by_side_are_told_apart_from_words_that_are_not_there() -> None:
    text = f"A heat that nobody knew. {TALK} The pump failed."
    assert why("heat pump", "Harbour", text) == Missing("beside", ("heat", "pump"))
