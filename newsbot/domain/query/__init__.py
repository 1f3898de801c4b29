"""User text to queries. A topic is a standing search: the same words, widened by the same concepts."""

from __future__ import annotations

from newsbot.domain.lexicon import Alias
from newsbot.domain.query.facet import Facet, asked
from newsbot.domain.query.search import (
    And,
    Filters,
    Node,
    Not,
    Or,
    Prefix,
    SearchQuery,
    Term,
    parse_filters,
    parse_search,
)
from newsbot.domain.query.topic import TopicQuery, canonical, compile_topic, understood, vetoes

__all__ = [
    "Alias",
    "And",
    "Facet",
    "Filters",
    "Node",
    "Not",
    "Or",
    "Prefix",
    "SearchQuery",
    "Term",
    "TopicQuery",
    "asked",
    "canonical",
    "compile_topic",
    "parse_filters",
    "parse_search",
    "understood",
    "vetoes",
]
