"""The sentences that tell a story in a glance: the lead and what adds most to it.

The lead of a news text is very hard to beat, so the first sound sentence stays; up to two more are chosen by place,
by how central their words are to the story (Radev et al. 2004, "Centroid-based summarization"), by what they add to
those already chosen (Carbonell and Goldstein 1998, "The use of MMR"), and by the figures that they carry.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from newsbot.domain.digest.figures import figures

MAX_SENTENCES = 3
MAX_WORDS = 70
MAX_CHARACTERS = 900  # a guard for scripts and garbage without blanks

_CANDIDATES = 40
_FEWEST_WORDS = 5
_PLACE, _PLACE_FADES = 1.0, 0.35
_CENTRE, _TITLE, _FIGURES, _REPEATS = 2.0, 0.3, 0.06, 1.2
_HARD, _HARD_KINDS = 0.15, {"money", "percent", "count"}  # readers come for these; dates and ranks alone carry less
_CHARACTERS_PER_WORD = 1.7
_UNSPACED = re.compile(
    "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|"
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{3}"
)
_CLAUSE = re.compile(r"[,;:，；：、](?=\s|[^\x00-\x7f])|\s[–—-]\s")


def words(text: str) -> int:
    """How many words ``text`` has: runs between blanks, and for scripts without blanks about 1.7 characters a word."""
    spaced, unspaced = _UNSPACED.subn(" ", text)
    return sum(any(map(str.isalnum, run)) for run in spaced.split()) + math.ceil(unspaced / _CHARACTERS_PER_WORD)


def choose(sentences: Sequence[str], keys: Sequence[Sequence[str]], title: Sequence[str] = ()) -> tuple[int, ...]:
    """Which of an article's ``sentences`` (clean, in order) make its summary: their places, ascending.

    ``keys`` are the sentences' keys, ``title`` the title's. At most three sentences and 70 words in all; one that
    only repeats the title is passed over. Empty when no sentence is short enough.
    """
    sentences, keys = sentences[:_CANDIDATES], keys[:_CANDIDATES]
    sizes = [words(sentence) for sentence in sentences]
    fit = [i for i, size in enumerate(sizes) if 0 < size <= MAX_WORDS and len(sentences[i]) <= MAX_CHARACTERS]
    lead = _lead(sentences, keys, sizes, fit, frozenset(title))
    if lead is None:
        return ()
    worth = _worth(sentences, keys, frozenset(title))
    chosen = [lead]
    fit = [i for i in fit if i > lead and sizes[i] >= _FEWEST_WORDS]
    left = [i for i in fit if _tells(sentences[i]) and not _says(keys[i], title)]
    while len(chosen) < MAX_SENTENCES:
        room = MAX_WORDS - sum(sizes[i] for i in chosen)
        length = MAX_CHARACTERS - sum(len(sentences[i]) for i in chosen)
        left = [i for i in left if i not in chosen and sizes[i] <= room and len(sentences[i]) <= length]
        scored = [(worth[i] - _REPEATS * max(_overlap(keys[i], keys[j]) for j in chosen), -i) for i in left]
        if not scored or max(scored)[0] <= 0:
            break
        chosen.append(-max(scored)[1])
    return tuple(sorted(chosen))


def is_overlong(sentence: str) -> bool:
    """Whether a sentence by itself is longer than a summary may be."""
    return words(sentence) > MAX_WORDS or len(sentence) > MAX_CHARACTERS


def shorten(sentence: str) -> str:
    """The front of an over-long sentence, cut after a clause, else after a word, to fit a summary by itself."""
    head = sentence[:MAX_CHARACTERS]
    ends = [match.start() for match in _CLAUSE.finditer(head)] or [m.start() for m in re.finditer(r"\s", head)]
    for end in reversed([*ends, len(head)]):
        if words(head[:end]) <= MAX_WORDS and head[:end].strip():
            return head[:end].strip()
    blanks = [m.start() for m in re.finditer(r"\s", head)]
    return next((head[:b].strip() for b in reversed(blanks) if words(head[:b]) <= MAX_WORDS), head[:100].strip())


def _lead(
    sentences: Sequence[str],
    keys: Sequence[Sequence[str]],
    sizes: Sequence[int],
    fit: Sequence[int],
    title: frozenset[str],
) -> int | None:
    """The first sentence that tells something: no question, no fragment, not the title again."""
    for i in fit[:8]:
        if sizes[i] >= _FEWEST_WORDS and _tells(sentences[i]) and not _says(keys[i], title):
            return i
    return next((i for i in fit if not _says(keys[i], title)), None)


def _tells(sentence: str) -> bool:
    """Whether a sentence states something: it asks nothing, and promises no list that a summary leaves out."""
    return sentence.rstrip("\"'”’»")[-1:] not in "?？:：;；"


def _worth(sentences: Sequence[str], keys: Sequence[Sequence[str]], title: frozenset[str]) -> list[float]:
    counts = Counter(key for sentence in keys for key in set(sentence))
    centre = {key: math.log1p(count - 1) for key, count in counts.items() if count > 1}
    most = max(centre.values(), default=1.0)
    worth = []
    for place, (sentence, own) in enumerate(zip(sentences, keys, strict=True)):
        distinct = frozenset(own)
        central = sum(centre.get(key, 0.0) for key in distinct) / (most * max(len(distinct), 8))
        titled = len(distinct & title) / max(len(title), 1)
        kinds = [figure.kind for figure in figures(sentence)]
        told = _FIGURES * min(len(kinds), 3) + _HARD * min(sum(kind in _HARD_KINDS for kind in kinds), 2)
        worth.append(_PLACE / (1 + _PLACE_FADES * place) + _CENTRE * central + _TITLE * titled + told)
    return worth


def _overlap(one: Sequence[str], other: Sequence[str]) -> float:
    a, b = frozenset(one), frozenset(other)
    return len(a & b) / max(min(len(a), len(b)), 1)


def _says(keys: Sequence[str], title: Sequence[str] | frozenset[str]) -> bool:
    """Whether a sentence says the title and nothing more."""
    a, b = frozenset(keys), frozenset(title)
    return bool(a) and bool(b) and len(a & b) / len(a | b) >= 0.8
