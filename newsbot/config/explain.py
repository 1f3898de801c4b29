"""Pydantic's complaints in plain words, at their place in the file."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from newsbot.config.document import Document, Path_
from newsbot.config.model import ConfigFile
from newsbot.config.values import did_you_mean

_WANTED = {
    "int": "a whole number is wanted",
    "float": "a number is wanted",
    "bool": "true or false is wanted",
    "string": "text is wanted",
    "tuple": "a list is wanted, such as [one, two]",
    "list": "a list is wanted, such as [one, two]",
    "dict": "`key: value` lines are wanted",
    "model": "`key: value` lines are wanted",
}


def explain(error: ValidationError, document: Document) -> list[Path_]:
    """Add every complaint of ``error`` to the document's problems, but for what follows from a missing variable;
    returns the paths that are wrong."""
    paths = []
    for details in error.errors(include_url=False, include_input=True):
        path = tuple(details["loc"])
        paths.append(path)
        if not any(unset[: len(path)] == path for unset in document.unset):
            document.complain(path, _message(path, details, document))
    return paths


def _message(path: Path_, details: Mapping[str, Any], document: Document) -> str:
    kind, value, context = details["type"], details["input"], details.get("ctx", {})
    shown = _shown(path, value, document)
    match kind:
        case "extra_forbidden":
            known = keys_at(path[:-1])
            return "unknown key" + (did_you_mean(str(path[-1]), known) or _choices(known))
        case "missing":
            return "is missing"
        case "value_error":
            return f"{context['error']}{shown}"
        case "literal_error":
            choices = [choice.strip("'") for choice in context["expected"].replace(" or ", ", ").split(", ")]
            near = did_you_mean(str(value), choices) if shown else ""
            return f"wanted: {' or '.join(choices)}{shown}{near}"
        case "string_too_short":
            return "is empty"
    limit = _limit(kind, context)
    if limit:
        return f"{limit}{shown}"
    if value is None:
        return "is empty"
    return _WANTED.get(kind.partition("_")[0], str(details["msg"])) + shown


def _limit(kind: str, context: Mapping[str, Any]) -> str:
    words = {
        "greater_than_equal": ("ge", "at least"),
        "greater_than": ("gt", "more than"),
        "less_than_equal": ("le", "at most"),
    }
    if kind not in words:
        return ""
    name, text = words[kind]
    return f"must be {text} {context[name]:g}"


def _shown(path: Path_, value: object, document: Document) -> str:
    """`` (here: …)``, unless the value is secret or came from the environment."""
    if set(path) & ConfigFile.SECRETS or path in document.filled or value is None:
        return ""
    if isinstance(value, Mapping):
        return " (here: `key: value` lines)"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " (here: a list)"
    text = str(value)
    return f" (here: {text if len(text) <= 60 else text[:59] + '…'!s})"


def _choices(known: Sequence[str]) -> str:
    return f"; known here: {', '.join(known)}" if known else ""


def keys_at(path: Path_) -> list[str]:
    """The keys that the config knows in the mapping at ``path``; [] where any key goes."""
    here: Any = ConfigFile
    for part in path:
        here = _step(here, part)
    return list(_names(here)) if isinstance(here, type) and issubclass(here, BaseModel) else []


def _names(model: type[BaseModel]) -> dict[str, str]:
    return {field.alias or name: name for name, field in model.model_fields.items()}


def _step(here: Any, part: str | int) -> Any:
    if isinstance(part, int):
        return _bare(get_args(here)[0]) if get_args(here) else None
    if isinstance(here, type) and issubclass(here, BaseModel) and part in _names(here):
        return _bare(here.model_fields[_names(here)[part]].annotation)
    return None


def _bare(annotation: Any) -> Any:
    """An annotation without its metadata and without ``| None``."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in {Union, types.UnionType}:
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return _bare(rest[0])
    return annotation
