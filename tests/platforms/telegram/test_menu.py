"""People see the commands that suit where they are, in their language; Telegram is told only what changed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

import pytest
import telegram

from newsbot.locales import Words, languages
from newsbot.platforms.commands import MENUS
from newsbot.platforms.telegram.menu import Menu
from newsbot.platforms.views import CommandInfo, Scope
from tests.clock import ManualClock
from tests.fakes.telegram import Person, TelegramServer, faults
from tests.platforms.telegram.running import Answers, Notes, Proxy, Running, offered


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def flowing() -> ManualClock:
    return ManualClock(flowing=True)


def names(tg: TelegramServer, *scope: str, language: str = "") -> list[str]:
    return [name for name, _ in tg.commands[scope, language]]


async def test_each_place_is_offered_what_is_worth_it_there(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, clock: ManualClock, ann: Person
) -> None:
    assert await Menu(bot, notes, clock, offered, bot_admins=[str(ann.id)]).refresh()
    assert names(tg, "all_private_chats") == names(tg, "default") == list(MENUS["private"])
    assert names(tg, "all_group_chats") == list(MENUS["group"])
    assert names(tg, "all_chat_administrators") == list(MENUS["group_admin"])
    assert names(tg, "chat", str(ann.id)) == list(MENUS["bot_admin"])
    assert "status" in names(tg, "chat", str(ann.id)) and "status" not in names(tg, "all_private_chats")
    assert tg.menu_buttons[""] == {"type": "commands"}


async def test_every_language_has_its_lists_and_descriptions(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, clock: ManualClock
) -> None:
    await Menu(bot, notes, clock, offered, language="en").refresh()
    for language in ("", *languages()):
        for scope in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
            assert dict(tg.commands[(scope,), language])["help"] == Words(language or "en")("help_help")
        assert tg.texts["description", language] == Words(language or "en")("telegram_description")
        assert tg.texts["short_description", language] == Words(language or "en")("telegram_about")


@pytest.mark.parametrize("language", languages())
def test_descriptions_fit_whole_into_telegrams_room(language: str) -> None:
    """https://core.telegram.org/bots/api#setmydescription"""
    words = Words(language)
    assert 0 < len(words("telegram_description")) <= 512 and 0 < len(words("telegram_about")) <= 120
    assert re.fullmatch("[a-z]{2}", language)


async def test_what_has_not_changed_is_not_told_again(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, clock: ManualClock
) -> None:
    def renamed(scope: Scope, language: str) -> Sequence[CommandInfo]:
        infos = offered(scope, language)
        return [CommandInfo("help", "/help", "another help"), *infos[1:]] if scope == "group" else infos

    await Menu(bot, notes, clock, offered).refresh()
    before = len(tg.calls)
    await Menu(bot, notes, clock, offered).refresh()
    assert len(tg.calls) == before
    await Menu(bot, notes, clock, renamed).refresh()
    assert [call.method for call in tg.calls[before:]] == ["setMyCommands"] * (len(languages()) + 1)


async def test_a_waiting_time_is_waited_for_and_a_long_one_is_left_for_later(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, flowing: ManualClock
) -> None:
    tg.fail("setMyCommands", faults.fine(), faults.flooded(40), faults.flooded(5), faults.fine(), faults.flooded(9000))
    start = flowing.now()
    with pytest.raises(telegram.error.RetryAfter):
        await Menu(bot, notes, flowing, offered).refresh()
    assert (flowing.now() - start).total_seconds() == 45
    told = len(tg.commands)
    assert told >= 2
    before = len(tg.called("setMyCommands"))
    assert await Menu(bot, notes, flowing, offered).refresh()
    assert len(tg.called("setMyCommands")) - before == len(tg.commands) - told  # goes on where it was


async def test_an_admin_who_has_not_written_yet_is_tried_again_later(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    menu = Menu(bot, notes, clock, offered, bot_admins=["4711"])
    assert not await menu.refresh()
    assert len(tg.commands) == 4 * (len(languages()) + 1) and not caplog.records
    tg.person(4711, "Ada", started=True)
    before = len(tg.calls)
    assert await menu.refresh()
    assert len(tg.calls) - before == len(languages()) + 1 and names(tg, "chat", "4711") == list(MENUS["bot_admin"])


async def test_who_is_no_admin_any_more_loses_the_admins_list(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, clock: ManualClock, ann: Person
) -> None:
    await Menu(bot, notes, clock, offered, bot_admins=[str(ann.id)]).refresh()
    assert await Menu(bot, notes, clock, offered).refresh()
    assert not [scope for scope, _ in tg.commands if scope[0] == "chat"]
    before = len(tg.calls)
    await Menu(bot, notes, clock, offered).refresh()
    assert len(tg.calls) == before


async def test_notes_that_were_spoilt_are_written_anew(
    tg: TelegramServer, bot: telegram.Bot, notes: Notes, clock: ManualClock
) -> None:
    notes.kept[f"telegram_menu:{bot.id}"] = "[1"
    assert await Menu(bot, notes, clock, offered).refresh()


@pytest.mark.parametrize(
    "fault", [faults.refused(400, "Bad Request: BOT_COMMAND_INVALID"), faults.dropped_before(), faults.html_error(500),
              faults.garbage("{"), faults.flooded(9000)], ids=str,
)  # fmt: skip
async def test_no_error_of_the_menu_stops_the_bot(
    tg: TelegramServer, fault: faults.Fault, clock: ManualClock, ann: Person, caplog: pytest.LogCaptureFixture
) -> None:
    answers = Answers()
    tg.fail("setMyCommands", *[fault] * 200)
    async with Proxy() as proxy, Running(tg, proxy, "polling", answers, clock, menu=True) as running:
        await ann.writes("hello")
        await answers.get("hello")
        assert running.platform._menu_task is not None
        await asyncio.wait([running.platform._menu_task], timeout=8)
        assert running.errors == [] and caplog.records
        tg.faults.waiting.clear()
        clock.advance(hours=2)
        for text in ("ends the held poll", "comes in the round after"):
            await ann.writes(text)
            await answers.get(text)
        await asyncio.wait([running.platform._menu_task], timeout=8)
        assert tg.menu_buttons and len(tg.commands) == 4 * (len(languages()) + 1)


async def test_a_menu_whose_telling_was_cut_off_is_told_a_minute_later(
    tg: TelegramServer, clock: ManualClock, ann: Person
) -> None:
    answers = Answers()
    tg.fail("setMyCommands", faults.dropped_before())
    async with Proxy() as proxy, Running(tg, proxy, "polling", answers, clock, menu=True) as running:
        await ann.writes("hello")
        await answers.get("hello")
        assert running.platform._menu_task is not None
        await asyncio.wait([running.platform._menu_task], timeout=8)
        assert not tg.menu_buttons
        clock.advance(minutes=1)
        for text in ("ends the held poll", "comes in the round after"):
            await ann.writes(text)
            await answers.get(text)
        await asyncio.wait([running.platform._menu_task], timeout=8)
        assert tg.menu_buttons


async def test_the_bot_answers_while_the_menu_waits(tg: TelegramServer, clock: ManualClock, ann: Person) -> None:
    answers = Answers()
    tg.fail("setMyCommands", faults.flooded(60))
    async with Proxy() as proxy, Running(tg, proxy, "polling", answers, clock, menu=True):
        await clock.asleep()
        await ann.writes("hello")
        await answers.get("hello")
