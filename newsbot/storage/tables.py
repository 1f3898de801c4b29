"""The tables, as DESIGN's data flow needs them: everything between two loops is rows.

Times are milliseconds since 1970 (UTC); JSON columns hold what :mod:`newsbot.storage.codec` writes. The search engines'
own tables are in :mod:`newsbot.storage.search_sqlite` and :mod:`newsbot.storage.search_postgres`.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from newsbot.storage.columns import Moment, Words

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the key is INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


meta = Table("meta", metadata, Column("key", Text, primary_key=True), Column("value", Words, nullable=False))

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("until", Moment, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", Words, unique=True),
    Column("url", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("category", Words, nullable=False),
    Column("every", Integer),
    Column("full_text", Text, nullable=False),
    Column("language", Words, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("new_feed", Text, nullable=False),
    Column("from_config", Boolean, nullable=False),
    Column("private", Boolean, nullable=False, server_default=false()),  # a person typed it: theirs alone
    Column("enabled", Boolean, nullable=False),
    Column("title", Words, nullable=False, server_default=""),
    Column("site", Words, nullable=False, server_default=""),
    Column("etag", Words, nullable=False, server_default=""),
    Column("last_modified", Words, nullable=False, server_default=""),
    Column("body_hash", Words, nullable=False, server_default=""),
    Column("next_poll", Moment, nullable=False),
    Column("claimed_by", Text, nullable=False, server_default=""),  # the process that polls it just now
    Column("last_success", Moment),
    Column("last_item", Moment),
    Column("changed", Moment),  # when its document was last read whole: see retention
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Words, nullable=False, server_default=""),
    Column("primed", Boolean, nullable=False),
    Column("articles", Integer, nullable=False, server_default="0"),  # counted here: COUNT(*) walks a million rows
    Column("added", Moment, nullable=False),
    _partial("ix_feeds_next_poll", "next_poll", where="enabled"),
    sqlite_autoincrement=True,
)

NEW, JUDGED, PLANNED, CORRECTED = range(4)
"""An article's way: stored, given story and topics, recorded in every chat; CORRECTED is planned, then changed."""

