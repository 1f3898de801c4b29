"""Feeds that people typed: what they bring is read in their own chats only."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, select

from newsbot.storage.tables import feeds


def private_to_others(own: Collection[int]) -> Select[tuple[int]]:
    """The ids of private feeds other than a chat's ``own`` that have brought anything."""
    return select(feeds.c.id).where(feeds.c.private, feeds.c.articles > 0, feeds.c.id.not_in(own))
