"""Forms to fill in, as Discord's modals: each carries all that it needs, so it works after a restart too.

https://docs.discord.com/developers/components/reference. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from newsbot.platforms.discord.message import Json, custom_id
from newsbot.platforms.views import Entry, Form

PREFIX = "m:"
"""What the action of a form's custom_id begins with; its name follows."""
LABEL, SELECT, INPUT = 18, 3, 4
_TITLE, _NAME, _HINT, _PLACEHOLDER, _VALUE = 45, 45, 100, 100, 400  # characters; Discord takes 4,000 of a value
_CHOICES = 25


def modal(form: Form, *, place: str = "") -> Json:
    """The form as the data of a response; ``place``: what is sent off is meant for there."""
    return {
        "custom_id": custom_id(f"{PREFIX}{form.name}", place=place),
        "title": _cut(form.title, _TITLE),
        "components": [_label(entry) for entry in form.entries[:5]],
    }


def submitted(data: Mapping[str, Any]) -> dict[str, str]:
    """What was filled in, by the names of the entries; whoever sends it may have made it up."""
    return dict(_filled(data.get("components")))


def _filled(components: object) -> Iterator[tuple[str, str]]:
    for each in components if isinstance(components, list) else ():
        inner = each.get("component") if isinstance(each, dict) else None
        name = inner.get("custom_id") if isinstance(inner, dict) else None
        if isinstance(inner, dict) and isinstance(name, str):
            values = inner.get("values")
            value = inner.get("value") if values is None else "".join(map(str, values[:1]))
            yield name, str(value or "")


def _label(entry: Entry) -> Json:
    said: Json = {"type": LABEL, "label": _cut(entry.label, _NAME), "component": _field(entry)}
    return {**said, "description": _cut(entry.hint, _HINT)} if entry.hint else said


def _field(entry: Entry) -> Json:
    if entry.choices:
        return {
            "type": SELECT,
            "custom_id": entry.name,
            "required": True,
            "options": [
                {"label": _cut(label, _HINT), "value": value, "default": value == entry.value}
                for value, label in entry.choices[:_CHOICES]
            ],
        }
    field: Json = {"type": INPUT, "custom_id": entry.name, "style": 1, "required": entry.needed, "max_length": _VALUE}
    if entry.value:
        field["value"] = entry.value[:_VALUE]
    return {**field, "placeholder": _cut(entry.example, _PLACEHOLDER)} if entry.example else field


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
