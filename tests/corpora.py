"""The shared data folder's archives, for tests marked ``corpus``: skipped with the reason where one is missing."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def archive(relative: str) -> Path:
    """A file of the data folder (``$NEWSBOT_TEST_DATA``, else ``../shared/data``); skips the test without it."""
    folder = Path(os.environ.get("NEWSBOT_TEST_DATA") or ROOT.parent / "shared" / "data")
    path = folder / relative
    if not path.is_file():
        pytest.skip(f"no shared data here: {relative}")
    return path


def members(relative: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file in an archive, in its order."""
    with tarfile.open(archive(relative)) as tar:
        for member in tar:
            file = tar.extractfile(member)
            if file is not None:
                yield member.name, file.read()
