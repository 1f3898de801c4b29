"""JSON Lines and other files in, JSON Lines out: plain, ``.xz`` or ``.gz``, ``-`` for standard input."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from newsbot.domain.dates import read_date
from newsbot.domain.models import Article
from newsbot.errors import NewsbotError

MOST_BYTES = 64 * 1024 * 1024
"""Of one whole file after decompression: more is no feed and no page."""

Record = dict[str, Any]


class BadInput(NewsbotError):
    """A file that cannot be read, or a line in it that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Given:
    """An article as given: ``id`` as it stands in the file, and the record with everything else it holds."""

    id: Any
    article: Article
    record: Record


def open_file(name: str) -> AbstractContextManager[BinaryIO]:
    """The decompressed bytes of a file, or of standard input for ``-``. Raises OSError."""
    if name == "-":
        return nullcontext(sys.stdin.buffer)
    if name.endswith(".xz"):
        return cast("BinaryIO", lzma.open(name))
    if name.endswith(".gz"):
        return cast("BinaryIO", gzip.open(name))
    return Path(name).open("rb")


def whole(name: str) -> bytes:
    """All bytes of a file. Raises BadInput when it cannot be read or is far too large."""
    try:
        with open_file(name) as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BadInput(f"{name}: {_reason(error)}") from error
    if len(data) > MOST_BYTES:
        raise BadInput(f"{name}: larger than {MOST_BYTES // 2**20} MB")
    return data


def _lines(name: str) -> Iterator[tuple[int, bytes]]:
    try:
        with open_file(name) as file:
            yield from enumerate(file, 1)
    except (OSError, EOFError, lzma.LZMAError) as error:
        raise BadInput(f"{name}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def records(name: str) -> Iterator[Record]:
    """The JSON objects of a JSON Lines file, one at a time; empty lines are passed over. Raises BadInput."""
    for number, line in _lines(name):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise BadInput(f"{name}:{number}: not JSON: {error}") from error
        if not isinstance(record, dict):
            raise BadInput(f"{name}:{number}: an object in braces is wanted")
        yield record


def articles(name: str) -> Iterator[Given]:
    """The articles of a JSON Lines file in its order, numbered from 1 inside. Raises BadInput."""
    for number, record in enumerate(records(name), 1):
        yield Given(record.get("id", number), _article(number, record), record)


def _article(number: int, record: Record) -> Article:
    return Article(
        id=number,
        feed_id=0,
        source=_text(record, "source"),
        title=_text(record, "title"),
        text=_text(record, "text"),
        url=_text(record, "url"),
        language=_text(record, "lang"),
        published=read_date(_text(record, "published")),
    )


def _text(record: Record, key: str) -> str:
    """A field as text; a missing one, or null, counts as empty."""
    value = record.get(key)
    text = "" if value is None else value if isinstance(value, str) else str(value)
    return text.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in text) else text


def pairs(name: str) -> Iterator[tuple[str, str]]:
    """The ``id<TAB>text`` lines of a file; empty lines are passed over. Raises BadInput."""
    for number, line in _lines(name):
        text = line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r\n")
        if not text.strip():
            continue
        key, tab, rest = text.partition("\t")
        if not tab:
            raise BadInput(f"{name}:{number}: an id, a tab and a query are wanted")
        yield key, rest


def write(lines: Iterable[Record]) -> None:
    """Each record as a line of JSON on standard output, at once: somebody may be waiting behind a pipe.

    Whoever closes that pipe has read enough: the rest is not made, and that is no failure.
    """
    try:
        _write(lines)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nor is anything written at exit


def _write(lines: Iterable[Record]) -> None:
    for record in lines:
        text = json.dumps(record, ensure_ascii=False, separators=(", ", ": "))
        sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
        sys.stdout.buffer.flush()
