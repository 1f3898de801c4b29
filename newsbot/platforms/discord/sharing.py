"""An answer that its asker shows to everybody in the channel."""

from __future__ import annotations

from newsbot.platforms import actions
from newsbot.platforms.actions import Memory
from newsbot.platforms.commands import Desk, Request
from newsbot.platforms.discord import aim, people
from newsbot.platforms.discord.dressing import Dressing
from newsbot.platforms.discord.people import Interaction
from newsbot.platforms.discord.voice import Said
from newsbot.platforms.discord.whereabouts import Whereabouts
from newsbot.platforms.views import Reply


class Sharing:
    """Gives the same answer once more, in the words and at the pace of the channel."""

    def __init__(self, desk: Desk, memory: Memory, where: Whereabouts, dressing: Dressing) -> None:
        self._desk = desk
        self._memory = memory
        self._where = where
        self._dressing = dressing

    async def said(self, interaction: Interaction, inner: str) -> Said:
        """What the action ``inner`` asks for, to all; counted by the desk as shown there. To the presser alone, why
        not. It may be made up: what is no list and no digest is not shown."""
        asker = await self._where.here(interaction)
        own = await self._desk.words(asker, aside=True)
        asked = aim.of_action(await actions.unpack(self._memory, inner))
        if asked.name not in aim.SHARED:
            return Said(Reply(toast=own("button_too_old"), error=True), own)
        if not people.may_write(interaction):
            return Said(Reply(toast=own("share_not"), error=True), own)
        reply = await self._desk.press(Request(asker), inner)
        if not aim.is_to_show(asked, reply):
            return Said(reply, own)
        words = await self._desk.words(asker)
        return Said(self._dressing.shared(reply, interaction.user.display_name, words), words, to_all=True)
