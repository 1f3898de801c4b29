"""Dataclasses to JSON and back, by their type hints: digests, settings, definitions as kept in JSON columns.

Unknown fields are ignored and missing ones take their default, so that rows of a newer or older newsbot can be read.
"""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")
Decoder = Callable[[Any], Any]


def encode(value: Any) -> Any:
    """``value`` as JSON's types. Raises TypeError for what is no dataclass, tuple, enum, time or JSON."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    raise TypeError(f"cannot keep a {type(value).__name__} as JSON")


def decode(kind: type[T], data: Any) -> T:
    """The ``kind`` that :func:`encode` made ``data`` from. Raises ValueError when ``data`` does not fit."""
    try:
        return typing.cast("T", _decoder(typing.cast("Any", kind))(data))
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"not a {kind.__name__}: {error}") from error


@functools.cache
def _decoder(kind: Any) -> Decoder:
    if dataclasses.is_dataclass(kind):
        return _dataclass(typing.cast("type[Any]", kind))
    if isinstance(kind, type):
        return _plain(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Literal:
        return functools.partial(_literal, arguments)
    if origin in {Union, types.UnionType}:
        return _optional(arguments)
    if origin is tuple:
        return _tuple(arguments)
    raise TypeError(f"no way to read a {kind}")


def _plain(kind: type[Any]) -> Decoder:
    if issubclass(kind, Enum):
        return kind
    if issubclass(kind, datetime | date | time):
        return typing.cast("Decoder", kind.fromisoformat)
    if kind in {str, bool, int}:
        return functools.partial(_exactly, kind)
    if kind is float:
        return lambda data: float(_exactly((int, float), data))
    raise TypeError(f"no way to read a {kind}")


def _exactly(kind: Any, data: Any) -> Any:
    if not isinstance(data, kind) or (isinstance(data, bool) and kind is not bool):
        raise TypeError(f"{data!r} is of the wrong type")
    return data


def _literal(allowed: tuple[Any, ...], data: Any) -> Any:
    if data not in allowed:
        raise ValueError(f"{data!r} is none of {allowed}")
    return data


def _optional(arguments: tuple[Any, ...]) -> Decoder:
    kinds = [kind for kind in arguments if kind is not type(None)]
    if len(kinds) != 1 or len(kinds) == len(arguments):
        raise TypeError(f"cannot tell {arguments} apart")
    inner = _decoder(kinds[0])
    return lambda data: None if data is None else inner(data)


def _tuple(arguments: tuple[Any, ...]) -> Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        inner = _decoder(arguments[0])
        return lambda data: tuple(inner(item) for item in _exactly(list, data))
    inners = [_decoder(kind) for kind in arguments]
    return lambda data: tuple(inner(item) for inner, item in zip(inners, _exactly(list, data), strict=True))


def _dataclass(kind: type[Any]) -> Decoder:
    hints = typing.get_type_hints(kind)
    names = [field.name for field in dataclasses.fields(kind)]

    def read(data: Any) -> Any:
        given = _exactly(dict, data)
        return kind(**{name: _decoder(hints[name])(given[name]) for name in names if name in given})

    return read
