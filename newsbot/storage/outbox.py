"""The outbox: from stories that wait in chats to deliveries that went out."""

from __future__ import annotations

from newsbot.storage.deliveries import Deliveries
from newsbot.storage.outcomes import Outcomes
from newsbot.storage.planning import PlannedDelivery

__all__ = ["Outbox", "PlannedDelivery"]


class Outbox(Outcomes, Deliveries):
    """``storage.outbox``."""
