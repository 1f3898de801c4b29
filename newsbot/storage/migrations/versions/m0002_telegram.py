"""What Telegram needs: people's languages, what follows have learned, and sends whose outcome stayed unknown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    op.add_column("chats", sa.Column("language", sa.Text(), server_default="", nullable=False))
    op.add_column("subscriptions", sa.Column("lessons", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("deliveries", sa.Column("doubts", sa.SmallInteger(), server_default="0", nullable=False))
