"""Forms: filled in as things are, taken apart whatever was sent, offered again with what could not be taken."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from newsbot.platforms.discord import modals
from newsbot.platforms.discord.message import private
from newsbot.platforms.discord.voice import QUICK
from newsbot.platforms.views import Entry, Form
from tests.fakes.discord.interactions import UPDATE
from tests.platforms.discord.town import Town

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["component", "components", "custom_id", "value", "values"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(["components", "custom_id"]), JSON))
def test_whatever_is_sent_off_is_read_as_text(data: dict[str, Any]) -> None:
    assert all(isinstance(each, str) for pair in modals.submitted(data).items() for each in pair)


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=500), st.text(max_size=200))
def test_a_form_keeps_discords_limits(title: str, value: str, hint: str) -> None:
    entries = tuple(Entry(str(n), title or "x", value, hint, hint) for n in range(7))
    data = modals.modal(Form("settings", title or "x", entries), place="1234567890123456789/1234567890123456789")
    assert len(data["custom_id"]) <= 100
    assert len(data["title"]) <= 45
    assert len(data["components"]) <= 5
    for label in data["components"]:
        assert len(label["label"]) <= 45
        assert len(label.get("description", "")) <= 100
        assert len(label["component"].get("value", "")) <= label["component"]["max_length"]


async def test_settings_are_edited_in_one_form(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "channel settings", channel=town.wire)).replied()
    form = await (await town.ann.presses(answer, "Edit…")).opened()
    sent = await town.ann.submits(form, {"Time zone": "tokyo", "quiet": "23:00-07:00", "language": "Deutsch"})
    shown = await sent.replied()
    assert sent.response == UPDATE
    assert "Asia/Tokyo" in shown.text
    chat = await town.chat(town.wire.id)
    assert chat is not None
    assert (chat.settings.timezone, chat.settings.language) == ("Asia/Tokyo", "de")
    assert chat.settings.quiet is not None
    assert chat.settings.when is None


async def test_what_cannot_be_taken_is_said_and_stays_in_the_form(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "my settings")).replied()
    form = await (await town.ann.presses(answer, "Edit…")).opened()
    shown = await (await town.ann.submits(form, {"timezone": "Atlantis", "quiet": "23:00-07:00"})).replied()
    assert "Time zone" in shown.text
    assert "everything else is saved" in shown.text
    kept = await town.chat(private(town.ann.id).native)
    assert kept is not None
    assert (kept.settings.timezone, kept.settings.quiet is not None) == (None, True)
    again = await (await town.ann.presses(shown, "Correct it")).opened()
    assert again.field("timezone").value == "Atlantis"
    fixed = await (await town.ann.submits(again, {"timezone": "Europe/Berlin"})).replied()
    assert "Europe/Berlin" in fixed.text


async def test_rights_are_checked_when_a_form_is_sent_off(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "channel settings", channel=town.wire)).replied()
    form = await (await town.ann.presses(answer, "Edit…")).opened()
    town.guild.member(town.ann)
    refused = await (await town.ann.submits(form, {"timezone": "Asia/Tokyo"})).replied()
    assert "Manage Server" in refused.text
    assert await town.chat(town.wire.id) is None


async def test_a_search_is_refined_in_a_form(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "search", query="battery")).replied()
    form = await (await town.ann.presses(answer, "Search again")).opened()
    assert form.field("search").value == "battery"
    shown = await (await town.ann.submits(form, {"search": "rocket"})).replied()
    assert shown.id == answer.id
    assert "1 article on “rocket”" in shown.text


async def test_a_form_that_comes_too_late_is_offered_again(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "my settings")).replied()
    await town.settled()
    town.desk.gate.clear()
    pressed = await town.ann.presses(answer, "Edit…")
    await town.clock.asleep()
    town.clock.advance(QUICK)
    await pressed.acknowledged()
    town.desk.gate.set()
    assert "press the button again" in (await pressed.replied()).text


async def test_a_form_that_says_nothing_is_offered_again_by_a_key(town: Town) -> None:
    for place in (None, town.general):
        answer = await (await town.ann.runs(place, "search", query="battery")).replied()
        form = await (await town.ann.presses(answer, "Search again")).opened()
        sent = await town.ann.submits(form, {"search": "   "})
        shown = await sent.replied()
        assert not sent.refusals
        again = next(label for label in shown.labels if "earch" in label)
        assert (await (await town.ann.presses(shown, again)).opened()).field("search")


async def test_the_form_holds_what_is_in_the_words_that_are_shown_and_takes_them_back(town: Town) -> None:
    answer = await (await town.ann.runs(town.general, "channel settings", channel=town.wire)).replied()
    form = await (await town.ann.presses(answer, "Edit…")).opened()
    filled: dict[str, str | list[str]] = {"when": "täglich 7:30", "quiet": "22 bis 7 Uhr", "language": "de"}
    await (await town.ann.submits(form, filled)).replied()
    before = await town.chat(town.wire.id)
    again = await (await town.ann.presses(answer, "Edit…")).opened()
    said: dict[str, str | list[str]] = {name: again.field(name).value for name in ("when", "quiet")}
    assert said == {"when": "every day at 07:30", "quiet": "22:00 to 07:00"}  # Ann's client is English
    await (await town.ann.submits(again, said)).replied()
    after = await town.chat(town.wire.id)
    assert before is not None
    assert after is not None
    assert after.settings == before.settings
