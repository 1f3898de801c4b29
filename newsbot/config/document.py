"""A YAML file as plain values that remember their lines, with the environment filled in.

Scalars stay text (or None): what a value means is decided by the type its key asks for, so that ``no`` is Norwegian
where a language is wanted and false where a switch is, ``08:00`` is never a number, and a value from the environment
is typed like a written one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from newsbot.errors import ConfigError, Problem

Path_ = tuple[str | int, ...]

MAX_VALUES = 200_000
_VARIABLE = re.compile(r"\$(\$?)\{([A-Za-z_][A-Za-z0-9_]*)(:-[^}\n]*)?\}")
# ``${NAME}`` holds braces, which end a value inside ``[…]`` and ``{…}``; these stand in for them while YAML reads.
_OPEN, _CLOSE, _LITERAL = "\ue000", "\ue001", "\ue002"
_HELD = re.compile(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}")
_NULL = {"", "~", "null", "Null", "NULL"}
_STRING = "tag:yaml.org,2002:str"


class _Loader(yaml.SafeLoader):
    """Reads every plain scalar as text, but for the merge key ``<<``."""

    yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML reads this very attribute, as a dict
        "<": [("tag:yaml.org,2002:merge", re.compile(r"^<<$"))]
    }


@dataclass
class Document:
    """``data`` is what the file says; ``lines`` gives the line of each key and list item by its path from the top.

    ``filled`` are the paths whose value came from the environment, so that no message repeats it; ``unset``
    are those whose variable is missing: what else is wrong there follows from that.
    """

    file: str
    data: object = None
    lines: dict[Path_, int] = field(default_factory=dict)
    filled: set[Path_] = field(default_factory=set)
    unset: set[Path_] = field(default_factory=set)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path_) -> int:
        """The line of ``path``, or of the nearest thing round it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def complain(self, path: Path_, message: str) -> None:
        """Note that ``message`` is wrong with the value at ``path``."""
        self.problems.append(Problem(self.file, self.line(path), spell(path), message))


