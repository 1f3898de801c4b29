"""An article reduced to what decides its story."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from itertools import islice

from newsbot.domain.analyze import Analyzer
from newsbot.domain.models import Article

_WORDS = 250  # of a text that are read
_CHARACTERS = 3000
_LEAD_WORDS = 60
_HEAD = 10  # keys at the front of a text that stand for its missing title
_KEYS = 140  # distinct ones of an article that are kept: title, lead and what follows
_SHORT = 30  # keys of an article that is little more than a headline
_COPIED = 20_000  # characters of a text that a copy must share
_OWN_WORDING, _LEAST_WORDING = 200, 20  # letters of a text that nobody else writes; of any wording worth comparing

Word = tuple[int, int, str]
"""Start, end and key."""

_FUNCTION = (
    "the a an of in on at to and or for from by with as is are was were be been being has have had do does did will "
    "would could should may might can it its he she his her him they their them that this these those which who whom "
    "whose what when where why how say said says not no but if so than then there here i we you our your my me us "
    "about after before over into out up down more most also just one two all some any other new first last year "
    "time people person day tell told according s t "
    "de la el los las en y que del se un una por con para su al es lo como le les du dans et est une pour qui sur "
    "au par ne pas plus der die das und den dem des ein eine einer einen ist im zu von mit auf für nicht sich auch "
    "als nach bei в и на с по не что из за от к о для его это как а но у до при был была"
)
_FUNCTION_WORDS = frozenset(_FUNCTION.split())
_NUMBER = re.compile(r"\d[\d.,]*")
YEAR = re.compile(r"(?:19|20)\d\d")
"""A number that names a year, and so counts little as a figure."""

_CORRECTION = re.compile(
    r"\W*(?:correct(?:ion|ed|s)\b|updated?\b|erratum\b|clarification\b|korrektur\b|berichtigung\b|correcci[oó]n\b|"
    r"fe de erratas|correctif\b|rectificatif\b|correzione\b|исправлен|уточнен|поправка|更正|勘误|訂正)",
    re.IGNORECASE,
)
_SENTENCE_START = re.compile(r"[.!?\n\"“”‘’'`:(\[|•–—-]\s*$|^\s*$")


@dataclass(frozen=True, slots=True)
class Features:
    """What of an article decides its story; derived from the article alone, so that an index can be built anew.

    ``keys`` are the distinct ones of title and text in order, ``counts`` how often each occurs (255 at most); the first
    ``lead`` of them are the lead's, the first ``head`` the title's (or, without one, the text's beginning). ``copy`` is
    a hash of the whole wording, None when there is none; ``corrects``: the title says that it is a correction.
    """

    keys: tuple[str, ...]
    counts: bytes
    lead: int
    head: int
    names: tuple[str, ...]
    numbers: tuple[str, ...]
    copy: bytes | None
    time: datetime | None = None
    language: str = ""
    source: str = ""
    corrects: bool = False

    @property
    def short(self) -> bool:
        """Whether it is little more than a headline."""
        return len(self.keys) < _SHORT


def features(article: Article, analyzer: Analyzer) -> Features:
    """Reduce an article to what decides its story. Never raises."""
    head, text = article.title[:500], article.text[:_CHARACTERS]
    title, body = analyzer.places(head), analyzer.places(text)[:_WORDS]
    lead = dict.fromkeys(_content([*title, *body[:_LEAD_WORDS]]))
    counts = Counter(_content([*title, *body]))
    keys = tuple(islice(counts, _KEYS))
    return Features(
        keys=tuple(map(sys.intern, keys)),
        counts=bytes(min(counts[key], 255) for key in keys),
        lead=min(len(lead), len(keys)),
        head=len(set(_content(title))) or min(_HEAD, len(keys)),
        names=tuple(sorted(_names(head, title) | _names(text, body))),
        numbers=tuple(sorted(_numbers(f"{head}\n{text}"))),
        copy=_wording(article),
        time=article.published or article.fetched,
        language=article.language[:2],
        source=str(article.feed_id or article.source),
        corrects=_CORRECTION.match(head) is not None,
    )


def _content(words: Iterable[Word]) -> list[str]:
    return [key for _, _, key in words if key not in _FUNCTION_WORDS]


def _names(text: str, words: Sequence[Word]) -> set[str]:
    """Keys of words written as names: a capital inside a sentence, two capitals, letters with digits.

    Text that is capitalised throughout (English headlines) says nothing by its first capitals.
    """
    shouting = sum(text[start].isupper() for start, _, _ in words) > 0.55 * max(len(words), 1)
    found = set()
    for start, end, key in words:
        first, rest = text[start], text[start + 1 : end]
        if not rest or not first.isalpha():
            continue
        if rest.islower() and rest.isalpha() and (shouting or not first.isupper()):
            continue
        marked = any(character.isupper() or character.isdigit() for character in rest)
        plain = not shouting and first.isupper() and not _SENTENCE_START.search(text[max(0, start - 4) : start])
        if plain or marked:
            found.add(key)
    return found - _FUNCTION_WORDS


def _numbers(text: str) -> set[str]:
    found = (number.rstrip(".,").replace(",", "") for number in _NUMBER.findall(text))
    return {number for number in found if 1 < len(number) < 20}


def _wording(article: Article) -> bytes | None:
    """A hash of the letters of a text; of a short one (a blurb that many share) together with its title's."""
    letters = _letters(article.text[:_COPIED])
    if len(letters) < _OWN_WORDING:
        letters = _letters(article.title[:500]) + letters
    if len(letters) < _LEAST_WORDING:
        return None
    return blake2b(letters.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
