"""/setup: what the bot may do in a channel, what is missing and where to click; then, the first steps."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import discord

from newsbot.domain.ports import Clock
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker, may_run_chat
from newsbot.platforms.actions import Memory, pack
from newsbot.platforms.commands import Request
from newsbot.platforms.discord import report
from newsbot.platforms.discord.callbacks import EPHEMERAL, IN_PLACE, LATER, LATER_IN_PLACE, MESSAGE, Callbacks
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.inviting import invitation
from newsbot.platforms.discord.message import Json, Outgoing, Text, payload, place_of
from newsbot.platforms.discord.people import Interaction, Place, asker_in, guild_of
from newsbot.platforms.discord.permissions import ANNOUNCEMENTS, sort_of
from newsbot.platforms.discord.report import PREFIX, Findings, Offer
from newsbot.platforms.discord.spelling import UNKNOWN, Ids
from newsbot.platforms.views import Completion

__all__ = ["PREFIX", "Setup"]

log = logging.getLogger(__name__)

QUICK = 1.2  # seconds after which the asker is told that the answer comes
ALIVE = timedelta(minutes=14)
"""For so long an answer is kept up to date; its token dies after 15 minutes:
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages"""
MOST = 500  # reports that are kept up to date
OFFERED = 25  # choices of a menu


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does for this."""

    async def offers(self, request: Request, kind: str, typed: str, head: str = "") -> list[Completion]:
        """What an argument may be."""


class Presence(Protocol):
    """What :class:`newsbot.newsdesk.presence.Presence` does for this."""

    def admits(self, asker: Asker) -> bool:
        """Whether the config lets the asker's chat use the bot."""


@dataclass(slots=True)
class _Open:
    """A report that somebody looks at: on the channel with id ``channel``, answered through ``interaction`` until
    ``until``; ``shown`` is what it says. ``often``: the time that was chosen for what is subscribed to."""

    interaction: Interaction
    channel: int
    often: str
    until: datetime
    shown: Json


