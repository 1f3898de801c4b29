"""Telegram's HTML: counted as Telegram counts, cut where it may be cut, and harmless whoever wrote the text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.platforms.telegram.html import (
    BOLD,
    CODE,
    JOINER,
    MARKS,
    RIGHT_TO_LEFT,
    Run,
    cut,
    directed,
    disarmed,
    entities,
    escape,
    link,
    markup,
    outside,
    plain,
    safe,
    shortened,
    size,
    utf16,
    web_url,
)
from tests.fakes.telegram.html import parse
from tests.fakes.telegram.text import automatic

ANY = st.text(st.characters(exclude_categories=()), max_size=60)
SIGNS = st.lists(
    st.sampled_from(["@", "#", "/", "$", ".", ":", "//", "a", "ab", "Com", "й", " ", "1", "\u0301"]), max_size=12
)
HOSTILE = st.one_of(ANY, SIGNS.map("".join))


def found(html: str) -> list[str]:
    """What Telegram makes of the text by itself."""
    return [entity.type for entity in automatic(parse(html))]


def test_what_a_sentence_of_ours_quotes_is_from_outside() -> None:
    said = "More like “Win at https://evil.example/x or ” evil.example /unsubscribe”: see /help or https://ours.example"
    (run,) = disarmed((Run(said),), {"help", "unsubscribe"}, own=True)
    assert run.text.replace(JOINER, "") == said
    assert "https://ours.example" in run.text and " /help" in run.text
    for live in ("https://evil", "evil.example", "/unsubscribe"):
        assert live not in run.text
    german = disarmed((Run("Du folgst „evil.example“."),), own=True)[0].text
    assert "evil.example" not in german


def test_lengths_are_counted_in_utf16_units() -> None:
    assert [utf16(text) for text in ("", "é", "汉", "🚗", "👨‍👩‍👧")] == [0, 1, 1, 2, 8]


def test_tags_that_go_on_are_not_opened_again() -> None:
    runs = (Run("a", (BOLD,)), Run("b", (BOLD, "i")), Run("c", ("i",)), Run("d"))
    assert markup(runs) == "<b>a<i>b</i></b><i>c</i>d"
    assert entities(runs) == 3
    assert size(runs) == 4


def test_a_link_goes_only_to_the_web() -> None:
    assert markup(link("A & B", 'https://a.example/?x=1&y="', BOLD)) == "<b>A &amp; B</b>"
    good = markup(link("A & B", "https://a.example/?x=1&y=2", BOLD))
    assert good == '<a href="https://a.example/?x=1&amp;y=2"><b>A &amp; B</b></a>'
    assert link("", "https://a.example/") == ()


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://", "https://[", "https://a.example:x/", "//a.example", "/seeds/pictures/a.png", "",
     "http://localhost/", "https://a .example", "https://a.example/\nb", "tg://user?id=1", "TG://USER?id=1", "tg://",
     "https://user:pa@ss@a.example/", "https://bank.example@a.example/", "https://a.example:0/", "https://a.example:/x",
     "https://a.example/" + "x" * 3000, "https://a.example/\ud800", "https://.example", "mailto:a@a.example"],
)  # fmt: skip
def test_what_telegram_would_refuse_or_what_mentions_somebody_is_no_address(address: str) -> None:
    assert web_url(address) == ""


@pytest.mark.parametrize(
    "address",
    ["https://a.example/ü?q=1#x", "HTTP://A.EXAMPLE", "https://xn--p1ai.example:8443/", "tg://resolve?domain=x"],
)
def test_addresses_of_the_web_and_of_telegram_are_kept(address: str) -> None:
    assert web_url(f" {address} ") == address


def test_names_and_commands_of_strangers_stay_readable_and_lead_nowhere() -> None:
    said = (
        "Ask @durov or send /stop, #now $TSLA $1INCH at t.me/joinchat or https://x.example/a, 8.8.8.8/foo, v1.2.3.4.5"
    )
    assert outside(said).replace(JOINER, "") == said
    assert found(said) != []
    assert found(escape(said)) == []
    assert outside("3.5 km/h, 1/2, a/b, 23.11.2026, $5") == "3.5 km/h, 1/2, a/b, 23.11.2026, $5"
    assert outside("It ends. Then it goes on.") == "It ends. Then it goes on."


def test_our_own_commands_are_tapped_and_addresses_in_our_sentences_copied() -> None:
    [run] = disarmed((Run("See /sources or /stop of @bot at https://x.example/feed"),), {"sources"}, own=True)
    assert run.text == f"See /sources or /{JOINER}stop of @{JOINER}bot at https://x.example/feed"
    code = (Run("/subscribe https://x.example", (CODE,)),)
    assert disarmed(code) == code


def test_a_name_torn_over_two_spans_is_disarmed_too() -> None:
    runs = disarmed((Run("write @"), Run("durov", (BOLD,))))
    assert found(markup(runs)) == []
    assert plain(markup(runs)).replace(JOINER, "") == "write @durov"


def test_what_turns_or_breaks_the_text_is_gone() -> None:
    assert outside("a\u202eb\u0000c\ud83dd\u2066e\r\nf\ue000") == "abcde f"
    assert safe("\u2069a\u2068b") == "a\u2068b\u2069"
    assert outside("\u200b \u3164\u2060") == ""


def test_marks_are_capped_and_living_scripts_keep_theirs() -> None:
    tower = outside("Z" + "\u0301" * 80)
    assert sum(unicodedata.category(c) == "Mn" for c in tower) == MARKS
    for text in ("हिन्दी में", "ภาษาไทยที่", "שָׁלוֹם", "1️⃣ 👩🏽‍🚀"):
        assert outside(text) == text


def test_a_text_is_cut_after_a_sentence_or_a_word() -> None:
    text = "The first one stands here. The second one is longer than there is room for."
    assert shortened(text, 40) == "The first one stands here. …"
    assert shortened("words and words and words", 20) == "words and words…"
    assert shortened("汉" * 50, 10) == "汉" * 8 + "…"
    assert shortened("short", 5) == "short"


@given(text=HOSTILE, most=st.integers(1, 60))
@settings(max_examples=80, deadline=None)
def test_a_cut_text_fits_and_its_letters_are_whole(text: str, most: int) -> None:
    cut_text = shortened(safe(text), most)
    assert utf16(cut_text) <= most
    cut_text.encode("utf-16-le")


def test_runs_are_cut_with_their_tags_closed_and_at_most_so_many_entities() -> None:
    runs = tuple(Run(f"word{n} ", (BOLD,) if n % 2 else ()) for n in range(400))
    kept = cut(runs, 1000)
    assert size(kept) <= 1000
    assert entities(kept) <= 100
    parse(markup(kept))
    assert markup(kept).endswith("…") or "…" in plain(markup(kept))[-3:]


def test_a_line_of_arabic_that_begins_with_a_latin_name_runs_from_the_right() -> None:
    arabic = (Run("Xiaomi تبدأ إنتاج سيارتها الكهربائية"),)
    assert directed(arabic)[0].text == RIGHT_TO_LEFT
    english = (Run("Xiaomi starts making its car, says العربية"),)
    assert directed(english) == english
    assert directed(english, rtl=True)[0].text == RIGHT_TO_LEFT
    plain_english = (Run("Xiaomi"),)
    assert directed(plain_english, rtl=True) == plain_english


@given(text=HOSTILE)
@settings(max_examples=150, deadline=None)
def test_whatever_a_stranger_wrote_parses_says_the_same_and_calls_nobody(text: str) -> None:
    html = escape(text)
    parsed = parse(html)
    assert parsed.entities == ()
    assert found(html) == []
    assert plain(html) == outside(text)
    html.encode("utf-8")
    assert not set(html) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
