"""The bot's own words: one YAML catalogue a language, in ICU MessageFormat, English behind every other.

Messages use ICU's syntax (https://unicode-org.github.io/icu/userguide/format_parse/messages/), so plurals and
dates come out right in each language.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import resources
from typing import Any

import yaml
from icu4py.messageformat import MessageFormat

FALLBACK = "en"


@functools.cache
def catalogue(language: str) -> Mapping[str, str]:
    """The messages of ``language`` ("en", "zh"): key to ICU pattern; empty for a language we do not have."""
    file = resources.files(__name__) / f"{language}.yaml"
    if not file.is_file():
        return {}
    return {str(k): str(v) for k, v in yaml.safe_load(file.read_text(encoding="utf-8")).items()}


def languages() -> tuple[str, ...]:
    """The languages that the bot speaks, sorted."""
    return tuple(sorted(f.name[:-5] for f in resources.files(__name__).iterdir() if f.name.endswith(".yaml")))


@functools.lru_cache(maxsize=4096)
def _format(language: str, key: str) -> MessageFormat:
    base = language.partition("-")[0]
    for candidate in (base, FALLBACK):
        pattern = catalogue(candidate).get(key)
        if pattern is not None:
            return MessageFormat(pattern.strip(), candidate)
    raise KeyError(key)


class Words:
    """The bot's words in one language: ``words("subscribed", what="Cars")``."""

    def __init__(self, language: str = FALLBACK) -> None:
        self.language = language

    def __call__(self, key: str, **values: Any) -> str:
        """The message ``key`` with its values. Raises KeyError for a key that English lacks."""
        return _format(self.language, key).format(values)