articles = Table(
    "articles",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # (published seconds << 20) | counter
    Column("feed_id", ForeignKey("feeds.id"), nullable=False),
    Column("key", Words, nullable=False),
    Column("guid", Words, nullable=False),
    Column("url", Words, nullable=False),
    Column("canonical_url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("published", Moment),
    Column("fetched", Moment, nullable=False),
    Column("seen", Moment, nullable=False),  # in the feed's document, to the day: see retention
    Column("authors", JSON, nullable=False),
    Column("image", Words, nullable=False),
    Column("announce", Boolean, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("story_id", BigInteger),
    Column("fingerprint", Text, nullable=False),  # of title and text, to notice a correction
    UniqueConstraint("feed_id", "key"),
    Index("ix_articles_feed_id_id", "feed_id", "id"),
    Index("ix_articles_story_id", "story_id"),
    # A hash index on PostgreSQL takes an address of any length; a B-tree refuses one over 2,700 bytes.
    Index("ix_articles_canonical_url", "canonical_url", postgresql_using="hash"),
    # One for each state that a loop waits for: SQLite does not use an index on `state < 2` for `state = 0`.
    _partial("ix_articles_new", "fetched", "id", where="state = 0"),
    _partial("ix_articles_judged", "fetched", "id", where="state = 1"),
    _partial("ix_articles_corrected", "fetched", "id", where="state = 3"),
)

stories = Table(
    "stories",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),  # of the article that founded it
    Column("headline", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("articles", Integer, nullable=False),
    Column("first", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("withdrawn", Moment),  # taken back by an admin: nothing of it is posted any more
)

topics = Table(
    "topics",
    metadata,
    Column("id", Id, primary_key=True),
    Column("slug", Words, unique=True),
    Column("key", Words, nullable=False, unique=True),  # two people who type the same share the topic
    Column("name", Words, nullable=False),
    Column("definition", JSON, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created", Moment, nullable=False),
    sqlite_autoincrement=True,
)

matches = Table(
    "matches",
    metadata,
    Column("article_id", ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("topic_id", ForeignKey("topics.id", ondelete="CASCADE"), nullable=False),
    Column("score", Float, nullable=False),
    Column("words", JSON, nullable=False),
    PrimaryKeyConstraint("article_id", "topic_id"),
    Index("ix_matches_topic_id_article_id", "topic_id", "article_id"),
)

chats = Table(
    "chats",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("native", Words, nullable=False),
    Column("thread", Words, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Words, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("paused", Words, nullable=False, server_default=""),
    Column("created", Moment, nullable=False),
    Column("language", Text, nullable=False, server_default=""),
    Column("server", Words, nullable=False, server_default=""),
    Column("room", Words, nullable=False, server_default=""),  # where the platform has a private chat's messages
    Column("told", Words, nullable=False, server_default=""),  # of which pause its admins were told
    Column("released", Moment),  # when the platform last let us in
    UniqueConstraint("platform", "native", "thread"),
    _partial("ix_chats_server", "platform", "server", where="server <> ''"),
    _partial("ix_chats_paused", "platform", where="paused <> ''"),
    sqlite_autoincrement=True,
)

servers = Table(
    "servers",
    metadata,
    Column("platform", Text, nullable=False),
    Column("native", Words, nullable=False),
    Column("joined", Moment, nullable=False),
    Column("gone", Moment),
    PrimaryKeyConstraint("platform", "native"),
    _partial("ix_servers_gone", "gone", where="gone IS NOT NULL"),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("what_kind", Text, nullable=False),
    Column("what_ref", Words, nullable=False),
    Column("what_key", Words, nullable=False),  # what_ref casefolded: "Cars" and "cars" are one category
    Column("query", Words, nullable=False),
    Column("identity", Text, nullable=False),  # of kind, key and query, in bounded length
    Column("label", Words, nullable=False),
    Column("when_kind", Text, nullable=False),
    Column("when_at", Text, nullable=False),
    Column("when_weekday", SmallInteger, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("next_due", Moment),
    Column("created", Moment, nullable=False),
    Column("created_by", Words, nullable=False),
    Column("lessons", JSON, nullable=False, server_default="{}"),
    Column("ping", Words, nullable=False, server_default=""),
    UniqueConstraint("chat_id", "identity"),
    Index("ix_subscriptions_what", "what_kind", "what_key"),
    _partial("ix_subscriptions_next_due", "next_due", where="next_due IS NOT NULL"),
    sqlite_autoincrement=True,
)

mutes = Table(
    "mutes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("ref", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("created", Moment, nullable=False),
    UniqueConstraint("chat_id", "kind", "ref"),
    sqlite_autoincrement=True,
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("story_id", BigInteger, nullable=False),
    Column("article_id", BigInteger, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("note", Words, nullable=False),
    Column("due", Moment),
    Column("urgent", Boolean, nullable=False),
    Column("delivery_id", BigInteger),
    Column("at", Moment, nullable=False),
    PrimaryKeyConstraint("chat_id", "story_id"),  # one story, one post
    Index("ix_outcomes_story_id", "story_id"),
    _partial("ix_outcomes_waiting", "due", "chat_id", where="state = 'waiting'"),
    _partial("ix_outcomes_delivery_id", "delivery_id", where="delivery_id IS NOT NULL"),
    _partial("ix_outcomes_chat_id_due", "chat_id", "due", where="state = 'waiting'"),
)

OPEN = "state IN ('queued', 'sending', 'uncertain', 'quarantined')"
"""Deliveries that are not over."""

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", JSON, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("target", BigInteger),
    Column("message_ids", JSON, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    Column("updated", Moment, nullable=False),
    Column("sent_at", Moment),
    Column("reason", Words, nullable=False),
    Column("doubts", SmallInteger, nullable=False, server_default="0"),
    Column("turn", Moment, nullable=False, server_default="0"),  # its place in line
    Column("lane", SmallInteger, nullable=False, server_default="0"),  # the line that it waits in: see lines
    Index("ix_deliveries_chat_id_created", "chat_id", "created"),
    Index("ix_deliveries_platform_sent_at", "platform", "sent_at"),
    Index("ix_deliveries_target", "target"),
    _partial("ix_deliveries_line", "chat_id", "lane", "turn", "id", where="state = 'queued'"),
    _partial("ix_deliveries_sending", "chat_id", where="state = 'sending'"),
    _partial("ix_deliveries_open", "state", "id", where=OPEN),
    _partial("ix_deliveries_depth", "platform", "state", where=f"{OPEN} AND priority < 3"),
    _partial("uq_deliveries_edit", "target", where="kind = 'edit' AND state = 'queued'", unique=True),
    sqlite_autoincrement=True,  # an id never comes back
)

# Who is first in each line of each chat in which something may be sent: what a claim looks at, however much is queued.
# Derived from deliveries and chats by newsbot.storage.lines, which keeps it.
lines = Table(
    "lines",
    metadata,
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("lane", SmallInteger, nullable=False),
    Column("platform", Text, nullable=False),
    Column("delivery_id", BigInteger, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("due", Moment, nullable=False),
    Column("created", Moment, nullable=False),
    PrimaryKeyConstraint("chat_id", "lane"),
    _partial("ix_lines_posts", "platform", "due", "delivery_id", where="priority < 2"),
    Index("ix_lines_due", "platform", "priority", "due", "delivery_id"),
)

steps = Table(
    "steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", ForeignKey("chats.id", ondelete="CASCADE"), nullable=False),
    Column("story_id", BigInteger),
    Column("delivery_id", BigInteger),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("detail", Words, nullable=False),
    Index("ix_steps_chat_id_story_id", "chat_id", "story_id"),
    Index("ix_steps_delivery_id", "delivery_id"),
    Index("ix_steps_story_id", "story_id"),
    sqlite_autoincrement=True,
)

holds = Table(
    "holds",
    metadata,
    Column("platform", Text, primary_key=True),  # "" for all
    Column("reason", Words, nullable=False),
    Column("since", Moment, nullable=False),
    Column("until", Moment),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("payload", JSON, nullable=False),
    Column("created", Moment, nullable=False),
)

web_messages = Table(
    "web_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat", Words, nullable=False),
    Column("key", Words, nullable=False, unique=True),
    Column("author", Words, nullable=False),
    Column("body", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("rev", BigInteger, nullable=False, unique=True),
    Column("deleted", Boolean, nullable=False),
    Index("ix_web_messages_chat_id", "chat", "id"),
    sqlite_autoincrement=True,
)
