"""Rows of outcomes and deliveries as the nouns they stand for, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from newsbot.domain.models import Delivery, DeliveryState, Digest, Outcome, OutcomeState, Reason
from newsbot.storage import codec
from newsbot.storage.chat_rows import key_of
from newsbot.storage.tables import chats, deliveries

_TARGET = deliveries.alias("target_deliveries")

DELIVERY = (
    select(deliveries, chats.c.native, chats.c.thread, _TARGET.c.message_ids.label("target_ids"))
    .join_from(deliveries, chats)
    .outerjoin(_TARGET, _TARGET.c.id == deliveries.c.target)
)
"""Selects what :func:`delivery_of` needs: a delivery with its chat's address and its target's messages."""


def delivery_of(row: Any) -> Delivery:
    """The Delivery of a row of ``DELIVERY``."""
    return Delivery(
        id=row.id,
        chat_id=row.chat_id,
        chat=key_of(row),
        kind=row.kind,
        digest=codec.decode(Digest, row.digest),
        state=DeliveryState(row.state),
        priority=row.priority,
        target=row.target,
        message_ids=tuple(row.target_ids or () if row.target is not None else row.message_ids),
        attempts=row.attempts,
        not_before=row.not_before,
        created=row.created,
        updated=row.updated,
        reason=row.reason,
        doubts=row.doubts,
        turn=row.turn,
        sent_at=row.sent_at,
    )


def outcome_of(row: Any) -> Outcome:
    """The Outcome of a row of the table."""
    return Outcome(
        chat_id=row.chat_id,
        story_id=row.story_id,
        article_id=row.article_id,
        reasons=codec.decode(tuple[Reason, ...], row.reasons),
        state=OutcomeState(row.state),
        note=row.note,
        due=row.due,
        urgent=row.urgent,
        delivery_id=row.delivery_id,
        at=row.at,
    )


def outcome_row(outcome: Outcome) -> dict[str, Any]:
    """The values of a row for an outcome, whose ``at`` must be set."""
    return {
        "chat_id": outcome.chat_id,
        "story_id": outcome.story_id,
        "article_id": outcome.article_id,
        "reasons": codec.encode(outcome.reasons),
        "state": outcome.state.value,
        "note": outcome.note,
        "due": outcome.due,
        "urgent": outcome.urgent,
        "delivery_id": outcome.delivery_id,
        "at": outcome.at,
    }
