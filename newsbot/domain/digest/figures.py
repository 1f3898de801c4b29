"""The figures in a sentence: money, percentages, counts with their noun, ranks and dates.

Each is copied from its sentence, never rewritten. English, Chinese, Russian, Spanish, German and French are known,
with some of their neighbours' words.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from newsbot.domain.digest.counting import RIVAL, SPELLED, counts
from newsbot.domain.digest.numerals import AMOUNT, BLANK, DIGITS, MONTH, NUMBER, SCALE_CJK, SCALED, YEAR

FigureKind = Literal["money", "percent", "count", "rank", "date"]
_SIGN = (
    r"(?:US|HK|NT|CA|AU|A|C|R|S|NZ)?\$|€|£|¥|￥|₽|₹|₩|₺|₴|₫|฿|₪|(?-i:Rs\.?)|(?:USD|EUR|GBP|CNY|RMB|JPY|INR|CHF|RUB|KRW|"
    r"CAD|AUD)(?=[ \d])"
)
_UNIT = (
    r"(?:(?:U\.?S\.? |American |Australian |Canadian |Hong Kong |Chinese |British |Japanese |Swiss |Russian |"
    r"Indian |South Korean )?"
    r"(?:dollars?|yuans?|renminbi|euros?|pounds?(?: sterling)?|yen|won|rupees?|roubles?|rubles?|francs?|"
    r"pesos?|kronor|kroner|krona|krone|reais|real|"
    r"lira|liras|shekels?|dirhams?|riyals?|rand|baht|zloty|cents?|pence|dlrs?|stg|marks|crowns?)|"
    r"(?:US|U\.S\.)[ -]dollars?|US-Dollar|Dollar|Euro|Yuan|Pfund|Rubel|Franken|USD|EUR|GBP|CNY|RMB|JPY|INR|CHF|RUB|KRW|"
    r"юан\w{0,3}|доллар\w{0,3}(?: США)?|долл\.?(?: США)?|евро|рубл\w{0,3}|руб\.?|фунт\w{0,3}(?: стерлингов)?|"
    r"гривен\w{0,2}|тенге|"
    r"دولار(?: أمريكي| أميركي)?|دولارات|يورو|ريال(?: سعودي)?|درهم|جنيه|دينار|ليرة|يوان|रुपये|रुपए|रुपयों|डॉलर|यूरो|युआन|"
    r"dólares?(?: estadounidenses)?|yuanes|libras?|rublos?|dollaros?|dollari|reales|€|\$|£|₽)(?!\w)"
)
_UNIT_CJK = (
    r"(?:元人民币|人民币元|人民币|美元|欧元|歐元|日元|英镑|港元|港币|韩元|卢布|新台币|元|块|円|ドル|ユーロ|원|달러)"
)
_OF = rf"(?:{BLANK}|-)(?:de |d[’'])?"

_MONEY = re.compile(
    rf"(?<!\w)(?:{_SIGN}){BLANK}?{DIGITS}{SCALED}(?:{BLANK}{_UNIT})?"
    rf"|{AMOUNT}{_OF}?{_UNIT}|{AMOUNT}{BLANK}?(?:多|余)?{_UNIT_CJK}",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"{NUMBER}(?:{BLANK}|-)?(?:[%％]|per ?cent(?:age)?(?: points?)?(?!\w)|percentage points?|pct\b|basis points|"
    rf"процент\w{{0,3}}(?: пункт\w{{0,3}})?|п\.\s?п\.|"
    r"Prozent(?:punkte?n?)?(?!\w)|por ciento|puntos porcentuales|pour cent|points de pourcentage|per cento|"
    r"بالم[ئا]ة|بالمائة|في الم[ئا]ة|في المائة|प्रतिशत|फीसदी|फ़ीसदी|"
    rf"个百分点|個百分點|パーセント|퍼센트)|百分之[\d.零一二三四五六七八九十百]{{1,8}}",
    re.IGNORECASE,
)
_COUNT_CJK = re.compile(
    rf"{NUMBER}{BLANK}?(?:{SCALE_CJK}(?:\d{{1,4}})?)?(?:多|余|餘)?(?:名|人|辆|輛|台|家|个|個|件|位|架|艘|所|户|套|部|枚|吨|公里|千米|平方米|千瓦时|亩|次|倍|項|项|명|대|"
    rf"台)[\u4e00-\u9fff]{{0,6}}?"
    rf"(?:人员|员工|用户|公司|企业|工厂|门店|国家|城市|地区|汽车|电动车|车辆|死亡|受伤|遇难|人)?"
)
_RANK = re.compile(
    r"(?:the )?(?:world[’']s )?\btop[ -](?:two|three|four|five|six|seven|eight|nine|ten|twenty|fifty|hundred|"
    r"\d{1,3})\b(?: (?!in\b|of\b|by\b|and\b|or\b)[a-z-]{3,}(?:ers|ies|ors|es|s)\b)?|"
    r"\b(?:No\.|number) ?(?:one|two|three|1|2|3)\b(?! \d)|\b(?:second|third|fourth|fifth|sixth|seventh|eighth|"
    r"ninth|tenth)[ -](?:largest|biggest|highest|most \w+)(?: [a-z-]{3,})?|"
    r"\bTop[ -](?:drei|fünf|zehn|\d{1,3})\b|(?:ersten|größten|besten) (?:drei|fünf|zehn)|(?:drei|fünf|"
    r"zehn) größten \w+|"
    r"(?:los|las) (?:dos|tres|cuatro|cinco|diez) (?:primer\w{2}|mayores|principales|mejores)(?: \w+)?|"
    r"(?:entre los )?(?:cinco|diez|tres) primeros|"
    r"(?:les|des) (?:deux|trois|cinq|dix) (?:premier\w{0,3}|plus grand\w{0,2}|principaux)(?: \w+)?|(?:cinq|"
    r"dix|trois) premiers|"
    r"(?:пятёрк|пятерк|тройк|десятк)\w{1,2}(?: (?:крупнейших|лидеров|лучших|ведущих)(?: \w+)?)|топ-?\d{1,3}|"
    r"(?:全球|世界|中国|行业)?前[一二三四五六七八九十\d]{1,3}(?:名|位|强|大)?|(?:全球|世界|中国)?第[一二三四五]大?(?=[，。的，])",
    re.IGNORECASE,
)
_QUARTER = (
    r"(?:(?:the )?(?:first|second|third|fourth|last) (?:quarter|half)|Q[1-4]|H[12]|(?:I{1,3}|IV|перв\w+|"
    r"втор\w+|треть\w+|четв[её]рт\w+|[1-4]-м) (?:квартал\w*|полугоди\w+)|"
    r"(?:el |del )?(?:primer|segundo|tercer|cuarto) (?:trimestre|semestre)|(?:ersten|zweiten|dritten|"
    r"vierten) (?:Quartal|Halbjahr)s?|(?:premier|deuxième|troisième|quatrième) (?:trimestre|semestre))"
)
_DATE = re.compile(
    r"\b(?i:by|until|before|from|since|in|during|for|on|through|as early as|early|late|mid-|к|ко|до|с|в|во|на|"
    r"от|bis|ab|im|am|seit|Ende|Anfang|Mitte|en|hasta|desde|para|antes de|"
    r"finales de|principios de|d[’']ici(?: à)?|avant|dès|depuis|fin|début|le|el|entro|até|em|nel|"
    r"dal)\s(?:the |el |le |den )?(?:end of |early |late |mid-|конц[ау] |начал[ауе] )?"
    rf"(?:{_QUARTER}(?:\s(?:of|de|du|des)?\s?{YEAR}(?:\s(?:года|году|г\.))?)?|\d{{1,2}}(?:st|nd|rd|"
    rf"th)?\.?\s(?:de\s|of\s)?{MONTH}(?:,?\s(?:de\s)?{YEAR})?|{MONTH}(?:\s\d{{1,2}}(?:st|nd|rd|"
    rf"th)?)?(?:,?\s(?:de\s)?{YEAR})?|"
    rf"{YEAR}(?:-?(?:го|м))?(?:\s(?:года|году|г\.))?)(?!\w)"
    rf"|(?:预计|计划|将于|将在|到|在|于|自)?{YEAR}年(?:(?:上|下)半年|第?[一二三四1-4]季度|\d{{1,2}}月(?:\d{{1,2}}日)?)?(?:底|初|末|前|之前)?|"
    r"(?:今年|去年|明年)?第[一二三四]季度|二季度|一季度|三季度|四季度"
)
_BELOW = re.compile(rf"(?:\b(?:minus|moins|menos|минус){BLANK}|零下|负|(?<!\w)[−–])$", re.IGNORECASE)
_BELOW_ZERO = re.compile(
    rf"{BLANK}(?:below (?:zero|freezing)|bajo cero|unter null|"
    r"ниже нуля|sous zéro)(?!\w)",
    re.IGNORECASE,
)
_MAX_SENTENCE = 1200


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in a sentence: where it stands (``start``, ``end`` in characters) and what kind it is."""

    start: int
    end: int
    kind: FigureKind
    value: str


