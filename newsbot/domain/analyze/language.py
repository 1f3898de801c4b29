"""The language of a text, from its script, its commonest words and what its feed says.

simplemma's detector reads dictionaries of millions of forms; telling a dozen languages of news apart needs only
their function words.
"""

from __future__ import annotations

import re
from collections import Counter

SAMPLE = 1500
"""Characters that are looked at."""

ENOUGH = 3
"""Function words that outvote a feed which claims another language."""

_FUNCTION_WORDS = {
    "en": "the of and to in is was for that with on are by from has have it its will as at be an this not but said or "
    "he she they we you i if so their what how than into out up about were been more would could can do did does",
    "de": "der die das und ist nicht mit von den auf für im ein eine dem des sich auch nach bei wird sind einer zum",
    "fr": "le la les des et est dans pour que qui une du au sur pas avec ce par plus sont a aux ses cette été leur",
    "es": "el la los las de y que en una por con para del se su al más es ha como pero sobre sus fue este entre",
    "pt": "o os as de e que em uma por com para do da não se mais no na ao dos das foi é como mas pelo pela são sua",
    "it": "il lo gli di e che una per con del della dei non si più nel alla è sono ha come dal delle nella anche",
    "nl": "de het een van en is dat op te niet met voor zijn aan door naar bij ook wordt heeft over uit werd nog",
    "sv": "och att det som en på är av för med den till inte om ett har från vid under efter kommer också var",
    "da": "og at det som en på er af for med den til ikke om et har fra ved under efter blev også var der",
    "pl": "i w na z się nie że do jest o od po przez dla jak ale są był oraz tym roku który które jego",
    "tr": "ve bir bu için ile olarak da de çok daha olan en gibi sonra ancak kadar oldu yeni göre değil",
    "id": "yang dan di dengan untuk dari pada ini itu dalam tidak akan ke adalah oleh juga telah karena sebagai",
    "vi": "và của là có được trong cho không với các những một người này đã khi từ về ở đến",
    "ru": "и в на не что с по к как это из за от у для его о но был был также бы после который года до",
    "uk": "і в на не що з та до як це за від у для його про але був також після який року щоб є",
    "bg": "и в на не че с по за от като това се да е са но беше след до със която които ще",
    "sr": "и у на не да је се за од са као то су али био након који што ће би",
}
_VOTES: dict[str, tuple[str, ...]] = {
    word: tuple(code for code, words in _FUNCTION_WORDS.items() if word in words.split())
    for word in {word for words in _FUNCTION_WORDS.values() for word in words.split()}
}
_SCRIPTS = (
    ("kana", re.compile("[\u3040-\u30ff]")),
    ("hangul", re.compile("[\uac00-\ud7af]")),
    ("han", re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("cyrillic", re.compile("[\u0400-\u052f]")),
    ("arabic", re.compile("[\u0600-\u06ff]")),
    ("latin", re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")),
    ("greek", re.compile("[\u0370-\u03ff]")),
    ("hebrew", re.compile("[\u0590-\u05ff]")),
    ("devanagari", re.compile("[\u0900-\u097f]")),
    ("thai", re.compile("[\u0e00-\u0e7f]")),
)
_LANGUAGES = {
    "kana": ("ja",),
    "hangul": ("ko",),
    "han": ("zh", "ja", "yue"),
    "cyrillic": ("ru", "uk", "bg", "sr", "be", "mk", "kk"),
    "arabic": ("ar", "fa", "ur"),
    "greek": ("el",),
    "hebrew": ("he", "yi"),
    "devanagari": ("hi", "mr", "ne"),
    "thai": ("th",),
}
_TELLING_LETTERS = (
    ("uk", re.compile("[іїєґ]", re.IGNORECASE)),
    ("fa", re.compile("[پچژگ]")),
    ("ur", re.compile("[ٹڈڑے]")),
)
_WEIGHTS = {"han": 3.0, "hangul": 3.0, "kana": 3.0}  # a character of these says as much as a syllable


def base(code: str) -> str:
    """``en`` of ``en-US`` or ``EN_us``."""
    return re.split("[-_]", code.strip().lower())[0]


def script(text: str) -> str:
    """The script of most of the text, "" for none that we know. Kana makes Han Japanese."""
    if text.isascii():
        return "latin" if _SCRIPTS[5][1].search(text) else ""
    counts = {name: len(pattern.findall(text)) * _WEIGHTS.get(name, 1.0) for name, pattern in _SCRIPTS}
    best = max(counts, key=lambda name: counts[name])
    if not counts[best]:
        return ""
    return "kana" if best == "han" and counts["kana"] * 10 > counts["han"] else best


def detect(text: str, hint: str = "") -> str:
    """The language's two-letter code; "" where nothing tells. ``hint`` wins unless the text contradicts it."""
    sample, hint = text[:SAMPLE], base(hint)
    written = script(sample)
    if not written:
        return hint
    if written in _LANGUAGES and written != "cyrillic":
        return _of_script(written, sample, hint)
    votes = Counter(code for word in re.findall(r"\w+", sample.lower()) for code in _VOTES.get(word, ()))
    known = _LANGUAGES.get(written, ())
    allowed = {code: n for code, n in votes.items() if (code in _LANGUAGES["cyrillic"]) == (written == "cyrillic")}
    fitting = hint if not hint or (hint in known or (not known and _is_latin(hint))) else ""
    best = max(allowed, key=lambda code: (allowed[code], code == fitting, code == "en"), default="")
    if fitting and not (best and allowed[best] >= ENOUGH and allowed[best] > 2 * allowed.get(fitting, 0)):
        return fitting
    return best or (_of_script(written, sample, "") if known else "")


def _of_script(written: str, sample: str, hint: str) -> str:
    codes = _LANGUAGES[written]
    if hint in codes:
        return hint
    return next((code for code, letters in _TELLING_LETTERS if code in codes and letters.search(sample)), codes[0])


def _is_latin(code: str) -> bool:
    return not any(code in codes for codes in _LANGUAGES.values())


def is_function_word(word: str) -> bool:
    """Whether a lower-case word says nothing by itself: English ones, and those no other alphabet could mean."""
    codes = _VOTES.get(word, ())
    return "en" in codes or (bool(codes) and not word.isascii())


def languages_with(word: str) -> tuple[str, ...]:
    """The languages whose function word a lower-case ``word`` is; () for none."""
    return _VOTES.get(word, ())
