"""The outbox: from stories that wait in chats to deliveries that went out."""

from __future__ import annotations

from newsbot.storage.composed import Composed, Recording
from newsbot.storage.composing import Composing, Table
from newsbot.storage.deliveries import Deliveries
from newsbot.storage.figures import Counting, Figures
from newsbot.storage.growing import Growing
from newsbot.storage.outcomes import Outcomes
from newsbot.storage.queueing import PlannedDelivery
from newsbot.storage.retracting import Retracting
from newsbot.storage.settling import Settlement
from newsbot.storage.steps import Steps
from newsbot.storage.unstalling import Unstalling

__all__ = ["Composed", "Figures", "Outbox", "PlannedDelivery", "Settlement", "Table"]


class Outbox(Composing, Recording, Outcomes, Deliveries, Steps, Counting, Growing, Retracting, Unstalling):
    """``storage.outbox``."""
