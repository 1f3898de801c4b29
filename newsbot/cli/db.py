"""newsbot db: migrations, and a copy of everything while the bot runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from newsbot.cli.console import ConfigOption, newsroom, out, run, settings
from newsbot.errors import StorageError

if TYPE_CHECKING:
    from newsbot.config import Config

commands = typer.Typer(no_args_is_help=True, help="The database: migrations and copies.")


@commands.command()
def upgrade(ctx: typer.Context, config: ConfigOption = None) -> None:
    """Bring the database's tables up to date; `run` does so, too."""
    out.print(f"up to date: {run(_upgrade(settings(ctx, config)))}", markup=False)


async def _upgrade(config: Config) -> str:
    async with newsroom(config) as room:  # opening migrates
        return room.storage.url


@commands.command()
def backup(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file when there is one.")] = False,
    config: ConfigOption = None,
) -> None:
    """A consistent copy of the SQLite database, also while the bot runs."""
    if file.exists() and not force:
        raise StorageError(f"{file}: there is such a file; --force replaces it")
    run(_backup(settings(ctx, config), file))
    out.print(f"{file}: {file.stat().st_size / 1_000_000:,.1f} MB", markup=False)


async def _backup(config: Config, file: Path) -> None:
    async with newsroom(config) as room:
        await room.storage.backup(file)
