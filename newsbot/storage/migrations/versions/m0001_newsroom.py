"""The newsroom's tables, as they were at first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations

from newsbot.storage.search_index import create_search

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only where the key is INTEGER.
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade(op: Operations) -> None:
    _chats(op)
    _feeds(op)
    _leases(op)
    _meta(op)
    _stories(op)
    _tokens(op)
    _topics(op)
    _web_messages(op)
    _articles(op)
    _deliveries(op)
    _mutes(op)
    _outcomes(op)
    _subscriptions(op)
    _matches(op)
    create_search(op.get_bind())


def _chats(op: Operations) -> None:
    op.create_table(
        "chats",
        sa.Column("id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("native", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("paused", sa.Text(), server_default="", nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chats")),
        sa.UniqueConstraint("platform", "native", "thread", name=op.f("uq_chats_platform_native_thread")),
        sqlite_autoincrement=True,
    )


def _feeds(op: Operations) -> None:
    op.create_table(
        "feeds",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("every", sa.Integer(), nullable=True),
        sa.Column("full_text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("new_feed", sa.Text(), nullable=False),
        sa.Column("from_config", sa.Boolean(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("site", sa.Text(), server_default="", nullable=False),
        sa.Column("etag", sa.Text(), server_default="", nullable=False),
        sa.Column("last_modified", sa.Text(), server_default="", nullable=False),
        sa.Column("body_hash", sa.Text(), server_default="", nullable=False),
        sa.Column("next_poll", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("last_success", sa.BigInteger(), nullable=True),
        sa.Column("last_item", sa.BigInteger(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("primed", sa.Boolean(), nullable=False),
        sa.Column("articles", sa.Integer(), server_default="0", nullable=False),
        sa.Column("added", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
        sa.UniqueConstraint("slug", name=op.f("uq_feeds_slug")),
        sa.UniqueConstraint("url", name=op.f("uq_feeds_url")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feeds_next_poll", "feeds", ["next_poll"], unique=False, **where("enabled"))


def _leases(op: Operations) -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )


def _meta(op: Operations) -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )


def _stories(op: Operations) -> None:
    op.create_table(
        "stories",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
    )


def _tokens(op: Operations) -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
    )


def _topics(op: Operations) -> None:
    op.create_table(
        "topics",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.Text(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topics")),
        sa.UniqueConstraint("key", name=op.f("uq_topics_key")),
        sa.UniqueConstraint("slug", name=op.f("uq_topics_slug")),
        sqlite_autoincrement=True,
    )


def _web_messages(op: Operations) -> None:
    op.create_table(
        "web_messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_web_messages_key")),
        sa.UniqueConstraint("rev", name=op.f("uq_web_messages_rev")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_web_messages_chat_id", "web_messages", ["chat", "id"], unique=False)


def _articles(op: Operations) -> None:
    op.create_table(
        "articles",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("feed_id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("guid", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("published", sa.BigInteger(), nullable=True),
        sa.Column("fetched", sa.BigInteger(), nullable=False),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("announce", sa.Boolean(), nullable=False),
        sa.Column("state", sa.SmallInteger(), nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_articles_feed_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_articles")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_articles_feed_id_key")),
    )
    op.create_index("ix_articles_canonical_url", "articles", ["canonical_url"], unique=False, postgresql_using="hash")
    op.create_index("ix_articles_corrected", "articles", ["fetched", "id"], unique=False, **where("state = 3"))
    op.create_index("ix_articles_feed_id_id", "articles", ["feed_id", "id"], unique=False)
    op.create_index("ix_articles_judged", "articles", ["fetched", "id"], unique=False, **where("state = 1"))
    op.create_index("ix_articles_new", "articles", ["fetched", "id"], unique=False, **where("state = 0"))
    op.create_index("ix_articles_story_id", "articles", ["story_id"], unique=False)


def _deliveries(op: Operations) -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("digest", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=True),
        sa.Column("message_ids", sa.JSON(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("updated", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_deliveries_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_chat_id_created", "deliveries", ["chat_id", "created"], unique=False)
    op.create_index("ix_deliveries_chat_id_state", "deliveries", ["chat_id", "state"], unique=False)
    op.create_index(
        "ix_deliveries_open",
        "deliveries",
        ["state", "id"],
        unique=False,
        **where("state IN ('queued', 'sending', 'uncertain', 'quarantined')"),
    )
    op.create_index("ix_deliveries_platform_sent_at", "deliveries", ["platform", "sent_at"], unique=False)
    op.create_index(
        "ix_deliveries_queued", "deliveries", ["platform", "priority", "id"], unique=False, **where("state = 'queued'")
    )
    op.create_index("ix_deliveries_target", "deliveries", ["target"], unique=False)
    op.create_index(
        "uq_deliveries_edit", "deliveries", ["target"], unique=True, **where("kind = 'edit' AND state = 'queued'")
    )


def _mutes(op: Operations) -> None:
    op.create_table(
        "mutes",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_mutes_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mutes")),
        sa.UniqueConstraint("chat_id", "kind", "ref", name=op.f("uq_mutes_chat_id_kind_ref")),
        sqlite_autoincrement=True,
    )


def _outcomes(op: Operations) -> None:
    op.create_table(
        "outcomes",
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("story_id", sa.BigInteger(), nullable=False),
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("delivery_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_outcomes_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("chat_id", "story_id", name=op.f("pk_outcomes")),
    )
    op.create_index("ix_outcomes_story_id", "outcomes", ["story_id"], unique=False)
    op.create_index("ix_outcomes_waiting", "outcomes", ["due", "chat_id"], unique=False, **where("state = 'waiting'"))


def _subscriptions(op: Operations) -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("chat_id", ID, nullable=False),
        sa.Column("what_kind", sa.Text(), nullable=False),
        sa.Column("what_ref", sa.Text(), nullable=False),
        sa.Column("what_key", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("when_kind", sa.Text(), nullable=False),
        sa.Column("when_at", sa.Text(), nullable=False),
        sa.Column("when_weekday", sa.SmallInteger(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("next_due", sa.BigInteger(), nullable=True),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"], name=op.f("fk_subscriptions_chat_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("chat_id", "identity", name=op.f("uq_subscriptions_chat_id_identity")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_subscriptions_next_due", "subscriptions", ["next_due"], unique=False, **where("next_due IS NOT NULL")
    )
    op.create_index("ix_subscriptions_what", "subscriptions", ["what_kind", "what_key"], unique=False)


def _matches(op: Operations) -> None:
    op.create_table(
        "matches",
        sa.Column("article_id", sa.BigInteger(), nullable=False),
        sa.Column("topic_id", ID, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_matches_article_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topics.id"], name=op.f("fk_matches_topic_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id", "topic_id", name=op.f("pk_matches")),
    )
    op.create_index("ix_matches_topic_id_article_id", "matches", ["topic_id", "article_id"], unique=False)
