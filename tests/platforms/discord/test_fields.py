"""An option is a field: what stands in it is never taken for a part of another; and of which place an answer speaks."""

from __future__ import annotations

import pytest

from newsbot.domain.models import When
from newsbot.platforms.discord.message import private
from tests.platforms.discord.town import Town


async def test_what_is_no_time_is_refused_with_one_that_is_and_nothing_is_done(town: Town) -> None:
    follow = {"topic": "battery", "when": "every blue moon"}
    order = {"what": "cars", "words": "battery", "when": "tomorrow"}
    for command, options in (("follow", follow), ("my subscribe", order), ("channel subscribe", order)):
        answer = await (await town.ann.runs(town.general, command, **options)).replied()
        assert f"“{options['when']}” is no time that I know" in answer.text
        assert "Did you mean “daily 08:00”?" in answer.labels
    assert await town.own(town.ann) == await town.labels(town.general.id) == []
    pressed = await town.ann.presses(answer, "Did you mean “daily 08:00”?")
    await pressed.replied()
    [order_] = await town.orders(town.general.id)
    assert (order_.label, order_.when.kind) == ("cars: battery", "daily")


async def test_what_is_no_period_is_said_to_be_none(town: Town) -> None:
    for period, said in (("banana", "no period that I know"), ("Woche", "the last 7 days"), ("", "the last day")):
        options = {"period": period} if period else {}
        assert said in (await (await town.ann.runs(town.general, "digest", **options)).replied()).text


@pytest.mark.parametrize("when", ["täglich 7 Uhr", "daily 07:00"])
async def test_times_are_read_in_the_words_that_are_shown(town: Town, when: str) -> None:
    await (await town.ben.runs(town.general, "follow", topic="electric daily 9:00", when=when)).replied()
    [order] = await town.orders(private(town.ben.id).native)
    assert order.label == "electric daily 9:00"  # the topic is all that stands in its field
    assert (order.when.kind, f"{order.when.at:%H:%M}") == ("daily", "07:00")


async def test_words_that_end_like_a_time_are_words_where_there_is_a_field_for_times(town: Town) -> None:
    order = {"what": "cars", "words": "hourly"}
    await (await town.ann.runs(town.general, "channel subscribe", **order)).replied()
    [placed] = await town.orders(town.general.id)
    assert (placed.query, placed.when) == ("hourly", When())


async def test_an_answer_says_which_place_it_is_about_where_that_is_another(town: Town) -> None:
    async def says(command: str, **options: object) -> str:
        return (await (await town.ann.runs(town.general, command, **options)).replied()).text

    assert (await says("channel subscribe", what="cars", channel=town.wire)).startswith("-# In #wire:")
    assert (await says("my settings")).startswith("-# In our private chat:")
    assert "In #" not in await says("channel settings")
    assert (await says("forgetme")).startswith("-# In our private chat:")
    asked = await (await town.ann.runs(town.general, "channel forget")).replied()
    assert asked.text.startswith("-# In #general:") and "Cancel" in asked.labels


async def test_what_nothing_is_called_can_be_sent_to_the_channel_itself(town: Town) -> None:
    options = {"what": "rust compiler", "channel": town.wire, "when": "daily 07:00"}
    asked = await (await town.ann.runs(town.general, "channel subscribe", **options)).replied()
    await (await town.ann.presses(asked, "Send “rust compiler” to #wire")).replied()
    [order] = await town.orders(town.wire.id)
    assert (order.label, order.when.kind) == ("everything: rust compiler", "daily")


async def test_what_was_ended_comes_back_as_it_was(town: Town) -> None:
    role = town.guild.role("Drivers", mentionable=True)
    await (await town.ann.runs(town.general, "channel subscribe", what="cars")).replied()
    await (await town.ann.runs(town.general, "channel ping", topic="cars", role=role)).replied()
    [order] = await town.orders(town.general.id)
    await town.room.storage.chats.update_subscription(order.id, paused=True)
    ended = await (await town.ann.runs(town.general, "channel unsubscribe", what="cars")).replied()
    await (await town.ann.presses(ended, "Undo")).replied()
    [again] = await town.orders(town.general.id)
    assert (again.paused, again.ping) == (True, role.id)


async def test_the_words_of_a_search_are_said_without_the_signs_of_what_was_chosen(town: Town) -> None:
    options = {"query": "battery", "language": "en", "since": "7d", "source": "Volt Daily"}
    found = await (await town.ann.runs(town.general, "search", **options)).replied()
    assert "“battery” · English · Past week · Volt Daily" in found.text
    assert "Follow “battery”" in found.labels


async def test_the_commands_of_the_bots_admins_are_refused_and_not_denied(town: Town) -> None:
    assert "for the bot’s own admins" in (await (await town.ann.runs(None, "bot status")).replied()).text
