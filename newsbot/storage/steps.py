"""The steps of stories on their way to chats, as far as no row of an outcome or a delivery tells them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from newsbot.domain.models import Step
from newsbot.storage.sql import Repository
from newsbot.storage.tables import deliveries, outcomes, steps

MOST = 1000
"""Steps that are read at once: the latest."""


class Steps(Repository):
    """The part of ``storage.outbox`` that remembers the way."""

    async def steps(self, chat_id: int, story_id: int) -> list[Step]:
        """The way of a story to a chat: its own steps, and those of the delivery that shows or counts it and of what
        was done to that; oldest first."""
        post = (
            select(outcomes.c.delivery_id)
            .where(outcomes.c.chat_id == chat_id, outcomes.c.story_id == story_id)
            .scalar_subquery()
        )
        chores = select(deliveries.c.id).where(deliveries.c.target == post)
        own = (steps.c.chat_id == chat_id) & (steps.c.story_id == story_id)
        return await self._steps(or_(own, steps.c.delivery_id == post, steps.c.delivery_id.in_(chores)))

    async def steps_of(self, delivery_id: int) -> list[Step]:
        """The steps of one delivery, oldest first."""
        return await self._steps(steps.c.delivery_id == delivery_id)

    async def _steps(self, wanted: Any) -> list[Step]:
        query = select(steps).where(wanted).order_by(steps.c.at.desc(), steps.c.id.desc()).limit(MOST)
        async with self._db.read() as conn:
            rows = (await conn.execute(query)).all()
        return [Step(row.at, row.kind, row.detail, row.story_id, row.delivery_id) for row in reversed(rows)]


async def write_steps(conn: AsyncConnection, made: Sequence[tuple[int, Step]]) -> None:
    """Write steps, each with the id of its chat."""
    rows = [
        {
            "chat_id": chat_id,
            "story_id": step.story_id,
            "delivery_id": step.delivery_id,
            "at": step.at,
            "kind": step.kind,
            "detail": step.detail,
        }
        for chat_id, step in made
    ]
    if rows:
        await conn.execute(insert(steps), rows)
