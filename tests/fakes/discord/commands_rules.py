"""What a command must be like to be registered: https://discord.com/developers/docs/interactions/application-commands.

The shapes of the errors are those of https://discord.com/developers/docs/reference#error-messages.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.discord.commands_fields import (
    CHAT_INPUT,
    LOCALES,
    MESSAGE_COMMAND,
    USER_COMMAND,
    Path,
    described,
    named,
    sized,
)
from tests.fakes.discord.commands_options import options
from tests.fakes.discord.errors import Form, Json
from tests.fakes.discord.permissions import Permission

MOST_CHARACTERS = 8000
"""Of one command with everything in it: #slash-commands."""
_FIELDS = frozenset((
    "id", "application_id", "version", "guild_id", "name", "name_localizations", "description",
    "description_localizations", "options", "type", "default_member_permissions", "dm_permission",
    "default_permission", "nsfw", "integration_types", "contexts",
))  # fmt: skip


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
        named(form, path, given)
        described(form, path, given)
        options(form, (*path, "options"), given.get("options"))
        _unambiguous(form, path, given)
        _short(form, path, given)
    else:
        _menu(form, path, given)
    _scope(form, path, given, in_guild=in_guild)


def _menu(form: Form, path: Path, given: Json) -> None:
    """A command of the menu of a user or message."""
    sized(form, (*path, "name"), given.get("name"), 1, 32)
    if given.get("description"):
        message = "Context menu commands cannot have description"
        form.wrong((*path, "description"), "APPLICATION_COMMAND_CONTEXT_MENU_COMMAND_CANNOT_HAVE_DESCRIPTION", message)
    if given.get("options"):
        message = "Context menu commands cannot have options"
        form.wrong((*path, "options"), "APPLICATION_COMMAND_CONTEXT_MENU_COMMAND_CANNOT_HAVE_OPTIONS", message)


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
