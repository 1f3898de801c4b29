"""Column types that keep what the databases would refuse or bend: times in UTC, text from anywhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Whole milliseconds from 1970 to an aware ``moment``. Raises ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone: {moment!r}")
    return (moment - EPOCH) // _MILLISECOND


def moment_of(value: int) -> datetime:
    """The aware UTC datetime ``value`` milliseconds after 1970."""
    return EPOCH + value * _MILLISECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime, kept as whole milliseconds since 1970 (UTC)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Datetime to milliseconds."""
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Milliseconds to datetime."""
        return None if value is None else moment_of(value)


def storable(text: str) -> str:
    """``text`` without what PostgreSQL (NUL) or UTF-8 (lone surrogates) cannot hold."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text from outside, made :func:`storable` on its way in."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Any str to one that both databases take."""
        return None if value is None else storable(value)
