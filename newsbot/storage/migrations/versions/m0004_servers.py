"""Communities that chats are part of, the rooms of private chats, what admins were told, and roles that posts call."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade(op: Operations) -> None:
    for name in ("server", "room", "told"):
        op.add_column("chats", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("chats", sa.Column("released", sa.BigInteger(), nullable=True))
    op.create_index("ix_chats_server", "chats", ["platform", "server"], unique=False, **where("server <> ''"))
    op.create_index("ix_chats_paused", "chats", ["platform"], unique=False, **where("paused <> ''"))
    op.add_column("subscriptions", sa.Column("ping", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "servers",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("joined", sa.BigInteger(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "native", name=op.f("pk_servers")),
    )
    op.create_index("ix_servers_gone", "servers", ["gone"], unique=False, **where("gone IS NOT NULL"))
