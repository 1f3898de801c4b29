"""Small checks of fields, with the codes and words that Discord's forms have."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tests.fakes.discord.errors import Form, Json

Path = tuple[str | int, ...]
SNOWFLAKE = re.compile(r"\d{1,20}\Z", re.ASCII)
LINKS = ("http", "https", "discord")
MEDIA = ("http", "https", "attachment")
PAGES = ("http", "https")


def text(form: Form, path: Path, value: object, low: int, high: int) -> str:
    """A string of ``low`` to ``high`` characters; "" when it is none."""
    if not isinstance(value, str):
        if value is not None:
            form.wrong(path, "STRING_TYPE_CONVERT", f"Could not interpret {str(value)[:40]!r} as string.")
        elif low:
            form.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
        return ""
    if low and not value.strip():
        form.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")
    elif not low <= len(value) <= high:
        if low:
            form.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            form.wrong(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
    if "\x00" in value:
        form.strict(path, "a zero character")
    return value


def whole(form: Form, path: Path, value: object, low: int, high: int) -> int:
    """An integer in a range; ``low`` when it is none."""
    if not isinstance(value, int) or isinstance(value, bool):
        form.wrong(path, "NUMBER_TYPE_COERCE", f'Value "{str(value)[:40]}" is not int.')
        return low
    if value < low:
        form.wrong(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
    elif value > high:
        form.wrong(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
    return value


def truth(form: Form, path: Path, value: object) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        form.wrong(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
    return value is True


def snowflake(form: Form, path: Path, value: object) -> str:
    """An id; "" when it is none."""
    if isinstance(value, int | str) and not isinstance(value, bool) and SNOWFLAKE.match(str(value)):
        return str(value)
    form.wrong(path, "NUMBER_TYPE_COERCE", f'Value "{str(value)[:40]}" is not snowflake.')
    return ""


def many(form: Form, path: Path, value: object, low: int, high: int) -> list[Any]:
    """A list of ``low`` to ``high`` things."""
    if not isinstance(value, list):
        form.wrong(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []
    if not low <= len(value) <= high:
        form.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
    return value


def mapping(form: Form, path: Path, value: object) -> Json:
    """An object; {} when it is none."""
    if isinstance(value, dict):
        return value
    form.wrong(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType")
    return {}


def one_of(form: Form, path: Path, value: object, choices: Sequence[object]) -> bool:
    """A value among ``choices``."""
    if value in choices and not isinstance(value, bool):
        return True
    shown = ", ".join(str(each) for each in choices)
    form.wrong(path, "BASE_TYPE_CHOICES", f"Value must be one of ({shown}).")
    return False


def url(form: Form, path: Path, value: object, schemes: Iterable[str], high: int) -> str:
    """An address with one of ``schemes``."""
    given = text(form, path, value, 1, high)
    if not given:
        return ""
    try:
        parts = urlsplit(given)
    except ValueError:
        form.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return given
    if parts.scheme.lower() not in schemes:
        words = ", ".join(f"'{each}'" for each in schemes)
        said = f'Scheme "{parts.scheme}" is not supported. Scheme must be one of ({words}).'
        form.wrong(path, "URL_TYPE_INVALID_SCHEME", said)
    elif not parts.netloc or any(each.isspace() for each in given):
        form.wrong(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    return given


def moment(form: Form, path: Path, value: object) -> None:
    """An ISO 8601 timestamp."""
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        form.wrong(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {str(value)[:40]}. Should be ISO8601.")


def known(form: Form, path: Path, given: Json, allowed: Collection[str]) -> None:
    """No keys but ``allowed``; Discord would pass over the others in silence."""
    for key in given:
        if key not in allowed:
            form.strict((*path, key), "no such field, it would do nothing")
