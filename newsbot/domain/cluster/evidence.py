"""How sure it is that an article tells a story."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from newsbot.domain.cluster.features import YEAR, Features

_MEMBERS = 6  # articles of a story that are compared: its first two and its newest
_PRIOR = 100  # stories taken for granted before the first, so that early words weigh alike
# Two logistics over what _evidence() finds, one for texts and one for headlines. Fitted (L2, Newton) on the decisions
# that the index meets in ECB+ topics 1 to 18 and in half of Multi-News, as texts, as headlines alone and mixed, and in
# streams where thousands of HuffPost headlines and Reuters stories stand between: two of these that are more than two
# weeks apart are different stories.
_TEXTS = (15.12, 3.44, 1.92, 1.15, -3.94, 2.03, -0.92, -2.15, -0.92, -0.51)
_TEXTS_BIAS = -6.6
_TEXTS_THRESHOLD = 0.25
_HEADLINES = (10.84, -0.72, 1.14, 1.26, -1.98, 0.23, -0.46, -3.02, -0.92, -0.78)
_HEADLINES_BIAS = -4.16
_HEADLINES_THRESHOLD = 0.25

# Set by hand, since the sets above tell neither time nor source.
_PER_DAY = -0.25  # a day between article and story, after the first
_SAME_SOURCE = -2.0  # a site that writes again has more to tell, unless it corrects itself
_OTHER_SUBJECT = -3.0  # "Tesla recalls 120,000 cars" and "Ford recalls 45,000 cars"
_FOREIGN_NAMES, _FOREIGN_FIGURES = 2, 3  # that a telling in another language must share to be sure

_TF = tuple(1.0 + math.log(max(count, 1)) for count in range(256))


@dataclass(slots=True)
class Story:
    """A recent story: its first two and its newest articles, all its keys, when its last article came."""

    first: list[Features] = field(default_factory=list)
    newest: list[Features] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    copies: list[bytes] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)
    last: datetime | None = None

    @property
    def members(self) -> list[Features]:
        """The articles that a new one is compared with."""
        return self.first + self.newest

    def add(self, article: Features) -> None:
        """Take in another article that tells it."""
        if len(self.first) < 2:
            self.first.append(article)
        else:
            self.newest = [*self.newest, article][2 - _MEMBERS :]
        self.sources.add(article.source)
        if article.time and (self.last is None or article.time > self.last):
            self.last = article.time

    def is_near(self, article: Features, window: timedelta) -> bool:
        """Whether ``article`` is from within ``window`` of its last one; unknown times are near."""
        return article.time is None or self.last is None or abs(article.time - self.last) <= window


class Idf(dict[str, float]):
    """How rare each key is among the stories, looked up once for each article."""

    def __init__(self, postings: Mapping[str, Sequence[int]], stories: int) -> None:
        super().__init__()
        self._postings, self._all = postings, stories + _PRIOR

    @property
    def crowd(self) -> float:
        """How many stories there are to be mistaken for the right one, on a logarithmic scale."""
        return math.log(self._all / _PRIOR)

    def __missing__(self, key: str) -> float:
        found = self[key] = math.log(self._all / (len(self._postings.get(key, ())) + 1.0))
        return found

    def weigh(self, article: Features) -> dict[str, float]:
        """The TF-IDF weight of each key of an article."""
        return {key: _TF[count] * self[key] for key, count in zip(article.keys, article.counts, strict=True)}

    def rarity(self, keys: Iterable[str]) -> float:
        """The summed weight of ``keys``, each counted once."""
        return math.fsum([self[key] for key in keys])

    def shared(self, one: Sequence[str], other: Sequence[str]) -> float:
        """The rarity that two sets of keys share, by the geometric mean of theirs."""
        own, their = self.rarity(one), self.rarity(other)
        return self.rarity(set(one).intersection(other)) / math.sqrt(own * their) if own * their > 0 else 0.0

    def contained(self, one: Sequence[str], other: Iterable[str]) -> float:
        """The rarity that two sets of keys share, by that of the smaller one."""
        least = min(self.rarity(one), self.rarity(other))
        return self.rarity(set(one).intersection(other)) / least if least > 0 else 0.0


def margin(article: Features, kept: Story, idf: Idf) -> float:
    """How far the evidence that ``article`` tells a story lies above the threshold, in logits."""
    if article.language and kept.first[0].language and article.language != kept.first[0].language:
        return _foreign(article, kept)
    evidence = _evidence(article, kept, idf)
    if article.short or all(member.short for member in kept.members):
        wanted, bias, threshold = _HEADLINES, _HEADLINES_BIAS, _HEADLINES_THRESHOLD
    else:
        wanted, bias, threshold = _TEXTS, _TEXTS_BIAS, _TEXTS_THRESHOLD
    logit = bias + math.fsum(weight * value for weight, value in zip(wanted, evidence, strict=True))
    if article.time and kept.last:
        logit += _PER_DAY * max(0.0, abs(article.time - kept.last) / timedelta(days=1) - 1.0)
    if article.source in kept.sources and article.source and not article.corrects:
        logit += _SAME_SOURCE
    if all(_is_other_subject(article, member) for member in kept.members):
        logit += _OTHER_SUBJECT
    return logit - math.log(threshold / (1.0 - threshold))


def _foreign(article: Features, story: Story) -> float:
    """A telling in another language joins only when names and figures leave no doubt."""
    names = set(article.names) & {name for member in story.members for name in member.names}
    figures = set(article.numbers) & {number for member in story.members for number in member.numbers}
    telling = {number for number in figures if not YEAR.fullmatch(number)}
    return min(len(names) - _FOREIGN_NAMES, len(telling) - _FOREIGN_FIGURES) + 0.0


def _evidence(article: Features, story: Story, idf: Idf) -> tuple[float, ...]:
    """What speaks for and against, in the order of the weights.

    The nearest telling, all tellings, the nearest lead, names shared, names known on both sides, figures shared, years
    that differ, titles untold by the other, figures that differ, and how many stories there are to choose from.
    """
    members = story.members
    weights = idf.weigh(article)
    norm = math.fsum([weight * weight for weight in weights.values()])
    cosines = [_cosine(weights, idf.weigh(member), norm) for member in members]
    names = {name for member in members for name in member.names}
    years = {number for member in members for number in member.numbers if YEAR.fullmatch(number)}
    specific = {number for member in members for number in member.numbers if _is_specific(number)}
    own_specific = set(filter(_is_specific, article.numbers))
    own_years = set(filter(YEAR.fullmatch, article.numbers))
    return (
        math.sqrt(max(cosines)),
        math.fsum(cosines) / len(cosines),
        max(idf.shared(article.keys[: article.lead], member.keys[: member.lead]) for member in members),
        idf.contained(article.names, names),
        min(len(article.names), len(names), 3) / 3,
        max(idf.shared(article.numbers, member.numbers) for member in members),
        float(bool(years and own_years) and not years & own_years),
        min((_missed(article, member, idf) for member in members), default=0.0),
        float(bool(specific and own_specific) and not specific & own_specific),
        idf.crowd,
    )


def _missed(one: Features, other: Features, idf: Idf) -> float:
    """How much of each title the other article never mentions, whichever is less: two subjects in one phrasing."""
    return min(_untold(one, other, idf), _untold(other, one, idf))


def _untold(one: Features, other: Features, idf: Idf) -> float:
    head = one.keys[: one.head]
    rarity = idf.rarity(head)
    return 1.0 - idf.rarity(set(head).intersection(other.keys)) / rarity if rarity > 0 else 0.0


def _is_other_subject(one: Features, other: Features) -> bool:
    """Whether each begins with a word that the other never uses, and all their figures differ."""
    if not one.keys or not other.keys or one.keys[0] in other.keys or other.keys[0] in one.keys:
        return False
    own, their = set(filter(_is_specific, one.numbers)), set(filter(_is_specific, other.numbers))
    return bool(own and their) and not own & their


def _is_specific(number: str) -> bool:
    return ("." in number or len(number) > 2) and not YEAR.fullmatch(number)


def _cosine(ours: Mapping[str, float], theirs: Mapping[str, float], norm: float) -> float:
    """The cosine of two weighted texts; ``norm`` is the first one's squared length."""
    dot = math.fsum([ours[key] * theirs[key] for key in ours.keys() & theirs.keys()])
    norms = norm * math.fsum([weight * weight for weight in theirs.values()])
    return max(dot / math.sqrt(norms), 0.0) if norms > 0 else 0.0
