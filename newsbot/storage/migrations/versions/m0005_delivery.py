"""The line in which deliveries wait, the steps of stories on their way to chats, holds, and stories taken back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"

STOPPED = "stopped by an admin"
"""How the emergency stop of the versions before marked each chat."""


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade(op: Operations) -> None:
    op.add_column("stories", sa.Column("withdrawn", sa.BigInteger(), nullable=True))
    _line(op)
    op.create_table(
        "steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=True),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_steps_chat_id_chats"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_steps")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_steps_chat_id_story_id", "steps", ["chat_id", "story_id"], unique=False)
    op.create_index("ix_steps_delivery_id", "steps", ["delivery_id"], unique=False)
    op.create_index("ix_steps_at", "steps", ["at"], unique=False)
    _holds(op)


def _line(op: Operations) -> None:
    """What is queued keeps the order in which it was planned."""
    op.add_column("deliveries", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE deliveries SET turn = created WHERE state = 'queued'"))
    op.drop_index("ix_deliveries_queued", table_name="deliveries")
    queued = where("state = 'queued'")
    op.create_index(
        "ix_deliveries_queued", "deliveries", ["platform", "priority", "turn", "id"], unique=False, **queued
    )
    op.create_index("ix_deliveries_line", "deliveries", ["chat_id", "turn", "id"], unique=False, **queued)


def _holds(op: Operations) -> None:
    """An emergency stop that stands goes on, for all chats at once."""
    op.create_table(
        "holds",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_holds")),
    )
    stopped = sa.text(f"SELECT count(*) FROM chats WHERE paused = '{STOPPED}'")  # noqa: S608  a constant of ours
    if op.get_bind().scalar(stopped):
        op.execute(sa.text(f"INSERT INTO holds (platform, reason, since) VALUES ('', '{STOPPED}', 0)"))  # noqa: S608
        op.execute(sa.text(f"UPDATE chats SET paused = '' WHERE paused = '{STOPPED}'"))  # noqa: S608
