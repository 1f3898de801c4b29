"""The numbers of a text by what they say, however they are written: 4.6 billion, 4,600 million and 46亿 are one."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from newsbot.domain.digest.figures import plain

_SCALES: tuple[tuple[str, int], ...] = (
    (r"万亿|萬億", 12),
    (r"千万", 7),
    (r"百万", 6),
    (r"万|萬|만", 4),
    (r"亿|億|억", 8),
    (r"兆|조", 12),
    (r"thousand\b|k\b|тыс|tausend\b|mil\b(?! mill)|mille\b|mila\b|ألف|हज़?ार", 3),
    (r"lakhs?\b|लाख", 5),
    (r"crores?\b|करोड़", 7),
    (r"mil millones\b", 9),
    (r"trillions?\b|tn\b|трлн|триллион|billones\b|billionen?\b(?=.)(?<=en)|trilh|تريليون", 12),
    (r"milliard|mrd\b|млрд|миллиард|bilh|miliard|billions?\b|bn\b|b\b|مليار|अरब", 9),
    (r"millions?\b|millionen\b|millones\b|millón\b|milh|milion|mln\b|mn\b|mio\b|m\b|млн|миллион|مليون|मिलियन", 6),
)
_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f\u2009]\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,٬٫]\d+)*")
_SCALE = re.compile(r"[ \u00a0\u202f-]?(?:" + "|".join(f"({names})" for names, _ in _SCALES) + ")", re.IGNORECASE)
_PERCENT = re.compile(
    r"[ \u00a0\u202f-]?(?:[%％٪]|per ?cent|percent|pct|процент|prozent|por ciento|pour cent|por cento|per cento|प्रतिशत|"
    r"فيصد|بالمئة|في المئة|بالمائة|في المائة|个百分点)",
    re.IGNORECASE,
)
_WORDS = {
    2: "two zwei deux dos dois duas due два две двух",
    3: "three drei trois tres três tre три трех трёх",
    4: "four vier quatre cuatro quatro quattro четыре четырех четырёх",
    5: "five fünf cinq cinco cinque пять пяти",
    6: "six sechs seis sei шесть шести",
    7: "seven sieben sept siete sete sette семь семи",
    8: "eight acht huit ocho oito otto восемь восьми",
    9: "nine neun neuf nueve nove девять девяти",
    10: "ten zehn dix diez dez dieci десять десяти",
    11: "eleven elf onze once undici одиннадцать",
    12: "twelve dozen zwölf dutzend douze doce doze dodici двенадцать",
    20: "twenty zwanzig vingt veinte vinte venti двадцать",
    30: "thirty dreißig trente treinta trinta trenta тридцать",
    40: "forty vierzig quarante cuarenta quarenta сорок",
    50: "fifty fünfzig cinquante cincuenta cinquenta пятьдесят",
    100: "hundred hundert cent cien cem cento сто",
    1000: "thousand tausend mille mil тысяча",
}
_SPELLED = {word: number for number, told in _WORDS.items() for word in told.split()}
_LETTERS = re.compile(r"[^\W\d_]+")

Quantity = tuple[Decimal, str]
"""A number and what it is: "%", or ""."""


def quantities(text: str) -> frozenset[Quantity]:
    """What numbers ``text`` names, scaled to units, percentages apart from the rest. Spelled ones up to a thousand are
    known in eight languages; "one" is none, it is rarely a number."""
    plainly = _digits(text)
    found = {made for match in _NUMBER.finditer(plainly) for made in _read(match, plainly)}
    spelled = (_SPELLED.get(word.group().casefold()) for word in _LETTERS.finditer(plainly))
    return frozenset(found | {(Decimal(number), "") for number in spelled if number})


def _digits(text: str) -> str:
    """With the digits of every script written 0 to 9."""
    return "".join(str(unicodedata.digit(c)) if c.isdecimal() and not c.isascii() else c for c in text)


def _read(match: re.Match[str], text: str) -> list[Quantity]:
    number = _value(match.group())
    scale = _SCALE.match(text, match.end())
    if scale and scale.lastindex:
        number *= Decimal(10) ** _SCALES[scale.lastindex - 1][1]
    end = scale.end() if scale else match.end()
    kind = "%" if _PERCENT.match(text, end) else ""
    return [(number.normalize(), kind)]


def _value(written: str) -> Decimal:
    """A number as written, its groups joined."""
    digits = plain(written.replace("٬", ",").replace("٫", "."))
    try:
        return Decimal(re.sub(r"[^\d.]", "", digits)[:40])
    except InvalidOperation:  # 1.2.3: a version, a date
        return Decimal("".join(filter(str.isdigit, digits))[:40] or "0")
