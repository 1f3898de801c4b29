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

FigureKind = Literal["money", "percent", "count", "rank", "date"]

_B = r"[ \u00a0\u202f\u2009]"  # blanks that stand inside a figure
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_DIGITS = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[{_B[1:-1]}.]\d{{3}})+(?!\d)(?:,\d+)?|"
    r"\d{1,15}(?:[.,]\d{1,4})?)(?!\d)"
)
_NUMBER = rf"(?<![^\W{_CJK}])(?<![.,/:-]){_DIGITS}"
_SCALE = (
    r"(?:hundred|thousand|million|billion|trillion|crore|lakh|bn|mn|tn|mln|k|m|b|t|тысяч[аиу]?|тыс\.?|"
    r"миллион\w{0,3}|млн\.?|миллиард\w{0,3}|млрд\.?|"
    r"триллион\w{0,3}|трлн\.?|Tausend|Million(?:en)?|Mio\.?|Milliarden?|Mrd\.?|Billionen?|mille|millions?|"
    r"milliards?|mil(?: millones)?|millones|millón|"
    r"billones|milhões|milhão|bilhões|bilhão|milioni|miliardi|mila|ألف|آلاف|مليون|ملايين|مليار|مليارات|تريليون|"
    r"हज़ार|हजार|लाख|करोड़|अरब|मिलियन|बिलियन)(?!\w)"
)
_SCALE_CJK = r"(?:万亿|萬億|千万|百万|万|亿|萬|億|千|兆|만|억|조)"
_SCALED = rf"(?:(?:{_B}|-)?{_SCALE}|{_B}?{_SCALE_CJK}(?:\d{{1,4}}[万萬]?)?)?"
_AMOUNT = _NUMBER + _SCALED
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
_OF = rf"(?:{_B}|-)(?:de |d[’'])?"

_MONEY = re.compile(
    rf"(?<!\w)(?:{_SIGN}){_B}?{_DIGITS}{_SCALED}(?:{_B}{_UNIT})?"
    rf"|{_AMOUNT}{_OF}?{_UNIT}|{_AMOUNT}{_B}?(?:多|余)?{_UNIT_CJK}",
    re.IGNORECASE,
)
_PERCENT = re.compile(
    rf"{_NUMBER}(?:{_B}|-)?(?:[%％]|per ?cent(?:age)?(?: points?)?(?!\w)|percentage points?|pct\b|basis points|"
    rf"процент\w{{0,3}}(?: пункт\w{{0,3}})?|п\.\s?п\.|"
    r"Prozent(?:punkte?n?)?(?!\w)|por ciento|puntos porcentuales|pour cent|points de pourcentage|per cento|"
    r"بالم[ئا]ة|بالمائة|في الم[ئا]ة|في المائة|प्रतिशत|फीसदी|फ़ीसदी|"
    rf"个百分点|個百分點|パーセント|퍼센트)|百分之[\d.零一二三四五六七八九十百]{{1,8}}",
    re.IGNORECASE,
)
_COUNT_CJK = re.compile(
    rf"{_NUMBER}{_B}?(?:{_SCALE_CJK}(?:\d{{1,4}})?)?(?:多|余|餘)?(?:名|人|辆|輛|台|家|个|個|件|位|架|艘|所|户|套|部|枚|吨|公里|千米|平方米|千瓦时|亩|次|倍|項|项|명|대|"
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
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.|Feb\.|"
    r"Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
)
YEAR = r"(?:19[5-9]\d|20\d\d)(?![\d%-])"
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
    rf"th)?\.?\s(?:de\s|of\s)?{_MONTH}(?:,?\s(?:de\s)?{YEAR})?|{_MONTH}(?:\s\d{{1,2}}(?:st|nd|rd|"
    rf"th)?)?(?:,?\s(?:de\s)?{YEAR})?|"
    rf"{YEAR}(?:-?(?:го|м))?(?:\s(?:года|году|г\.))?)(?!\w)"
    rf"|(?:预计|计划|将于|将在|到|在|于|自)?{YEAR}年(?:(?:上|下)半年|第?[一二三四1-4]季度|\d{{1,2}}月(?:\d{{1,2}}日)?)?(?:底|初|末|前|之前)?|"
    r"(?:今年|去年|明年)?第[一二三四]季度|二季度|一季度|三季度|四季度"
)
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
_COUNT = re.compile(rf"(?P<n>{_NUMBER}(?:{_B}{_SCALE})?)(?P<words>(?:{_B}|-){_NAME}(?:{_B}{_NAME}){{0,3}})")
_COUNT_SPELLED = re.compile(rf"(?<!\w){_SPELLED}(?:{_B}[a-z]+)?{_B}{_HUMAN}(?!\w)", re.IGNORECASE)
_SCALE_ONLY = re.compile(rf"{_SCALE}", re.IGNORECASE)


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
_MONTH_WORD = re.compile(_MONTH + r"$", re.IGNORECASE)
_RIVAL = re.compile(
    rf"\b(?:against|compared (?:to|with)|versus) (?:the )?(?P<n>(?!{YEAR}){_NUMBER}{_B}"
    r"(?:for (?:the )?\w+(?: \w+)?|(?:a|the) year (?:earlier|before)))(?!\w)"
)
_BELOW = re.compile(rf"(?:\b(?:minus|moins|menos|минус){_B}|零下|负|(?<!\w)[−–])$", re.IGNORECASE)
_BELOW_ZERO = re.compile(
    rf"{_B}(?:below (?:zero|freezing)|bajo cero|unter null|"
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
    found = re.search(rf"{_DIGITS}", figure.value)
    if not found:
        return "", figure.value.casefold()
    beside = figure.value[found.end() :].strip(" -\u00a0\u202f\u2009") or figure.value[: found.start()].strip()
    return plain(found.group()), beside.casefold()


def plain(digits: str) -> str:
    """A number as written, without the signs that group its thousands and with a point for its decimals."""
    return re.sub(rf"[.,{_B[1:-1]}](?=\d{{3}}(?!\d))", "", digits).replace(",", ".")


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
        yield from _found(_COUNT_SPELLED, "count", text)
        yield from _found(_RANK, "rank", text)
        yield from _found(_PERCENT, "percent", text)
        return
    yield from _found(_MONEY, "money", text)
    yield from _found(_PERCENT, "percent", text)
    yield from _found(_DATE, "date", text)
    yield from _found(_RANK, "rank", text)
    yield from _found(_COUNT_CJK, "count", text)
    yield from _counts(text)
    yield from _found(_COUNT_SPELLED, "count", text)
    yield from (Figure(*rival.span("n"), "count", rival.group("n")) for rival in _RIVAL.finditer(text))


def _found(pattern: re.Pattern[str], kind: FigureKind, text: str) -> Iterator[Figure]:
    for match in pattern.finditer(text):
        value = match.group().strip()
        start = match.start() + match.group().index(value[:1]) if value else match.start()
        yield Figure(start, start + len(value), kind, value)


def _counts(text: str) -> Iterator[Figure]:
    german = _GERMAN.search(text) is not None
    for match in _COUNT.finditer(text):
        words = _noun_phrase(match.group("words"), german=german)
        before = text[max(0, match.start() - 30) : match.start()]
        if words and _counts_it(match.group("n"), words, before):
            end = match.start("words") + len(words)
            yield Figure(match.start(), end, "count", text[match.start() : end])


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