def spell(path: Path_) -> str:
    """A path as people write it: ``feeds[0].url``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read(path: Path, environ: Mapping[str, str]) -> Document:
    """Read the YAML file at ``path`` and fill in ``${NAME}`` and ``${NAME:-default}`` from ``environ``.

    Duplicate keys and missing variables are among the document's problems.
    Raises ConfigError when the file cannot be read as one YAML mapping at all.
    """
    text = _text(path)
    document = Document(str(path))
    node = _compose(path, text)
    if node is None or (isinstance(node, yaml.ScalarNode) and node.value in _NULL):
        raise ConfigError([Problem(str(path), 1, "", "the file is empty; the README shows what goes into it")])
    if not isinstance(node, yaml.MappingNode):
        message = "a config is made of `key: value` lines; this is " + _kind(node)
        raise ConfigError([Problem(str(path), node.start_mark.line + 1, "", message)])
    _Builder(document, environ).build(node)
    return document


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        message = "there is no such file; name one with --config FILE or $NEWSBOT_CONFIG"
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([Problem(str(path), line, "", "this is not UTF-8 text; save the file as UTF-8")]) from None
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
    raise ConfigError([Problem(str(path), 0, "", message)]) from None


def _compose(path: Path, text: str) -> yaml.Node | None:
    held = _VARIABLE.sub(_hold, text)
    try:
        return yaml.compose(held, _Loader)
    except RecursionError:
        raise ConfigError([Problem(str(path), 1, "", "values are nested too deep")]) from None
    except yaml.YAMLError as error:
        tabs = [number for number, line in enumerate(text.splitlines(), 1) if "\t" in line[: _indent(line)]]
        if tabs:
            message = "a tab; YAML is indented with spaces"
            raise ConfigError([Problem(str(path), number, "", message) for number in tabs]) from None
        raise ConfigError([_syntax(str(path), error)]) from None


def _hold(found: re.Match[str]) -> str:
    literal, name, default = found.groups()
    return f"{_OPEN}{_LITERAL if literal else ''}{name}{default or ''}{_CLOSE}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _syntax(file: str, error: yaml.YAMLError) -> Problem:
    if isinstance(error, yaml.reader.ReaderError):
        return Problem(file, 1, "", f"a character that YAML does not allow: {error.reason}")
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = " ".join(filter(None, (getattr(error, "problem", None), getattr(error, "context", None)))) or str(error)
    if "'\\t'" in what:
        what = "a tab; YAML is indented with spaces"
    return Problem(file, mark.line + 1 if mark else 1, "", f"not YAML: {what}")


def _kind(node: yaml.Node) -> str:
    return "a list" if isinstance(node, yaml.SequenceNode) else "one piece of text"


class _Builder:
    """Turns YAML's nodes into values, keeping lines and problems in the document."""

    def __init__(self, document: Document, environ: Mapping[str, str]) -> None:
        self._document = document
        self._environ = environ
        self._open: list[int] = []
        self._left = MAX_VALUES

    def build(self, node: yaml.Node) -> None:
        self._document.data = self._value(node, ())

    def _value(self, node: yaml.Node, path: Path_) -> object:
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        self._left -= 1
        if id(node) in self._open or self._left < 0:
            self._document.complain(path, "an alias that contains itself, or far too many values")
            return None
        self._open.append(id(node))
        try:
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, path)
            if isinstance(node, yaml.SequenceNode):
                return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._open.pop()

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[str, object]:
        values: dict[str, object] = {}
        for key, value in self._pairs(node):
            name = key.value if isinstance(key, yaml.ScalarNode) else "?"
            line = key.start_mark.line + 1
            if name in values:
                first = self._document.lines[(*path, name)]
                message = f"given twice; first on line {first}"
                self._document.problems.append(Problem(self._document.file, line, spell((*path, name)), message))
                continue
            self._document.lines[(*path, name)] = line
            values[name] = self._value(value, (*path, name))
        for merged in self._merged(node):
            values = {**self._mapping_defaults(merged, path, values), **values}
        return values

    @staticmethod
    def _pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.Node, yaml.Node]]:
        return ((key, value) for key, value in node.value if not key.tag.endswith(":merge"))

    @staticmethod
    def _merged(node: yaml.MappingNode) -> Iterator[yaml.MappingNode]:
        for key, value in node.value:
            if key.tag.endswith(":merge"):
                yield from value.value if isinstance(value, yaml.SequenceNode) else [value]

    def _mapping_defaults(self, node: yaml.Node, path: Path_, own: dict[str, object]) -> dict[str, object]:
        if not isinstance(node, yaml.MappingNode):
            self._document.complain(path, "`<<` takes another mapping")
            return {}
        return {
            key.value: self._value(value, (*path, key.value))
            for key, value in self._pairs(node)
            if isinstance(key, yaml.ScalarNode) and key.value not in own
        }

    def _scalar(self, node: yaml.Node, path: Path_) -> str | None:
        text = str(node.value)
        if getattr(node, "style", None) is None and text in _NULL and node.tag == _STRING:
            return None
        if _OPEN in text:
            self._document.filled.add(path)
            text = _HELD.sub(lambda found: self._variable(found[1], path), text)
        elif "${" in text:
            self._document.complain(path, "after `${` comes a name of letters, digits and _, then `}` or `:-default}`")
        return text

    def _variable(self, inner: str, path: Path_) -> str:
        if inner.startswith(_LITERAL):
            return "${" + inner[1:] + "}"
        name, has_default, default = inner.partition(":-")
        value = self._environ.get(name)
        if has_default:
            return value or default
        if value is None:
            self._document.unset.add(path)
            self._document.complain(path, f"the environment has no {name}; set it, or write ${{{name}:-default}}")
            return ""
        return value
