"""Deliver: claim what is due on one platform, send it, settle what the platform answered. Rows are the truth.

::

    outbox    the loop: who is in flight, and when nobody may be
    verdicts  what an answer makes of a delivery, and what it says of its platform; pure
    ledger    writes answers and parts down, many in one transaction, and keeps what cannot be written just now
    watch     whether the platform may be sent to: its health, its holds, and whom to tell
"""

from __future__ import annotations

from newsbot.pipeline.outbox.ledger import OnSettled
from newsbot.pipeline.outbox.outbox import IN_FLIGHT, Outbox
from newsbot.pipeline.outbox.verdicts import GIVE_UP
from newsbot.pipeline.outbox.watch import Alert

__all__ = ["GIVE_UP", "IN_FLIGHT", "Alert", "OnSettled", "Outbox"]
