"""Numbers that count something, with their noun: "16,834 people", "30 cars"; and numbers that only look so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsbot.domain.digest.numerals import BLANK, MONTH, NUMBER, SCALE, YEAR

# English, German, Spanish, French and Russian counts: a figure, up to three words, the last one a noun worth counting.
_SPELLED = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens of|hundreds of|thousands of|"
    r"millions of|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|"
    r"dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|два|две|"
    r"три|четыре|пять|шесть|семь|восемь|девять|десять)"
)
_HUMAN = (
    r"(?:people|persons|men|women|children|students|workers|employees|staff(?:ers)?|soldiers|civilians|"
    r"passengers|officers|victims|patients|deaths|dead|killed|injured|wounded|jobs|"
    r"Menschen|Personen|Tote|Verletzte|Mitarbeiter|personas|muertos|heridos|empleados|personnes|morts|blessés|"
    r"employés|salariés|شخصا?ً?|أشخاص|قتيلا?ً?|قتلى|جريحا?ً?|مصابا?ً?|موظفا?ً?|عاملا?ً?|طفلا?ً?|लोग|लोगों|कर्मचारी|मौतें|घायल|बच्चे|человек\w?|погибш\w+|сотрудник\w{0,2}|людей)"
)
_NAME = r"[^\W\d_][\w\u0900-\u0963&’'/-]*"  # Python's \\w lacks the vowel signs of Devanagari
_COUNT = re.compile(rf"(?P<n>{NUMBER}(?:{BLANK}{SCALE})?)(?P<words>(?:{BLANK}|-){_NAME}(?:{BLANK}{_NAME}){{0,3}})")
SPELLED = re.compile(rf"(?<!\w){_SPELLED}(?:{BLANK}[a-z]+)?{BLANK}{_HUMAN}(?!\w)", re.IGNORECASE)
_SCALE_ONLY = re.compile(rf"{SCALE}", re.IGNORECASE)


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STOP = _set(
    "of in on at to and or for from by with as is are was were be been being has have had will would could "
    "should may might can that which who whom whose this these those the a an it its "
    "their his her than but not out up down about into over after before during while when where since until "
    "under between against per more less most least each every other some any "
    "said says say told he she they we i you also then there so if because do does did am pm et est gmt "
    "de del la el los las en con por para que y o se su sus un una al es son fue han como más le les des du "
    "dans pour et ou sur avec est sont ont au aux par qui à "
    "der die das den dem des und oder in im am zu von mit für auf ist sind war wurden wird haben hat nach "
    "bei als an aus "
    "году годах в на и с со по из к у о от для за до не что как это его её их был была были а но или при"
)
_WORD = re.compile(_NAME)
_LISTED = re.compile(
    r"\b(?:ways|tips|things|reasons|steps|tricks|takeaways|lessons|ideas|hacks|secrets|questions|examples|mistakes|"
    r"chapters|sections|rules|Gründe|Tipps|Wege|Dinge|razones|consejos|cosas|raisons|conseils|choses|dicas)$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<=[^.!?] )((?!(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)[A-Z][\w’'-]*) $|"
    r"(?i:\b(page|chapter|equation|version|step|figure|fig\.|table|section|part|episode|season|type|level|room|line|"
    r"route|highway|flight|channel|windows)) $"
)
_GERMAN = re.compile(r"[äöüß]|\b(?:der|das|und|ist|mit|von|den|im|auf|dem|ein|eine|hat|sind)\b")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_COUNTED = re.compile(
    rf"{_HUMAN}|personnel|aircraft|sheep|fish|police|feet|kilomet(?:er|re)s?|km|kg|kWh|MWh|GWh|TWh|kW|MW|GW|mm|cm|"
    r"mph|km/h|mAh|GB|TB|Hz|degrees|acres|ha|sq|Prozent|Euro|Tonnen|Autos"
)
_MEASURED = re.compile(
    rf"(?:{_COUNTED.pattern}|(?:\w|-)*(?:met(?:er|re)|lit(?:er|re)|gram|watt|hour|byte)(?:s|-hours)?|tonn?es?|tons|miles|"
    r"inch(?:es)?|points|years|months|times|percent|barrels|acres|knots|volts|joules|seconds|minutes|megajoules)$",
    re.IGNORECASE,
)
_MONTH_WORD = re.compile(MONTH + r"$", re.IGNORECASE)
RIVAL = re.compile(
    rf"\b(?:against|compared (?:to|with)|versus) (?:the )?(?P<n>(?!{YEAR}){NUMBER}{BLANK}"
    r"(?:for (?:the )?\w+(?: \w+)?|(?:a|the) year (?:earlier|before)))(?!\w)"
)


def counts(text: str) -> Iterator[tuple[int, int]]:
    """Where ``text`` counts something: the start and end of each number with its noun."""
    german = _GERMAN.search(text) is not None
    for match in _COUNT.finditer(text):
        words = _noun_phrase(match.group("words"), german=german)
        before = text[max(0, match.start() - 30) : match.start()]
        if words and _counts_it(match.group("n"), words, before):
            end = match.start("words") + len(words)
            yield match.start(), end


def _counts_it(number: str, words: str, before: str) -> bool:
    """Whether ``number`` counts what ``words`` name: it is no year, no version, no part of a name ("Boeing 737 jets")
    and no label ("page 12 shows"), and the things are more than the items of an article's own list ("5 ways")."""
    if _is_year(number) or _is_version(number, words) or _LISTED.search(words):
        return False
    named = _NAMED.search(before) if len(number) < 5 and not _COUNTED.search(words) else None
    return named is None or _MONTH_WORD.match(named.group(1) or "") is not None


def _noun_phrase(words: str, *, german: bool) -> str:
    """The leading words of ``words`` up to the noun that is counted; "" when none of them looks like one."""
    for place, match in enumerate(_WORD.finditer(words)):
        word = match.group()
        if word.lower() in _STOP or _MONTH_WORD.match(word) or word.lower().endswith(("-old", "ly")):
            break
        if _is_noun(word, german=german) and not (place == 0 and _SCALE_ONLY.fullmatch(word)):
            return words[: match.end()]
    return ""


def _is_noun(word: str, *, german: bool) -> bool:
    """Plural endings of English and the Romance languages, German capitals, and in Cyrillic all but adjectives."""
    if _COUNTED.fullmatch(word):
        return True
    if _CYRILLIC.match(word):
        return not word.endswith(("ых", "их", "ые", "ие", "ого", "его")) and len(word) > 1
    plural = len(word) > 3 and word.endswith(("s", "x")) and not word.endswith("ss")
    return plural or (german and len(word) > 3 and word[0].isupper() and word[1:].islower())


def _is_version(number: str, words: str) -> bool:
    """Whether a decimal counts nothing: only measures come in tenths ("2.1 metres", not "version 2.1 brings")."""
    return re.fullmatch(r"\d+[.]\d{1,2}", number) is not None and not _MEASURED.search(words)


def _is_year(number: str) -> bool:
    return number.isdigit() and len(number) == 4 and 1900 <= int(number) <= 2100
