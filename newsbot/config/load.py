"""From a file's name to a config, or to every reason why not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from newsbot.config.check import check
from newsbot.config.config import Config
from newsbot.config.document import Document, Path_, read
from newsbot.config.explain import explain
from newsbot.config.model import ConfigFile
from newsbot.errors import ConfigError


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Read and check the config at ``path``; ``environ`` fills in ``${NAME}``.

    Raises ConfigError with every problem, sorted by line.
    """
    document = read(path, environ)
    data: Any = document.data
    partial, kept, wrong = _validated(data, document)
    check(partial, lambda section, nth: (section, kept[section][nth] if section in kept else nth), wrong, document)
    if document.problems:
        unique = dict.fromkeys(document.problems)
        raise ConfigError(sorted(unique, key=lambda problem: problem.line))
    root = path.resolve().parent
    root = root.parent if root.name == "config" else root
    return Config.model_construct(**dict(partial), path=path, root=root)


def _validated(data: dict[str, Any], document: Document) -> tuple[ConfigFile, dict[str, list[int]], list[Path_]]:
    """The config without what is wrong in it, which items of each list are left, and the paths that are wrong."""
    try:
        return ConfigFile.model_validate(data), {}, []
    except ValidationError as error:
        wrong = explain(error, document)
    mended = {key: _mend(value, [path[1:] for path in wrong if path[0] == key]) for key, value in data.items()}
    try:
        return ConfigFile.model_validate({k: v for k, v in mended.items() if v is not None}), {}, wrong
    except ValidationError as error:
        lost = {tuple(details["loc"][:2]) for details in error.errors()}
    kept = {key: _left(key, value, lost) for key, value in mended.items() if isinstance(value, list)}
    sound = {key: [mended[key][index] for index in left] for key, left in kept.items()}
    rest = {key: value for key, value in mended.items() if key not in kept and not any(p[0] == key for p in lost)}
    return ConfigFile.model_validate({k: v for k, v in {**rest, **sound}.items() if v is not None}), kept, wrong


def _left(key: str, items: list[Any], lost: set[Path_]) -> list[int]:
    return [index for index in range(len(items)) if (key, index) not in lost]


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
