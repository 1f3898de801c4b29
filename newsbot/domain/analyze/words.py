"""A word to its key: one function of the word alone, so that a key means the same in every article and query.

The language never enters: a typed topic is too short to tell its language, a feed may lie about its own, and a name
is the same word in all of them. Each script has one rule instead, and the rules join inflections only (cars and car,
электромобили and электромобиль, السيارات and سيارة), never derivations (electric and electricity).

* Latin: what an English dictionary of forms knows becomes its lemma (simplemma's); everything else loses the plural,
  case and gender endings of German and the Romance languages.
* Cyrillic: the endings of Russian nouns and adjectives, which serve its neighbours well enough.
* Arabic: Larkey, Ballesteros and Connell's "light10" (2007): article, conjunctions and suffixes.
* Greek, Armenian, Devanagari, Tamil: Snowball's stemmers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

import Stemmer
from simplemma.strategies.dictionaries import DefaultDictionaryFactory

LONGEST = 64
"""Characters of a key; longer runs are no words."""

_LATIN = str.maketrans({"ı": "i", "ø": "o", "đ": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h"})
_UNMARKED = re.compile("[\u0300-\u036f\u00ad\u200c\u200d\u0640\u064b-\u065f\u0670\u0591-\u05bd\u05bf-\u05c7]")

# Forms that the dictionary takes for another word than the news means.
_AS_THEY_ARE = frozenset({"us", "ai", "fed", "led", "media", "data", "mars", "united", "rose", "left", "gates", "jobs"})
_PLAIN_PLURALS = frozenset(
    {"tvs", "pcs", "evs", "ads", "mps", "cpus", "gpus", "britons", "danes", "poles", "turks", "iraqis", "houthis"}
)
_PEOPLE = re.compile(
    r"[a-z]{3,}(?:an|[aeiou][a-z]i)s"
)  # Russians, Israelis: the dictionary has them as words of their own
_LEMMAS = {"gone": "go", "men": "man"}

_RUSSIAN = re.compile(
    "(?:иями|ями|ами|ьями|ией|иях|ях|ах|иев|иям|ием|ого|его|ому|ему|ыми|ими|ой|ый|ий|ей|ое|ее|ые|ие|ые|ых|их|ым|им|"
    "ую|юю|ая|яя|ов|ев|ам|ям|ом|ем|ія|ії|ію|ів|ів|ою|ею|ий|ья|ьи|ью|ия|ии|ию|а|я|о|е|и|ы|у|ю|ь|й|і|ї|є)$"
)
_RUSSIAN_TAIL = re.compile("[аеиоуыюяьйіїє]+$")
_ARABIC = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"})
_ARABIC_PREFIXES = ("وال", "بال", "كال", "فال", "لل", "ال", "و")
_ARABIC_SUFFIXES = ("ها", "ان", "ات", "ون", "ين", "يه", "ه", "ي")


def fold(word: str) -> str:
    """A case-folded word without accents, stress and vowel marks, joiners and foreign digits. й stays a letter."""
    if word.isascii():
        return word
    cyrillic = any("\u0400" <= c <= "\u052f" for c in word)
    text = unicodedata.normalize("NFC" if cyrillic else "NFD", word)
    text = _UNMARKED.sub("", text).translate(_LATIN).replace("ё", "е")
    text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return unicodedata.normalize("NFC", text)


class Words:
    """Keys of words. Holds what the rules need: the English dictionary is read at the first Latin word (0.1 s)."""

    def __init__(self) -> None:
        self._english: Mapping[str, str] | None = None
        self._stemmers: dict[str, Callable[[str], str]] = {}

    def key(self, word: str) -> str:
        """The key of a case-folded word; "" when nothing is left of it."""
        folded = fold(word.replace("'", ""))[:LONGEST]
        if not folded or not folded.isalpha():
            # numbers and names such as su7 are kept whole; vowel signs of Indic scripts are no letters to Python
            return self._signed(folded)
        first = folded[0]
        if first < "\u0370":
            return self._latin(folded)
        if "\u0400" <= first <= "\u052f":
            return cyrillic(folded)
        if "\u0600" <= first <= "\u06ff":
            return arabic(folded)
        return self._snowball(folded)

    def _signed(self, folded: str) -> str:
        return self._snowball(folded) if folded and "\u0900" <= folded[0] <= "\u0dff" else folded

    def _snowball(self, word: str) -> str:
        script = _snowball_of(word[0])
        if not script:
            return word
        if script not in self._stemmers:
            self._stemmers[script] = Stemmer.Stemmer(script).stemWord
        return self._stemmers[script](word) or word

    def _latin(self, word: str) -> str:
        if word in _AS_THEY_ARE or len(word) < 3:
            return word
        if word in _PLAIN_PLURALS:
            return word[:-1]
        lemma = _LEMMAS.get(word) or self._lemma(word)
        if len(word) == 3:
            return lemma if lemma == word[:2] or word in _LEMMAS else word
        if lemma == word and _PEOPLE.fullmatch(word):
            return self._lemma(word[:-1]) or word
        base = lemma or unplural(word)
        return base[:-2] + "y" if base.endswith("ie") and len(base) > 4 else base

    def _lemma(self, word: str) -> str:
        if self._english is None:
            self._english = DefaultDictionaryFactory(cache_max_size=1).get_dictionary("en")
        lemma = self._english.get(word, "").casefold()
        return lemma if lemma.isascii() and lemma.isalpha() else ""


def _snowball_of(letter: str) -> str:
    if "\u0370" <= letter <= "\u03ff":
        return "greek"
    if "\u0531" <= letter <= "\u058f":
        return "armenian"
    if "\u0900" <= letter <= "\u097f":
        return "hindi"
    return "tamil" if "\u0b80" <= letter <= "\u0bff" else ""


def unplural(word: str) -> str:
    """A Latin word that no English dictionary knows, without the commonest endings of number, case and gender."""
    if word.endswith("s") and len(word) > 3 and word[-2] not in "sui":
        word = word[:-1]
    if word.endswith("en") and len(word) > 6:
        return word[:-1] if word.endswith("ien") else word[:-2]
    if word.endswith("oe") and len(word) > 4:
        return word[:-2] + "ao"  # milhões, milhão
    if word.endswith("aux") and len(word) > 5:
        return word[:-1] if word[-4] == "e" else word[:-2] + "l"  # bateaux, bateau; journaux, journal
    if word.endswith(("oni", "ali", "ori", "enti")) and len(word) > 6:
        return word[:-1]  # elezioni, elezione
    if word.endswith("e") and not word.endswith("ie") and len(word) > 5:
        word = word[:-1]
    if len(word) > 6 and word.endswith(("ico", "ica", "iqu", "ich")):
        return word[:-2] + "c"  # eléctrico, eléctrica, électrique, elettriche
    return word


def cyrillic(word: str) -> str:
    """A Cyrillic word without its ending; at least three letters stay."""
    cut = _RUSSIAN.search(word, 3)
    stem = word[: cut.start()] if cut else word
    tail = _RUSSIAN_TAIL.search(stem, 3)
    return stem[: tail.start()] if tail else stem


def arabic(word: str) -> str:
    """An Arabic word without article and suffixes (light10); at least two letters stay."""
    word = word.translate(_ARABIC)
    if word.startswith("و") and len(word) > 3:
        word = word[1:]
    for prefix in _ARABIC_PREFIXES:
        if word.startswith(prefix) and len(word) - len(prefix) >= 2:
            word = word[len(prefix) :] if prefix != "و" else word
            break
    for suffix in _ARABIC_SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 2:
            word = word[: -len(suffix)]
    return word
