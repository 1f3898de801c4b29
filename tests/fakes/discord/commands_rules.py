"""What a command must be like to be registered: https://discord.com/developers/docs/interactions/application-commands.

The shapes of the errors are those of https://discord.com/developers/docs/reference#error-messages.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unicodedata import category

from tests.fakes.discord.errors import Form, Json
from tests.fakes.discord.permissions import Permission

LOCALES = frozenset(
    [
        "id",
        "da",
        "de",
        "en-GB",
        "en-US",
        "es-ES",
        "es-419",
        "fr",
        "hr",
        "it",
        "lt",
        "hu",
        "nl",
        "no",
        "pl",
        "pt-BR",
        "ro",
        "fi",
        "sv-SE",
        "vi",
        "tr",
        "cs",
        "el",
        "bg",
        "ru",
        "uk",
        "hi",
        "th",
        "zh-CN",
        "ja",
        "zh-TW",
        "ko",
    ]
)
"""https://discord.com/developers/docs/reference#locales"""
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND = 1, 2, 3
MOST_CHARACTERS = 8000
"""Of one command with everything in it: #slash-commands."""
_SCRIPTS = ((0x0900, 0x097F), (0xA8E0, 0xA8FF), (0x0E00, 0x0E7F))
"""Devanagari and Thai, whose marks a name may have: #application-command-object-application-command-naming."""
_WITH_CHOICES = (STRING, INTEGER, NUMBER)
_CHANNEL_TYPES = frozenset((0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16))
_FIELDS = frozenset(
    [
        "id",
        "application_id",
        "version",
        "guild_id",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "options",
        "type",
        "default_member_permissions",
        "dm_permission",
        "default_permission",
        "nsfw",
        "integration_types",
        "contexts",
    ]
)
_OPTION_FIELDS = frozenset(
    [
        "type",
        "name",
        "name_localizations",
        "description",
        "description_localizations",
        "required",
        "choices",
        "options",
        "channel_types",
        "min_value",
        "max_value",
        "min_length",
        "max_length",
        "autocomplete",
        "file_types",
    ]
)
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
Path = tuple[str | int, ...]


