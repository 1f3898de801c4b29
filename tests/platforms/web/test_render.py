"""What the page gets: JSON with no markup, in which only web addresses can be followed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import Digest, Reason
from newsbot.locales import Words
from newsbot.platforms.cards import digest_buttons
from newsbot.platforms.views import Button, DigestBlock, Item, Paragraph, Reply, Span
from newsbot.platforms.web import render
from tests.fakes.digests import XIAOMI

WORDS = Words("en")


def test_a_story_carries_its_figures_sources_and_reason() -> None:
    body = render.post(Digest((XIAOMI,)), 5)
    [story] = body["digest"]["stories"]
    assert story["headline"] == XIAOMI.headline
    assert [fact["value"] for fact in story["facts"]] == ["2024", "4.6 billion yuan", "21%", "16,834"]
    assert story["sources"][1] == {"name": "Gridline", "url": "https://grid.example/x"}
    assert story["told"] == "2 sources"
    assert story["published"] == "2026-03-02T11:58:00+00:00"
    [reason] = story["reasons"]
    assert "".join(span["text"] for span in reason) == "You follow Xiaomi EV: matched electric car, Xiaomi"
    assert [s["text"] for s in reason if s["style"] == "mark"] == ["electric car", "Xiaomi"]
    assert [s["text"] for s in reason if s["style"] == "bold"] == ["Xiaomi EV"]


def test_the_buttons_of_a_single_story_stand_under_its_post() -> None:
    body = render.post(Digest((XIAOMI,)), 5)
    actions = [b["action"] for row in body["buttons"] for b in row]
    assert actions == ["tp:3", "lk:7", "up:7:3", "dn:7:3", "mm:7", "wy:7", "so:7"]
    assert body["digest"]["stories"][0]["buttons"] == []


def test_in_a_digest_of_several_each_story_has_its_own_buttons_and_numbers_are_left_out() -> None:
    body = render.post(Digest((XIAOMI, replace(XIAOMI, story_id=8)), more=3, occasion="daily", title="Cars"), 5)
    assert [b["action"] for row in body["buttons"] for b in row] == ["mo:5:0"]
    assert body["digest"]["stories"][1]["buttons"][0][0]["action"] == "tp:3"
    assert body["digest"]["more"] == "and 3 more stories"
    assert body["digest"]["title"] == "Today’s news · Cars"


def test_an_answer_with_a_digest_loses_its_numbers_and_keeps_its_other_buttons() -> None:
    digest = Digest((XIAOMI, replace(XIAOMI, story_id=8)), occasion="answer")
    rows = (*digest_buttons(digest, 0, WORDS), (Button("Week", "c:/digest week"),))
    body = render.reply(Reply((DigestBlock(digest),), rows))
    assert [b["action"] for row in body["buttons"] for b in row] == ["c:/digest week"]


def test_a_reason_that_all_stories_share_is_given_once() -> None:
    reasons = (Reason("everything"),)
    card = render.card(Digest((replace(XIAOMI, reasons=reasons), replace(XIAOMI, story_id=8, reasons=reasons))))
    assert "".join(span["text"] for span in card["reasons"][0]) == "Subscribed to everything"
    assert [story["reasons"] for story in card["stories"]] == [[], []]


def test_the_number_of_an_entry_is_the_button_that_opens_it() -> None:
    entries = (Item((Span("A"),), number=1), Item((Span("B"),), number=2))
    rows = ((Button("1", "st:7", hint="Story: A"), Button("2", "st:8")), (Button("Next", "se:2"),))
    body = render.reply(Reply(entries, rows))
    assert [block["opener"]["action"] for block in body["blocks"]] == ["st:7", "st:8"]
    assert [[b["label"] for b in row] for row in body["buttons"]] == [["Next"]]
    [topic] = render.reply(Reply((Item((Span("Cars"),), number=3, opener=Button("Cars", "tp:7")),)))["blocks"]
    assert (topic["opener"]["label"], topic["opener"]["action"]) == ("3", "tp:7")


def test_a_compact_digest_has_headlines_only_and_pictures_can_be_off() -> None:
    story = replace(XIAOMI, image="https://motors.example/car.jpg")
    [compact] = render.card(Digest((story,), compact=True))["stories"]
    assert (compact["summary"], compact["facts"], compact["image"]) == ([], [], story.image)
    [plain] = render.card(Digest((story,), images=False))["stories"]
    assert plain["image"] == ""


def test_the_sample_newsrooms_pictures_lie_on_our_own_server_and_no_other_path_does() -> None:
    assert render.picture_url("/seeds/pictures/electric-car.png") == "/seeds/pictures/electric-car.png"
    for other in ("/api/chats", "//evil.example/a.png", "/seeds/pictures/../../x.png", "/seeds/pictures/", "/logout"):
        assert render.picture_url(other) == ""


def test_an_edit_says_when() -> None:
    assert render.post(Digest((XIAOMI,)), 5)["updated"] == ""
    edited = render.post(Digest((XIAOMI,)), 5, datetime(2026, 3, 2, 14, 5, tzinfo=UTC))
    assert edited["updated"] == "2026-03-02T14:05:00+00:00"


def test_a_reason_without_words_names_the_subscription() -> None:
    spans = render.reason(Reason("cars"), WORDS)
    assert "".join(s["text"] for s in spans) == "Subscribed to cars"


def test_a_toast_alone_becomes_the_answer_to_a_command() -> None:
    body = render.reply(Reply(toast="Nothing to undo.", error=True))
    assert body["blocks"][0]["spans"][0]["text"] == "Nothing to undo."
    assert body["error"] is True


def test_an_answer_that_asks_for_a_topic_begins_the_line_of_the_page() -> None:
    assert render.reply(Reply((Paragraph((Span("Which?"),)),), ask="follow"))["ask"] == "/follow "
    assert render.reply(Reply((Paragraph((Span("Done."),)),)))["ask"] == ""


def test_blocks_keep_their_order_and_styles() -> None:
    item = Item((Span("A", url="https://a.example"),), ((Span("x", "muted"),),), (Button("Go", "go"),), 4)
    body = render.reply(Reply((Paragraph((Span("T", "bold"),), heading=True), item, DigestBlock(Digest((XIAOMI,))))))
    assert [b["type"] for b in body["blocks"]] == ["paragraph", "item", "digest"]
    assert body["blocks"][0]["heading"] is True
    assert body["blocks"][1]["number"] == 4
    assert body["blocks"][1]["title"][0]["url"] == "https://a.example"


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
     "//x.example", "/local", "http://", "https://[", "", " javascript:alert(1)", "java\nscript:alert(1)", "blob:https://x.example/1"],
)  # fmt: skip
def test_only_web_addresses_reach_the_page(address: str) -> None:
    story = replace(XIAOMI, url=address, image=address, sources=(replace(XIAOMI.sources[0], url=address),))
    body = render.reply(
        Reply(
            (DigestBlock(Digest((story,))), Item((Span("t", url=address),), image=address)),
            ((Button("b", url=address),),),
        )
    )
    digest, item = body["blocks"]
    told = digest["digest"]["stories"][0]
    found = [told["url"], told["image"], told["sources"][0]["url"], item["title"][0]["url"], item["image"]]
    assert found == [""] * 5
    assert body["buttons"][0][0]["url"] == ""


@settings(max_examples=60, deadline=None)
@given(label=st.text(max_size=40), words=st.lists(st.text(max_size=12), max_size=4))
def test_whatever_a_label_holds_the_reason_is_whole_and_has_no_marks_left(label: str, words: list[str]) -> None:
    spans = render.reason(Reason(label, tuple(words), 1), WORDS)
    said = "".join(span["text"] for span in spans)
    assert not set(said) & {"\ue000", "\ue001", "\ue002"}
    kept = "".join(c for c in label if c not in "\ue000\ue001\ue002")
    assert said.startswith(f"You follow {kept}")
    json.dumps(spans).encode("ascii")
