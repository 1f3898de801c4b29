"""The bot's own admins hear of a platform's trouble in private, once until it is over."""

from __future__ import annotations

from newsbot.platforms.alerts import LATE
from newsbot.platforms.discord.alerts import AGAIN, Alerts
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.pace import FIRST
from tests.platforms.discord.sending import open_way


async def test_each_admin_gets_one_message_for_each_trouble_until_it_is_over_whatever_breaks() -> None:
    async with open_way() as way:
        ben = way.dc.person("Ben")
        way.guild.member(ben)
        admins = [way.ann.id]
        alerts = Alerts(way.rest, way.clock, Doors(way.rest.http, way.rooms, way.pace), admins)
        way.dc.faults.next("POST", "/channels/*/messages", drop="after")
        for _ in range(3):
            await alerts.alert("telegram:unknown", ["Telegram *holds*", "3 outcomes unknown"])
            await alerts.step()
            way.clock.advance(AGAIN.total_seconds() + 1)
        admins.append(ben.id)  # the config was changed
        way.clock.advance(FIRST)
        for each in (ben, way.ann):
            assert await alerts.step() is (each is ben)
            assert each.dm is not None
            (said,) = each.dm.messages
            assert said.text == "Telegram \\*holds\\*\n3 outcomes unknown"
        await alerts.alert("telegram:unknown", None)
        await alerts.alert("telegram:unknown", ["Telegram holds again"])
        await alerts.alert("web:old", ["never said"])
        await alerts.alert("web:old", None)
        assert await alerts.step()
        assert [len(each.dm.messages) for each in (way.ann, ben) if each.dm] == [2, 2]
        ben.closes_dms()
        await alerts.alert("x", ["x"])
        for _ in range(3):
            await alerts.step()
            way.clock.advance(LATE.total_seconds())
        assert not await alerts.step() and way.ann.dm is not None and len(way.ann.dm.messages) == 3
