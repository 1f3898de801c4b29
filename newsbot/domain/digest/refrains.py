"""What a feed says again and again: sentences that several of its articles share belong to the feed, not to a story.

"You can watch clips of the podcast on our channel" is worded anew by every publisher, in every language; that it comes
back tells it from news. Counted are the sentences at both ends of an article, where such lines stand.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Collection, Hashable, Sequence

HEARD = 3
"""Articles of one feed that make a sentence its refrain."""

_ARTICLES = 60  # of each feed, the newest are remembered
_FEEDS = 3000
_FRONT, _BACK = 4, 8  # sentences of an article's beginning and end
_SHARE = 0.2  # of the remembered articles: background of a long story recurs too, but in fewer
_FEWEST_CHARACTERS = 12


class _Feed:
    """The sentences of a feed's newest articles, as hashes, with how many of them hold each."""

    __slots__ = ("counts", "known", "newest")

    def __init__(self) -> None:
        self.newest: deque[tuple[Hashable, frozenset[int]]] = deque()
        self.known: set[Hashable] = set()
        self.counts: Counter[int] = Counter()

    def learn(self, article: Hashable, told: frozenset[int]) -> None:
        if article in self.known:
            return
        self.known.add(article)
        self.newest.append((article, told))
        self.counts.update(told)
        if len(self.newest) > _ARTICLES:
            gone, sentences = self.newest.popleft()
            self.known.discard(gone)
            self.counts -= Counter(sentences)


class Refrains:
    """What the newest articles of each feed share. Bounded: 3,000 feeds of 60 articles of twelve sentences."""

    def __init__(self) -> None:
        self._feeds: OrderedDict[Hashable, _Feed] = OrderedDict()

    def learn(self, feed: Hashable, article: Hashable, sentences: Sequence[str]) -> None:
        """Hear an ``article`` of ``feed`` (any names; each article counts once), by its sentences in order."""
        ends = [*sentences[:_FRONT], *sentences[max(_FRONT, len(sentences) - _BACK) :]]
        told = frozenset(hash(sentence) for sentence in ends if len(sentence) >= _FEWEST_CHARACTERS)
        heard = self._feeds.setdefault(feed, _Feed())
        self._feeds.move_to_end(feed)
        heard.learn(article, told)
        if len(self._feeds) > _FEEDS:
            self._feeds.popitem(last=False)

    def of(self, feed: Hashable, sentences: Collection[str]) -> frozenset[str]:
        """Which of ``sentences`` are refrains of ``feed``."""
        heard = self._feeds.get(feed)
        if heard is None:
            return frozenset()
        least = max(HEARD, _SHARE * len(heard.newest))
        return frozenset(sentence for sentence in sentences if heard.counts[hash(sentence)] >= least)