class Setup:
    """Reports that look again when permissions change, while they can: the last one of each person in each server."""

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        presence: Presence,
        callbacks: Callbacks,
        clock: Clock,
        words_for: Callable[[str], Words] = Words,
        ids: Ids = UNKNOWN,
    ) -> None:
        self._desk = desk
        self._memory = memory
        self._presence = presence
        self._callbacks = callbacks
        self._clock = clock
        self._words_for = words_for
        self._ids = ids
        self._open: OrderedDict[tuple[int, int], _Open] = OrderedDict()

    async def run(self, interaction: Interaction, channel: discord.abc.Snowflake | None = None) -> None:
        """Answer ``/setup [channel]``; None: the channel where it is asked."""
        await self._answer(interaction, channel.id if channel else interaction.channel_id or 0, report.TIMES[0])

    async def press(self, interaction: Interaction, action: str, values: Sequence[str] = ()) -> None:
        """Answer a button or a menu, whose action (for a menu of choices: the chosen value's) begins with
        :data:`PREFIX`; ``values`` are the channels that were chosen. All of it may be made up."""
        name, _, rest = action.removeprefix(PREFIX).partition(":")
        native, _, often = rest.partition(":")
        chosen = next((value for value in values if value.isdecimal()), native)
        channel = int(chosen) if chosen.isdecimal() and name != "start" else interaction.channel_id or 0
        await self._answer(interaction, channel, often if often in report.TIMES else report.TIMES[0])

    async def changed(self, guild: discord.Guild) -> None:
        """Something in a server is another now: its open reports look again."""
        now = self._clock.now()
        for key, seen in list(self._open.items()):
            if seen.until <= now:
                self._open.pop(key, None)
            elif key[0] == guild.id:
                await self._renew(key, seen)

    # --- one answer

    async def _answer(self, interaction: Interaction, channel: int, often: str) -> None:
        """In the place of the report whose button was pressed, else as a message of its own; always for the asker
        alone."""
        told = interaction.message
        in_place = told is not None and told.flags.ephemeral
        work = asyncio.ensure_future(self._body(interaction, channel, often))
        try:
            body = await self._in_time(interaction, work, in_place=in_place)
        finally:
            work.cancel()
        self._note(interaction, channel, often, body)

    async def _in_time(self, interaction: Interaction, work: asyncio.Future[Json], *, in_place: bool) -> Json:
        """Acknowledged within a moment, whatever the database does: then the answer comes later."""
        done, _ = await asyncio.wait({work}, timeout=QUICK)
        if done:
            body = await work
            hidden = body if in_place else {**body, "flags": body["flags"] | EPHEMERAL}
            await self._callbacks.respond(interaction, IN_PLACE if in_place else MESSAGE, hidden)
            return body
        wait: Json = {"flags": EPHEMERAL}
        await self._callbacks.respond(interaction, LATER_IN_PLACE if in_place else LATER, None if in_place else wait)
        body = await work
        await self._callbacks.edit(interaction, body)
        return body

    async def _body(self, interaction: Interaction, channel: int, often: str) -> Json:
        words = self._words_for(str(interaction.locale))
        try:
            return await self._found(interaction, words, channel, often)
        except Exception:
            log.exception("a look at a channel failed")
            return _refused(words("failed"))

    async def _found(self, interaction: Interaction, words: Words, channel: int, often: str) -> Json:
        guild = guild_of(interaction)
        spot = guild.get_channel_or_thread(channel) if guild else None
        if spot is None:
            return report.report(words, Findings(str(channel), "", None))
        asker = asker_in(interaction, spot)
        if not self._presence.admits(asker):
            return _refused(words("forbidden_access", chat=str(asker.chat)))
        if not may_run_chat(asker):
            return _refused(words("forbidden_chat_admin"))
        if sort_of(spot) is None:
            return report.nowhere(words, str(channel))
        return report.report(words, await self._findings(interaction, asker, spot, often))

    async def _findings(self, interaction: Interaction, asker: Asker, spot: Place, often: str) -> Findings:
        looked = check(spot)
        known = Findings(str(spot.id), place_of(asker.chat), looked, often=often, ids=self._ids)
        if looked is None or not looked.well:
            given = looked.given if looked else 0
            return replace(known, invite=invitation(interaction.application_id, spot.guild.id, given))
        offered = await self._desk.offers(Request(asker, apart=True), "what", "")
        return replace(
            known,
            announces=spot.type.value == ANNOUNCEMENTS,
            tags=tuple(tag.name for tag in getattr(spot, "available_tags", ()) if not tag.moderated),
            names=tuple(each.label for each in offered[1:]),  # the first is everything
            offers=tuple([await self._offer(each, often) for each in offered[:OFFERED]]),
        )

    async def _offer(self, offered: Completion, often: str) -> Offer:
        action = await pack(self._memory, "c", f"/subscribe {offered.value} {often}")
        return Offer(offered.label, action, offered.detail)

    # --- open reports

    def _note(self, interaction: Interaction, channel: int, often: str, body: Json) -> None:
        key = (interaction.guild_id or 0, interaction.user.id)
        self._open.pop(key, None)
        self._open[key] = _Open(interaction, channel, often, self._clock.now() + ALIVE, body)
        while len(self._open) > MOST:
            self._open.popitem(last=False)

    async def _renew(self, key: tuple[int, int], seen: _Open) -> None:
        """Shown only when it says something else; one that cannot be shown any more is let go."""
        body = await self._body(seen.interaction, seen.channel, seen.often)
        if body == seen.shown or self._open.get(key) is not seen:
            return
        seen.shown = body
        if not await self._callbacks.edit(seen.interaction, body) and self._open.get(key) is seen:
            del self._open[key]


def _refused(text: str) -> Json:
    return payload(Outgoing((Text(text),)))
