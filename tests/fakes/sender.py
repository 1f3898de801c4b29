"""A platform that answers as it is told and remembers what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from newsbot.domain.models import ChatKey, Delivery
from newsbot.domain.ports import OnPart, SendOutcome, Sent


async def no_parts(_message_ids: tuple[str, ...]) -> None:
    """For those who send a delivery and do not keep account of its parts."""


class FakeSender:
    """``answer`` decides on each delivery; ``shown`` is what chats hold: message id to delivery."""

    waiting = 0

    def __init__(self, *, platform: str = "web", idempotent: bool = True) -> None:
        self._platform, self._idempotent = platform, idempotent
        self.sent: list[Delivery] = []
        self.recalled: list[tuple[ChatKey, datetime]] = []
        self.shown: dict[str, Delivery] = {}
        self.answer: Callable[[Delivery], SendOutcome | None] = lambda _: None

    @property
    def platform(self) -> str:
        return self._platform

    @property
    def idempotent(self) -> bool:
        return self._idempotent

    def recall(self, sent: Sequence[tuple[ChatKey, datetime]]) -> None:
        self.recalled = list(sent)

    async def send(self, delivery: Delivery, sent: OnPart) -> SendOutcome:
        self.sent.append(delivery)
        if answer := self.answer(delivery):
            return answer
        ids = delivery.message_ids if delivery.kind == "edit" else (f"m{delivery.id}",)
        self.shown[ids[0]] = delivery
        return Sent(ids)
