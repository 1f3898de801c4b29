"""How a number is written in running text, as pieces of regular expressions: digits, scales, months, years."""

from __future__ import annotations

BLANK = r"[ \u00a0\u202f\u2009]"  # blanks that stand inside a figure
CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
DIGITS = (
    rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,3}}(?:[{BLANK[1:-1]}.]\d{{3}})+(?!\d)(?:,\d+)?|"
    r"\d{1,15}(?:[.,]\d{1,4})?)(?!\d)"
)
NUMBER = rf"(?<![^\W{CJK}])(?<![.,/:-]){DIGITS}"
SCALE = (
    r"(?:hundred|thousand|million|billion|trillion|crore|lakh|bn|mn|tn|mln|k|m|b|t|тысяч[аиу]?|тыс\.?|"
    r"миллион\w{0,3}|млн\.?|миллиард\w{0,3}|млрд\.?|"
    r"триллион\w{0,3}|трлн\.?|Tausend|Million(?:en)?|Mio\.?|Milliarden?|Mrd\.?|Billionen?|mille|millions?|"
    r"milliards?|mil(?: millones)?|millones|millón|"
    r"billones|milhões|milhão|bilhões|bilhão|milioni|miliardi|mila|ألف|آلاف|مليون|ملايين|مليار|مليارات|تريليون|"
    r"हज़ार|हजार|लाख|करोड़|अरब|मिलियन|बिलियन)(?!\w)"
)
SCALE_CJK = r"(?:万亿|萬億|千万|百万|万|亿|萬|億|千|兆|만|억|조)"
SCALED = rf"(?:(?:{BLANK}|-)?{SCALE}|{BLANK}?{SCALE_CJK}(?:\d{{1,4}}[万萬]?)?)?"
AMOUNT = NUMBER + SCALED
MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|Jan\.|Feb\.|"
    r"Aug\.|Sept?\.|Oct\.|Nov\.|Dec\.|"
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"
    r"Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janvier|février|mars|avril|mai|juin|juillet|août|"
    r"septembre|octobre|novembre|décembre|"
    r"января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)"
)
YEAR = r"(?:19[5-9]\d|20\d\d)(?![\d%-])"
