"""Which topics an article is about: one predicate, and an index that spares most of its calls.

:mod:`.about` judges, :mod:`.percolator` finds what to judge among many topics, :mod:`.narrow` holds the searches that
subscriptions are narrowed by. Pure.
"""

from __future__ import annotations

from newsbot.domain.match.about import matches, says
from newsbot.domain.match.narrow import admitted, fits
from newsbot.domain.match.percolator import Matcher

__all__ = ["Matcher", "admitted", "fits", "matches", "says"]
