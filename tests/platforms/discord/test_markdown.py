"""Discord's markdown: harmless whoever wrote the text, and cut where it may be cut."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.platforms.discord.inline import moment
from newsbot.platforms.discord.markdown import (
    BOLD,
    CODE,
    HEADING,
    ITALIC,
    JOINER,
    Line,
    Run,
    cut,
    directed,
    escape,
    link,
    markup,
    outside,
    plain,
    size,
    web_url,
)
from tests.fakes.discord.markdown import Mark, refused, seen

ANY = st.text(st.characters(exclude_categories=()), max_size=40)
SIGNS = st.lists(
    st.sampled_from([
        "@everyone", "<@1>", "<@&2>", "<#3>", "<:e:4>", "</c:5>", "<t:6>", "<id:guide>", "[a](https://e.example)", "[",
        "](", ")", "**", "*", "_", "__", "`", "```", "~~", "||", "\\", ":smile:", "https://e.example/x", "|",
        "# ", "- ", "-# ", "> ", ">>> ", "1. ", "\n", " ", "word", "é", "汉", "🚗", "discord.gg/x", "<", ">",
        "\uf8f01:R\uf8f1", "\uf8f0",
    ]),
    max_size=10,
).map("".join)  # fmt: skip
HOSTILE = st.one_of(ANY, SIGNS)


def bare(text: str) -> str:
    return " ".join(text.replace(JOINER, "").split())


@given(HOSTILE)
@settings(max_examples=300, deadline=None)
def test_text_from_outside_is_seen_as_it_is_and_nothing_else(text: str) -> None:
    shown = seen(escape(text))
    assert shown.marks == ()
    assert bare(shown.text) == bare(outside(text))


@given(st.lists(st.tuples(HOSTILE, st.sampled_from([(), (BOLD,), (ITALIC,), (CODE,), (BOLD, ITALIC)])), max_size=5))
@settings(max_examples=150, deadline=None)
def test_whatever_stands_beside_what_calls_nobody_and_links_nowhere(runs: list[tuple[str, tuple[str, ...]]]) -> None:
    said = markup([Line(tuple(Run(outside(text), tags) for text, tags in runs))])
    assert {mark.kind for mark in seen(said).marks} <= {"bold", "italic", "code"}
    assert not re.search(r"<@[!&]?\d+>|@everyone|@here", said)  # nor where the API looks for them itself


@given(HOSTILE, st.sampled_from(["https://a.example/x", "http://b.example/?q=(1)[2]*_<>\"' |`\\{}"]))
@settings(max_examples=150, deadline=None)
def test_a_link_is_one_whatever_its_text(text: str, url: str) -> None:
    shown = seen(markup([Line(link(outside(text), url, BOLD))]))
    assert [(mark.url, refused(mark.text)) for mark in shown.marks if mark.kind == "link"] == (
        [(web_url(url), False)] if outside(text) else []
    )
    assert {mark.kind for mark in shown.marks} <= {"link", "bold"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**bold** _slanted_", r"\*\*bold\*\* \_slanted\_"),
        ("@everyone <@12> <#3>", rf"@{JOINER}everyone \<@12\> \<#3\>"),
        ("see https://e.example/a_b", r"see https\://e.example/a\_b"),
        ("discord.gg/x and discord.com/invite/x", r"discord\.gg/x and discord\.com/invite/x"),
        ("# 1", r"\# 1"), ("- one", r"\- one"), ("-# small", r"\-# small"), ("2024. A year", r"2024\. A year"),
        ("-5% to 4.6 billion", "-5% to 4.6 billion"), ("at 12:30:15 :car:", r"at 12\:30:15 \:car:"),
        ("[a](https://e.example)", r"\[a\](https\://e.example)"), ("a\n# b", "a # b"), ("\u202ea\ud800", "a"),
    ],
)  # fmt: skip
def test_text_from_outside_as_it_is_written(text: str, said: str) -> None:
    assert escape(text) == said


def test_moments_become_timestamps_and_stray_marks_go() -> None:
    at = datetime(2026, 3, 2, 12, tzinfo=UTC)
    said = Line((Run(f"since {moment(at)}, {moment(at, 'D')} \uf8f0x\uf8f1"),))
    assert markup([said]) == "since <t:1772452800:R>, <t:1772452800:D> x"
    assert markup([Line((Run(moment(at), (CODE,)),))]) == "`2026-03-02 12:00`"
    assert plain(f"at {moment(at)}") == "at 2026-03-02 12:00"
    assert outside(moment(at)) == "1772452800:R"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("🚨 A car 🚗 drives 🏁", "🚨 [A car drives](https://a.example) 🏁"),
        ("https://a.example/x", "[a.example/x](https://a.example)"),
        ("Tesla® [new]", r"[Tesla\® \[new\]](https://a.example)"),
        ("🚗", r"🚗 [\↗](https://a.example)"),
    ],
)
def test_what_keeps_a_link_from_being_one_stands_beside_it_or_goes(text: str, said: str) -> None:
    assert markup([Line(link(text, "https://a.example"))]) == said


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://a.example/x?a=1&b=2#c", "https://a.example/x?a=1&b=2#c"),
        ("https://a.example/(x) [y] <z>*'\"", "https://a.example/%28x%29%20%5By%5D%20%3Cz%3E%2A%27%22"),
        ("https://é.example/ü", "https://xn--9ca.example/%C3%BC"), ("HTTP://A.example", "http://a.example"),
        ("https://a.example/@everyone/@you", "https://a.example/%40everyone/@you"), ("http://a.example:80/", "http://a.example:80/"),
        ("javascript:alert(1)", ""), ("ftp://a.example", ""), ("https://localhost", ""), ("https://[::1]/", ""),
        ("https://b.example@a.example/", ""), ("https://a.example:0/", ""), ("/x", ""), ("", ""),
        ("https://a.example/" + "x" * 1000, ""), ("https://a..example/", ""),
    ],
)  # fmt: skip
def test_addresses_are_written_so_that_they_stay_within_their_link(url: str, safe: str) -> None:
    assert web_url(url) == safe


def test_what_is_written_from_the_right_is_isolated_and_all_else_left_alone() -> None:
    assert markup([Line(directed((Run("Xiaomi تبدأ إنتاج سيارتها."),)), HEADING)]) == (
        "### \u200f\u2067Xiaomi تبدأ إنتاج سيارتها.\u2069"
    )
    latin = (Run("A car called سيارة drives"),)
    assert directed(latin) == latin
    assert directed(latin, rtl=True) != latin


@given(
    st.lists(st.tuples(HOSTILE, st.sampled_from([(), (BOLD,), ("](https://a.example)",)])), max_size=8),
    st.integers(1, 120),
)
@settings(max_examples=100, deadline=None)
def test_a_cut_keeps_within_its_room(runs: list[tuple[str, tuple[str, ...]]], room: int) -> None:
    lines = [Line(directed((Run(text, tags),)), HEADING) for text, tags in runs]
    kept = cut(lines, room)
    assert size(kept) <= room
    said = markup(kept)
    assert said.count("\u2067") == said.count("\u2069") or any("\u2067" in text or "\u2069" in text for text, _ in runs)


def test_a_cut_ends_with_a_word() -> None:
    [line] = cut([Line((Run("A sentence of some words that goes on and on", (BOLD,)),))], 30)
    assert markup([line]) == "**A sentence of some words…**"


def test_what_a_reader_sees_is_found() -> None:
    shown = seen("### [A **b**](https://a.example) <@1>\n- x https://e.example\n`**c**` \\*d\\*")
    assert shown.text == "A b <@1>\nx https://e.example\n**c** *d*"
    assert Mark("link", "A b", "https://a.example") in shown.marks
    assert shown.of("user", "url", "list") == ["<@1>", "x https://e.example", "https://e.example"]
