"""What is really new about a story that has been told: many more dead, another price, the deal called off. Pure.

Said to readers as a post of its own, where another telling is only named in the post that stands. So nothing is one
that can be doubted: what a headline or a first sentence says plainly, and no telling before it, in the words below.
Whoever tells the same with other words only edits the post. The figures it goes by were taken over tellings of one
event by several papers, where hardly anything has developed: of 766 such stories (Multi-News, ECB+) none fires.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from newsbot.domain.digest import clean, figures, headline
from newsbot.domain.digest.corrections import corrects
from newsbot.domain.digest.figures import Figure, number, plain
from newsbot.domain.models import Article

Kind = Literal["toll", "figure", "reversal"]

GROWN, MORE = 1.5, 5
"""A toll that is so many times what was said before, and so many more."""
TIMES = 30.0
"""More than that is another toll: of all the years, or of another day."""
CHANGED = 1.1
"""A price that is so many times the one before, or was of this one."""
_READ = 25  # sentences of an earlier telling in which the same may be said
_LEAD = 2  # sentences
_SHARED = 2  # words of its headline that another had too
_CHARACTERS = 1200  # of a sentence
_HEAD = 200  # of a first sentence that stands for a headline

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8,
    "neun": 9, "zehn": 10, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    "diez": 10, "dois": 2, "três": 3, "quatro": 4, "sete": 7, "oito": 8, "nove": 9, "dez": 10, "двое": 2, "трое": 3,
    "четверо": 4, "пять": 5, "шесть": 6, "семь": 7, "восемь": 8, "девять": 9, "десять": 10,
}  # fmt: skip
_N = (
    r"(?<![\w.,$€£-])(?P<n>\d{1,3}(?:[., \u00a0]\d{3})+|\d{1,7}|" + "|".join(_NUMBERS) + r")"
    r"(?![\d%:/-]|[.,]\d|[ -](?:year|month|day|hour|minute|mile|percent|per cent|million|billion|km|meter|metre|yard)"
    r"s?\b)"
)
_AT_LEAST = (
    r"(?:(?:at least|more than|over|nearly|almost|about|some|to|up to|mindestens|auf|mehr als|al menos|más de|"
    r"unos|a|pelo menos|mais de|по меньшей мере|не менее|более|до)\s){0,2}"
)
_DEAD = (
    r"(?:(?:people|persons|men|women|children|others|civilians|soldiers|workers|passengers|students|miners|are|were|"
    r"was|have|been|feared|confirmed|reported|Menschen|Personen|personas|pessoas|человек|людей)\s){0,3}"
    r"(?:dead\b|killed\b|died\b|deaths\b|fatalities\b|Tote[nr]?\b|Todesopfer\b|getötet\b|muert[oe]s\b|fallecidos\b|"
    r"víctimas mortales\b|mort[oe]s\b|погиб\w*|жертв\w*)"
)
_TOLL = (
    re.compile(rf"{_N}\s{_DEAD}", re.IGNORECASE),
    re.compile(
        r"\b(?:kill(?:s|ed|ing)|death toll (?:\w+ ){0,5}?(?:to|at|of|reaches|hits|passes|tops)|"
        r"claim(?:s|ed|ing) (?:the lives of )?|leav(?:es|ing)|zahl der (?:toten|todesopfer)(?: \w+){0,3} auf|mueren|"
        r"murieron|cifra de muertos (?:\w+ ){0,3}a|número de mortos (?:\w+ ){0,3}[ap]\w*|morrem|погибли|"
        r"число (?:погибших|жертв) (?:\w+ ){0,3}до)\s"
        rf"{_AT_LEAST}{_N}(?=\s*(?:$|[.,;:–—-])|\s(?:people|persons|men|women|children|others|dead|civilians|soldiers|"
        r"workers|passengers|students|miners|personas|pessoas|человек|in\b|as\b|after\b|across\b|nach\b|in\b|en\b|em\b|"
        r"tras\b|após\b|и\b|в\b|на\b|,))",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<n>\d{1,6})\s?(?:余|多)?(?:名|人|个)?(?:\w{0,4})?(?:死亡|遇难|丧生|遇難|身亡)"),
    re.compile(r"(?:死亡|遇难|遇難)(?:人数|人數)?(?:\w{0,6}?)(?:至|到|达|達)\s?(?P<n>\d{1,6})\s?人?"),
    re.compile(r"(?P<n>\d{1,6})\s(?:\w+\s)?(?:قتيل|قتلى|قتيلا|وفاة|وفيات)|(?:मौत|मृतक)"),
    re.compile(r"(?P<n>\d{1,6})\s(?:लोगों\s)?(?:की\s)?(?:मौत|मारे गए|मृत)"),
)
# A toll of the past, of many places, or of what may come: not this story's.
_ELSEWHERE = re.compile(
    r"\b(?:19\d\d|20[01]\d|since|last (?:year|month|week)|(?:years?|months?|decades?) (?:ago|earlier|before)|"
    r"so far this year|this year|each year|every year|a year|annually|worldwide|history|previous|war|could|may|"
    r"might|would|anniversary|seit|jährlich|pro Jahr|desde|cada año|por año|ao ano|с начала|ежегодно)\b|每年|去年|以来",
    re.IGNORECASE,
)
_REVERSED = re.compile(
    r"\b(?:cancel(?:s|led|ed|ling|ing)?|call(?:s|ed) off|calling off|scrap(?:s|ped)|abandons|shelves|"
    r"denies|rescinds|revokes|quash(?:es|ed)|backtracks?|u-turn|walks back|recants|"
    r"(?:over(?:turns?|turned|rules?|ruled)|reverses?|reversed|strikes down|withdraws?|pulls out of|halts)"
    r"(?=.{0,60}\b(?:verdict|ruling|conviction|sentence|decision|ban|law|deal|bid|offer|plan|order|merger|takeover|"
    r"candidacy|policy|rule|block)\b)|"
    r"(?:verdict|ruling|conviction|sentence|decision|ban|law|order|policy|rule) (?:is |was |has been )?"
    r"(?:overturned|reversed|overruled|thrown out|lifted|struck down)|"
    r"(?:deal|merger|takeover|talks|bid|offer) (?:is off|collapses?|collapsed|falls? through|fell through)|"
    r"abgesagt|dementiert|desmiente|desmente|опроверг\w*|sagt(?=.{0,60}\bab\b)|aufgehoben|hebt(?=.{0,60}\bauf\b)|geplatzt|platzt|gescheitert|zieht(?=.{0,60}\bzurück\b)|"
    r"cancelad[oa]s?|cancela[n]?|canceló|suspende definitivamente|anula[n]?|anuló|anulad[oa]s?|revoca|revocó|revoga|"
    r"revogad[oa]|revierte|se retracta|rompe(?:n)? el acuerdo|"
    r"отмен(?:ил|ила|или|ён|ен|ена|ено|ены|яет|яют)|отозвал[аи]?|сорвалась|расторг)\b|"
    r"取消|否认|撤销|撤回|推翻|告吹|作废|叫停|ألغى|ألغت|إلغاء|يلغي|रद्द",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:rais(?:es|ed)|lifts|sweetens|sweetened|increas(?:es|ed)|boosts|cuts|lowers|lowered|slashe[sd]|reduces|hikes|"
    r"ups|doubles|triples|erhöht|senkt|kürzt|verdoppelt|eleva|aumenta|sube|reduce|rebaja|recorta|duplica|reduz|corta|"
    r"dobra|повы(?:сил|сила|сили|шает)|увеличил[аи]?|снизил[аи]?|сократил[аи]?|удвоил[аи]?)\b|上调|提高|下调|降至|升至|加价",
    re.IGNORECASE,
)
_CHINESE = r"[\u4e00-\u9fff]"
_WORD = re.compile(rf"(?:(?!{_CHINESE})[^\W\d_]){{4,}}|(?=({_CHINESE}{{2}}))")
_DENIED = re.compile(r"\b(?:not|no|never|won[’']t|nicht|kein\w*|no|não|не|нет)\b|不会|没有", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Development:
    """What has happened: more dead, another figure, a reversal; ``words`` are those that say so."""

    kind: Kind
    words: str


@dataclass(frozen=True, slots=True)
class _Told:
    """What a telling says: first of all (its title, or else its first sentence), in its lead, and behind that."""

    head: str
    lead: tuple[str, ...]
    rest: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        return (self.head, *self.lead, *self.rest)


def development(news: Article, before: Sequence[Article]) -> Development | None:
    """What ``news`` tells of a story that is really new against the tellings ``before`` it; None where nothing is.

    An article that says it corrects something is none, and no telling in another language is compared by its words."""
    new = _told(news)
    same = [_told(article) for article in before if article.language == news.language]
    if not same or corrects(news.title, new.lead):
        return None
    return _toll(new, same) or _figure(new, same) or _reversal(new, same)


def _told(article: Article) -> _Told:
    sentences = tuple(text[:_CHARACTERS] for text in clean(article.text, article.language, article.authors)[:_READ])
    title = headline(article.title, article.source, article.url)
    head = title or next(iter(sentences), "")[:_HEAD]
    return _Told(head, sentences[:_LEAD], sentences[_LEAD:])


def _toll(new: _Told, before: Sequence[_Told]) -> Development | None:
    now = max(_tolls((new.head,)), default=0) or max(_tolls(new.lead[:1]), default=0)
    said = [toll for told in before for toll in _tolls((told.head, *told.lead))]
    highest = max((toll for told in before for toll in _tolls(told.all, everywhere=True)), default=0)
    if not said or not now:
        return None
    grown = now >= max(highest * GROWN, highest + MORE) and now <= max(said) * TIMES
    return Development("toll", str(now)) if grown else None


def _tolls(sentences: Sequence[str], *, everywhere: bool = False) -> list[int]:
    """The numbers of dead that sentences tell; of what was elsewhere or long ago only where that is asked for too."""
    mine = (text for text in sentences if everywhere or not _ELSEWHERE.search(text))
    found = (match["n"] for text in mine for pattern in _TOLL for match in pattern.finditer(text))
    return [amount for text in found if text and (amount := _amount(text)) and not 1900 <= amount <= 2100]


def _amount(text: str) -> int:
    known = _NUMBERS.get(text.casefold())
    return known if known is not None else int(re.sub(r"\D", "", text) or 0)


def _figure(new: _Told, before: Sequence[_Told]) -> Development | None:
    """A sum of money, or so many percent, that a headline says has changed, where one before told another."""
    if not _CHANGES.search(new.head) or any(_CHANGES.search(told.head) for told in before):
        return None
    for figure in _sums(new.head):
        heads = [other for told in before if _alike(new, told) for other in _sums(told.head)]
        said = [_value(other) for other in heads if _same(figure, other)]
        known = {_value(other) for told in before for text in told.all for other in _sums(text)}
        if said and _value(figure) not in known and all(_differ(_value(figure), other) for other in said):
            return Development("figure", figure.value)
    return None


def _sums(text: str) -> list[Figure]:
    return [figure for figure in figures(text) if figure.kind in {"money", "percent"}]


_CURRENCIES = (
    ("$", "dollar", "usd", "долл", "美元", "dólar"),
    ("€", "euro", "eur", "евро", "欧元"),
    ("£", "pound", "gbp", "фунт", "英镑"),
    ("¥", "yuan", "cny", "rmb", "юан", "元"),
)
_SCALES = (
    (re.compile(r"trillion|tn\b|billones|трлн|万亿|萬億", re.IGNORECASE), 1e12),
    (re.compile(r"billion|bn\b|milliarde|mrd|mil millones|bilh|млрд|миллиард|\db\b", re.IGNORECASE), 1e9),
    (re.compile(r"亿|億"), 1e8),
    (re.compile(r"million|mn\b|mln|mio|millones|milh|млн|миллион|\dm\b", re.IGNORECASE), 1e6),
    (re.compile(r"万|萬"), 1e4),
    (re.compile(r"thousand|tausend|\bmil\b|тыс|\dk\b", re.IGNORECASE), 1e3),
)


def _value(figure: Figure) -> float:
    amount, _ = number(figure)
    scale = next((times for pattern, times in _SCALES if pattern.search(figure.value)), 1.0)
    try:
        return float(plain(amount)) * scale
    except ValueError:
        return 0.0


def _same(one: Figure, other: Figure) -> bool:
    """Whether two figures are of one kind and, where they are money, of one currency."""
    return one.kind == other.kind and (one.kind != "money" or _currency(one) == _currency(other))


def _currency(figure: Figure) -> str:
    said = figure.value.casefold()
    known = next((names[0] for names in _CURRENCIES if any(name in said for name in names)), "")
    return known or re.sub(r"[\d.,\s]+", "", said)


def _differ(one: float, other: float) -> bool:
    low, high = sorted((one, other))
    return low > 0 and high / low >= CHANGED


def _reversal(new: _Told, before: Sequence[_Told]) -> Development | None:
    """A headline that says it is off after all, where none said so before."""
    found = _REVERSED.search(new.head)
    if not found or _DENIED.search(new.head[: found.start()]):
        return None
    if any(_REVERSED.search(text) for told in before for text in told.all):
        return None
    return Development("reversal", found.group()) if any(_alike(new, told) for told in before) else None


def _alike(new: _Told, told: _Told) -> bool:
    """Whether two headlines are about the same things."""
    one, other = ({(m[1] or m[0]).casefold() for m in _WORD.finditer(text.head)} for text in (new, told))
    return len(one & other) >= _SHARED
