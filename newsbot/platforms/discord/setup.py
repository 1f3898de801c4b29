"""/setup: what the bot may do in a channel, what is missing and where to click; then, the first steps."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

import discord

from newsbot.domain.ports import Clock
from newsbot.errors import BadRequest
from newsbot.locales import Words
from newsbot.newsdesk.asking import Asker, must_run_chat
from newsbot.platforms.actions import Memory, pack
from newsbot.platforms.commands import Request
from newsbot.platforms.discord import report
from newsbot.platforms.discord.callbacks import EPHEMERAL, IN_PLACE, LATER, LATER_IN_PLACE, MESSAGE, Callbacks
from newsbot.platforms.discord.checks import check
from newsbot.platforms.discord.inviting import invitation
from newsbot.platforms.discord.markdown import Line, Run, markup
from newsbot.platforms.discord.message import Json, Outgoing, Text, payload, place_of
from newsbot.platforms.discord.people import Interaction, Place, asker_of, guild_of, hidden
from newsbot.platforms.discord.permissions import sort_of
from newsbot.platforms.discord.report import PREFIX, Findings, Offer
from newsbot.platforms.discord.spelling import UNKNOWN, Ids
from newsbot.platforms.discord.whereabouts import Whereabouts
from newsbot.platforms.views import Completion, Reply

__all__ = ["PREFIX", "Setup"]

log = logging.getLogger(__name__)

QUICK = 1.2  # seconds after which the asker is told that the answer comes
ALIVE = timedelta(minutes=14)
"""For so long an answer is kept up to date; its token dies after 15 minutes:
https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages"""
MOST = 500  # reports that are kept up to date
OFFERED = 25  # choices of a menu
LONGEST = 20  # digits of an id
TURNS = 10**9


class Desk(Protocol):
    """What :class:`newsbot.platforms.commands.Desk` does for this."""

    async def offers(self, request: Request, kind: str, typed: str, head: str = "") -> list[Completion]:
        """What an argument may be."""

    async def turned_away(self, request: Request, *, pressed: bool = False) -> Reply | None:
        """The refusal, for who asks too much or may not."""


@dataclass(slots=True)
class _Open:
    """A report that somebody looks at: on the channel with id ``channel``, answered through ``interaction`` until
    ``until``; ``shown`` is what it says, after it was shown anew so many ``times``. ``often``: the time that was chosen
    for what is subscribed to."""

    interaction: Interaction
    channel: int
    often: str
    until: datetime
    shown: Json
    times: int = 0


_Body = tuple[Json, bool]
"""A message, and whether it is a report."""


class Setup:
    """Reports that look again when permissions change, while they can: the last one of each person in each server."""

    def __init__(
        self,
        desk: Desk,
        memory: Memory,
        where: Whereabouts,
        callbacks: Callbacks,
        clock: Clock,
        words_for: Callable[[str], Words] = Words,
        ids: Ids = UNKNOWN,
    ) -> None:
        self._desk = desk
        self._memory = memory
        self._where = where
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
        said = chosen.isdecimal() and len(chosen) <= LONGEST and name != "start"
        channel = int(chosen) if said else interaction.channel_id or 0
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
        alone. Only a report is kept up to date, not a refusal."""
        told = interaction.message
        in_place = told is not None and told.flags.ephemeral
        work = asyncio.ensure_future(self._body(interaction, channel, often))
        try:
            body, is_report = await self._in_time(interaction, work, in_place=in_place)
        finally:
            work.cancel()
        if is_report:
            self._note(interaction, channel, often, body)

    async def _in_time(self, interaction: Interaction, work: asyncio.Future[_Body], *, in_place: bool) -> _Body:
        """Acknowledged within a moment, whatever the database does: then the answer comes later."""
        done, _ = await asyncio.wait({work}, timeout=QUICK)
        if done:
            body, is_report = await work
            shown = body if in_place else {**body, "flags": body["flags"] | EPHEMERAL}
            await self._callbacks.respond(interaction, IN_PLACE if in_place else MESSAGE, shown)
            return body, is_report
        wait: Json = {"flags": EPHEMERAL}
        await self._callbacks.respond(interaction, LATER_IN_PLACE if in_place else LATER, None if in_place else wait)
        body, is_report = await work
        await self._callbacks.edit(interaction, body)
        return body, is_report

    async def _body(self, interaction: Interaction, channel: int, often: str) -> _Body:
        """What is said to who asks now, and whether that is a report: it is counted, and their rights are looked at."""
        found: list[Asker] = []

        async def vouch(_: Asker) -> Asker:
            found.append(await self._enter(interaction, channel))
            return found[0]

        words = self._words_for(str(interaction.locale))
        try:
            request = Request(asker_of(interaction), vouch=vouch, apart=True)
            if refused := await self._desk.turned_away(request, pressed=True):
                return _refused(markup((Line((Run(refused.toast),)),))), False
            return await self._report(interaction, words, found[0], channel, often), True
        except Exception:
            log.exception("a look at a channel failed")
            return _refused(words("failed")), False

    async def _enter(self, interaction: Interaction, channel: int) -> Asker:
        """The asker in the channel with this id, or where they are while we do not see it. Raises Forbidden and
        NotFound."""
        spot = _spot(interaction, channel)
        if spot is not None:
            return await self._where.enter(interaction, spot)
        here = asker_of(interaction)
        must_run_chat(here)
        return here

    async def _report(
        self, interaction: Interaction, words: Words, asker: Asker, channel: int, often: str, seen: int = 0
    ) -> Json:
        """``seen``: how often it was shown before, for the same interaction."""
        spot, turn = _spot(interaction, channel), interaction.id % TURNS * 1_000 + 10 * seen + 1
        if spot is None:
            return report.report(
                words, Findings(str(channel), "", None, hidden=hidden(interaction, channel), turn=turn)
            )
        if sort_of(spot) is None:
            return report.nowhere(words, str(channel), turn)
        return report.report(words, replace(await self._findings(interaction, asker, spot, often), turn=turn))

    async def _findings(self, interaction: Interaction, asker: Asker, spot: Place, often: str) -> Findings:
        looked = check(spot)
        known = Findings(str(spot.id), place_of(asker.chat), looked, often=often, ids=self._ids)
        if looked is None:
            return known
        known = replace(known, invite=invitation(interaction.application_id, spot.guild.id, looked.given))
        if not looked.well:
            return known
        offered = await self._desk.offers(Request(asker, apart=True), "what", "")
        return replace(
            known,
            needs_tag=isinstance(spot, discord.ForumChannel) and spot.flags.require_tag,
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
        """Shown only when it says something else; one that cannot be shown any more is let go. Who
        may not see it any more is told so."""
        body = await self._anew(seen)
        if body is None:
            self._open.pop(key, None)
            return
        if _without_turns(body) == _without_turns(seen.shown) or self._open.get(key) is not seen:
            return
        seen.shown, seen.times = body, seen.times + 1
        if not await self._callbacks.edit(seen.interaction, body) and self._open.get(key) is seen:
            del self._open[key]

    async def _anew(self, seen: _Open) -> Json | None:
        interaction = seen.interaction
        words = self._words_for(str(interaction.locale))
        try:
            asker = await self._enter(interaction, seen.channel)
            return await self._report(interaction, words, asker, seen.channel, seen.often, seen.times + 1)
        except BadRequest as error:
            return _refused(words(error.key, **error.values))
        except Exception:
            log.exception("another look at a channel failed")
            return None


def _spot(interaction: Interaction, channel: int) -> Place | None:
    guild = guild_of(interaction)
    return guild.get_channel_or_thread(channel) if guild else None


def _without_turns(body: Json) -> str:
    """What a report says, without what tells its menus from those of the one before."""
    return re.sub(r"\bk\d+", "", repr(body))


def _refused(text: str) -> Json:
    return payload(Outgoing((Text(text),)))
