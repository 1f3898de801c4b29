"""Modals: what the bot may open, and what a person fills in.

https://discord.com/developers/docs/components/using-modal-components
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fakes.discord import checks, components
from tests.fakes.discord.checks import Path
from tests.fakes.discord.commands_offered import refuse
from tests.fakes.discord.errors import Form, Json
from tests.fakes.discord.posts import LABEL, SELECTS, STRING_SELECT, TEXT_DISPLAY, TEXT_INPUT

if TYPE_CHECKING:
    from tests.fakes.discord.interactions import Interaction

MOST_LABEL = 45
_INPUT = ("custom_id", "style", "min_length", "max_length", "required", "value", "placeholder")


@dataclass(frozen=True, slots=True)
class Field:
    """A text input or string select as it shows: its ``options`` are (label, value), ``value`` what is filled in."""

    label: str
    description: str
    custom_id: str
    value: str
    placeholder: str
    required: bool
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Modal:
    """An open modal; ``source`` is the interaction that it answered. :meth:`Person.submits` sends it."""

    source: Interaction
    custom_id: str
    title: str
    components: list[Json]

    @property
    def fields(self) -> list[Field]:
        """What can be filled in, in order."""
        return [_field(each) for each in self.components if each["type"] == LABEL]

    @property
    def text(self) -> str:
        """Its title, texts and labels, a line each."""
        shown = [each.get("content") or each.get("label") or "" for each in self.components]
        return "\n".join([self.title, *shown])

    def field(self, name: str) -> Field:
        """The field with this label or custom_id; AssertionError with those there are."""
        found = next((each for each in self.fields if name in (each.label, each.custom_id)), None)
        assert found is not None, f"no field {name!r} in {[each.label for each in self.fields]}"
        return found

    def data(self, given: Mapping[str, str | list[str]]) -> Json:
        """The data of a submit with these values by label or custom_id, the others as they are filled in.

        NotOffered for what the client would not send.
        """
        values = {self.field(name).custom_id: value for name, value in given.items()}
        return {"custom_id": self.custom_id, "components": [_filled(each, values) for each in self.components]}


def check(form: Form, path: Path, given: object) -> None:
    """Note what is wrong with the modal of a callback."""
    data = checks.mapping(form, path, given)
    checks.known(form, path, data, ("custom_id", "title", "components"))
    checks.text(form, (*path, "custom_id"), data.get("custom_id"), 1, 100)
    checks.text(form, (*path, "title"), data.get("title"), 1, MOST_LABEL)
    checker = components.Checker(form)
    for number, each in enumerate(checks.many(form, (*path, "components"), data.get("components"), 1, 5)):
        _check_top(checker, (*path, "components", number), checks.mapping(form, (*path, "components", number), each))


def opened(source: Interaction, data: Json) -> Modal:
    """A modal that passed, every component with an id."""
    return Modal(source, data["custom_id"], data["title"], components.numbered(data["components"]))


def _check_top(checker: components.Checker, path: Path, given: Json) -> None:
    form, kind = checker.form, given.get("type")
    if kind == TEXT_DISPLAY:
        checker.one(path, given, (TEXT_DISPLAY,))
        return
    if kind != LABEL:
        words = f'Value of field "type" must be one of ({TEXT_DISPLAY}, {LABEL}).'
        form.wrong((*path, "type"), "UNION_TYPE_CHOICES", words)
        return
    checks.known(form, path, given, ("type", "id", "label", "description", "component"))
    checks.text(form, (*path, "label"), given.get("label"), 1, MOST_LABEL)
    if given.get("description") is not None:
        checks.text(form, (*path, "description"), given["description"], 1, 100)
    inner = checks.mapping(form, (*path, "component"), given.get("component"))
    if inner.get("type") == TEXT_INPUT:
        _check_input(checker, (*path, "component"), inner)
    else:
        checker.one((*path, "component"), inner, SELECTS)
        if inner.get("disabled"):
            form.wrong((*path, "component", "disabled"), "MODAL_COMPONENT_DISABLED", "Modal selects cannot be disabled")


def _check_input(checker: components.Checker, path: Path, given: Json) -> None:
    form = checker.form
    checks.known(form, path, given, ("type", "id", "label", *_INPUT))
    if given.get("label") is not None:
        form.strict((*path, "label"), "the label belongs to the Label component")
    checker.custom_id(path, given)
    checks.one_of(form, (*path, "style"), given.get("style"), (1, 2))
    least = checks.whole(form, (*path, "min_length"), given.get("min_length") or 0, 0, 4000)
    most = checks.whole(form, (*path, "max_length"), _or(given.get("max_length"), 4000), 1, 4000)
    if least > most:
        form.wrong((*path, "min_length"), "TEXT_INPUT_MIN_LENGTH_GREATER", "min_length must not exceed max_length")
    checks.text(form, (*path, "placeholder"), given.get("placeholder"), 0, 100)
    value = checks.text(form, (*path, "value"), given.get("value"), 0, 4000)
    if value and not least <= len(value) <= most:
        form.wrong((*path, "value"), "BASE_TYPE_BAD_LENGTH", f"Must be between {least} and {most} in length.")


def _or(value: object, default: int) -> object:
    return default if value is None else value


def _field(label: Json) -> Field:
    inner = label["component"]
    options = tuple((each["label"], each["value"]) for each in inner.get("options", ()))
    chosen = [each["value"] for each in inner.get("options", ()) if each.get("default")]
    value = inner.get("value") or "\n".join(chosen)
    told = (label["label"], label.get("description") or "", inner["custom_id"], value, inner.get("placeholder") or "")
    return Field(*told, bool(inner.get("required", True)), options)


def _filled(component: Json, values: Mapping[str, str | list[str]]) -> Json:
    """#label-label-interaction-response-structure"""
    if component["type"] != LABEL:
        return {"type": component["type"], "id": component["id"]}
    inner = component["component"]
    found = {"type": inner["type"], "id": inner["id"], "custom_id": inner["custom_id"]}
    if inner["type"] == TEXT_INPUT:
        found["value"] = _typed(component, values.get(inner["custom_id"]))
    else:
        found["values"] = _chosen(component, values.get(inner["custom_id"]))
    return {"type": LABEL, "id": component["id"], "component": found}