def check(form: Form, path: Path, given: Any, *, in_guild: bool) -> None:
    """Note in ``form`` what is wrong with the command ``given``, which is at ``path`` of the body."""
    if not isinstance(given, dict):
        form.wrong(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kind = given.get("type", CHAT_INPUT)
    for name in given.keys() - _FIELDS:
        form.strict((*path, name), "no such field")
    if kind not in (CHAT_INPUT, USER_COMMAND, MESSAGE_COMMAND):
        form.wrong((*path, "type"), "BASE_TYPE_CHOICES", "Value must be one of {1, 2, 3}.")
    if kind == CHAT_INPUT:
        _named(form, path, given)
        _described(form, path, given)
        _options(form, (*path, "options"), given.get("options"), depth=0)
        _unambiguous(form, path, given)
        _short(form, path, given)
    else:
        _menu(form, path, given)
    _scope(form, path, given, in_guild=in_guild)


def _required(form: Form, path: Path) -> None:
    form.wrong(path, "BASE_TYPE_REQUIRED", "This field is required")


def _sized(form: Form, path: Path, value: Any, least: int, most: int) -> bool:
    """Whether ``value`` is a text of that many characters; notes it when not."""
    if value is None:
        _required(form, path)
    elif not isinstance(value, str):
        form.wrong(path, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
    elif not least <= len(value) <= most:
        form.wrong(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")
    else:
        return True
    return False


def _name(form: Form, path: Path, value: Any) -> None:
    if not _sized(form, path, value, 1, 32):
        return
    if not all(map(_nameable, value)) or value != value.lower():
        form.wrong(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")


def _nameable(sign: str) -> bool:
    """``[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]``"""
    return sign in "-_'" or category(sign)[0] in "LN" or any(low <= ord(sign) <= high for low, high in _SCRIPTS)


def _named(form: Form, path: Path, given: Json) -> None:
    _name(form, (*path, "name"), given.get("name"))
    for locale, text in _localised(form, (*path, "name_localizations"), given.get("name_localizations")):
        _name(form, (*path, "name_localizations", locale), text)


def _described(form: Form, path: Path, given: Json) -> None:
    _sized(form, (*path, "description"), given.get("description"), 1, 100)
    where = (*path, "description_localizations")
    for locale, text in _localised(form, where, given.get("description_localizations")):
        _sized(form, (*where, locale), text, 1, 100)


def _localised(form: Form, path: Path, given: Any) -> Iterator[tuple[str, Any]]:
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


def _menu(form: Form, path: Path, given: Json) -> None:
    """A command of the menu of a user or message."""
    _sized(form, (*path, "name"), given.get("name"), 1, 32)
    if given.get("description"):
        message = "Context menu commands cannot have description"
        form.wrong((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_COMMAND_CANNOT_HAVE_DESCRIPTION", message)
    if given.get("options"):
        message = "Context menu commands cannot have options"
        form.wrong((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_COMMAND_CANNOT_HAVE_OPTIONS", message)


def _options(form: Form, path: Path, given: Any, *, depth: int) -> None:
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
    _named(form, path, option)
    _described(form, path, option)
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
        _required(form, (*path, "options"))
    _options(form, (*path, "options"), inner, depth=depth + 1 if kind == SUB_COMMAND_GROUP else 2)
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
    _sized(form, (*path, "name"), given.get("name"), 1, 100)
    where = (*path, "name_localizations")
    for locale, text in _localised(form, where, given.get("name_localizations")):
        _sized(form, (*where, locale), text, 1, 100)
    value = given.get("value")
    if kind == STRING:
        _sized(form, (*path, "value"), value, 1, 100)
    elif isinstance(value, bool) or not isinstance(value, int if kind == INTEGER else int | float):
        form.wrong((*path, "value"), "NUMBER_TYPE_COERCE", f"Value {value!r} is not a number of the option's type.")


def _unambiguous(form: Form, path: Path, given: Json) -> None:
    """#localization: a localised option's name differs from all default names and from those of the same locale."""
    options = [each for each in given.get("options") or [] if isinstance(each, dict)]
    plain = [each.get("name") for each in options]
    for locale in LOCALES:
        theirs = [(each.get("name_localizations") or {}).get(locale) for each in options]
        named = [name for name in theirs if name]
        own = [name for mine, name in zip(plain, theirs, strict=True) if name and name != mine and name in plain]
        if own or len(set(named)) != len(named):
            form.wrong((*path, "options"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", f"ambiguous in {locale}")


def _short(form: Form, path: Path, given: Json) -> None:
    if (size := characters(given)) > MOST_CHARACTERS:
        message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
        form.wrong(path, "APPLICATION_COMMAND_TOO_LARGE", f"{message}: {size}")


def characters(given: Json) -> int:
    """How much of the 8,000 characters a command (or option, or choice) takes: the longest language of each field."""
    size = sum(_longest(given, field) for field in ("name", "description"))
    size += len(str(given["value"])) if "value" in given else 0
    inner = [*(given.get("options") or []), *(given.get("choices") or [])]
    return size + sum(characters(each) for each in inner if isinstance(each, dict))


def _longest(given: Json, field: str) -> int:
    texts = [given.get(field), *(given.get(f"{field}_localizations") or {}).values()]
    return max((len(text) for text in texts if isinstance(text, str)), default=0)


def _scope(form: Form, path: Path, given: Json, *, in_guild: bool) -> None:
    """Who may use it where."""
    for field, known in (("integration_types", (0, 1)), ("contexts", (0, 1, 2))):
        value = given.get(field)
        if value is None:
            continue
        if in_guild:
            form.wrong((*path, field), "APPLICATION_COMMAND_GUILD_SCOPE", f"{field} is for global commands only")
        if not isinstance(value, list) or not value or any(each not in known for each in value):
            form.wrong((*path, field), "BASE_TYPE_CHOICES", f"Value must be one of {set(known)}.")
        elif len(set(value)) != len(value):
            form.wrong((*path, field), "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
    permissions = given.get("default_member_permissions")
    if permissions is None:
        return
    if not isinstance(permissions, str | int) or not str(permissions).isdigit():
        form.wrong((*path, "default_member_permissions"), "NUMBER_TYPE_COERCE", "Value is not a bit set.")
    elif int(permissions) & ~int(~Permission(0)):
        form.strict((*path, "default_member_permissions"), "there are no such permissions")
