"""Feeds that are files beside the config, such as the sample newsroom: ``file:seeds/name.xml``.

``{{-3h}}``, ``{{+40s}}`` or ``{{-2d4h30m}}`` in such a file stand for the moment of the bot's first start and an offset
from it, so that a sample's news is never old.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

from newsbot.domain.models import ParsedFeed
from newsbot.errors import FetchError
from newsbot.pipeline.fetch import MAX_BYTES

SCHEME = "file:"
_PLACEHOLDER = re.compile(rb"\{\{\s*([+-])\s*((?:\d{1,6}[wdhms])+)\s*\}\}")
_PART = re.compile(rb"(\d+)([wdhms])")
_UNITS = {b"w": "weeks", b"d": "days", b"h": "hours", b"m": "minutes", b"s": "seconds"}


def is_file(url: str) -> bool:
    """Whether ``url`` names a file rather than a web address."""
    return url.startswith(SCHEME)


def path_of(url: str, root: Path) -> Path:
    """Where a ``file:`` address lies: a relative one within ``root``, an absolute one (``file:///…``) as it stands.

    Raises FetchError for a relative one that leaves ``root``, by ``..`` or by a link.
    """
    try:
        written = Path(unquote(url.removeprefix(SCHEME).removeprefix("//")))
        if written.is_absolute():
            return written
        found = (root / written).resolve()
        inside = found.is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError) as error:
        raise FetchError("is no file name") from error
    if not inside:
        raise FetchError("lies outside of the project's folder")
    return found


async def read(url: str, root: Path, first_start: datetime) -> bytes:
    """The file's bytes with its placeholders filled in. Raises FetchError when it cannot be read."""
    return filled(await asyncio.to_thread(_bytes, path_of(url, root)), first_start)


def filled(data: bytes, first_start: datetime) -> bytes:
    """``data`` with each placeholder as an RFC 3339 time in UTC; what is none stays as it is."""

    def moment(found: re.Match[bytes]) -> bytes:
        offset = timedelta(**_amounts(found[2]))
        try:
            when = first_start + (offset if found[1] == b"+" else -offset)
        except OverflowError:
            return found[0]
        return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()

    return _PLACEHOLDER.sub(moment, data)


def released(feed: ParsedFeed, now: datetime) -> tuple[ParsedFeed, datetime | None]:
    """``feed`` without what is dated after ``now``, and when the next of that is due (None: nothing is held back)."""
    later = [article.published for article in feed.articles if article.published and article.published > now]
    shown = tuple(article for article in feed.articles if not (article.published and article.published > now))
    return replace(feed, articles=shown), min(later, default=None)


def earliest(moments: Iterable[datetime | None]) -> datetime:
    """The first of the moments that are known. Raises ValueError when none is."""
    return min(moment for moment in moments if moment is not None)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FetchError("no such file")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise FetchError(f"cannot be read ({error.strerror or type(error).__name__})") from error
    if len(data) > MAX_BYTES:
        raise FetchError(f"is larger than {MAX_BYTES // 2**20} MiB")
    return data


def _amounts(text: bytes) -> dict[str, int]:
    amounts: dict[str, int] = {}
    for number, unit in _PART.findall(text):
        amounts[_UNITS[unit]] = amounts.get(_UNITS[unit], 0) + int(number)
    return amounts
