"""Brings a database's tables to this version's: Alembic's migrations, packaged, run from Python in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection

from newsbot.errors import StorageError


def upgrade(connection: Connection) -> None:
    """Run the migrations that ``connection``'s database lacks, in the caller's transaction.

    Raises StorageError for a database that a newer newsbot has migrated.
    """
    scripts = _scripts()
    context = MigrationContext.configure(
        connection, opts={"fn": lambda heads, _: _steps(scripts, heads), "transactional_ddl": True}
    )
    # The migrations are given their Operations: Alembic's own `op` is a global that two opens at once would share.
    context.run_migrations(op=Operations(context))


def check(connection: Connection) -> None:
    """Raises StorageError unless the database has exactly this version's migrations."""
    scripts = _scripts()
    heads = MigrationContext.configure(connection).get_current_heads()
    if _steps(scripts, heads):
        raise StorageError("the database's tables are of an older newsbot; run: newsbot db upgrade")


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "newsbot.storage:migrations")
    return ScriptDirectory.from_config(config)


def _steps(scripts: ScriptDirectory, heads: Any) -> Sequence[Any]:
    try:
        return scripts._upgrade_revs("head", heads)  # noqa: SLF001  the way that Alembic's own documentation shows
    except (CommandError, ResolutionError) as error:
        raise StorageError(
            "the database was migrated by a newer newsbot; install that version or a later one"
        ) from error
