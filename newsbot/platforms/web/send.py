"""The way out to the web chat: a delivery becomes a message in the transcript, once."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime

from newsbot.domain.models import ChatKey, Delivery
from newsbot.domain.ports import Clock, OnPart, Over, RetryLater, SendOutcome, Sent, Transcript
from newsbot.errors import StorageError
from newsbot.platforms.web import render

PLATFORM = "web"
BOT = "newsbot"
POSTED = "delivery:"
"""What the keys of posts begin with."""


class WebSender:
    """Implements :class:`newsbot.domain.ports.Sender` over the transcript.

    The key ``delivery:<id>`` makes a repeated post return the first message, so the web chat is exactly-once.
    ``announce`` is told after each change, so that open pages need not wait for the next look.
    """

    platform = PLATFORM
    idempotent = True
    waiting = 0

    def __init__(self, transcript: Transcript, clock: Clock, announce: Callable[[], None] = lambda: None) -> None:
        self._transcript = transcript
        self._clock = clock
        self._announce = announce

    def recall(self, sent: Sequence[tuple[ChatKey, datetime]]) -> None:
        """Nothing to know: there are no limits."""

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        """Post, edit or retract; the outcome is :class:`Sent`, or why not. A post is one message: it has no parts."""
        try:
            if delivery.kind == "edit":
                outcome = await self._edit(delivery)
            elif delivery.kind == "retract":
                outcome = await self._retract(delivery)
            else:
                outcome = await self._post(delivery)
        except StorageError as error:
            return RetryLater(str(error) or type(error).__name__)
        self._announce()
        return outcome

    async def _post(self, delivery: Delivery) -> SendOutcome:
        body = render.post(delivery.digest, delivery.id)
        message = await self._transcript.append(
            delivery.chat.native, f"{POSTED}{delivery.id}", BOT, dumps(body), self._clock.now()
        )
        return Sent((str(message.id),))

    async def _edit(self, delivery: Delivery) -> SendOutcome:
        target = delivery.id if delivery.target is None else delivery.target  # buttons speak of the post itself
        body = dumps(render.post(delivery.digest, target, self._clock.now()))
        if not _ids(delivery) or any([await self._transcript.replace(i, body) is None for i in _ids(delivery)]):
            return Over("the message to edit is gone")
        return Sent(delivery.message_ids)

    async def _retract(self, delivery: Delivery) -> SendOutcome:
        for message_id in _ids(delivery):
            await self._transcript.delete(message_id)  # one that is gone already is what was wanted
        return Sent(delivery.message_ids)


def dumps(body: render.Json) -> str:
    """A body as the transcript keeps it: JSON in ASCII, so that a feed's broken surrogate upsets no database."""
    return json.dumps(body, separators=(",", ":"))


def _ids(delivery: Delivery) -> list[int]:
    return [int(text) for text in delivery.message_ids if text.isdecimal()]
