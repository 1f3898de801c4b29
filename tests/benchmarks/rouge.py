"""ROUGE-1, ROUGE-2 and ROUGE-Lsum F1 (Lin 2004, "ROUGE: A Package for Automatic Evaluation of Summaries").

Words are runs of letters and digits, lower-cased, not stemmed. Lsum takes the union of the longest common
subsequences of each sentence of the reference with every sentence of the candidate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")


def tokens(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def rouge_n(candidate: str, reference: str, n: int) -> float:
    """F1 of the n-grams that both have."""
    ours, gold = _grams(tokens(candidate), n), _grams(tokens(reference), n)
    return _f1(sum((ours & gold).values()), sum(ours.values()), sum(gold.values()))


def rouge_lsum(candidate: Sequence[str], reference: Sequence[str]) -> float:
    """F1 of the summary-level longest common subsequence; both are lists of sentences."""
    ours, gold = [tokens(s) for s in candidate], [tokens(s) for s in reference]
    left = Counter(word for sentence in ours for word in sentence)
    hits = 0
    for sentence in gold:
        union = {i for other in ours for i in _common(sentence, other)}
        for i in sorted(union):
            if left[sentence[i]] > 0:
                left[sentence[i]] -= 1
                hits += 1
    return _f1(hits, sum(map(len, ours)), sum(map(len, gold)))


def _grams(words: list[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(words[i:] for i in range(n)), strict=False))


def _f1(hits: int, ours: int, gold: int) -> float:
    return 2 * hits / (ours + gold) if hits else 0.0


def _common(one: list[str], other: list[str]) -> list[int]:
    """The places in ``one`` of a longest common subsequence with ``other``."""
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, a in enumerate(one, 1):
        for j, b in enumerate(other, 1):
            table[i][j] = table[i - 1][j - 1] + 1 if a == b else max(table[i - 1][j], table[i][j - 1])
    places, i, j = [], len(one), len(other)
    while i and j:
        if one[i - 1] == other[j - 1]:
            places.append(i - 1)
            i, j = i - 1, j - 1
        elif table[i - 1][j] >= table[i][j - 1]:
            i -= 1
        else:
            j -= 1
    return places
