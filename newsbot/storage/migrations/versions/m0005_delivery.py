"""The line in which deliveries wait, the steps of stories on their way to chats, holds, and stories taken back."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0005"
down_revision = "0004"

OPEN = "state IN ('queued', 'sending', 'uncertain', 'quarantined')"

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
    op.create_index("ix_steps_story_id", "steps", ["story_id"], unique=False)
    _holds(op)
    _first(op)


def _line(op: Operations) -> None:
    """What is queued keeps the order in which it was planned; an edit whose post is not out is in no line."""
    deliveries = "deliveries"
    op.add_column(deliveries, sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column(deliveries, sa.Column("lane", sa.SmallInteger(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE deliveries SET turn = not_before WHERE state = 'queued'"))
    op.execute(sa.text("UPDATE deliveries SET turn = created WHERE state = 'queued' AND kind = 'post'"))
    op.execute(sa.text("UPDATE deliveries SET lane = priority WHERE kind IN ('edit', 'publish')"))
    op.execute(sa.text("UPDATE deliveries SET lane = 1 WHERE kind = 'retract'"))
    sent = "target IN (SELECT id FROM deliveries WHERE state = 'sent')"
    op.execute(sa.text(f"UPDATE deliveries SET lane = -1 WHERE state = 'queued' AND NOT {sent}"))  # noqa: S608  ours
    op.drop_index("ix_deliveries_queued", table_name=deliveries)
    op.drop_index("ix_deliveries_chat_id_state", table_name=deliveries)
    waiting = ["chat_id", "lane", "turn", "id"]
    op.create_index("ix_deliveries_line", deliveries, waiting, unique=False, **where("state = 'queued'"))
    op.create_index("ix_deliveries_sending", deliveries, ["chat_id"], unique=False, **where("state = 'sending'"))
    depth = where(f"{OPEN} AND priority < 3")
    op.create_index("ix_deliveries_depth", deliveries, ["platform", "state"], unique=False, **depth)
    shown = where("delivery_id IS NOT NULL")
    op.create_index("ix_outcomes_delivery_id", "outcomes", ["delivery_id"], unique=False, **shown)
    ready = where("state = 'waiting'")
    op.create_index("ix_outcomes_chat_id_due", "outcomes", ["chat_id", "due"], unique=False, **ready)


def _first(op: Operations) -> None:
    """Who is first in each line of each chat that is not paused and has nothing in flight."""
    op.create_table(
        "lines",
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("lane", sa.SmallInteger(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_lines_chat_id_chats"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "lane", name=op.f("pk_lines")),
    )
    due = ["platform", "due", "delivery_id"]
    op.create_index("ix_lines_posts", "lines", due, unique=False, **where("priority < 2"))
    op.create_index("ix_lines_due", "lines", ["platform", "priority", *due[1:]], unique=False)
    op.execute(
        sa.text("""
            INSERT INTO lines (chat_id, lane, platform, delivery_id, priority, due, created)
            SELECT chat_id, lane, platform, id, priority, due, created
            FROM (
                SELECT deliveries.*, CASE WHEN turn > not_before THEN turn ELSE not_before END AS due,
                    row_number() OVER (PARTITION BY chat_id, lane ORDER BY turn, id) AS place
                FROM deliveries WHERE state = 'queued' AND lane >= 0
            ) AS queued
            WHERE place = 1
            AND chat_id IN (SELECT id FROM chats WHERE paused = '')
            AND chat_id NOT IN (SELECT chat_id FROM deliveries WHERE state = 'sending')
        """)
    )


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
