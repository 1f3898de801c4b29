"""Why a topic does not match an article: what :func:`newsbot.domain.match.judged` says, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from newsbot.domain.analyze import AnalyzedArticle
from newsbot.domain.match import Judgement, says
from newsbot.domain.match.saying import Hit, hits
from newsbot.domain.query import Facet, TopicQuery

MissingKind = Literal["words", "beside", "veto", "language", "year", "passing", "apart"]
Place = Literal["", "head", "middle", "end"]
"""Where something is first said: in the lead, or in which part of the text after it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """What kept a topic from an article.

    "words": nothing in it says any of ``words``, one thing that the topic asks for; "beside": it says ``words``, but
    not as the one name that they make; "veto": it says ``words``, which the topic leaves out; "language": the topic is
    for the languages ``words``; "year": it speaks of other years than ``words``; "passing": all is there, but
    ``words``, the article's own, are mentioned only ``times`` times, first at ``place``; "apart": all is there, but
    ``words`` far from what the topic is about.
    """

    kind: MissingKind
    words: tuple[str, ...] = ()
    times: int = 0
    place: Place = ""


def lacking(query: TopicQuery, article: AnalyzedArticle, found: Judgement) -> Missing:
    """What kept ``query`` from ``article``, of which ``found`` was judged."""
    match found.reason:
        case "words":
            return _unsaid(query, article, found)
        case "language":
            return Missing("language", query.languages)
        case "veto":
            return Missing("veto", tuple(alias.text for alias in query.none if says(alias, article)))
        case "year":
            return Missing("year", (query.year,))
        case "apart":
            return Missing("apart", tuple(f.words[0] for f in found.facets if f.words))
    return _in_passing(query, article, found)


def _unsaid(query: TopicQuery, article: AnalyzedArticle, found: Judgement) -> Missing:
    """The first facet that nothing says; facets that do not stand together only where there is none."""
    silent = [at for at, facet in enumerate(found.facets) if not facet.words]
    unsaid = next((at for at in silent if not hits(query.facets[at], article)), None)
    if unsaid is not None:
        return Missing("words", _named(query.facets[unsaid]))
    at = min(silent)
    pair = next((first for first in query.beside if at in (first, first + 1)), at)
    return Missing("beside", tuple(facet.label for facet in query.facets[pair : pair + 2]))


def _in_passing(query: TopicQuery, article: AnalyzedArticle, found: Judgement) -> Missing:
    """The facet that weighs least."""
    weakest = min(range(len(found.facets)), key=lambda at: (found.facets[at].score, at != query.anchor))
    said = hits(query.facets[weakest], article)
    return Missing("passing", found.facets[weakest].words[:1], len(said), _place(said[0], article) if said else "")


def _place(first: Hit, article: AnalyzedArticle) -> Place:
    at, size = first[0] - article.body, len(article.body_keys)
    if at < article.lead and at * 2 < size:
        return "head"
    return "end" if at * 3 >= size * 2 else "middle"


def _named(facet: Facet) -> tuple[str, ...]:
    """The words by which people know a facet, and that there are more of them."""
    return (*facet.shown, "…") if len(facet.aliases) > len(facet.shown) else facet.shown
