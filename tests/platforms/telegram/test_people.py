"""Who writes and presses is known for what they are: people, admins without a name, channels."""

from __future__ import annotations

from dataclasses import replace

import pytest

from newsbot.locales import Words, languages
from tests.fakes.telegram import Person, faults
from tests.platforms.telegram.town import BOSS, BY_POLLING, Town


async def test_an_admin_without_a_name_runs_the_group_and_its_presses_come_by_name(town: Town, ann: Person) -> None:
    group = town.tg.supergroup("Cars", [], bot=True)
    group.joins(ann, "administrator", anonymous=True)
    said = await town.said(group, ann.says(group, "/subscribe cars"), "cars")
    assert await town.labels(group.id) == ["cars"]
    await (await ann.presses(said, "Pause")).answered()
    await town.settled()
    assert (await town.orders(group.id))[0].paused


async def test_who_speaks_as_a_channel_of_their_own_has_no_rights(town: Town, ann: Person) -> None:
    own = town.tg.channel("Ann’s", "anns_own", [ann])
    group = town.tg.supergroup("Cars", [], [ann], bot=True)
    said = await town.said(group, ann.says(group, "/subscribe cars", as_channel=own), "only admins")
    assert said and not await town.orders(group.id)


async def test_a_command_posted_in_a_channel_is_its_admins(town: Town, ann: Person) -> None:
    channel = town.tg.channel("Volt News", "volt_news", [ann], bot=True)
    await town.said(channel, channel.posts("/subscribe cars"), "cars")
    assert await town.labels(channel.id) == ["cars"]
    await channel.posts("Nothing for the bot in here")
    await town.settled()
    assert town.desk.worked == 1


async def test_a_member_may_not_change_a_group_nor_anybody_when_telegram_does_not_say(
    town: Town, ann: Person, ben: Person
) -> None:
    group = town.tg.supergroup("Cars", [ben], [ann], bot=True)
    await town.said(group, ben.says(group, "/subscribe cars"), 1)
    town.tg.fail("getChatMember", faults.refused(400, "Bad Request: CHAT_ADMIN_REQUIRED"))
    await town.said(group, ann.says(group, "/subscribe cars"), "only admins")
    assert not await town.orders(group.id)
    await town.said(group, ann.says(group, "/subscribe cars"), "Subscribed")


async def test_rights_are_asked_for_only_once_the_pace_allows(town: Town, ann: Person) -> None:
    town.room.newsdesk.configure(replace(town.room.newsdesk.rules, commands_per_minute=2))
    group = town.tg.supergroup("Cars", [], [ann], bot=True)
    for _ in range(6):
        await ann.says(group, "/settings")
    await town.settled()
    assert len(town.tg.called("getChatMember")) == 2
    assert len(group.messages) == 3  # two answers, and one word about the pace


async def test_a_bots_own_admin_is_known_by_number(town: Town, ann: Person) -> None:
    boss = town.tg.person(int(BOSS), "Boss", started=True)
    await town.said(boss.private, boss.writes("/status"), "Status")
    await town.said(ann.private, ann.writes("/status"), "/status")
    assert "Status" not in ann.private.last.text


@BY_POLLING  # the updates are given to the handler itself
@pytest.mark.parametrize("hidden", ["is_automatic_forward", "bot"])
async def test_copies_of_a_channels_posts_and_other_bots_are_not_answered(town: Town, ann: Person, hidden: str) -> None:
    channel = town.tg.channel("Volt News", "volt_news", [ann])
    group = town.tg.supergroup("Talk", [ann], bot=True)
    message: dict[str, object] = {"message_id": 5, "date": 1, "chat": group.json(), "text": "/latest"}
    if hidden == "bot":
        message["from"] = {"id": 55, "is_bot": True, "first_name": "Other"}
    else:
        message |= {"from": {"id": 777000, "is_bot": False, "first_name": "Telegram"}}
        message |= {"sender_chat": channel.json(), "is_automatic_forward": True}
    await town.handle({"update_id": 1, "message": message})
    assert not group.messages and not town.desk.worked


async def test_the_language_of_a_persons_app_is_spoken(town: Town) -> None:
    language = languages()[-1]
    town.room.newsdesk.configure(replace(town.room.newsdesk.rules, languages=languages()))
    person = town.tg.person(1005, "Eve", language=language, started=True)
    said = await town.said(person.private, person.writes("/settings"), 1)
    assert Words(language)("settings_title") in said.text
