"""Who asks, and where."""

from __future__ import annotations

from newsbot.domain.models import ChatKey
from newsbot.newsdesk import Asker
from newsbot.platforms.commands import Request
from newsbot.platforms.discord.message import private
from newsbot.platforms.views import Reply
from tests.platforms.discord.town import Town


class Listening:
    """What the desk is asked, from whom."""

    def __init__(self, town: Town) -> None:
        self.askers: list[Asker] = []
        self._command = town.desk.command
        town.desk.command = self.command  # type: ignore[method-assign]  # a wire-tap, not a stand-in

    async def command(self, request: Request) -> Reply:
        self.askers.append(request.asker if request.vouch is None else await request.vouch(request.asker))
        return await self._command(request)


async def test_everybody_is_who_and_where_discord_says(town: Town) -> None:
    heard = Listening(town)
    thread = town.general.thread("side talk")
    elsewhere = town.dc.guild("Elsewhere", owner=town.boss).text("talk")
    town.boss.installs_bot()
    for person, channel in ((town.ann, town.wire), (town.ben, thread), (town.boss, elsewhere), (town.ann, None)):
        await (await person.runs(channel, "topics")).replied()
    ann, ben, boss, alone = heard.askers
    own = private(town.ann.id)
    assert (ann.chat, ann.chat_kind, ann.chat_title) == (ChatKey("discord", town.wire.id), "channel", "#wire")
    assert (ann.is_chat_admin, ann.is_bot_admin, ann.server, ann.private) == (True, False, town.guild.id, own)
    assert (ben.chat, ben.chat_kind) == (ChatKey("discord", town.general.id, thread.id), "group")
    assert (ben.is_chat_admin, ben.language) == (False, "de")
    assert (boss.chat, boss.chat_kind, boss.server) == (private(town.boss.id), "private", "")
    assert (boss.is_chat_admin, boss.is_bot_admin) == (False, True)
    assert (alone.chat, alone.chat_kind, alone.private_chat) == (own, "private", own)


async def test_a_thread_that_was_put_away_is_asked_for(town: Town) -> None:
    thread = town.general.thread("old talk")
    await (await town.ann.runs(town.general, "channel subscribe", what="cars", channel=thread)).replied()
    await thread.set_archived()
    await (await town.ann.runs(town.general, "channel subscribe", what="motors", channel=thread)).replied()
    assert await town.labels(town.general.id, thread.id) == ["cars", "Motor News"]
