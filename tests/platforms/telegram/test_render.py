"""Digests and answers as Telegram's messages: the whole of them as they are sent, and what holds for any of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.analyze import Analyzer
from newsbot.domain.digest.story import summarise
from newsbot.domain.models import Article, Digest, DigestStory, Fact, Reason, Source
from newsbot.domain.parse import parse_feed
from newsbot.locales import Words
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.telegram.html import JOINER, RIGHT_TO_LEFT
from newsbot.platforms.telegram.message import Key, Outgoing
from newsbot.platforms.telegram.render import brief, card, post, reply
from newsbot.platforms.views import Button, DigestBlock, Item, Paragraph, Reply, Span
from tests.fakes.digests import XIAOMI
from tests.fakes.strangers import Strangers
from tests.fakes.telegram.html import parse
from tests.fakes.telegram.markup import keyboard
from tests.fakes.telegram.text import Text, automatic, checked

SEEDS = Path(__file__).parents[3] / "seeds"
T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def seeded() -> DigestStory:
    """The Xiaomi story of the sample newsroom, as its own articles tell it."""
    told = [_article(n, name) for n, name in enumerate(("volt-and-axle.xml", "harbour-courier.xml"), 1)]
    return replace(summarise(told, Analyzer(), reasons=XIAOMI.reasons), story_id=7)


def _article(number: int, name: str) -> Article:
    feed = parse_feed(re.sub(rb"\{\{.*?\}\}", b"2026-03-02T11:58:00Z", (SEEDS / name).read_bytes()))
    entry = next(entry for entry in feed.articles if "Xiaomi" in entry.title)
    return Article(number, number, feed.title, entry.title, entry.text, entry.url, "en", NOON, image=entry.image)


def many(count: int, headline: str = "Headline") -> tuple[DigestStory, ...]:
    return tuple(replace(XIAOMI, story_id=n, headline=f"{headline} {n}") for n in range(1, count + 1))


def strictly(message: Outgoing) -> Text:
    """The message as Telegram takes it; raises where it would refuse."""
    keyboard([[_json(key) for key in row] for row in message.keys])
    assert all(1 <= len(row) <= 8 for row in message.keys)
    assert len(message.ask) <= 64
    return checked(parse(message.html))


def _json(key: Key) -> dict[str, str]:
    return {"text": key.label} | ({"callback_data": key.data} if key.data else {"url": key.url})


def labels(message: Outgoing) -> list[list[str]]:
    return [[key.label for key in row] for row in message.keys]


# --- one story -------------------------------------------------------------------------------------


def test_the_story_of_xiaomi_as_it_is_posted() -> None:
    [message] = post(Digest((seeded(),), timezone="Europe/Berlin"), 5, updated=datetime(2026, 3, 2, 13, 5, tzinfo=UTC))
    assert message.html == (
        '<a href="https://voltandaxle.example/news/xiaomi-electric-car-mass-production">'
        "<b>Xiaomi's electric car goes into mass production in the first half of 2024</b></a>\n"
        "\n"
        "Xiaomi will begin mass production of its first electric car in the first half of 2024, the company's"
        " president, Lu Weibing, told analysts after presenting results for the second quarter of 2023. Spending on"
        " research and development climbed <b>21%</b> on the year before to <b>4.6 billion yuan</b> in the quarter."
        " Money is there: the group reported a net profit of <b>$700 million</b>, a record.\n"
        "\n"
        "• Xiaomi now employs <b>16,834 people</b> in research and development, or <b>52%</b> of its workforce, and a"
        " growing part of them works on the vehicle, its software and its drive.\n"
        "\n"
        '<a href="https://voltandaxle.example/news/xiaomi-electric-car-mass-production">Volt &amp; Axle</a> · also:'
        ' <a href="https://harbourcourier.example/xiaomi-results-carmaker-ambition">The Harbour Courier</a>\n'
        "<i>You follow <b>Xiaomi EV</b>: matched electric car, Xiaomi</i>\n"
        "<i>updated 14:05</i>"
    )
    strictly(message)


def test_an_arabic_story_that_begins_with_a_latin_name_runs_from_the_right() -> None:
    story = DigestStory(
        7,
        "Xiaomi تبدأ إنتاج سيارتها الكهربائية الأولى عام 2024",
        ("تبدأ الشركة الإنتاج في النصف الأول من عام 2024.", "ارتفع الإنفاق على البحث بنسبة 21%."),
        (Fact("21%", "ارتفع الإنفاق على البحث بنسبة 21%."),),
        (Source("الرصيف", "https://rasif.example/1", 1),),
        url="https://rasif.example/1",
    )
    [message] = post(Digest((story,), language="ar"), 5)
    assert message.html == (
        f'{RIGHT_TO_LEFT}<a href="https://rasif.example/1">'
        "<b>Xiaomi تبدأ إنتاج سيارتها الكهربائية الأولى عام 2024</b></a>\n"
        "\n"
        "تبدأ الشركة الإنتاج في النصف الأول من عام 2024. ارتفع الإنفاق على البحث بنسبة <b>21%</b>.\n"
        "\n"
        '<a href="https://rasif.example/1">الرصيف</a>'
    )


def test_a_channels_post_says_nothing_of_subscriptions() -> None:
    (alone,) = post(Digest((XIAOMI,)), 5)
    (public,) = post(Digest((XIAOMI,), audience="channel"), 5)
    assert "You follow" in alone.html and "You follow" not in public.html
    assert [label for row in labels(public) for label in row] == ["Xiaomi EV", "More like this", "2 sources", "Why?"]
    (several,) = post(Digest((XIAOMI, replace(XIAOMI, story_id=8)), audience="channel"), 5)
    assert "You follow" not in several.html and "1" in labels(several)[0]


def test_the_buttons_of_a_story_stand_below_it() -> None:
    [message] = post(Digest((XIAOMI,)), 5)
    data = [key.data for row in message.keys for key in row]
    assert data == [b.action for row in digest_buttons(Digest((XIAOMI,)), 5, Words()) for b in row]


def test_a_compact_story_is_its_headline_and_who_tells_it() -> None:
    [message] = post(Digest((XIAOMI,), compact=True), 5)
    assert message.html == (
        '<a href="https://motors.example/xiaomi">'
        "<b>Xiaomi sets mass production of its first electric car for 2024</b></a>\n"
        '<a href="https://motors.example/xiaomi">Example Motors</a> · also: <a href="https://grid.example/x">Gridline</a>'
    )


def test_many_sources_are_folded() -> None:
    sources = tuple(Source(f"S{n}", f"https://s{n}.example/", n) for n in range(12))
    text = strictly(post(Digest((replace(XIAOMI, sources=sources),)), 5)[0]).text
    assert "S0 · also: S1, S2, S3, S4 and 7 more" in text


@pytest.mark.parametrize(
    ("image", "images", "shown"),
    [("https://a.example/a.jpg", True, "https://a.example/a.jpg"), ("https://a.example/a.jpg", False, ""),
     ("/seeds/pictures/a.png", True, ""), ("data:image/png;base64,x", True, ""), ("tg://resolve?domain=x", True, "")],
)  # fmt: skip
def test_a_picture_is_shown_when_it_lies_on_the_web_and_is_wanted(image: str, images: bool, shown: str) -> None:
    digest = Digest((replace(XIAOMI, image=image), replace(XIAOMI, image="https://b.example/b.jpg")), images=images)
    assert post(digest, 5)[0].picture == shown
    assert reply(Reply((DigestBlock(digest),)))[0].picture == shown


def test_a_figure_that_its_sentence_does_not_hold_stands_before_it() -> None:
    story = replace(
        XIAOMI, summary=("A.",), facts=(Fact("$7bn", "The price was named."), Fact("7", "It sold 17 of 7."))
    )
    assert "• <b>$7bn</b> — The price was named.\n• It sold 17 of <b>7</b>." in post(Digest((story,)), 5)[0].html


# --- several stories -------------------------------------------------------------------------------


def test_a_digest_has_a_title_numbers_and_its_buttons() -> None:
    other = DigestStory(
        8, "BYD passes Tesla", ("It sold 526,409 cars.",), url="https://b.example", reasons=XIAOMI.reasons
    )
    [message] = post(Digest((XIAOMI, other), title="Cars", occasion="daily", more=3), 5)
    assert message.html == (
        "<b>Today’s news · Cars</b>\n"
        "\n"
        '1. <a href="https://motors.example/xiaomi">'
        "<b>Xiaomi sets mass production of its first electric car for 2024</b></a>\n"
        "Xiaomi will start mass production of its first electric car in the first half of <b>2024</b>. Research and"
        " development spending rose <b>21%</b> to <b>4.6 billion yuan</b> in the second quarter.\n"
        '<a href="https://motors.example/xiaomi">Example Motors</a> · also: <a href="https://grid.example/x">Gridline</a>\n'
        "\n"
        '2. <a href="https://b.example"><b>BYD passes Tesla</b></a>\n'
        "It sold 526,409 cars.\n"
        "\n"
        "and 3 more stories\n"
        "<i>You follow <b>Xiaomi EV</b>: matched electric car, Xiaomi</i>"
    )
    assert labels(message) == [["1", "2"], ["3 more"]]


def test_stories_that_came_by_different_ways_each_say_theirs() -> None:
    [message] = post(Digest((XIAOMI, replace(XIAOMI, story_id=8, reasons=(Reason("cars"),)))), 5)
    assert message.html.count("<i>Xiaomi EV</i>") == 1
    assert message.html.count("<i>cars</i>") == 1


def test_ten_stories_fit_one_message_that_can_be_read_on_a_phone() -> None:
    [message] = post(Digest(many(10), occasion="daily"), 5)
    assert len(strictly(message).text) < 2600
    assert labels(message) == [["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"]]


def test_a_long_digest_is_split_between_stories_and_the_numbers_go_on() -> None:
    digest = Digest(many(40), occasion="daily", more=2)
    parts = post(digest, 5)
    assert len(parts) > 1
    numbers = [re.findall(r"(?m)^(\d+)\. ", strictly(part).text) for part in parts]
    assert [n for part in numbers for n in part] == [str(n) for n in range(1, 41)]
    assert [[k.label for row in part.keys for k in row if k.label.isdigit()] for part in parts] == numbers
    assert "and 2 more stories" in parts[-1].html
    assert [part.picture for part in parts[1:]] == [""] * (len(parts) - 1)
    assert parts[-1].keys[-1][0].data == "mo:5:0"


def test_an_edit_into_fewer_messages_shortens_the_last_stories_and_then_counts_them() -> None:
    digest = Digest(many(40, headline="A long headline " * 12), occasion="daily")
    first = post(digest, 5)
    [shorter, *rest] = post(digest, 5, most=len(first) - 1)
    assert len(rest) == len(first) - 2
    assert "Xiaomi will start" in shorter.html
    [only] = post(digest, 5, most=1)
    shown = len(re.findall(r"(?m)^\d+\. ", strictly(only).text))
    assert 5 < shown < 40
    assert f"and {40 - shown} more stories" in only.html


def test_an_edit_is_as_the_post_when_there_is_room() -> None:
    digest = Digest(many(40), occasion="daily")
    assert post(digest, 5, most=9) == post(digest, 5)


# --- answers ---------------------------------------------------------------------------------------


def test_an_answer_as_it_is_sent() -> None:
    answer = Reply(
        (
            Paragraph((Span("2 articles on “xiaomi”", "bold"),), heading=True),
            Item(
                (Span("The new "), Span("Xiaomi", "mark", "https://a.example"), Span(" car", url="https://a.example")),
                ((Span("Built by "), Span("xiaomi", "mark"), Span(" & @partner")), (Span("Volt · 2 h", "muted"),)),
                (Button("Pause", "sp:1:1"), Button("Remove", "sx:1")),
                1,
            ),
            Paragraph((Span("Or write: "), Span("/follow Xiaomi EV", command="/follow Xiaomi EV"))),
            Paragraph((Span("See "), Span("/help", command="/help"), Span(", not /stop of @bot"))),
        ),
        ((Button("1", "st:7"), Button("Site", url="https://a.example"), Button("Bad", url="javascript:x")),),
    )
    [message] = reply(answer)
    assert message.html == (
        "<b>2 articles on “xiaomi”</b>\n"
        "\n"
        '1. The new <a href="https://a.example"><b>Xiaomi</b> car</a>\n'
        f"Built by <b>xiaomi</b> &amp; @{JOINER}partner\n"
        "<i>Volt · 2 h</i>\n"
        "\n"
        "Or write: <code>/follow Xiaomi EV</code>\n"
        "\n"
        f"See /help, not /{JOINER}stop of @{JOINER}bot"
    )
    assert labels(message) == [["1 · Pause", "Remove"], ["1", "Site"]]
    assert message.keys[1][1] == Key("Site", url="https://a.example")


def test_entries_that_open_by_themselves_share_rows() -> None:
    beside = (Button("Pause", "sp:1:1"), Button("Remove", "sx:1"))
    orders = [
        Item((Span("cars"),), ((Span("paused"),),), beside, n, opener=Button(str(n), f"sd:{n}")) for n in range(1, 9)
    ]
    [message] = reply(Reply(tuple(orders), ((Button("Next ›", "su:1"),),)))
    assert labels(message) == [[str(n) for n in range(1, 9)], ["Next ›"]]


def test_lines_of_a_list_stand_close() -> None:
    lines = [Paragraph((Span(f"• {word}: "), Span(f"/{word}", command=f"/{word}"))) for word in ("topics", "digest")]
    assert reply(Reply((Paragraph((Span("Do"),)), *lines)))[0].html == "Do\n\n• topics: /topics\n• digest: /digest"


def test_a_toast_alone_is_said_and_nothing_is_nothing() -> None:
    assert reply(Reply(toast="Not <now>."))[0].html == "Not &lt;now&gt;."
    assert reply(Reply()) == ()


def test_a_question_leaves_room_for_the_answer() -> None:
    [message] = reply(Reply((Paragraph((Span("What?"),)),), ((Button("x", "y"),),), ask="follow"), Words("en"))
    assert (message.ask, message.keys) == (Words("en")("ask_follow"), ())


def test_a_page_of_results_with_too_many_marks_loses_them_and_stays_one_message() -> None:
    marks = tuple(span for n in range(12) for span in (Span(f"w{n} "), Span("xiaomi", "mark")))
    items = tuple(Item((Span(f"T{n}", url="https://a.example"),), (marks,), number=n) for n in range(1, 11))
    [message] = reply(Reply(items))
    assert "T10" in message.html
    strictly(message)


def test_an_edit_gives_up_the_lines_of_entries_to_stay_one_message() -> None:
    items = tuple(Item((Span(f"Title {n}"),), ((Span("word " * 150),),), number=n) for n in range(1, 31))
    assert len(reply(Reply(items))) > 1
    [message] = reply(Reply(items, edit=True))
    assert "30. Title 30" in message.html
    strictly(message)


def test_labels_can_be_read_on_a_phone() -> None:
    row = (*(Button(str(n), f"n:{n}") for n in range(1, 11)),)
    words = tuple(
        Button(label, label) for label in ("When", "Latest on it", "Unfollow", "Follow “electric cars”", "‹ Back")
    )
    [message] = reply(Reply((Paragraph((Span("x"),)),), (row, words)))
    assert labels(message) == [
        ["1", "2", "3", "4", "5"], ["6", "7", "8", "9", "10"],
        ["When", "Latest on it", "Unfollow"], ["Follow “electric cars”"], ["‹ Back"],
    ]  # fmt: skip


def test_an_alert_holds_small_answers_only() -> None:
    assert brief(Reply((Paragraph((Span("It came <here> because:", "bold"),)), Paragraph((Span("cars"),))))) == (
        "It came <here> because:\n\ncars"
    )
    assert brief(Reply((Paragraph((Span("x" * 201),)),))) == ""
    assert brief(Reply((Paragraph((Span("x"),)),), ((Button("a", "b"),),))) == ""
    assert brief(Reply((Paragraph((Span("x", url="https://a.example"),)),))) == ""


def test_a_card_for_another_chat_has_links_and_no_actions() -> None:
    message = card(Digest((XIAOMI,), occasion="answer"), Words())
    assert [(key.label, key.data, key.url) for row in message.keys for key in row] == [
        ("Example Motors", "", "https://motors.example/xiaomi")
    ]
    assert "Gridline" in message.html
    strictly(message)


# --- whatever they hold ----------------------------------------------------------------------------

OURS = {"/help", "/follow"}


def calls(parts: Iterable[Outgoing]) -> list[tuple[str, str]]:
    """Whom and what a reader would call by a tap, but for our own commands."""
    found = []
    for part in parts:
        text = parse(part.html)
        assert all(entity.type != "text_mention" for entity in text.entities)
        found += [(e.type, e.of(text.text)) for e in automatic(text) if e.type != "url" and e.of(text.text) not in OURS]
    return found


@given(seed=st.integers(0, 2**32), edited=st.booleans())
@settings(max_examples=30, deadline=None)
def test_any_digest_is_taken_by_telegram_tells_each_story_once_and_calls_nobody(seed: int, edited: bool) -> None:
    digest = Strangers(seed).digest()
    parts = post(digest, 2**62, updated=NOON if edited else None)
    texts = [strictly(part).text for part in parts]
    assert calls(parts) == []
    if len(digest.stories) > 1:
        told = [str(n) for n in range(1, len(digest.stories) + 1)]
        assert [n for text in texts for n in re.findall(r"(?m)^\u200f?(\d+)\. ", text)] == told
        assert [k.label for part in parts for row in part.keys for k in row if k.data.startswith("st:")] == told


@given(seed=st.integers(0, 2**32), most=st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_any_edit_fits_into_the_messages_that_there_are(seed: int, most: int) -> None:
    parts = post(Strangers(seed).digest(), 5, updated=NOON, most=most)
    assert 1 <= len(parts) <= most
    for part in parts:
        strictly(part)


@given(seed=st.integers(0, 2**32), language=st.sampled_from(["en", "ar"]))
@settings(max_examples=30, deadline=None)
def test_any_answer_is_taken_by_telegram_and_calls_nobody(seed: int, language: str) -> None:
    answer = Strangers(seed).reply()
    parts = reply(answer, Words(language))
    for part in parts:
        strictly(part)
    assert calls(parts) == []
    assert not answer.edit or len(parts) <= 1
    assert len(brief(answer)) <= 200
