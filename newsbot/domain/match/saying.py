"""Where an article says what a topic asks for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence

from newsbot.domain.analyze import AnalyzedArticle, fold
from newsbot.domain.lexicon import Alias
from newsbot.domain.query import Facet, TopicQuery
from newsbot.domain.query.parts import SHOUTED

Hit = tuple[int, int]
"""A facet in an article: the position of its first key, and how many keys it is."""

CLOSE = 6  # keys between two words that may name one thing: "loans for students"
FIGURE = 3  # between a word and its figure: iPhone 14 and 15
MOST_WORDS = 8
MOST_HITS = 200  # of a facet that are looked at: where an article says it so often, more tell nothing
FEW = 16


def says(alias: Alias, article: AnalyzedArticle) -> bool:
    """Whether ``article`` has ``alias`` anywhere: all that a veto asks."""
    return bool(_hits_of(alias, article))


def phrase_hits(keys: Sequence[str], article: AnalyzedArticle) -> list[Hit]:
    """Where ``keys`` stand side by side, in order."""
    positions = article.positions
    at = positions.get(keys[0], ())
    if len(keys) == 1:
        return [(start, 1) for start in at]
    rest: list[Collection[int]] = [positions.get(key, ()) for key in keys[1:]]
    if len(at) > FEW:
        rest = [frozenset(those) for those in rest]
    return [(start, len(keys)) for start in at if all(start + n in those for n, those in enumerate(rest, 1))]


def hits(facet: Facet, article: AnalyzedArticle) -> list[Hit]:
    """Where a facet is said, in order, the first ones of very many; of two that overlap the longer."""
    positions = article.positions
    found = [hit for alias in facet.aliases if alias.keys[0] in positions for hit in _hits_of(alias, article)]
    apart: list[Hit] = []
    for start, length in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if len(apart) == MOST_HITS:
            break
        if not apart or start >= sum(apart[-1]):
            apart.append((start, length))
    return apart


def beside(query: TopicQuery, found: list[list[Hit]], article: AnalyzedArticle) -> list[list[Hit]]:
    """``found``, for each facet of ``query`` where it is said, without what stands alone of a name of several words.

    Once an article has called somebody Gavin Newsom, Newsom is enough.
    """
    for at in query.beside:
        near = FIGURE if query.facets[at + 1].label.isdigit() else CLOSE
        one, other = found[at], found[at + 1]
        first = [hit for hit in one if any(_close(hit, there, near, article) for there in other)]
        last = [hit for hit in other if any(_close(hit, there, near, article) for there in one)]
        if any(_full_name(hit, other, article) for hit in first):
            first = last = other
        found[at], found[at + 1] = first, last
    return found


def _full_name(first: Hit, last: Sequence[Hit], article: AnalyzedArticle) -> bool:
    """Whether what is said in the text at ``first`` is a forename, with one of ``last`` behind it."""
    start = sum(first)
    capitals = (article.surface(*hit)[:1].isupper() for hit in (first, *(hit for hit in last if hit[0] == start)))
    return first[0] > article.body and any(hit[0] == start for hit in last) and all(capitals)


def words(found: Iterable[Iterable[Hit]], article: AnalyzedArticle) -> tuple[str, ...]:
    """What was said, as it was written: for each facet in turn, without repeats."""
    said: dict[str, str] = {}
    for many in found:
        for start, length in many:
            if len(said) >= MOST_WORDS:
                break
            surface = article.surface(start, length)
            said.setdefault(fold(surface.casefold()), surface)
    return tuple(said.values())


def _closest(places: Sequence[int], to: int) -> int:
    at = bisect_left(places, to)
    return min(places[max(0, at - 1) : at + 1], key=lambda place: abs(place - to))


def _near(alias: Alias, article: AnalyzedArticle) -> list[Hit]:
    """Where the rest of the words stand close to the first, before or after it, each hit as long as all of it is."""
    positions = article.positions
    if any(key not in positions for key in alias.keys):
        return []
    found = []
    for start in positions[alias.keys[0]]:
        places = [start, *(_closest(positions[key], start) for key in alias.keys[1:])]
        first, last = min(places), max(places)
        parted = first < article.body <= last  # by the end of the title
        if len(places) == len(set(places)) and last - first < CLOSE and not parted:
            found.append((first, last - first + 1))
    return found


def _hits_of(alias: Alias, article: AnalyzedArticle) -> list[Hit]:
    if alias.form == "~":
        return _near(alias, article)
    found = phrase_hits(alias.keys, article) if alias.keys[0] in article.positions else []
    if not (found and alias.form):
        return found
    if (languages := SHOUTED.get(alias.keys[0])) is None:
        return [hit for hit in found if _as_spelt(alias, hit, article)]
    if article.language not in (*languages, ""):
        return found
    return [hit for hit in found if article.surface(*hit).isupper()]


def _as_spelt(alias: Alias, hit: Hit, article: AnalyzedArticle) -> bool:
    said = article.surface(*hit)
    if alias.form == "^" and said == said.lower():
        source = article.title if hit[0] < article.body else article.text
        return source == source.lower()  # whoever writes no capitals at all
    if said.casefold() == alias.text.casefold():
        return True
    cased = alias.form == "^" and not said.isascii()
    return cased and len(said) >= len(alias.text)  # Газы and Газе are Газа's; Газ is not


def _close(one: Hit, other: Hit, near: int, article: AnalyzedArticle) -> bool:
    if one[0] < article.body and other[0] < article.body:
        return near == CLOSE or abs(one[0] - other[0]) <= near
    return abs(one[0] - other[0]) <= near
