"""The texts that commands, options and choices have, in every language, and their types.

https://discord.com/developers/docs/interactions/application-commands
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unicodedata import category

from tests.fakes.discord.errors import Form, Json

LOCALES = frozenset((
    "id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu", "nl", "no", "pl", "pt-BR",
    "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru", "uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko",
))  # fmt: skip
"""https://discord.com/developers/docs/reference#locales"""
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
_SCRIPTS = ((0x0900, 0x097F), (0xA8E0, 0xA8FF), (0x0E00, 0x0E7F))
"""Devanagari and Thai, whose marks a name may have: #application-command-object-application-command-naming."""
Path = tuple[str | int, ...]


def required(form: Form, path: Path) -> None:
    """Note that something is not there."""
    form.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")


def sized(form: Form, path: Path, value: Any, least: int, most: int) -> bool:
    """Whether ``value`` is a text of that many characters; notes it when not."""
    if value is None:
        required(form, path)
    elif not isinstance(value, str):
        form.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    elif not least <= len(value) <= most:
        form.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    else:
        return True
    return False


def _name(form: Form, path: Path, value: Any) -> None:
    if not sized(form, path, value, 1, 32):
        return
    if not all(map(_nameable, value)) or value != value.lower():
        form.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _nameable(sign: str) -> bool:
    """``[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]``"""
    return sign in "-_'" or category(sign)[0] in "LN" or any(low <= ord(sign) <= high for low, high in _SCRIPTS)


def named(form: Form, path: Path, given: Json) -> None:
    """The name of a command or option, in every language."""
    _name(form, (*path, "name"), given.get("name"))
    for locale, text in localised(form, (*path, "name_localizations"), given.get("name_localizations")):
        _name(form, (*path, "name_localizations", locale), text)


def described(form: Form, path: Path, given: Json) -> None:
    """Its description, in every language."""
    sized(form, (*path, "description"), given.get("description"), 1, 100)
    where = (*path, "description_localizations")
    for locale, text in localised(form, where, given.get("description_localizations")):
        sized(form, (*where, locale), text, 1, 100)


def localised(form: Form, path: Path, given: Any) -> Iterator[tuple[str, Any]]:
    """The texts by their locale; unknown locales are noted."""
    if given is None:
        return
    if not isinstance(given, dict):
        form.wrong(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
        return
    for locale, text in given.items():
        if locale in LOCALES:
            yield locale, text
        else:
            form.wrong((*path, locale), "BASE_TYPE_CHOICES", "Value is not a locale that Discord has")
