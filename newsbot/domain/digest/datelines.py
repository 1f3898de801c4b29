"""Where and by whom a story was filed: what stands before its first word, or stands alone as a line."""

from __future__ import annotations

import re

_BYLINE = re.compile(
    r"(?:[Bb][Yy]|Von|Par|Por|От|VON|PAR|POR)\s+(?:[A-ZÀ-ÝА-Я][\w.’'-]*[\s,&|/]*(?:and |und |et |y |"
    r"и )?){1,6}(?:[|,•·–-].{0,60})?$|"
    r"(?:published|updated|posted|last updated|опубликовано|обновлено|发布时间|更新时间|发表于)?\W*"
    r"(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+)?"
    r"(?:\d{1,2}\s+\w{3,9}\.?,?\s+\d{4}|\w{3,9}\.?\s+\d{1,2}\s?,\s+\d{4}|\d{4}[-/年.]\d{1,2}[-/月.]\d{1,2}日?)"
    r"[\s,|@-]*(?:at|um|в|à)?\s*(?:\d{1,2}[:.]\d{2}(?::\d{2})?)?\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?\W*$|"
    r"\d{1,2}[:.]\d{2}\s*(?:[ap]\.?m\.?)?\s*(?:[A-Z]{2,4})?\W*$|\d+ (?:min(?:ute)?s? (?:read|ago)|hours? ago|"
    r"days? ago|comments?|shares?|views?)\W*$",
)
_DASH = r"\s*(?:--?|[–—―])+\s*"
_PLACE = r"[A-ZÀ-ÝА-ЯЁ][\w.’'À-ÿ-]*(?:[ ,/]+(?:[A-ZÀ-ÝА-ЯЁ][\w.’'À-ÿ-]*|d\.c\.|de|del|la|am|sur|upon|and))*"
_MONTH = (
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|ene|abr|ago|dic|janv|févr|mars|avr|mai|juin|juil|août|déc|mär|"
    r"янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\w*\.?"
)
_DAY = rf"(?i:\d{{1,2}}\.?\s+(?:de\s+)?{_MONTH}(?:\s+\d{{4}})?|{_MONTH}\s+\d{{1,2}}(?:,?\s+\d{{4}})?)"
_AGENCY_NAME = (
    r"(?:Thomson )?Reuters|AP|Associated Press|AFP|CNN(?: Business)?|Bloomberg|dpa|EFE|Efe|UPI|Xinhua|ANI|PTI|"
    r"IANS|TASS|ANSA|KUNA|WAM|"
    r"SPA|BBC|NBC|CBS|ABC|FOX|Yonhap|Kyodo|Ansa|AFP/\w+|dpa/\w+|ots|sda|apa|Europa Press|CNBC|Axios|"
    r"РИА Новости|ТАСС|Интерфакс"
)
_AGENCY = rf"\((?:{_AGENCY_NAME})\)|(?:РИА Новости|ТАСС|Интерфакс|EFE|AP|AFP|Reuters|Xinhua)\b"
_DATELINE = re.compile(
    r"\[[A-Z][^\]\n]{1,40}\]\s+|"  # [Ghanaian Times]
    rf"{_PLACE}\s*,?\s*(?:{_DAY})?\s*[.,]?\s*(?:/?(?:{_AGENCY})/?)\s*[.:]?(?:{_DASH}|\s?/\s?|\.\s+|:\s+)"  # (AFP) -
    rf"|[A-Z][A-Z.’' -]{{2,30}}(?:,\s[A-Z][\w. ]{{1,20}})?\s\([A-Z][\w./ &’'-]{{1,40}}\){_DASH}"
    rf"|{_PLACE},\s+{_DAY}\.?{_DASH}(?:(?:{_AGENCY})\s*[.:]\s+)?"  # MOSCOW, Aug 29 -
    rf"|[A-ZÀ-ÝА-ЯЁ][A-ZÀ-ÝА-ЯЁ.’' -]{{2,30}}(?:,\s[A-Z][\w. ]{{1,20}})?\s(?:--|[–—])\s+(?=[A-ZА-ЯÀ-Ý])"  # LONDON —
    rf"|\((?:Reuters|AP|AFP|CNN|Bloomberg|dpa|EFE|UPI|Xinhua|CNN Business)\)(?:{_DASH}|\s+)"
)
_DATELINE_CJK = re.compile(
    r"(?:【[^】]{1,30}】|\[[^\]]{1,30}(?:讯|报道|消息)\])\s*"
    r"|[^，。,\s]{2,14}(?:\d{1,2}月)?\d{1,2}日(?:电|讯)\s*(?:[（(][^）)]{1,40}[）)])?\s*"
    r"|[^，。,]{2,14}\s?(?:\d{1,2}月\d{1,2}日)?(?:消息|讯|报道)[，,：:]\s*(?:据[^，。]{2,20}(?:报道|消息)[，,]\s*)?"
)
_DATELINE_ALONE = re.compile(rf"{_PLACE}\s*,?\s*(?:{_DAY})?(?:{_DASH}|\s+)(?:{_AGENCY})\W*$|{_PLACE},\s+{_DAY}\W*$")
# "Nairobi -- Pilots have warned": one to three names and a long dash, the only one of its sentence.
_PLACE_ALONE = re.compile(
    r"[A-ZÀ-Ý][\w.’'-]+(?: [A-ZÀ-Ý][\w.’'-]+){0,2}(?:, [A-Z][\w.]+)?\s(?:--|—)\s(?=[\"“‘]?[A-ZÀ-Ý])(?!.*\s(?:--|—)\s)"
)


def without_dateline(sentence: str) -> str:
    """A first sentence without the place, day and agency in front of it; as it was when there are none."""
    head = sentence[:120]
    found = _DATELINE.match(head) or _DATELINE_CJK.match(head) or _PLACE_ALONE.match(sentence[:1200])
    rest = sentence[found.end() :] if found else sentence
    return rest if len(rest) > 15 else sentence


def is_byline(sentence: str) -> bool:
    """Whether a sentence of at most a few words is a name, a time or a dateline and nothing else."""
    return _BYLINE.match(sentence) is not None or _DATELINE_ALONE.match(sentence) is not None
