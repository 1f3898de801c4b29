"""What the drivers raise, in our words: busy, full, broken, out of reach."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped]  # it brings no type hints
from sqlalchemy.exc import DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from newsbot.errors import StorageBusy, StorageError, StorageFull

# https://www.sqlite.org/rescode.html
_SQLITE: dict[str, tuple[type[StorageError], str]] = {
    "SQLITE_BUSY": (StorageBusy, "the database is locked by another process"),
    "SQLITE_LOCKED": (StorageBusy, "the database is locked"),
    "SQLITE_FULL": (StorageFull, "there is no room left on the disk of the database"),
    "SQLITE_CORRUPT": (StorageError, "the database file is damaged; put back a backup"),
    "SQLITE_NOTADB": (StorageError, "the file is not a newsbot database"),
    "SQLITE_CANTOPEN": (
        StorageError,
        "the database file cannot be opened; does its folder exist, and may I write there?",
    ),
    "SQLITE_READONLY": (StorageError, "the database file may only be read, not written"),
    "SQLITE_IOERR": (StorageError, "the disk of the database answers with an error"),
    "SQLITE_PERM": (StorageError, "access to the database file is denied"),
}

# https://www.postgresql.org/docs/current/errcodes-appendix.html, the longest prefix counts
_POSTGRES: dict[str, tuple[type[StorageError], str]] = {
    "53100": (StorageFull, "there is no room left on the disk of the database server"),
    "53": (StorageBusy, "the database server is short of connections or memory"),
    "55P03": (StorageBusy, "the database is locked by another process"),
    "40": (StorageBusy, "another process changed the same rows"),
    "57": (StorageError, "the database server is shutting down"),
    "08": (StorageError, "the connection to the database server was lost"),
    "28": (StorageError, "the database server refuses the user or password"),
    "3D": (StorageError, "the database server has no such database"),
    "25006": (StorageError, "the database server only lets us read"),
}


@contextmanager
def translated() -> Iterator[None]:
    """Turn a driver's expected failures into :class:`StorageError` and its kin; let bugs through as they are."""
    try:
        yield
    except (IntegrityError, ProgrammingError):
        raise
    except (DBAPIError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig else error
        if _is_bug(cause):
            raise
        raise _named(cause) from error
    except (PoolTimeout, TimeoutError) as error:
        raise StorageBusy("every connection to the database is in use") from error
    except OSError as error:
        raise StorageError(f"the database cannot be reached: {error}") from error


def _codes(error: BaseException) -> tuple[str, str]:
    """SQLite's name of the error and PostgreSQL's code; one of them, or both, are empty."""
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or ""
    return str(getattr(error, "sqlite_errorname", "")), str(state)


def _is_bug(error: BaseException) -> bool:
    """Wrong SQL or data that no table takes: ours to mend, not an outage."""
    name, state = _codes(error)
    return name == "SQLITE_ERROR" or state[:2] in {"22", "23", "42"}


def _named(error: BaseException) -> StorageError:
    for known, text in zip((_SQLITE, _POSTGRES), _codes(error), strict=True):
        for prefix in sorted(known, key=len, reverse=True):
            if text and text.startswith(prefix):
                kind, sentence = known[prefix]
                return kind(sentence if known is _SQLITE else f"{sentence} ({error})")  # SQLite says no more than we do
    return StorageError(f"the database cannot be used: {error}")
