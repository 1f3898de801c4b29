"""TextRank for sentences (Mihalcea and Tarau 2004, "TextRank: Bringing Order into Texts"): a peer to compare with."""

from __future__ import annotations

import math

import numpy as np

from newsbot.domain.digest import sentences, words
from tests.benchmarks.rouge import tokens

_DAMPING, _ROUNDS, _MOST = 0.85, 40, 200


def textrank(text: str, most: int, count: int) -> list[str]:
    """The best-ranked sentences of ``text``, at most ``count`` that fit into ``most`` words, in their order."""
    told = list(sentences(text, "en"))[:_MOST]
    bags = [frozenset(tokens(sentence)) for sentence in told]
    weights = np.array([[_likeness(a, b) if i != j else 0.0 for j, b in enumerate(bags)] for i, a in enumerate(bags)])
    if not told:
        return []
    shares = weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)
    rank = np.ones(len(told))
    for _ in range(_ROUNDS):
        rank = 1 - _DAMPING + _DAMPING * shares.T @ rank
    chosen: list[int] = []
    for place in np.argsort(-rank, kind="stable"):
        if len(chosen) < count and sum(words(told[i]) for i in chosen) + words(told[place]) <= most:
            chosen.append(int(place))
    return [told[i] for i in sorted(chosen)]


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    size = math.log(len(one) or 1) + math.log(len(other) or 1)
    return len(one & other) / size if size > 0 else 0.0
