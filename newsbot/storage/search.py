"""``storage.search``: full-text search over all stored articles."""

from __future__ import annotations

from newsbot.storage.search_index import create_search, index_articles, unindex_articles

__all__ = ["create_search", "index_articles", "unindex_articles"]
