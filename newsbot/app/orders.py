"""The standing orders that an admin wrote into the config, kept in step with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from newsbot.config import SubscriptionSpec
from newsbot.domain.models import ChatKey, What
from newsbot.domain.plan import due_anew
from newsbot.domain.schedule import next_due
from newsbot.storage import Storage

CONFIG = "config"
"""Who created a subscription that the config placed; only these are changed or ended here."""


async def learn_name(storage: Storage, named: ChatKey, native: str) -> None:
    """The chat that the config calls ``named`` has the number ``native``: from now on it is known by that, so that one
    chat never has two rows."""
    await storage.chats.lead(named, native)
    if chat := await storage.chats.find(named):
        await storage.chats.rekey(chat.id, replace(named, native=native), same_place=True)


async def place_orders(storage: Storage, specs: Sequence[SubscriptionSpec], timezone: str, now: datetime) -> None:
    """Make the config's subscriptions what ``specs`` says: new ones placed, changed ones moved, others of ours ended.

    ``timezone`` is of chats that chose none.
    """
    kept: set[int] = set()
    for spec in specs:
        what = await _resolved(storage, spec.what)
        if what is not None:
            kept.add(await _placed(storage, spec, what, timezone, now))
    ended = [s.id for s in await storage.chats.created_by(CONFIG) if s.id not in kept]
    if ended:
        await storage.chats.unsubscribe(ended)


async def _placed(storage: Storage, spec: SubscriptionSpec, what: What, timezone: str, now: datetime) -> int:
    key = await storage.chats.now_at(spec.chat)
    chat = await storage.chats.find(key) or await storage.chats.ensure(key, "channel", "", now)
    due = next_due(spec.when, ZoneInfo(chat.settings.timezone or timezone), now)
    made, created = await storage.chats.subscribe(
        chat.id, what, spec.when, query=spec.query, label=spec.label, next_due=due, created_by=CONFIG, created=now
    )
    if not created and made.created_by == CONFIG and made.when != spec.when:
        await storage.chats.update_subscription(made.id, when=spec.when, next_due=due)
        orders = await storage.chats.subscriptions(chat.id)
        await storage.outbox.move(due_anew(await storage.outbox.waiting(chat.id), orders, now))
    return made.id


async def _resolved(storage: Storage, what: What) -> What | None:
    """The row behind a config id; None when it is gone."""
    if what.kind == "feed":
        feed = await storage.feeds.find(what.ref)
        return What("feed", str(feed.id)) if feed else None
    if what.kind == "topic":
        topic = await storage.topics.find(what.ref)
        return What("topic", str(topic.id)) if topic else None
    return what
