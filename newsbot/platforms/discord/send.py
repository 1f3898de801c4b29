"""The way out for deliveries: a digest becomes messages, each exactly once, and Discord's answers become outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import aiohttp
import discord
import structlog

from newsbot.domain.models import ChatKey, Delivery
from newsbot.domain.ports import ChatGone, Clock, OnPart, Over, RetryLater, SendOutcome, Sent, Unknown
from newsbot.platforms.discord import finding, render, wire
from newsbot.platforms.discord.answers import (
    NO_ACCESS,
    NO_HISTORY,
    NO_QUOTE,
    NO_TEXT,
    SHUT,
    UNKNOWN_CHANNEL,
    outcome_of,
)
from newsbot.platforms.discord.attempts import Attempt, Memory
from newsbot.platforms.discord.changing import Changing
from newsbot.platforms.discord.doors import Doors
from newsbot.platforms.discord.forums import Forums
from newsbot.platforms.discord.message import PLATFORM, Json, Outgoing, is_private, payload
from newsbot.platforms.discord.pace import Pace
from newsbot.platforms.discord.places import Place, Places
from newsbot.platforms.discord.publishing import Publisher, Wishes
from newsbot.platforms.discord.spots import Spot
from newsbot.platforms.discord.troubles import said
from newsbot.platforms.discord.wire import Rest

log = structlog.get_logger(__name__)

TOO_MUCH = "more was said there since than is read: whether the post is out, nobody can tell"
ROOM_LOST = "Discord does not know the private channel any more"
NO_ROOM = frozenset({UNKNOWN_CHANNEL, NO_ACCESS})
"""Said of a private channel that was there: the second for no reason, until it is opened anew
(https://github.com/discord/discord-api-docs/issues/7666)."""
HOPELESS = 12
"""The attempt, after about four hours, at which a private channel without access counts as closed."""


class DiscordSender:
    """Implements :class:`newsbot.domain.ports.Sender`.

    A nonce makes a repeated request harmless for some minutes, and later a mark in the message tells that it is there.
    """

    platform = PLATFORM
    idempotent = True

    def __init__(self, rest: Rest, pace: Pace, doors: Doors, clock: Clock, wishes: Wishes) -> None:
        self._rest, self._http, self._pace, self._clock = rest, rest.http, pace, clock
        self.places = Places(self._http, clock)
        self._publisher = Publisher(self._http, clock, wishes)
        self._doors = doors
        self._forums = Forums(self._http, clock)
        self._changing = Changing(self._http, clock)
        self._memory = Memory(clock)

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return self._pace.waiting

    def recall(self, sent: Sequence[tuple[ChatKey, datetime]]) -> None:
        """Nothing to know: Discord's answers tell what is left of its limits."""

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        """Post, edit, reply or retract; the outcome is :class:`Sent`, or why not."""
        chat = delivery.chat
        if not chat.native.removeprefix("@").isdecimal() or (chat.thread and not chat.thread.isdecimal()):
            return ChatGone(f"{chat.native!r} is no channel of Discord's")
        attempt = self._memory.attempt(delivery, sent)
        try:
            outcome = await self._send(attempt)
        except finding.Unreadable:
            outcome = Unknown(NO_HISTORY, final=True)
        except finding.TooMuch:
            outcome = Unknown(TOO_MUCH, final=True)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            outcome = await self._failed(error, attempt)
        except Exception as error:  # such as an answer that cannot be read
            log.exception("a send ended unexpectedly", delivery=delivery.id)
            outcome = Unknown(f"{type(error).__name__}: {said(error)}")
        self._memory.ended(attempt, outcome)
        return outcome

    async def _send(self, attempt: Attempt) -> SendOutcome:
        attempt.me = await self._rest.ready()
        chat, spot = attempt.delivery.chat, await self._spot(attempt.delivery)
        try:
            return await self._do(attempt, spot)
        except discord.HTTPException as error:
            if error.code not in NO_TEXT or chat.thread or spot.place is not None:
                raise
        return await self._do(attempt, _spot_at(await self.places.at(chat.native)))

    async def _do(self, attempt: Attempt, spot: Spot) -> SendOutcome:
        delivery = attempt.delivery
        match delivery.kind:
            case "post":
                return await self._post(attempt, spot)
            case "reply":
                return await self._reply(attempt, spot)
            case "edit":
                return await self._changing.edit(delivery, spot)
            case "retract":
                return await self._changing.retract(delivery, spot)
            case "publish":
                return await self._publisher.publish(delivery, spot)

    async def _spot(self, delivery: Delivery) -> Spot:
        """Where its messages are. Discord tells whether a channel is a forum, and whether others follow it; where the
        digest takes it for neither, it is asked only when that turns out to be wrong."""
        chat, person = delivery.chat, delivery.chat.native.removeprefix("@")
        if chat.thread:
            return Spot(chat.thread)
        if is_private(chat):
            fresh = delivery.kind in {"post", "reply"}
            return Spot(await (self._doors.knock(person, asked=False) if fresh else self._doors.open(person)))
        place = self.places.known(chat.native)
        if place is None and delivery.digest.audience == "group":
            return Spot(chat.native)
        return _spot_at(place or await self.places.at(chat.native))

    async def _post(self, attempt: Attempt, spot: Spot) -> SendOutcome:
        """Each part as a message, from the first that is not out yet. Only the first of all makes a sound."""
        delivery = attempt.delivery
        parts = render.post(delivery.digest, delivery.id)
        ids = await self._out(attempt, spot)
        for number, part in enumerate(parts[len(ids) :], start=len(ids)):
            ids.append(await self._say(attempt, spot, replace(part, silent=part.silent or number > 0), ids))
            if len(ids) < len(parts):
                await attempt.sent(tuple(ids))
        return Sent(tuple(ids), publish=spot.publishes(delivery.digest), note=attempt.note)

    async def _out(self, attempt: Attempt, spot: Spot) -> list[str]:
        """The messages of the parts that are out. Where an attempt before may have left more than is known of, what
        the bot said there since is read."""
        ids = list(attempt.delivery.message_ids)
        found = {} if attempt.sure else await self._found(attempt, spot)
        while len(ids) in found:
            ids.append(found[len(ids)])
            await attempt.sent(tuple(ids))
        return ids

    async def _found(self, attempt: Attempt, spot: Spot) -> dict[int, str]:
        """The parts that stand there, by their numbers; none where they cannot be read and the nonce still serves. A
        thread has none. Raises Unreadable and TooMuch."""
        found: dict[int, str] = {}
        try:
            for channel_id in await self._searched(attempt, spot):
                parts = await self._parts_in(attempt, channel_id)
                found |= {number: spot.id_of(channel_id, message_id) for number, message_id in parts.items()}
        except (finding.Unreadable, finding.TooMuch) as hidden:
            if spot.place is not None and spot.place.is_forum and not attempt.thread:
                raise
            attempt.trust(self._clock.now(), hidden)
            return {}
        attempt.sure = True
        return found

    async def _parts_in(self, attempt: Attempt, channel_id: str) -> dict[int, str]:
        search = attempt.searches.setdefault(channel_id, finding.Search())
        number, since = attempt.delivery.id, attempt.since
        return await finding.parts_in(self._http, attempt.me, channel_id, number, since, search)

    async def _searched(self, attempt: Attempt, spot: Spot) -> list[str]:
        attempt.thread = thread = spot.thread_of(attempt.delivery.message_ids)
        if thread or spot.place is None or not spot.place.is_forum:
            return [thread or spot.channel]
        place = spot.place
        return await finding.threads_of(self._http, attempt.me, place.server, place.id, attempt.since)

    async def _say(self, attempt: Attempt, spot: Spot, part: Outgoing, ids: list[str]) -> str:
        """Post the part that comes after ``ids``; its id."""
        post, classic = f"{attempt.delivery.id}.{len(ids)}", spot.publishes(attempt.delivery.digest)
        body = payload(part, post=post, classic=classic)
        thread = spot.thread_of(ids)
        if spot.place is None or not spot.place.is_forum or thread:
            return await self._say_in(attempt, spot, thread or spot.channel, body, len(ids))
        return await self._say_somewhere(attempt, spot, spot.place, body)

    async def _say_somewhere(self, attempt: Attempt, spot: Spot, forum: Place, body: Json) -> str:
        """The first part, in the thread of a forum that it belongs into, or that it opens."""
        digest = attempt.delivery.digest
        if thread := await self._forums.thread_for(attempt.me, forum, digest):
            try:
                return await self._say_in(attempt, spot, thread, body, 0)
            except discord.HTTPException as error:
                if error.code not in SHUT:
                    raise
                self._forums.forget(forum.id)
                attempt.thread = ""
        thread = await self._forums.open(forum, digest, body, attempt.leave_out)
        return spot.id_of(thread, thread)

    async def _say_in(self, attempt: Attempt, spot: Spot, channel_id: str, body: Json, part: int) -> str:
        attempt.thread = channel_id if channel_id != spot.channel else ""
        if attempt.hidden is not None:
            attempt.trust(self._clock.now(), attempt.hidden)
        nonce = _nonce(attempt.delivery, part)
        message = await wire.post(self._http, channel_id, body, nonce, attempt.leave_out)
        if is_private(attempt.delivery.chat):
            self._doors.reached(channel_id)
        return spot.id_of(channel_id, str(message["id"]))

    async def _reply(self, attempt: Attempt, spot: Spot) -> SendOutcome:
        """One message, whatever there is to say: its ``message_ids`` are those of what it replies to. It calls no
        role: those were called before."""
        delivery, first = attempt.delivery, spot.first(attempt.delivery.message_ids)
        channel_id = first[0] if first else spot.channel
        if not channel_id:
            return Over("the message to reply to is gone")
        attempt.thread = spot.thread_of(attempt.delivery.message_ids)
        if not attempt.sure:
            out = await self._found(attempt, spot)
            if 0 in out:
                return Sent((out[0],))
        part, *_ = render.post(delivery.digest, delivery.id, most=1)
        body = payload(replace(part, pings=()), post=f"{delivery.id}.0")
        if first:
            body["message_reference"] = {"message_id": first[1], "fail_if_not_exists": False}
        try:
            said = await self._say_in(attempt, spot, channel_id, body, 0)
        except discord.HTTPException as error:
            if error.code not in NO_QUOTE:
                raise
            del body["message_reference"]
            said = await self._say_in(attempt, spot, channel_id, body, 0)
        return Sent((said,), note=attempt.note)

    async def _failed(self, error: Exception, attempt: Attempt) -> SendOutcome:
        delivery, code = attempt.delivery, error.code if isinstance(error, discord.HTTPException) else 0
        if code:
            self.places.forget(delivery.chat.native)
            self._forums.forget(delivery.chat.native)
        if attempt.thread and code in SHUT:  # one of a forum's many
            return Over("the post's thread takes no more messages")
        if code in NO_ROOM and is_private(delivery.chat):
            await self._doors.lost(delivery.chat.native.removeprefix("@"))
            if delivery.attempts < HOPELESS:
                return RetryLater(ROOM_LOST, min(3600.0, 7.5 * 2**delivery.attempts))
        outcome = outcome_of(error, delivery.chat)
        if isinstance(outcome, ChatGone) and delivery.kind == "publish":
            return Over(outcome.reason)  # whether the place is gone for posts too, the next one tells
        if isinstance(outcome, RetryLater) and outcome.tried and self._pace.held():
            return replace(outcome, seconds=self._pace.held(), whole_platform=True)
        return outcome


def _spot_at(place: Place) -> Spot:
    return Spot("" if place.is_forum else place.id, place)


def _nonce(delivery: Delivery, part: int) -> str:
    """At most 25 characters; an id of another database, made at another time, gives another."""
    made = int(delivery.created.timestamp()) if delivery.created else 0
    return f"{delivery.id}.{part}.{made:x}"[:25]
