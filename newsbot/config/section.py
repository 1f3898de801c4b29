"""What every mapping of the config has in common."""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from newsbot.config.values import (
    maybe,
)


def takes_null(annotation: Any) -> bool:
    """Whether None is among what ``annotation`` allows."""
    if get_origin(annotation) is Annotated:
        return takes_null(get_args(annotation)[0])
    return get_origin(annotation) in {Union, types.UnionType} and type(None) in get_args(annotation)


class Section(BaseModel):
    """A mapping of the config. A key with nothing behind it counts as left out, unless null means something there."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, hide_input_in_errors=True)

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        empty = {key for key, value in data.items() if value is None and not cls._null(str(key))}
        return {key: value for key, value in data.items() if key not in empty}

    @classmethod
    def _null(cls, key: str) -> bool:
        field = cls.model_fields.get(key)
        return field is None or takes_null(field.annotation)


EmptyIsNone = BeforeValidator(maybe)
