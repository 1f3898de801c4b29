"""The newsroom's tables."""

from __future__ import annotations

from alembic.operations import Operations

from newsbot.storage.search_index import create_search
from newsbot.storage.tables import metadata

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    metadata.create_all(op.get_bind())
    create_search(op.get_bind())
