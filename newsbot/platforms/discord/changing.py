"""What stands already: put another message in its place, or take it away."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import discord
from discord.http import HTTPClient

from newsbot.domain.models import NO_MESSAGE, Delivery, Digest
from newsbot.domain.ports import Clock, Over, SendOutcome, Sent
from newsbot.platforms.discord import render, wire
from newsbot.platforms.discord.answers import ARCHIVED, NOT_OURS, SHUT, UNKNOWN_MESSAGE, is_of_content
from newsbot.platforms.discord.message import COMPONENTS, Json, Outgoing, payload
from newsbot.platforms.discord.plainer import PLAIN, plainest
from newsbot.platforms.discord.spots import Spot
from newsbot.platforms.discord.troubles import in_words

_GONE = frozenset({UNKNOWN_MESSAGE, NOT_OURS})

REMEMBERED = 1_000

Act = Callable[[str, str], Awaitable[object]]
"""Does something to a message: its channel's id, its own."""


class Changing:
    """Edits and retractions, which may be done twice."""

    def __init__(self, http: HTTPClient, clock: Clock) -> None:
        self._http, self._clock = http, clock
        self._begun: OrderedDict[int, tuple[Digest, dict[str, str]]] = OrderedDict()

    async def edit(self, delivery: Delivery, spot: Spot) -> SendOutcome:
        """New content for as many messages as there were; those that are not needed any more are deleted, and what
        somebody deleted stays so."""
        ids = delivery.message_ids
        target = delivery.id if delivery.target is None else delivery.target  # buttons speak of the post itself
        parts = render.post(delivery.digest, target, updated=self._clock.now(), most=max(1, len(ids)))
        done, notes = self._done(delivery), list[str]()
        for n, (each, part) in enumerate(zip(ids, parts, strict=False)):
            bodies = _Bodies(part, f"{target}.{n}", likely=spot.publishes(delivery.digest), notes=notes)
            done[each] = done[each] if each in done else await self._put(spot, each, bodies)
        await self._remove_all(spot, ids[len(parts) :], done)
        del self._begun[delivery.id]
        kept = tuple(done[each] for each in ids[: len(parts)])
        return Sent(kept, note="; ".join(dict.fromkeys(notes))) if any(kept) else Over("the message to edit is gone")

    async def retract(self, delivery: Delivery, spot: Spot) -> SendOutcome:
        """Delete every message, and a thread that was opened for the first and in which nobody else said a word."""
        await self._remove_all(spot, delivery.message_ids[::-1], self._done(delivery))
        del self._begun[delivery.id]
        return Sent(delivery.message_ids)

    def _done(self, delivery: Delivery) -> dict[str, str]:
        """The messages that are changed already, as an earlier attempt left them: where a channel's limit is reached on
        the way, the next one goes on behind."""
        digest, done = self._begun.pop(delivery.id, (delivery.digest, {}))
        self._begun[delivery.id] = delivery.digest, done if digest == delivery.digest else {}
        if len(self._begun) > REMEMBERED:
            self._begun.popitem(last=False)
        return self._begun[delivery.id][1]

    async def _remove_all(self, spot: Spot, message_ids: Sequence[str], done: dict[str, str]) -> None:
        for each in message_ids:
            if each not in done:
                await self._remove(spot, each)
                done[each] = NO_MESSAGE

    async def _put(self, spot: Spot, kept: str, bodies: _Bodies) -> str:
        """Put one of ``bodies`` in the place of a message, that of its own form; its id, or NO_MESSAGE when there is
        none any more. Where posts are passed on it is looked at before, elsewhere once the usual form is refused."""

        async def edit(channel_id: str, message_id: str) -> None:
            in_news = spot.place is not None and spot.place.publishes
            classic = await self._is_classic(channel_id, message_id, bodies.likely) if in_news else False
            form, notes = bodies.of(classic=classic), list[str]()
            try:
                await wire.edit(self._http, channel_id, message_id, form, notes.append, last=in_news)
            except discord.HTTPException as error:
                if in_news or not is_of_content(error):
                    raise
                if await self._is_classic(channel_id, message_id, classic):
                    notes.clear()  # it was the form that was wrong
                    await wire.edit(self._http, channel_id, message_id, bodies.of(classic=True), notes.append)
                else:
                    await wire.edit(self._http, channel_id, message_id, plainest(form, edited=True), last=False)
                    notes.append(f"shown without {PLAIN}: {in_words(error)}")
            bodies.notes.extend(notes)

        return kept if await self._act(spot, kept, edit) else NO_MESSAGE

    async def _is_classic(self, channel_id: str, message_id: str, likely: bool) -> bool:
        """Whether a message has no Components V2: "once a message has been sent with this flag, it can't be removed".
        ``likely``: what is taken for true where the bot may not read."""
        try:
            message = await wire.message(self._http, channel_id, message_id)
        except discord.Forbidden:
            return likely
        return not int(message.get("flags") or 0) & COMPONENTS

    async def _remove(self, spot: Spot, kept: str) -> None:
        async def delete(channel_id: str, message_id: str) -> None:
            await wire.delete(self._http, channel_id, message_id)
            if channel_id == message_id:
                await self._close(channel_id)

        await self._act(spot, kept, delete)

    async def _act(self, spot: Spot, kept: str, act: Act) -> bool:
        """Whether there is such a message, and it was done. A forum's thread that is shut or gone is one of many: only
        of the chat's own channel that is a failure, and raised."""
        where = spot.parse(kept)
        if where is None:
            return False
        try:
            await self._opened(where[0], lambda: act(*where))
        except discord.HTTPException as error:
            if error.code in _GONE or (where[0] != spot.channel and error.code in SHUT):
                return False
            raise
        return True

    async def _opened(self, channel_id: str, act: Callable[[], Awaitable[object]]) -> None:
        """Do something in a channel, and first open it again where it is a thread that was archived: only a new message
        does that by itself. https://docs.discord.com/developers/topics/threads#unarchiving-a-thread"""
        try:
            await act()
        except discord.HTTPException as archived:
            if archived.code != ARCHIVED:
                raise
            try:
                await wire.change(self._http, channel_id, archived=False)
            except discord.Forbidden:  # it is locked too
                raise archived from None
            await act()

    async def _close(self, thread_id: str) -> None:
        """Delete a thread whose first message was taken back; one in which people talk stays, and so does one that the
        bot may not delete."""
        thread = await wire.channel(self._http, thread_id)
        if thread.get("message_count"):
            return
        try:
            await wire.remove(self._http, thread_id)
        except discord.Forbidden:
            await wire.change(self._http, thread_id, archived=True)


@dataclass(frozen=True, slots=True)
class _Bodies:
    """The two forms of a part of post ``post``; ``likely``: it is taken for the classic one; ``notes`` gets what
    Discord refused of it."""

    part: Outgoing
    post: str
    likely: bool
    notes: list[str]

    def of(self, *, classic: bool) -> Json:
        """A body whose roles are not called again, with the flags that an edit may set."""
        body = payload(self.part, post=self.post, classic=classic)
        body |= {"allowed_mentions": {"parse": []}, "flags": COMPONENTS}
        if classic:  # who hid the embeds did so on purpose
            del body["flags"]
        return body
