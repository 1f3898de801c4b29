"""A consistent copy of a SQLite database that is in use."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from newsbot.errors import StorageError
from newsbot.storage.failures import translated


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy the database file ``source`` to ``target``, by SQLite's backup in one step: one state of it, writers go on.

    Blocks. Raises StorageError; ``target`` then is as it was before."""
    if target.exists() and target.samefile(source):
        raise StorageError("the backup would overwrite the database itself")
    partial = target.with_name(target.name + ".partial")
    try:
        with translated():
            partial.unlink(missing_ok=True)
            with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(partial)) as there:
                here.backup(there)
            partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
