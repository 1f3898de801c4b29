"""One Storage of small repositories over SQLite or PostgreSQL."""

from __future__ import annotations

from newsbot.storage.leases import Fence
from newsbot.storage.storage import Storage

__all__ = ["Fence", "Storage"]
