"""Digests and answers as Discord's messages: the whole of them as they are sent, and what holds for any of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.domain.models import ChatKey, Digest, DigestStory, Fact, Reason, Source
from newsbot.locales import Words
from newsbot.platforms.discord.inline import moment
from newsbot.platforms.discord.message import (
    SILENT,
    Aim,
    Box,
    Choice,
    Json,
    Key,
    Keys,
    Menu,
    Outgoing,
    Part,
    Section,
    Text,
    chat_at,
    custom_id,
    filename,
    payload,
    place_of,
    post_of,
    private,
    read,
)
from newsbot.platforms.discord.render import brief, post, reply, tags, title
from newsbot.platforms.views import Attachment, Button, DigestBlock, Item, Paragraph, Reply, Span
from tests.fakes.digests import XIAOMI
from tests.fakes.discord.components import checked
from tests.fakes.discord.errors import Form
from tests.fakes.discord.markdown import Seen, refused, seen
from tests.fakes.discord.posts import walk
from tests.fakes.strangers import Strangers

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def many(count: int, headline: str = "Headline") -> tuple[DigestStory, ...]:
    return tuple(replace(XIAOMI, story_id=n, headline=f"{headline} {n}") for n in range(1, count + 1))


def strictly(message: Outgoing, post: str = "", place: str = "") -> list[Json]:
    """The message's components as Discord takes them; fails where it would refuse."""
    body = json.loads(json.dumps(payload(message, post=post, place=place)))
    form = Form()
    files = [each["filename"] for each in body.get("attachments", ())]
    found = checked(form, body["components"], v2=True, files=files)
    assert form.errors == {}
    assert found
    assert body["allowed_mentions"]["parse"] == []
    every = list(walk(found))
    assert sum(len(each["content"].encode("utf-16-le")) // 2 for each in every if each["type"] == 10) <= 4000
    assert all(each["content"].strip() for each in every if each["type"] == 10)
    return found


def classically(message: Outgoing, mark: str) -> None:
    """It is taken without Components V2 too, and nothing that it says is lost."""
    body = payload(message, post=mark, classic=True)
    form = Form()
    checked(form, body["components"], v2=False, files=[])
    assert form.errors == {}
    assert post_of(body["components"]) == mark
    texts = [embed["description"] for embed in body["embeds"]]
    assert all(len(each.encode("utf-16-le")) // 2 <= 4096 for each in texts)
    assert "\n\n".join((*texts, *filter(None, [body["content"]]))).replace("\n\n", "\n") == text(message)


def walked(body: Json) -> list[Json]:
    return [each for each in walk(body["components"]) if "custom_id" in each]


def flat(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Box):
            yield from flat(part.parts)


def text(message: Outgoing) -> str:
    """All that is written, as markdown."""
    return "\n".join(part.markdown for part in flat(message.parts) if isinstance(part, Text | Section))


def reading(message: Outgoing) -> Seen:
    return seen(text(message))


def labels(message: Outgoing) -> list[list[str]]:
    """The keys row by row, a menu's choices as one."""
    rows = [part for part in flat(message.parts) if isinstance(part, Keys | Menu)]
    return [[each.label for each in (row.keys if isinstance(row, Keys) else row.choices)] for row in rows]


def beside(message: Outgoing) -> list[Key | str]:
    """What stands at the side of texts."""
    return [part.key or part.picture for part in flat(message.parts) if isinstance(part, Section)]


# --- one story -------------------------------------------------------------------------------------


def test_the_story_of_xiaomi_as_it_is_posted() -> None:
    digest = Digest((replace(XIAOMI, image="https://motors.example/su7.jpg"),), pings=("55",), silent=True)
    [message] = post(digest, 5)
    assert message == Outgoing(
        (
            Box(
                (
                    Section(
                        "### [Xiaomi sets mass production of its first electric car for 2024]"
                        "(https://motors.example/xiaomi)\n"
                        "-# [Example Motors](https://motors.example/xiaomi) · also: [Gridline](https://grid.example/x)"
                        " · <t:1772452680:R>",
                        picture="https://motors.example/su7.jpg",
                    ),
                    Text(
                        "Xiaomi will start mass production of its first electric car in the first half of **2024**."
                        " Research and development spending rose **21%** to **4.6 billion yuan** in the second quarter."
                        " The company wants to be among the world’s five largest makers within two decades."
                    ),
                    Text("- The company counts **16,834** people in research and development, 52% of its workforce."),
                    Text("-# You follow **Xiaomi EV**: matched electric car, Xiaomi"),
                    Keys(
                        (
                            Key("Xiaomi EV", "tp:3"),
                            Key("More like this", "lk:7"),
                            Key("👍", "up:7:3"),
                            Key("👎", "dn:7:3"),
                        )
                    ),
                    Keys((Key("Mute…", "mm:7"), Key("Why?", "wy:7"), Key("2 sources", "so:7"))),
                ),
                0xE67E22,
            ),
            Text("-# <@&55>"),
        ),
        pings=("55",),
        silent=True,
    )
    assert post_of(strictly(message, "5.0")) == "5.0"


def test_an_edit_says_when_and_calls_nobody() -> None:
    [message] = post(Digest((XIAOMI,), pings=("55",), silent=True), 5, updated=NOON)
    assert "-# You follow **Xiaomi EV**: matched electric car, Xiaomi\n-# updated <t:1772452800:t>" in text(message)
    assert (message.pings, message.silent, "<@&" in text(message)) == ((), False, False)


def test_only_roles_are_called_and_only_by_the_first_part() -> None:
    first, *others = post(Digest(many(30), pings=("55", "55", "@everyone", "7")), 5)
    assert payload(first)["allowed_mentions"] == {"parse": [], "roles": ["55", "7"]}
    assert text(first).endswith("\n-# <@&55> <@&7>")
    assert all(not part.pings and "<@&" not in text(part) for part in others)


def test_an_arabic_story_runs_from_the_right() -> None:
    story = DigestStory(
        7,
        "Xiaomi تبدأ إنتاج سيارتها الكهربائية الأولى عام 2024",
        ("ارتفع الإنفاق على البحث بنسبة 21%.",),
        (Fact("21%", "ارتفع الإنفاق على البحث بنسبة 21%."),),
        (Source("الرصيف", "https://rasif.example/1", 1),),
        url="https://rasif.example/1",
    )
    [message] = post(Digest((story,), language="ar"), 5)
    assert text(message) == (
        "### \u200f\u2067[Xiaomi تبدأ إنتاج سيارتها الكهربائية الأولى عام 2024](https://rasif.example/1)\u2069\n"
        "-# \u200f\u2067[الرصيف](https://rasif.example/1)\u2069\n"
        "\u200f\u2067ارتفع الإنفاق على البحث بنسبة **21%**.\u2069"
    )


def test_an_announcement_channels_readers_get_the_reason_and_every_key() -> None:
    assert post(Digest((XIAOMI,), audience="channel"), 5) == post(Digest((XIAOMI,)), 5)


def test_a_compact_story_is_its_headline_who_tells_it_and_why_it_came() -> None:
    [message] = post(Digest((XIAOMI,), compact=True), 5)
    assert reading(message).text == (
        "Xiaomi sets mass production of its first electric car for 2024\n"
        "Example Motors · also: Gridline · <t:1772452680:R>\n"
        "You follow Xiaomi EV: matched electric car, Xiaomi"
    )
    several = post(Digest(many(2), compact=True), 5, updated=NOON)
    assert text(several[0]).endswith("matched electric car, Xiaomi\n-# updated <t:1772452800:t>")


def test_many_sources_are_folded() -> None:
    sources = tuple(Source(f"S{n}", f"https://s{n}.example/", n) for n in range(12))
    said = reading(post(Digest((replace(XIAOMI, sources=sources),)), 5)[0]).text
    assert "S0 · also: S1, S2, S3, S4 and 7 more" in said


@pytest.mark.parametrize(
    ("image", "images", "shown"),
    [("https://a.example/a.jpg", True, ["https://a.example/a.jpg"]), ("https://a.example/a.jpg", False, []),
     ("/seeds/pictures/a.png", True, []), ("data:image/png;base64,x", True, [])],
)  # fmt: skip
def test_a_picture_stands_beside_when_it_lies_on_the_web_and_is_wanted(
    image: str, images: bool, shown: list[str]
) -> None:
    digest = Digest((replace(XIAOMI, image=image),), images=images)
    assert beside(post(digest, 5)[0]) == beside(reply(Reply((DigestBlock(digest),)))[0]) == shown


def test_a_topic_has_a_colour_of_its_own() -> None:
    def colours(*labels: str) -> list[int | None]:
        posts = [post(Digest((replace(XIAOMI, reasons=(Reason(label),)),)), 5) for label in labels]
        return [part.colour for message, *_ in posts for part in message.parts if isinstance(part, Box)]

    cars, space, again = colours("cars", "space", "cars")
    assert cars == again != space


# --- several stories -------------------------------------------------------------------------------


def test_a_digest_has_a_title_and_a_key_for_each_of_its_stories() -> None:
    other = DigestStory(
        8, "BYD passes Tesla", ("It sold 526,409 cars.",), url="https://b.example", reasons=XIAOMI.reasons
    )
    [message] = post(Digest((XIAOMI, other), title="Cars", occasion="daily", more=3), 5)
    assert text(message) == (
        "### Today’s news · Cars\n"
        "**1.** **[Xiaomi sets mass production of its first electric car for 2024](https://motors.example/xiaomi)**\n"
        "Xiaomi will start mass production of its first electric car in the first half of **2024**. Research and"
        " development spending rose **21%** to **4.6 billion yuan** in the second quarter.\n"
        "-# Example Motors · also: Gridline · <t:1772452680:R>\n"
        "**2.** **[BYD passes Tesla](https://b.example)**\n"
        "It sold 526,409 cars.\n"
        "-# and 3 more stories\n"
        "-# You follow **Xiaomi EV**: matched electric car, Xiaomi"
    )
    [box] = message.parts
    assert isinstance(box, Box)
    assert box.parts[-2:] == (
        Keys((Key("1", "st:7"), Key("2", "st:8"))),
        Keys((Key("3 more", "mo:5:0"),)),
    )


@pytest.mark.parametrize(
    ("count", "picture", "keyed"), [(10, "", True), (11, "", False), (10, "https://a.example/a.jpg", False)]
)
def test_a_menu_opens_stories_only_where_they_are_many_or_keys_have_no_room(
    count: int, picture: str, keyed: bool
) -> None:
    stories = tuple(replace(story, image=picture) for story in many(count))
    digest = Digest(stories, occasion="daily")
    answer = Reply((DigestBlock(digest),), (tuple(Button(str(n), f"st:{n}") for n in range(1, count + 1)),))
    for [message] in (post(digest, 5), reply(answer)):
        strictly(message)
        numbers = [label.partition(".")[0] for row in labels(message) for label in row]
        assert numbers == [str(n) for n in range(1, count + 1)]
        assert any(isinstance(part, Menu) for part in flat(message.parts)) is not keyed


def test_ten_stories_with_pictures_fit_one_message() -> None:
    stories = tuple(replace(story, image="https://a.example/a.jpg") for story in many(10))
    [message] = post(Digest(stories, occasion="daily", more=4, pings=("55",)), 5)
    assert beside(message) == ["https://a.example/a.jpg"] * 10
    strictly(message)


def test_a_long_digest_is_split_between_stories_and_the_numbers_go_on() -> None:
    digest = Digest(many(40), occasion="daily", more=2)
    parts = post(digest, 5)
    assert len(parts) > 1
    numbers = [re.findall(r"(?m)^\*\*(\d+)\.\*\* ", text(part)) for part in parts]
    assert [n for part in numbers for n in part] == [str(n) for n in range(1, 41)]
    assert [[label.partition(".")[0] for label in labels(part)[0]] for part in parts] == numbers
    assert "and 2 more stories" in text(parts[-1])
    assert [post_of(strictly(part, f"5.{n}")) for n, part in enumerate(parts)] == [f"5.{n}" for n in range(len(parts))]


def test_an_edit_into_fewer_messages_shortens_the_last_stories_and_then_counts_them() -> None:
    digest = Digest(many(60, headline="A long headline " * 12), occasion="daily")
    first = post(digest, 5)
    assert post(digest, 5, most=99) == first
    shorter = post(digest, 5, most=len(first) - 1)
    assert len(shorter) == len(first) - 1
    assert "Xiaomi will start" in text(shorter[0])
    [only] = post(digest, 5, most=1)
    shown = len(re.findall(r"(?m)^\*\*\d+\.\*\* ", text(only)))
    assert 5 < shown < 60
    assert f"and {60 - shown} more stories" in text(only)


def test_a_thread_is_called_by_its_story_or_by_what_its_stories_share() -> None:
    assert title(Digest((replace(XIAOMI, headline=" *A* car\n🚗 " + "x" * 200),))).startswith("*A* car 🚗 xxx")
    assert title(Digest(many(2), title="Cars", occasion="daily")) == "Today’s news · Cars"
    assert title(Digest(many(2))) == "News"
    digest = Digest((replace(XIAOMI, reasons=(Reason("cars"), *XIAOMI.reasons)), XIAOMI), title="Cars")
    assert tags(digest) == ("Xiaomi EV", "cars", "Cars")


# --- answers ---------------------------------------------------------------------------------------


def test_an_answer_as_it_is_sent() -> None:
    title = (Span("The new "), Span("Xiaomi", "mark", "https://a.example"), Span(" car", url="https://a.example"))
    told = (
        (Span("Built by "), Span("xiaomi", "mark"), Span(" & @everyone")),
        (Span(f"Volt · {moment(NOON)}", "muted"),),
    )
    answer = Reply(
        (
            Paragraph((Span("2 articles on “xiaomi”", "bold"),), heading=True),
            Item(title, told, number=1),
            Item((Span("Other", url="javascript:x"),), number=2),
            Paragraph((Span("Or write: "), Span("/follow Xiaomi EV", command="/follow Xiaomi EV"))),
        ),
        (
            (Button("1", "st:7"), Button("2", "st:8")),
            (Button("Next ›", "s:1"), Button("Site", url="https://a.example")),
        ),
    )
    [message] = reply(answer, share=Key("Share here", "sh"))
    [box] = message.parts
    assert isinstance(box, Box)
    assert text(message) == (
        "### 2 articles on “xiaomi”\n"
        "**1.** The new [**Xiaomi** car](https://a.example)\n"
        "Built by **xiaomi** & @\u2060everyone\n"
        "-# Volt · <t:1772452800:R>\n"
        "**2.** Other\n"
        "Or write: `/follow Xiaomi EV`"
    )
    assert box.parts[-2:] == (
        Keys((Key("1", "st:7"), Key("2", "st:8"))),
        Keys((Key("Next ›", "s:1"), Key("Site", url="https://a.example"), Key("Share here", "sh"))),
    )


def test_what_one_can_do_with_an_entry_stands_beside_it() -> None:
    follow = Item((Span("Space", "bold"),), (), (Button("Follow", "fo:1"),), 1, opener=Button("Space", "tp:1"))
    order = Item((Span("cars"),), (), (Button("Pause", "p"), Button("End", "x")), 2, opener=Button("2", "sd:2"))
    mute = Item((Span("Volt"),), (), (Button("Undo", "mx:1"),))
    both = Item((Span("both"),), (), (Button("Pause", "p"), Button("End", "x")))
    [message] = reply(Reply((follow, order, mute, both)))
    assert beside(message)[:3] == [Key("Follow", "fo:1"), Key("Open 2", "sd:2"), Key("Undo", "mx:1")]
    assert labels(message) == [["Pause", "End"], ["1. Space"]]


def test_many_buttons_of_a_kind_become_a_menu() -> None:
    zones = tuple(Button(zone, f"sv:timezone:{zone}") for zone in ("✓ UTC", "Asia/Tokyo", "Asia/Kolkata", "a", "b"))
    [message] = reply(Reply((Paragraph((Span("Which?"),)),), (zones[:3], zones[3:], (Button("‹ Back", "se"),))))
    assert message.parts[1:] == (
        Menu(tuple(Choice(zone.label, zone.action) for zone in zones), "Choose…"),
        Keys((Key("‹ Back", "se"),)),
    )
    few = Reply((Paragraph((Span("Which?"),)),), (zones[:4], (Button("‹ Back", "se"),)))
    assert labels(reply(few)[0]) == [["✓ UTC", "Asia/Tokyo", "Asia/Kolkata", "a"], ["‹ Back"]]
    switches = tuple(Button(f"{name}: on", f"sv:{name}:off") for name in ("a", "b", "c", "d", "e"))
    assert labels(reply(Reply((Paragraph((Span("Which?"),)),), (switches,)))[0]) == [[each.label for each in switches]]


def test_lines_of_a_list_are_a_list() -> None:
    lines = [Paragraph((Span(f"• {word}: "), Span(f"/{word}", command=f"/{word}"))) for word in ("topics", "digest")]
    [message] = reply(Reply((Paragraph((Span("Do"),)), *lines)))
    assert message.parts == (Text("Do"), Text("- topics: `/topics`\n- digest: `/digest`"))


def test_a_toast_alone_is_said_and_nothing_is_nothing() -> None:
    assert reply(Reply(toast="Not <now>.")) == (Outgoing((Text("Not \\<now\\>."),)),)
    assert reply(Reply()) == ()
    [refused] = reply(Reply(toast="No.", error=True))
    assert refused.parts == (Box((Text("No."),), 0xDA373C),)
    assert brief(Reply(toast="No.", error=True)) == brief(Reply(toast="No.")) == "No."
    assert brief(Reply(toast="x" * 201)) == brief(Reply(toast="x", ask="follow")) == ""


def test_a_question_has_a_key_for_its_form_and_a_way_on_is_a_key() -> None:
    [message] = reply(Reply((Paragraph((Span("What?"),)),), ask="follow"), Words("de"))
    assert message.parts[-1] == Keys((Key(Words("de")("welcome_follow_button"), "m:follow", style="primary"),))
    [message] = reply(Reply(toast="There.", onward="fo:1", onward_label="Go on"))
    assert message.parts[-1] == Keys((Key("Go on", "fo:1", style="primary"),))


def test_a_file_is_shown_by_its_name() -> None:
    [message] = reply(Reply(toast="Here.", attachment=Attachment("my feeds.opml", b"<opml/>")))
    found = strictly(message)
    assert found[-1]["file"] == {"url": "attachment://my_feeds.opml"}
    assert filename(Attachment("../…", b"")) == "file"


def test_an_edit_gives_up_the_lines_of_entries_to_stay_one_message() -> None:
    items = tuple(Item((Span(f"Title {n}"),), ((Span("word " * 150),),), number=n) for n in range(1, 31))
    assert len(reply(Reply(items))) > 1
    [message] = reply(Reply(items, edit=True))
    assert "**30.** Title 30" in text(message)
    strictly(message)


# --- what keys carry -------------------------------------------------------------------------------


def test_keys_carry_where_they_act_and_whose_post_they_are_under() -> None:
    keys = Keys((Key("a", "st:1"), Key("b", "st:1"), Key("c", url="https://a.example")))
    message = Outgoing((keys, Menu((Choice("x", "st:1"),)), Menu((Choice("y", "st:|2"),))))
    place = place_of(ChatKey("discord", "1" * 19, "9" * 19))
    found = [each for each in walk(strictly(message, "5.0", place)) if "custom_id" in each]
    aims = [read(each["custom_id"]) for each in found]
    assert aims == [Aim("st:1", place, "5.0"), *[Aim(action, place) for action in ("st:1", "=", "=")]]
    assert [read(o["value"]) for each in found for o in each.get("options", ())] == [
        Aim("st:1", place), Aim("st:|2", place)
    ]  # fmt: skip
    assert chat_at(place, 7) == ChatKey("discord", "1" * 19, "9" * 19)
    assert chat_at(place_of(private(7)), 8) == private(8)


def test_the_longest_of_them_has_room_and_what_strangers_make_up_is_harmless() -> None:
    place = "9" * 19 + "/" + "9" * 19
    assert read(custom_id("x" * 60, place=place, turn=39)) == Aim("x" * 60, place)
    assert read(custom_id("x" * 60, post="9" * 19 + ".99")).post == "9" * 19 + ".99"
    for made_up in ("", "x", "|", "@|x", "@me,@1/2/3,d,d1.|x", "k9,,|x", "@" + "z" * 99 + "|x"):
        assert read(made_up).post == ""
        assert chat_at(read(made_up).place or "me", 7).platform == "discord"


def test_a_menus_custom_id_is_another_at_each_turn_and_its_entries_stay_apart() -> None:
    menu = Menu((Choice("1. This", "st:1"), Choice("2. The same", "st:1")))
    [first], [again] = (walked(payload(Outgoing((menu,)), post="5.0", turn=turn)) for turn in (0, 999_999))
    assert first["custom_id"] != again["custom_id"]
    assert read(first["custom_id"]) == read(again["custom_id"]) == Aim("=", post="5.0")
    values = [option["value"] for option in again["options"]]
    assert len(set(values)) == 2
    assert [read(value).action for value in values] == ["st:1", "st:1"]


# --- without components V2 -------------------------------------------------------------------------


def test_a_classic_post_is_an_embed_with_its_roles_above_and_its_keys_below() -> None:
    digest = Digest((replace(XIAOMI, image="https://motors.example/su7.jpg"),), pings=("55",), silent=True)
    [message] = post(digest, 5)
    body = payload(message, post="5.0", classic=True)
    assert (body["flags"], body["content"]) == (SILENT, "-# <@&55>")
    [box] = [part for part in message.parts if isinstance(part, Box)]
    said = [part.markdown for part in box.parts if isinstance(part, Text | Section)]
    thumbnail = {"url": "https://motors.example/su7.jpg"}
    assert body["embeds"] == [{"description": "\n\n".join(said), "thumbnail": thumbnail, "color": 0xE67E22}]
    assert [each["type"] for each in body["components"]] == [1, 1]
    assert post_of(body["components"]) == "5.0"


def test_rows_without_components_v2_are_five_at_most() -> None:
    rows = [Section(f"{n}", Key(f"{n}", f"st:{n}")) for n in range(12)]
    body = payload(Outgoing((Box((*rows, Menu((Choice("x", "tp:1"),)))), Text("x" * 2001))), classic=True)
    assert [len(row["components"]) for row in body["components"]] == [1, 5, 5, 2]
    assert (body["content"], len(body["embeds"])) == ("", 2)


# --- whatever they hold ----------------------------------------------------------------------------


def harmless(parts: Iterable[Outgoing]) -> None:
    """Nobody is called, and what is a link is one of ours."""
    for part in parts:
        shown = reading(part)
        kinds = {mark.kind for mark in shown.marks}
        assert kinds <= {"heading", "small", "list", "bold", "italic", "code", "link", "moment"}
        assert all(not refused(mark.text) and mark.url for mark in shown.marks if mark.kind == "link")
        assert not re.search(r"<@[!&]?\d+>|@everyone|@here", text(part))


@given(seed=st.integers(0, 2**32), edited=st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_digest_is_taken_by_discord_tells_each_story_once_and_calls_nobody(seed: int, edited: bool) -> None:
    digest = Strangers(seed).digest()
    parts = post(digest, 2**62, updated=NOON if edited else None)
    harmless(parts)
    for n, part in enumerate(parts):
        mark = f"{2**62}.{n}"
        assert post_of(strictly(part, mark)) == mark
        classically(part, mark)
    assert 1 <= len(title(digest)) <= 100
    if len(digest.stories) > 1:
        told = [str(n) for n in range(1, len(digest.stories) + 1)]
        assert [n for part in parts for n in re.findall(r"(?m)^\*\*(\d+)\.\*\* ", text(part))] == told


@given(seed=st.integers(0, 2**32), most=st.integers(1, 3))
@settings(max_examples=20, deadline=None)
def test_any_edit_fits_into_the_messages_that_there_are(seed: int, most: int) -> None:
    parts = post(Strangers(seed).digest(), 5, updated=NOON, most=most)
    assert 1 <= len(parts) <= most
    for part in parts:
        strictly(part)


@given(seed=st.integers(0, 2**32), language=st.sampled_from(["en", "ar"]))
@settings(max_examples=25, deadline=None)
def test_any_answer_is_taken_by_discord_and_calls_nobody(seed: int, language: str) -> None:
    answer = Strangers(seed).reply()
    parts = reply(answer, Words(language), share=Key("Share", "sh"))
    for part in parts:
        strictly(part)
    harmless(parts)
    assert not answer.edit or len(parts) <= 1
    assert len(brief(answer)) <= 200
