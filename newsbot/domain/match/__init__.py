"""Which topics an article is about: one predicate, and an index that spares most of its calls.

:mod:`.about` judges by what :mod:`.saying` finds in an article, :mod:`.percolator` finds what to judge among many
topics, :mod:`.narrow` holds the searches that subscriptions are narrowed by. Pure.
"""

from __future__ import annotations

from newsbot.domain.match.about import FacetFound, Judgement, Reason, judged, matches
from newsbot.domain.match.narrow import admitted, fits
from newsbot.domain.match.percolator import Matcher
from newsbot.domain.match.saying import says

__all__ = ["FacetFound", "Judgement", "Matcher", "Reason", "admitted", "fits", "judged", "matches", "says"]
