"""From a file's name to a config, or to every reason why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsbot.config.check import check
from newsbot.config.config import Config
from newsbot.config.document import Document, Path_, read
from newsbot.config.explain import explain
from newsbot.config.model import ConfigFile
from newsbot.errors import ConfigError

_NEEDED = {
    "feeds": ("url", "file:unknown-{}"),
    "topics": ("id", "unknown-{}"),
    "subscriptions": ("chat", "web:unknown-{}"),
}


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Read and check the config at ``path``; ``environ`` fills in ``${NAME}``.

    Raises ConfigError with every problem, sorted by line.
    """
    document = read(path, environ)
    data: Any = document.data
    partial, wrong = _validated(data, document)
    check(partial, wrong, document)
    if document.problems:
        unique = dict.fromkeys(document.problems)
        raise ConfigError(sorted(unique, key=lambda problem: problem.line))
    root = path.resolve().parent
    root = root.parent if root.name == "config" else root
    return Config.model_construct(**dict(partial), path=path, root=root)


def _validated(data: dict[str, Any], document: Document) -> tuple[ConfigFile, list[Path_]]:
    """The config without what is wrong in it, and the paths that are wrong."""
    try:
        return ConfigFile.model_validate(data), []
    except ValidationError as error:
        wrong = explain(error, document)
    mended = _without(data, wrong)
    try:
        return ConfigFile.model_validate(mended), wrong
    except ValidationError as error:  # a value does not do without its part: then the whole value goes
        paths = [tuple(details["loc"]) for details in error.errors()]
    return ConfigFile.model_validate(_without(mended, [p[:3] if p[0] in _NEEDED else p[:1] for p in paths])), wrong


def _without(data: Mapping[str, Any], wrong: Sequence[Path_]) -> dict[str, Any]:
    """``data`` without what ``wrong`` leads to, and with stand-ins for what no item of a list does without: an item
    stays in its place, so that what others say of it can be checked."""
    mended = {key: _mend(value, [path[1:] for path in wrong if path[0] == key]) for key, value in data.items()}
    for section, (key, stand_in) in _NEEDED.items():
        if mended.get(section) is not None:
            items = enumerate(mended[section])
            mended[section] = [{key: stand_in.format(index), **(item or {})} for index, item in items]
    return {key: value for key, value in mended.items() if value is not None}


def _mend(value: Any, wrong: list[Path_]) -> Any:
    """``value`` with None in place of what the paths in ``wrong`` lead to; most keys do without."""
    if () in wrong:
        return None
    if not wrong:
        return value
    inside = {part: [path[1:] for path in wrong if path[0] == part] for part in {path[0] for path in wrong}}
    if isinstance(value, dict):
        known = {key: _mend(item, inside.get(key, [])) for key, item in value.items()}
        return {key: item for key, item in known.items() if item is not None or key not in inside}
    return [_mend(item, inside.get(index, [])) for index, item in enumerate(value)]
