"""The bot's own words: one YAML catalogue a language, in ICU MessageFormat, English behind every other.

Messages use ICU's syntax (https://unicode-org.github.io/icu/userguide/format_parse/messages/), so plurals and
dates come out right in each language: ``{n, plural, …}`` counts, and ``{at, date, ::dMMMMHm}`` puts the parts of a
date in the language's own order and case. Digits are Western everywhere, since times and numbers are typed with them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import yaml
from icu4py.messageformat import MessageFormat

FALLBACK = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})

_CONVENTIONS = {"en": "en-GB"}  # dates read "24 November" in English, wherever it is spoken
# Digits, and the clock that dates are told by: https://unicode.org/reports/tr35/#Key_Type_Definitions
_EXTENSIONS = "-u-nu-latn-tz-utc"
_CHOOSER = re.compile(r"\{\s*(\w+)\s*,\s*(?:select|plural|selectordinal)\b")
# Around a value of unknown direction: https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
_ISOLATE, _END = "\u2068", "\u2069"


@functools.cache
def catalogue(language: str) -> Mapping[str, str]:
    """The messages of ``language`` ("en", "zh"): key to ICU pattern; empty for a language we do not have."""
    if language not in languages():
        return {}
    text = (resources.files(__name__) / f"{language}.yaml").read_text(encoding="utf-8")
    return {str(key): str(pattern).strip() for key, pattern in yaml.safe_load(text).items()}


@functools.cache
def languages() -> tuple[str, ...]:
    """The languages that the bot speaks, sorted."""
    return tuple(sorted(f.name[:-5] for f in resources.files(__name__).iterdir() if f.name.endswith(".yaml")))


def spoken(tag: str) -> str:
    """The language that a tag such as "pt-BR", "zh_TW" or "zh-hans-cn" asks for, if the bot speaks it, else ""."""
    base = re.split("[-_]", tag.strip().lower(), maxsplit=1)[0]
    return base if base in languages() else ""


def is_rtl(language: str) -> bool:
    """Whether ``language``, a code or a tag, is written from right to left."""
    return re.split("[-_]", language.lower(), maxsplit=1)[0] in RIGHT_TO_LEFT


def own_name(language: str) -> str:
    """What a language that the bot speaks calls itself ("Русский"); the code as it is for any other."""
    return catalogue(language).get("language_name", language)


@functools.lru_cache(maxsize=8192)
def _format(language: str, key: str) -> tuple[MessageFormat, frozenset[str]]:
    """The message, ready to be filled, and the names of those values that only choose between its variants."""
    for candidate in (language, FALLBACK):
        pattern = catalogue(candidate).get(key)
        if pattern is not None:
            locale = _CONVENTIONS.get(candidate, candidate) + _EXTENSIONS
            return MessageFormat(pattern, locale), frozenset(_CHOOSER.findall(pattern))
    raise KeyError(key)


class Words:
    """The bot's words in one language: ``words("subscribed", what="Cars")``.

    ``language`` is the catalogue's, "pt" for "pt-BR"; English where the bot does not speak what was asked for.
    """

    def __init__(self, language: str = FALLBACK) -> None:
        self.language = spoken(language) or FALLBACK

    def __call__(self, key: str, **values: Any) -> str:
        """The message ``key`` with its values; a datetime is told by its own clock, as its time zone has it.

        Where text runs from right to left, text that is put in is isolated, so that a Latin title does not turn the
        sentence around it. Raises KeyError for a key that English lacks.
        """
        message, choosers = _format(self.language, key)
        isolate = is_rtl(self.language)
        return message.format({k: _value(v, isolate and k not in choosers) for k, v in values.items()})


def _value(value: Any, isolate: bool) -> Any:
    """``value`` as ICU takes it: it knows moments only, so the clock's reading passes for one in its UTC."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    return f"{_ISOLATE}{value}{_END}" if isolate and isinstance(value, str) and value else value
