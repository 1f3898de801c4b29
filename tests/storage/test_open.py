"""Opening a database, and what is said when it cannot be."""

from __future__ import annotations

from newsbot.storage import Storage


async def test_an_opened_storage_answers(storage: Storage) -> None:
    await storage.ping()