def _typed(label: Json, given: str | list[str] | None) -> str:
    inner = label["component"]
    value = inner.get("value") or "" if given is None else given
    least, most = inner.get("min_length") or 0, inner.get("max_length") or 4000
    if not isinstance(value, str):
        raise refuse(f"{label['label']!r} takes a text, not {value!r}")
    if not value and not inner.get("required", True):
        return value
    if not max(least, 1) <= len(value) <= most:
        raise refuse(f"{label['label']!r} takes {max(least, 1)} to {most} characters, not {len(value)}")
    if inner["style"] == 1 and "\n" in value:
        raise refuse(f"{label['label']!r} has one line")
    return value


def _chosen(label: Json, given: str | list[str] | None) -> list[str]:
    inner = label["component"]
    if inner["type"] != STRING_SELECT:
        return [given] if isinstance(given, str) else list(given or [])
    if given is None:
        given = [each["value"] for each in inner["options"] if each.get("default")]
    return picked(inner, [given] if isinstance(given, str) else given)


def picked(menu: Json, given: list[str]) -> list[str]:
    """The values of a string select's options that are ``given`` by label or value; NotOffered for others."""
    values = {name: each["value"] for each in menu["options"] for name in (each["value"], each["label"])}
    unknown = [each for each in given if each not in values]
    if unknown:
        raise refuse(f"there is no {unknown} in {[each['label'] for each in menu['options']]}")
    low, high = menu.get("min_values", 1), menu.get("max_values", 1)
    if menu.get("required") is False:
        low = 0
    if not low <= len(given) <= high:
        raise refuse(f"{low} to {high} of the options are to be chosen, not {len(given)}")
    return [values[each] for each in given]
