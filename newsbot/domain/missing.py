"""Why a topic does not match an article: what :func:`newsbot.domain.match.matches` asks for and did not find. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from newsbot.domain.analyze import AnalyzedArticle
from newsbot.domain.lexicon import Lexicon
from newsbot.domain.match import matches, says
from newsbot.domain.query import Facet, TopicQuery

MissingKind = Literal["words", "veto", "language", "passing"]


@dataclass(frozen=True, slots=True)
class Missing:
    """What kept a topic from an article.

    "words": nothing in it says any of ``words``, one thing that the topic asks for; "veto": it says ``words``, which
    the topic leaves out; "language": the topic is for the languages ``words``; "passing": all is there, but only
    mentioned, or far apart.
    """

    kind: MissingKind
    words: tuple[str, ...] = ()


def missing(query: TopicQuery, article: AnalyzedArticle, lexicon: Lexicon) -> Missing | None:
    """What kept ``query`` from ``article``; None when it matches."""
    if matches(query, article, lexicon):
        return None
    for facet in query.facets:
        if not any(says(alias, article) for alias in facet.aliases):
            return Missing("words", _named(facet))
    if query.languages and article.language not in query.languages:
        return Missing("language", query.languages)
    if vetoed := tuple(alias.text for alias in query.none if says(alias, article)):
        return Missing("veto", vetoed)
    return Missing("passing")


def _named(facet: Facet) -> tuple[str, ...]:
    """The words by which people know a facet, and that there are more of them."""
    return (*facet.shown, "…") if len(facet.aliases) > len(facet.shown) else facet.shown
