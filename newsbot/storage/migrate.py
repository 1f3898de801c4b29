"""Brings a database's tables to this version's: Alembic's migrations, packaged, run from Python in one transaction.

Alembic takes longer to import than a search takes to answer, so it is asked only when the database is not up to date.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text

from newsbot.errors import StorageError
from newsbot.storage.migrations import versions

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory


def upgrade(connection: Connection) -> None:
    """Run the migrations that ``connection``'s database lacks, in the caller's transaction.

    Raises StorageError for a database that a newer newsbot has migrated.
    """
    if is_current(connection):
        return
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    scripts = _scripts()
    context = MigrationContext.configure(
        connection, opts={"fn": lambda heads, _: _steps(scripts, heads), "transactional_ddl": True}
    )
    # The migrations are given their Operations: Alembic's own `op` is a global that two opens at once would share.
    context.run_migrations(op=Operations(context))


def check(connection: Connection) -> None:
    """Raises StorageError unless the database has exactly this version's migrations."""
    if is_current(connection):
        return
    from alembic.runtime.migration import MigrationContext

    _steps(_scripts(), MigrationContext.configure(connection).get_current_heads())
    raise StorageError("the database's tables are of an older newsbot; run: newsbot db upgrade")


def is_current(connection: Connection) -> bool:
    """Whether the database has had exactly this version's migrations; Alembic notes the last one in a table."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.scalars(text("SELECT version_num FROM alembic_version")).all() == [newest()]


def newest() -> str:
    """The last migration's revision, which is the number in its file's name: ``0001`` of ``m0001_newsroom.py``."""
    return max(module.name for module in pkgutil.iter_modules(versions.__path__)).partition("_")[0].removeprefix("m")


def _scripts() -> ScriptDirectory:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", "newsbot.storage:migrations")
    return ScriptDirectory.from_config(config)


def _steps(scripts: ScriptDirectory, heads: Any) -> Sequence[Any]:
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError

    try:
        return scripts._upgrade_revs("head", heads)  # noqa: SLF001  the way that Alembic's own documentation shows
    except (CommandError, ResolutionError) as error:
        raise StorageError(
            "the database was migrated by a newer newsbot; install that version or a later one"
        ) from error
