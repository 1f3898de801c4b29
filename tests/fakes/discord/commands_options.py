"""What the options of a command must be like.

https://discord.com/developers/docs/interactions/application-commands#application-command-object-application-command-option-structure
"""

from __future__ import annotations

from typing import Any

from tests.fakes.discord.commands_fields import (
    ATTACHMENT,
    CHANNEL,
    INTEGER,
    NUMBER,
    STRING,
    SUB_COMMAND,
    SUB_COMMAND_GROUP,
    Path,
    described,
    localised,
    named,
    required,
    sized,
)
from tests.fakes.discord.errors import Form, Json

_WITH_CHOICES = (STRING, INTEGER, NUMBER)
_CHANNEL_TYPES = frozenset((0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16))
_OPTION_FIELDS = frozenset((
    "type", "name", "name_localizations", "description", "description_localizations", "required", "choices",
    "options", "channel_types", "min_value", "max_value", "min_length", "max_length", "autocomplete", "file_types",
))  # fmt: skip
_FITS: dict[str, tuple[int, ...]] = {
    "choices": _WITH_CHOICES,
    "autocomplete": _WITH_CHOICES,
    "channel_types": (CHANNEL,),
    "min_value": (INTEGER, NUMBER),
    "max_value": (INTEGER, NUMBER),
    "min_length": (STRING,),
    "max_length": (STRING,),
    "options": (SUB_COMMAND, SUB_COMMAND_GROUP),
    "file_types": (ATTACHMENT,),
}


def options(form: Form, path: Path, given: Any, *, depth: int = 0) -> None:
    """Note what is wrong with the options of a command, or those ``depth`` levels in it."""
    if given is None:
        return
    if not isinstance(given, list):
        form.wrong(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return
    if len(given) > 25:
        form.wrong(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    _ordered(form, path, given)
    for number, option in enumerate(given):
        _option(form, (*path, number), option, depth)
    names = [option.get("name") for option in given if isinstance(option, dict)]
    if len(set(names)) != len(names):
        message = "Option names must be unique"
        form.wrong(path, "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)


def _ordered(form: Form, path: Path, given: list[Any]) -> None:
    """Required before optional, and no parameters beside subcommands."""
    optional = False
    for number, option in enumerate(each for each in given if isinstance(each, dict)):
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            form.wrong((*path, number), "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
    nested = {option.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in given if isinstance(option, dict)}
    if len(nested) > 1:
        message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
        form.wrong(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _option(form: Form, path: Path, option: Any, depth: int) -> None:
    if not isinstance(option, dict):
        form.wrong(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kind = option.get("type")
    if not isinstance(kind, int) or kind not in range(SUB_COMMAND, ATTACHMENT + 1):
        form.wrong((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}.")
        return
    for name in option.keys() - _OPTION_FIELDS:
        form.strict((*path, name), "no such field")
    for field, kinds in _FITS.items():
        if option.get(field) and kind not in kinds:
            form.wrong((*path, field), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", f"not for options of type {kind}")
    named(form, path, option)
    described(form, path, option)
    _nested(form, path, option, kind, depth)
    _valued(form, path, option, kind)


def _nested(form: Form, path: Path, option: Json, kind: int, depth: int) -> None:
    """#subcommands-and-subcommand-groups: command > group > subcommand, nothing deeper."""
    if kind not in (SUB_COMMAND, SUB_COMMAND_GROUP):
        return
    if option.get("required") is not None and option["required"]:
        form.strict((*path, "required"), "a subcommand cannot be required")
    if depth > 1 or (depth == 1 and kind == SUB_COMMAND_GROUP):
        message = "Sub-command option type may not contain this type"
        form.wrong((*path, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        return
    inner = option.get("options")
    if kind == SUB_COMMAND_GROUP and not inner:
        required(form, (*path, "options"))
    options(form, (*path, "options"), inner, depth=depth + 1 if kind == SUB_COMMAND_GROUP else 2)
    for number, each in enumerate(inner if isinstance(inner, list) else []):
        if kind == SUB_COMMAND_GROUP and isinstance(each, dict) and each.get("type") != SUB_COMMAND:
            message = "Sub-command group may only contain sub-commands"
            form.wrong((*path, "options", number, "type"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _valued(form: Form, path: Path, option: Json, kind: int) -> None:
    choices = option.get("choices")
    if choices and option.get("autocomplete"):
        message = "Autocomplete and choices are mutually exclusive"
        form.wrong((*path, "choices"), "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    if isinstance(choices, list):
        _choices(form, (*path, "choices"), choices, kind)
    for number, each in enumerate(option.get("channel_types") or []):
        if each not in _CHANNEL_TYPES:
            form.wrong((*path, "channel_types", number), "BASE_TYPE_CHOICES", "Value is not a type of channel.")
    for field, least in (("min_length", 0), ("max_length", 1)):
        value = option.get(field)
        if value is not None and not (isinstance(value, int) and least <= value <= 6000):
            form.wrong((*path, field), "NUMBER_TYPE_RANGE", f"int value should be between {least} and 6000.")


def _choices(form: Form, path: Path, choices: list[Any], kind: int) -> None:
    if len(choices) > 25:
        form.wrong(path, "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
    names = [each.get("name") for each in choices if isinstance(each, dict)]
    if len(set(names)) != len(names):
        form.wrong(path, "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS", "Choice names must be unique")
    for number, each in enumerate(choices):
        choice(form, (*path, number), each, kind)


def choice(form: Form, path: Path, given: Any, kind: int) -> None:
    """Note what is wrong with one choice, of a command or of an autocompletion; ``kind`` is the option's type."""
    if not isinstance(given, dict):
        form.wrong(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    sized(form, (*path, "name"), given.get("name"), 1, 100)
    where = (*path, "name_localizations")
    for locale, text in localised(form, where, given.get("name_localizations")):
        sized(form, (*where, locale), text, 1, 100)
    value = given.get("value")
    if kind == STRING:
        sized(form, (*path, "value"), value, 1, 100)
    elif isinstance(value, bool) or not isinstance(value, int if kind == INTEGER else int | float):
        form.wrong((*path, "value"), "NUMBER_TYPE_COERCE", f"Value {value!r} is not a number of the option's type.")