KEPT = 1000
"""Sentences whose figures are kept: a summary asks for those of each of its sentences several times."""


@functools.lru_cache(KEPT)
def figures(sentence: str) -> tuple[Figure, ...]:
    """The figures of one sentence in order, none overlapping another; a figure of money is not counted again."""
    text = sentence[:_MAX_SENTENCE]
    taken: list[Figure] = []
    for found in _all_figures(text):
        if found.value and not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(_signed(found, text))
    return tuple(sorted(taken, key=lambda figure: figure.start))


def number(figure: Figure) -> tuple[str, str]:
    """A figure's number in plain digits and what stands beside it, in lower case: ("40", "gigawatt-hours")."""
    found = re.search(rf"{DIGITS}", figure.value)
    if not found:
        return "", figure.value.casefold()
    beside = figure.value[found.end() :].strip(" -\u00a0\u202f\u2009") or figure.value[: found.start()].strip()
    return plain(found.group()), beside.casefold()


def plain(digits: str) -> str:
    """A number as written, without the signs that group its thousands and with a point for its decimals."""
    return re.sub(rf"[.,{BLANK[1:-1]}](?=\d{{3}}(?!\d))", "", digits).replace(",", ".")


def _signed(figure: Figure, text: str) -> Figure:
    """With the "minus" in front of it or the "below zero" behind it: 20 degrees are not minus 20 degrees."""
    before, behind = _BELOW.search(text[max(0, figure.start - 8) : figure.start]), _BELOW_ZERO.match(text, figure.end)
    if figure.kind in {"date", "rank"} or not (before or behind):
        return figure
    start = figure.start - (len(before.group()) if before else 0)
    end = behind.end() if behind else figure.end
    return Figure(start, end, figure.kind, text[start:end])


def _all_figures(text: str) -> Iterator[Figure]:
    if not any(map(str.isdigit, text)):
        yield from _found(SPELLED, "count", text)
        yield from _found(_RANK, "rank", text)
        yield from _found(_PERCENT, "percent", text)
        return
    yield from _found(_MONEY, "money", text)
    yield from _found(_PERCENT, "percent", text)
    yield from _found(_DATE, "date", text)
    yield from _found(_RANK, "rank", text)
    yield from _found(_COUNT_CJK, "count", text)
    yield from (Figure(start, end, "count", text[start:end]) for start, end in counts(text))
    yield from _found(SPELLED, "count", text)
    yield from (Figure(*rival.span("n"), "count", rival.group("n")) for rival in RIVAL.finditer(text))


def _found(pattern: re.Pattern[str], kind: FigureKind, text: str) -> Iterator[Figure]:
    for match in pattern.finditer(text):
        value = match.group().strip()
        start = match.start() + match.group().index(value[:1]) if value else match.start()
        yield Figure(start, start + len(value), kind, value)
