"""Settings as people type them: by the names and words that the bot shows in any of its languages."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

from newsbot.domain.schedule import format_when
from newsbot.locales import Words, languages, own_name
from newsbot.newsdesk.settling import NAMES
from newsbot.platforms.answers.times import NoTime, read_when

TOGGLES = ("compact", "images", "silent", "publish", "developments")
_SHORT = {
    "zone": "timezone", "tz": "timezone", "time": "timezone", "time_zone": "timezone", "lang": "language",
    "article": "languages", "pictures": "images", "quiet hours": "quiet", "max items": "items", "max_items": "items",
    "digest": "items", "stories": "items", "ceiling": "limit", "mute": "silent", "mode": "compact",
}  # fmt: skip
_SPOKEN = {
    "english": "en", "chinese": "zh", "russian": "ru", "spanish": "es", "german": "de", "french": "fr",
    "portuguese": "pt", "japanese": "ja", "arabic": "ar", "hindi": "hi", "italian": "it", "korean": "ko",
    "turkish": "tr", "dutch": "nl", "polish": "pl", "ukrainian": "uk", "swedish": "sv", "persian": "fa", "hebrew": "he",
    "indonesian": "id", "vietnamese": "vi", "thai": "th", "bengali": "bn", "urdu": "ur", "cantonese": "yue",
}  # fmt: skip
_OTHERS = {"fr": "Français", "ja": "日本語", "it": "Italiano", "ko": "한국어", "tr": "Türkçe", "nl": "Nederlands",
           "pl": "Polski", "uk": "Українська"}  # fmt: skip


def read(text: str) -> tuple[str, str]:
    """A setting's name and its value, as the Newsdesk takes them, out of "sound off" or "Stories in a digest 30".

    A name that is none is its first word; the value is "" where only a name was typed.
    """
    words = text.split()
    for length in range(len(words), 0, -1):
        typed = " ".join(words[:length]).casefold()
        if name := _titles().get(typed, ""):
            return name, _value(name, " ".join(words[length:]), inverted=name == "silent" and typed in _sounds())
    return words[0].lower(), " ".join(words[1:])


def language_name(code: str) -> str:
    """What a language calls itself, where we know that; else its code."""
    return _OTHERS.get(code) or own_name(code)


def language_code(typed: str) -> str:
    """The code of a language that is called so, or whose English or own name begins so; "" for none."""
    said = typed.strip().casefold()
    if len(said) < 3:
        return _code(said)
    return _code(said) or next(
        (code for name, code in (*_SPOKEN.items(), *_own().items()) if name.startswith(said)), ""
    )


def _value(name: str, value: str, *, inverted: bool = False) -> str:
    """``inverted``: it was called by its shown name, "Sound", which is off when the setting "silent" is on."""
    typed = value.casefold()
    if name in TOGGLES:
        own = {} if name == "silent" else _ways(name)
        known = _SWITCHES.get(typed) or own.get(typed) or _plainly().get(typed) or value
        return {"on": "off", "off": "on"}.get(known, known) if inverted else known
    if name == "limit":
        return "off" if typed in _offs() else value
    if name == "quiet":
        return "off" if typed in _offs() else _hours(value)
    if name == "when":
        return _when(value)
    if name == "language":
        return _code(typed) or value
    if name == "languages":
        return "all" if typed in _alls() else _codes(value)
    return value


def heard(name: str, value: str) -> str:
    """The value of the setting ``name`` as the Newsdesk takes it, as :func:`read`."""
    return _value(name, value)


def _when(value: str) -> str:
    try:
        return format_when(read_when(value)) if value.casefold() != "default" else value
    except NoTime:
        return value


def _hours(value: str) -> str:
    """ "22 bis 7 Uhr" as "22-7": two times of day, whatever stands between them."""
    found = _HOURS.fullmatch(value)
    return f"{found[1]}-{found[2]}" if found else value


_HOURS = re.compile(
    r"\D{0,8}(\d{1,2}(?:[:.]\d\d)?)(?:(?![ap]\.?m)\D){1,12}?(\d{1,2}(?:[:.]\d\d)?)[^\d:.aApP]{0,8}", re.IGNORECASE
)
_SWITCHES: Mapping[str, str] = {
    **dict.fromkeys(("on", "yes", "true", "1", "show"), "on"),
    **dict.fromkeys(("off", "no", "false", "0", "none", "hide"), "off"),
}


def _code(typed: str) -> str:
    return _SPOKEN.get(typed) or _own().get(typed, "")


def _codes(value: str) -> str:
    """ "English, Chinese" as codes; a word that names no language stays as it is."""
    return " ".join(_code(word.casefold()) or word for word in re.split(r"[\s,،、，;]+", value) if word)


@functools.cache
def _own() -> Mapping[str, str]:
    return {language_name(code).casefold(): code for code in (*languages(), *_OTHERS)}


@functools.cache
def _titles() -> Mapping[str, str]:
    """Every name of every setting."""
    shown = {Words(code)(f"setting_{name}").casefold(): name for code in languages() for name in NAMES}
    return {**shown, "sound": "silent", **_SHORT, **{name: name for name in NAMES}}


@functools.cache
def _sounds() -> frozenset[str]:
    return frozenset({"sound", *(Words(code)("setting_silent").casefold() for code in languages())})


@functools.cache
def _ways(name: str) -> Mapping[str, str]:
    """What a switch is said to be when it is on and off, in every language."""
    ways = {"on": "yes", "off": "no"}
    return {Words(c)(f"value_{name}", on=on).casefold(): way for c in languages() for way, on in ways.items()}


@functools.cache
def _plainly() -> Mapping[str, str]:
    """ "On" and "off" in every language, as they are said of the sound."""
    return {said: "off" if way == "on" else "on" for said, way in _ways("silent").items()}


@functools.cache
def _offs() -> frozenset[str]:
    return frozenset(Words(code)("value_off").casefold() for code in languages())


@functools.cache
def _alls() -> frozenset[str]:
    return frozenset(Words(code)("value_all").casefold() for code in languages())
