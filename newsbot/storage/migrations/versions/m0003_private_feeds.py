"""Feeds that people typed are their own chats' alone; what an admin added is everybody's, as the config's are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    op.add_column("feeds", sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False))
    # Who added a feed was not kept. Only an admin gives one a category; of the others nobody's secret is shown.
    feeds = sa.table("feeds", sa.column("private"), sa.column("from_config", sa.Boolean()), sa.column("category"))
    typed = ~feeds.c.from_config & (feeds.c.category == "")
    op.execute(feeds.update().where(typed).values(private=sa.true()))
