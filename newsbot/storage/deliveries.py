"""The outbox: deliveries claimed, sent by others, and settled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from newsbot.domain.models import ChatKey, Delivery, DeliveryState
from newsbot.storage.claiming import Claiming
from newsbot.storage.delivery_rows import DELIVERY, delivery_of
from newsbot.storage.settling import Settling
from newsbot.storage.tables import chats, deliveries

OPEN = (DeliveryState.QUEUED, DeliveryState.SENDING, DeliveryState.UNCERTAIN, DeliveryState.QUARANTINED)
"""The states of deliveries that are not over."""

DeliveryList = list[Delivery]


class Deliveries(Claiming, Settling):
    """The part of ``storage.outbox`` that the senders work through, and that admins look at."""

    async def sending(self, platform: str) -> DeliveryList:
        """A platform's deliveries in flight, oldest first: a new leader finds here what the one before left."""
        mine = (deliveries.c.platform == platform) & (deliveries.c.state == DeliveryState.SENDING)
        return await self._deliveries(DELIVERY.where(mine).order_by(deliveries.c.id))

    async def lately(self, platform: str, since: datetime, now: datetime) -> list[tuple[ChatKey, datetime]]:
        """Where and when a platform's messages went out since then; what may be out, or go out yet, does so ``now``."""
        d, c = deliveries.c, chats.c
        maybe = (d.state == DeliveryState.SENDING) | ((d.state == DeliveryState.QUEUED) & (d.doubts > 0))
        out = (d.sent_at >= since) | (maybe & (d.updated >= since))
        query = select(c.platform, c.native, c.thread, d.message_ids, d.sent_at).join_from(deliveries, chats)
        async with self._db.read() as conn:
            found = (await conn.execute(query.where(d.platform == platform, out))).all()
        return [(ChatKey(*key), at or now) for *key, ids, at in found for _ in range(max(1, len(ids)))]

    async def get(self, delivery_id: int) -> Delivery | None:
        """The delivery with this id."""
        return next(iter(await self._deliveries(DELIVERY.where(deliveries.c.id == delivery_id))), None)

    async def of_target(self, delivery_id: int) -> DeliveryList:
        """What was done to a delivery, or is to be: its edits, replies and so on, oldest first."""
        return await self._deliveries(DELIVERY.where(deliveries.c.target == delivery_id).order_by(deliveries.c.id))

    async def list(self, states: Sequence[DeliveryState] = (), limit: int = 100) -> DeliveryList:
        """The newest deliveries (in one of ``states``), newest first."""
        query = DELIVERY.where(deliveries.c.state.in_(states)) if states else DELIVERY
        return await self._deliveries(query.order_by(deliveries.c.id.desc()).limit(limit))

    async def depth(self) -> dict[str, int]:
        """How many deliveries are in each state that is not over. What is posted already and only waits for its turn to
        be published is none of them."""
        d = deliveries.c
        query = select(d.state, func.count()).where(d.state.in_(OPEN), d.kind != "publish").group_by(d.state)
        async with self._db.read() as conn:
            found = {row[0]: int(row[1]) for row in await conn.execute(query)}
        return {state.value: found.get(state.value, 0) for state in OPEN}

    async def last_sent(self) -> dict[str, datetime]:
        """When each platform that has chats last sent something; those that never did are left out."""
        found: dict[str, datetime] = {}
        async with self._db.read() as conn:
            for platform in (await conn.execute(select(chats.c.platform).distinct())).scalars().all():
                latest = select(func.max(deliveries.c.sent_at)).where(deliveries.c.platform == platform)
                if sent := (await conn.execute(latest)).scalar():
                    found[platform] = sent
        return found

    async def _deliveries(self, query: Select[Any]) -> DeliveryList:
        async with self._db.read() as conn:
            return [delivery_of(row) for row in await conn.execute(query)]
